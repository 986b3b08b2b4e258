//! Chance for crates that want a generator of their own kind.

use hpke::rand_core::{Infallible, TryCryptoRng, TryRng};
use lethe_model::Random;

/// Lethe's source of chance as a cryptographic generator.
pub(crate) struct Chance<'r>(pub(crate) &'r dyn Random);

impl TryRng for Chance<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.bytes()))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(target);
        Ok(())
    }
}

impl TryCryptoRng for Chance<'_> {}
