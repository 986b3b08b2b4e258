//! Test harness: a vault in a temporary folder, a clock that only tests move, and a search for leaked values.
