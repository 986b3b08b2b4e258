//! Nouns and rules of Lethe: ids, fields, grants, normalisation, clocks. No I/O.

mod caveat;
mod chance;
mod clock;
mod field;
mod field_set;
mod grant;
mod id;
mod incoming;
mod network;
pub mod normalise;
mod order_state;
mod personal;
mod purpose;
mod quota;
mod store;

pub use caveat::{CAVEATS_MAX, Caveat, ORDERS_MAX};
pub use chance::Random;
pub use clock::Clock;
pub use field::{Category, FIELDS, Field, FieldKind, UnknownField};
pub use field_set::FieldSet;
pub use grant::{Grant, Power, PowerSet};
pub use id::{OrderId, RecordId, SubjectId, SubjectNumber};
pub use incoming::{IncomingCustomer, IncomingOrder, IncomingParty, OrderLine};
pub use network::{Networks, NetworksError, network_of};
pub use order_state::{OrderState, OrderStates};
pub use personal::Personal;
pub use purpose::{Purpose, PurposeSet, UnknownPurpose};
pub use quota::{Bounds, Quota, Window};
pub use store::{StoreId, StoreName};
