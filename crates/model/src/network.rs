//! Networks: from where a credential may be used.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// The most networks of one grant.
const NETWORKS_MAX: usize = 32;

/// Where a credential may be used from; without a network, from anywhere.
///
/// `Some` of none is nowhere: what is left of two lists that have no address in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Option<Vec<IpNet>>);

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
        Self(None)
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
        Ok(Self((!all.is_empty()).then_some(all)))
    }

    /// Says whether a request from this address may pass. A request over the Unix socket has no
    /// address and counts as one from this machine.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        let local = IpAddr::from([127, 0, 0, 1]);
        let address = address.unwrap_or(local).to_canonical();
        let Some(all) = &self.0 else { return true };
        all.iter().any(|network| network.contains(&address))
    }

    /// Says whether every address of these is one of `wider`'s.
    pub fn within(&self, wider: &Self) -> bool {
        let (Some(mine), Some(theirs)) = (&self.0, &wider.0) else {
            return wider.0.is_none();
        };
        let is_inside = |one: &IpNet| theirs.iter().any(|network| network.contains(one));
        mine.iter().all(is_inside)
    }

    /// Says whether it may be used from anywhere: no network, or one of all addresses.
    pub fn are_anywhere(&self) -> bool {
        let Some(all) = &self.0 else { return true };
        all.iter().any(|one| one.prefix_len() == 0)
    }

    /// Says whether it may be used from nowhere at all.
    pub fn are_nowhere(&self) -> bool {
        self.0.as_ref().is_some_and(Vec::is_empty)
    }

    /// Takes the addresses that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (Some(one), Some(two)) = (&self.0, &other.0) else {
            return Self(self.0.clone().or_else(|| other.0.clone()));
        };
        // Of two networks that meet, one lies inside the other.
        let inner = |(one, two): (&IpNet, &IpNet)| match (one.contains(two), two.contains(one)) {
            (true, _) => Some(*two),
            (false, true) => Some(*one),
            (false, false) => None,
        };
        let pairs = one.iter().flat_map(|a| two.iter().map(move |b| (a, b)));
        let mut all: Vec<IpNet> = pairs.filter_map(inner).collect();
        all.sort();
        all.dedup();
        Self(Some(all))
    }

    /// Lists them in CIDR notation; none for anywhere and for nowhere.
    pub fn iter(&self) -> impl Iterator<Item = impl fmt::Display> {
        self.0.iter().flatten()
    }

    /// Lists them as address and length of the prefix.
    pub fn parts(&self) -> impl Iterator<Item = (IpAddr, u8)> {
        let all = self.0.iter().flatten();
        all.map(|network| (network.addr(), network.prefix_len()))
    }
}

/// Names the network of one household or office: a /24 (IPv4) or a /48 (IPv6) in CIDR notation, and
/// `local` for the Unix socket. What comes from one is taken to come from one place.
pub fn network_of(from: Option<IpAddr>) -> String {
    match from.map(|address| address.to_canonical()) {
        None => "local".to_owned(),
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
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
    fn what_is_in_both_is_within_each_of_them() {
        let (one, two) = (
            networks(&["10.0.0.0/8", "192.0.2.7"]),
            networks(&["10.1.0.0/16", "192.0.2.0/24", "fd00::/8"]),
        );
        let both = one.and(&two);
        assert_eq!(both, networks(&["10.1.0.0/16", "192.0.2.7"]));
        assert_eq!(both, two.and(&one));
        assert!(both.within(&one) && both.within(&two));
        assert_eq!(one.and(&Networks::anywhere()), one);
        assert_eq!(Networks::anywhere().and(&one), one);
    }

    #[test]
    fn two_lists_without_a_common_address_leave_nowhere_to_use_a_key() {
        let nowhere = networks(&["10.0.0.0/8"]).and(&networks(&["192.0.2.7"]));
        assert!(nowhere.are_nowhere() && !nowhere.are_anywhere());
        assert!(!nowhere.allow(None) && !nowhere.allow(Some("10.0.0.1".parse().unwrap())));
        assert!(nowhere.within(&networks(&["10.0.0.0/8"])));
        assert!(!Networks::anywhere().within(&nowhere));
        assert!(!networks(&["10.0.0.0/8"]).within(&nowhere));
        assert!(nowhere.and(&Networks::anywhere()).are_nowhere());
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
