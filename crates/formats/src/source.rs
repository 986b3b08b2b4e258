//! One face for all formats, so that an import treats them alike.

use lethe_model::{IncomingCustomer, IncomingOrder};

use crate::{RowError, text::TextEncoding};

/// One thing an input described.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// An order.
    Order(Box<IncomingOrder>),
    /// A customer account.
    Customer(Box<IncomingCustomer>),
}

impl Incoming {
    /// Returns where it stood in its source, starting at 1.
    pub fn row(&self) -> u64 {
        match self {
            Self::Order(order) => order.row,
            Self::Customer(customer) => customer.row,
        }
    }
}

/// An input being read: what it holds one by one, and how far it has been read.
///
/// After an error the next call goes on with the next row, unless [`RowError::is_fatal`].
pub trait Source: Iterator<Item = Result<Incoming, RowError>> {
    /// Returns how many bytes of the input have been taken so far, for progress bars.
    fn bytes_read(&self) -> u64;

    /// Returns how the bytes are read as text. It can still change while a file is read, because a
    /// file may show its first byte outside ASCII late.
    fn encoding(&self) -> TextEncoding;

    /// Says whether characters had to be replaced (by U+FFFD) because the bytes were damaged.
    fn is_damaged(&self) -> bool;
}
