//! What is told of a key that was found: everything but the key.

use sha2::{Digest, Sha256};
use std::fmt;

/// A key that lies in the scanned bytes. Holds nothing of it but what its vendor publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whose key it is.
    pub vendor: Vendor,
    /// What it is, for people: "Shopify admin API access token".
    pub kind: &'static str,
    /// The rule that found it. Stable, for programs.
    pub rule: &'static str,
    /// What speaks for it being a key.
    pub evidence: Evidence,
    /// The published beginning that all keys of this kind share; empty where there is none.
    pub prefix: &'static str,
    /// The line where it begins, from 1. Lines end with `\n`.
    pub line: u64,
    /// The byte of that line where it begins, from 1.
    pub column: u64,
    /// The byte of the input where it begins, from 0.
    pub offset: u64,
    /// Tells whether two findings are the same key.
    pub fingerprint: Fingerprint,
}

/// What speaks for a finding, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Its checksum is right: no look-alike.
    Checksum,
    /// It has the vendor's published form, prefix included.
    Format,
    /// It has the form of a key and the vendor's name stands shortly before it.
    Context,
    /// It has the form of a key with a checksum, and the checksum is wrong: mistyped, altered or
    /// made up.
    BrokenChecksum,
}

impl Evidence {
    /// Returns the name that programs see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::Format => "format",
            Self::Context => "context",
            Self::BrokenChecksum => "broken-checksum",
        }
    }
}

/// The first 32 bits of the SHA-256 of a key. Too little to guess a random key by, enough to see
/// that two findings are one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 4]);

impl Fingerprint {
    /// Computes the fingerprint of a key.
    pub fn of(key: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::digest(key).into();
        Self([digest[0], digest[1], digest[2], digest[3]])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

macro_rules! vendors {
    ($($variant:ident => $name:literal,)*) => {
        /// Who issues a key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Vendor {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
        }

        impl Vendor {
            /// Returns the vendor's name, as it writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

vendors! {
    Lethe => "Lethe",
    Shopify => "Shopify",
    WooCommerce => "WooCommerce",
    Stripe => "Stripe",
    PayPal => "PayPal",
    Square => "Square",
    Klaviyo => "Klaviyo",
    Mailchimp => "Mailchimp",
    Mailgun => "Mailgun",
    SendGrid => "SendGrid",
    Brevo => "Brevo",
    Postmark => "Postmark",
    Resend => "Resend",
    Iterable => "Iterable",
    HubSpot => "HubSpot",
    Intercom => "Intercom",
    Zendesk => "Zendesk",
    Twilio => "Twilio",
    Shippo => "Shippo",
    EasyPost => "EasyPost",
    Aws => "AWS",
    GitHub => "GitHub",
    Slack => "Slack",
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
