//! What is handed out about forgetting: the receipt of an erased person, the letter that goes with it,
//! and the record of a retention run. Pure: text goes in, text comes out.

mod erasure;
mod html;
mod letter;
mod openings;
mod published;
mod record;
mod signed;

pub use erasure::{Dates, Erased, ErasureReceipt, HolderState, Kept, LogPlace};
pub use letter::Language;
pub use openings::{Hit, Openings};
pub use published::{PublishedCommitment, PublishedEntry, PublishedScope, ScopeError};
pub use record::{Action, DestructionRecord, HeldBack, RuleDone};
pub use signed::ReceiptError;
