//! The access log: everything done with personal data, durable before it is done, provable after.

mod access_log;
mod body;
mod entry;
mod files;
mod history;
mod publish;
mod sealing;
mod segment;

pub(crate) use access_log::SealedGroup;
pub use access_log::{AccessLog, LogError, LogKeys};
pub use body::{ActKind, Body, Commitment, MalformedBody, Phase, PublicPart};
pub use entry::{ENTRY_LEN, Entry, entry_base64};
pub use files::LogFiles;
pub(crate) use history::open_acts;
pub use history::{History, LoggedAct};
pub(crate) use sealing::open_segment_key;
pub use segment::{Group, Groups, SealedEntry, SegmentError, SegmentHeader, encode_group};
