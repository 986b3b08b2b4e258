//! The suite of the operations once more, with the databases on PostgreSQL: the harness sees it by the
//! name of this program. Without a PostgreSQL it runs on files, and says so.

#[path = "../it/alerts.rs"]
mod alerts;
#[path = "../it/break_glass.rs"]
mod break_glass;
#[path = "../it/canaries.rs"]
mod canaries;
#[path = "../it/credentials.rs"]
mod credentials;
#[path = "../it/derived.rs"]
mod derived;
#[path = "../it/documents.rs"]
mod documents;
#[path = "../it/dual.rs"]
mod dual;
#[path = "../it/erasure.rs"]
mod erasure;
#[path = "../it/exports.rs"]
mod exports;
#[path = "../it/held.rs"]
mod held;
#[path = "../it/intake.rs"]
mod intake;
#[path = "../it/law.rs"]
mod law;
#[path = "../it/log.rs"]
mod log;
#[path = "../it/restore.rs"]
mod restore;
#[path = "../it/retention.rs"]
mod retention;
#[path = "../it/reveal.rs"]
mod reveal;
#[path = "../it/rotation.rs"]
mod rotation;
#[path = "../it/staff.rs"]
mod staff;
#[path = "../it/tampering.rs"]
mod tampering;
#[path = "../it/vendor_keys.rs"]
mod vendor_keys;
