//! Networks: from where a credential may be used.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// The most networks of one grant.
const NETWORKS_MAX: usize = 32;

/// Where a credential may be used from; without a network, from anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<IpNet>);

/// A text that names no network. Tells nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworksError {
    /// Not an address with a prefix length.
    #[error("is no network: write one like `10.1.0.0/16`, `192.0.2.7/32` or `fd00::/8`")]
    Form,
    /// Address bits behind the prefix.
    #[error(
        "has bits behind its prefix length: write the network's first address, such as `10.1.0.0/16`"
    )]
    HostBits,
    /// More than a list that somebody can check.
    #[error("are too many: 32 at most")]
    TooMany,
}

impl Networks {
    /// From anywhere.
    pub const fn anywhere() -> Self {
        Self(Vec::new())
    }

    /// Reads networks in CIDR notation (RFC 4632, RFC 4291 §2.3); a bare address is a network of one.
    ///
    /// # Errors
    ///
    /// [`NetworksError`] says what is wrong with the first that is not one.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, NetworksError> {
        let mut all = Vec::new();
        for text in texts {
            let network = match text.parse::<IpAddr>() {
                Ok(address) => IpNet::from(address),
                Err(_) => text.parse().map_err(|_| NetworksError::Form)?,
            };
            if network.addr() != network.network() {
                return Err(NetworksError::HostBits);
            }
            all.push(network);
        }
        all.sort();
        all.dedup();
        if all.len() > NETWORKS_MAX {
            return Err(NetworksError::TooMany);
        }
        Ok(Self(all))
    }

    /// Says whether a request from this address may pass. A request over the Unix socket has no
    /// address and counts as one from this machine.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        let local = IpAddr::from([127, 0, 0, 1]);
        let address = address.unwrap_or(local).to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }

    /// Says whether every address of these is one of `wider`'s.
    pub fn within(&self, wider: &Self) -> bool {
        if wider.0.is_empty() {
            return true;
        }
        let is_inside = |one: &IpNet| wider.0.iter().any(|network| network.contains(one));
        !self.0.is_empty() && self.0.iter().all(is_inside)
    }

    /// Says whether it may be used from anywhere: no network, or one of all addresses.
    pub fn are_anywhere(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(|one| one.prefix_len() == 0)
    }

    /// Lists them in CIDR notation.
    pub fn iter(&self) -> impl Iterator<Item = impl fmt::Display> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Networks {
        Networks::parse(texts.iter().copied()).unwrap()
    }

    #[test]
    fn an_address_is_allowed_inside_one_of_the_networks() {
        let office = networks(&["10.1.0.0/16", "192.0.2.7", "fd00::/8"]);
        for inside in ["10.1.255.1", "192.0.2.7", "fd12::1", "::ffff:10.1.0.9"] {
            assert!(office.allow(Some(inside.parse().unwrap())), "{inside}");
        }
        for outside in ["10.2.0.1", "192.0.2.8", "fe80::1", "127.0.0.1"] {
            assert!(!office.allow(Some(outside.parse().unwrap())), "{outside}");
        }
        assert!(!office.allow(None));
        assert!(networks(&["127.0.0.0/8"]).allow(None));
        assert!(Networks::anywhere().allow(None));
    }

    #[test]
    fn what_is_within_another_never_allows_more() {
        let wide = networks(&["10.0.0.0/8", "fd00::/8"]);
        assert!(networks(&["10.1.0.0/16"]).within(&wide));
        assert!(!networks(&["10.1.0.0/16", "11.0.0.0/8"]).within(&wide));
        assert!(!Networks::anywhere().within(&wide));
        assert!(wide.within(&Networks::anywhere()));
    }

    #[test]
    fn a_malformed_network_is_refused() {
        let parse = |text| Networks::parse([text]).unwrap_err();
        assert_eq!(parse("office"), NetworksError::Form);
        assert_eq!(parse("10.0.0.0/33"), NetworksError::Form);
        assert_eq!(parse("10.1.0.0/8"), NetworksError::HostBits);
    }

    #[test]
    fn a_network_of_all_addresses_is_anywhere() {
        assert!(networks(&["0.0.0.0/0"]).are_anywhere());
        assert!(!networks(&["0.0.0.0/1"]).are_anywhere());
    }
}
