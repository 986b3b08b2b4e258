//! The brake as a whole.
