//! Free pages of a SQLite file: what was deleted may still lie there.
//!
//! The database's header names the first page of a list; each page of the list names the next one
//! and the free pages that it stands for (sqlite.org/fileformat2.html §1.5).

use crate::DrillError;
use std::fs;
use std::path::Path;

const FIRST_TRUNK_AT: usize = 32;
const PAGE_SIZE_AT: usize = 16;

/// Returns the bytes of every free page that is not all zero.
pub(super) fn free_pages(path: &Path) -> Result<Vec<Vec<u8>>, DrillError> {
    let file = fs::read(path).map_err(DrillError::file(path))?;
    let Some(page_size) = page_size(&file) else {
        return Ok(Vec::new());
    };
    let page = |number: usize| file.chunks(page_size).nth(number.wrapping_sub(1));
    let mut free = Vec::new();
    let mut next = word(&file, FIRST_TRUNK_AT).unwrap_or(0);
    // A damaged list could lead in a circle; it cannot be longer than the file.
    for _ in 0..file.len() / page_size {
        let Some(trunk) = page(next) else { break };
        free.push(trunk.to_vec());
        let leaves = word(trunk, 4).unwrap_or(0).min(page_size / 4);
        let numbers = (0..leaves).filter_map(|leaf| word(trunk, 8 + 4 * leaf));
        free.extend(numbers.filter_map(page).map(<[u8]>::to_vec));
        next = word(trunk, 0).unwrap_or(0);
    }
    free.retain(|page| page.iter().any(|byte| *byte != 0));
    Ok(free)
}

fn page_size(file: &[u8]) -> Option<usize> {
    let bytes = file.get(PAGE_SIZE_AT..PAGE_SIZE_AT + 2)?;
    match u16::from_be_bytes([bytes[0], bytes[1]]) {
        1 => Some(65_536),
        size @ 512.. => Some(size.into()),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(word)).ok()
}
