//! Attacks stolen bytes and the public API, and counts what a thief would hold. Cannot link the operations.
