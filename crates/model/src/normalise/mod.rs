//! Values as people write them, and the forms in which they are compared.
//!
//! What is stored is what was written (NFC, trimmed); what is compared is derived here, and only
//! ever leaves as a keyed hash.

mod email;
mod phone;
mod text;

pub use email::email_for_lookup;
pub use phone::phone_for_lookup;
pub use text::{clean_line, clean_text, same_person_name};
