//! People who log in: their passwords, one-time codes and recovery codes, what slows guessing down,
//! and the file of roles. Pure: time and chance are arguments, nothing is stored here.

mod base32;
mod client;
mod common;
mod hash;
mod name;
mod password;
mod recovery;
mod roles;
mod throttle;
mod totp;

pub use client::Client;
pub use hash::{PasswordCost, PasswordHash, Pepper};
pub use name::{NameError, StaffName};
pub use password::{Password, PasswordError};
pub use recovery::{RECOVERY_CODES, RecoveryCode};
pub use roles::{Role, Roles, RolesError};
pub use throttle::{Device, Throttle, Wait};
pub use totp::{STEP_MS, TotpCode, TotpSecret};
