//! Chance as a parameter.

/// A source of cryptographically secure random bytes.
///
/// Passed in everywhere, so that a test can replay a run. One call may cost as much as sealing a
/// record: draw once per record or batch, not once per nonce.
pub trait Random: Send + Sync {
    /// Fills `target` with random bytes.
    ///
    /// # Panics
    ///
    /// When the operating system cannot give random bytes: no key may be made without them.
    fn fill(&self, target: &mut [u8]);
}

impl dyn Random + '_ {
    /// Returns `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
