//! The keeper through its narrow door: quotas over any history, receipts that open what they name,
//! a log that grows over many segments.

mod derived;
mod fixture;
mod quota;
mod receipts;
mod segments;
