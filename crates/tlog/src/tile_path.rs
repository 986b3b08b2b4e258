//! Where tiles and entry bundles are published (c2sp.org/tlog-tiles, "Merkle Tree" and
//! "Log entries").

use std::fmt;
use std::str::FromStr;

use crate::encoding::decimal;
use crate::tile::TILE_WIDTH;

/// The highest tile level a path may name.
const LEVEL_MAX: u8 = 63;

/// The path of a tile or an entry bundle, relative to the log's prefix.
///
/// ```
/// use lethe_tlog::TilePath;
///
/// let path = TilePath::hashes(0, 1_234_067, 256)?;
/// assert_eq!(path.to_string(), "tile/0/x001/x234/067");
/// assert_eq!("tile/entries/000.p/7".parse(), TilePath::entries(0, 7));
/// # Ok::<(), lethe_tlog::TilePathError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    content: TileContent,
    index: u64,
    width: u16,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileContent {
    /// Hashes of one tile level, 0 to 63.
    Hashes {
        /// The tile level.
        level: u8,
    },
    /// The entries below a tile of level 0.
    Entries,
}

/// Why a path was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TilePathError {
    /// Tile levels go from 0 to 63.
    #[error("{0} is not a tile level")]
    Level(u8),
    /// Tiles have 1 to 256 hashes.
    #[error("{0} is not a tile width")]
    Width(u16),
    /// The text is not the one spelling of a path.
    #[error("not a tile path")]
    Malformed,
}

impl TilePath {
    /// Names a tile; a width of 256 is the full tile.
    pub fn hashes(level: u8, index: u64, width: u16) -> Result<Self, TilePathError> {
        if level > LEVEL_MAX {
            return Err(TilePathError::Level(level));
        }
        Self::checked(TileContent::Hashes { level }, index, width)
    }

    /// Names an entry bundle; a width of 256 is the full bundle.
    pub fn entries(index: u64, width: u16) -> Result<Self, TilePathError> {
        Self::checked(TileContent::Entries, index, width)
    }

    /// Names a tile that is known to exist.
    pub(crate) fn of_hashes(level: u8, index: u64, width: u16) -> Self {
        Self {
            content: TileContent::Hashes { level },
            index,
            width,
        }
    }

    /// Names a bundle that is known to exist.
    pub(crate) fn of_entries(index: u64, width: u16) -> Self {
        Self {
            content: TileContent::Entries,
            index,
            width,
        }
    }

    fn checked(content: TileContent, index: u64, width: u16) -> Result<Self, TilePathError> {
        if !(1..=TILE_WIDTH).contains(&width) {
            return Err(TilePathError::Width(width));
        }
        Ok(Self {
            content,
            index,
            width,
        })
    }

    /// Returns what the path leads to.
    pub fn content(&self) -> TileContent {
        self.content
    }

    /// Returns the number of the tile on its level, or of the bundle.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Returns how many hashes or entries lie there, 256 if it is full.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Tells whether the path carries a `.p/` part.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Returns the path of the full tile or bundle that this one grows into.
    pub fn full(&self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..*self
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            TileContent::Hashes { level } => write!(f, "tile/{level}/")?,
            TileContent::Entries => f.write_str("tile/entries/")?,
        }
        let mut scale = 1;
        while self.index / scale >= 1000 {
            scale *= 1000;
        }
        while scale > 1 {
            write!(f, "x{:03}/", self.index / scale % 1000)?;
            scale /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_partial() {
            write!(f, ".p/{}", self.width)
        } else {
            Ok(())
        }
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    /// Reads the one spelling of each path, from any source.
    fn from_str(text: &str) -> Result<Self, TilePathError> {
        parse(text).ok_or(TilePathError::Malformed)
    }
}

fn parse(text: &str) -> Option<TilePath> {
    let (content, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let content = match content {
        "entries" => TileContent::Entries,
        level => {
            let level = u8::try_from(decimal(level)?).ok()?;
            (level <= LEVEL_MAX).then_some(TileContent::Hashes { level })?
        }
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => {
            let width = u16::try_from(decimal(width)?).ok()?;
            (index, (1..TILE_WIDTH).contains(&width).then_some(width)?)
        }
        None => (rest, TILE_WIDTH),
    };
    Some(TilePath {
        content,
        index: parse_index(index)?,
        width,
    })
}

/// Reads `x001/x234/067`. Only one spelling per number: the first of several elements is not zero.
fn parse_index(text: &str) -> Option<u64> {
    let (leading, last) = match text.rsplit_once('/') {
        Some((leading, last)) => (Some(leading), last),
        None => (None, text),
    };
    let mut index = 0u64;
    for element in leading.iter().flat_map(|leading| leading.split('/')) {
        let thousands = three_digits(element.strip_prefix('x')?)?;
        if index == 0 && thousands == 0 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(thousands)?;
    }
    index.checked_mul(1000)?.checked_add(three_digits(last)?)
}

fn three_digits(text: &str) -> Option<u64> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
