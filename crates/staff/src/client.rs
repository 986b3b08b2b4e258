//! Where somebody comes from: what a session is bound to, and what a guess is counted by.

use lethe_model::network_of;
use std::net::IpAddr;

/// A client: its network and a hash of what it calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    network: String,
    agent: [u8; 32],
}

impl Client {
    /// Describes a client. `from`: its address, `None` over the Unix socket. `agent`: a hash of its
    /// `User-Agent` header.
    ///
    /// An address counts as its /24 or /48: people's addresses change within a network, and whoever
    /// has one address of it usually has many.
    pub fn new(from: Option<IpAddr>, agent: [u8; 32]) -> Self {
        Self {
            network: network_of(from),
            agent,
        }
    }

    /// Returns its network: `local`, or a prefix in CIDR notation.
    pub fn network(&self) -> &str {
        &self.network
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_the_same_within_its_network_and_program() {
        let at = |text: &str, agent| Client::new(Some(text.parse().unwrap()), [agent; 32]);
        assert_eq!(at("192.0.2.7", 1), at("192.0.2.9", 1));
        assert_eq!(at("::ffff:192.0.2.7", 1), at("192.0.2.9", 1));
        assert_ne!(at("192.0.2.7", 1), at("192.0.3.7", 1));
        assert_ne!(at("192.0.2.7", 1), at("192.0.2.7", 2));
        assert_eq!(at("2001:db8:1:2::3", 1), at("2001:db8:1:9::3", 1));
        assert_eq!(Client::new(None, [0; 32]).network(), "local");
    }
}
