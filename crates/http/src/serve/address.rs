//! Which addresses may be bound: the vault must not be reachable from the Internet.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// Why an address cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Other machines could reach it from the Internet.
    #[error(
        "{0} is not a private address: the vault must not be reachable from the Internet; bind \
         127.0.0.1, [::1], an address of your private network, or a Unix socket"
    )]
    Public(SocketAddr),
    /// It stands for every address of the machine.
    #[error(
        "{0} stands for every address of this machine, public ones included: the vault must not be \
         reachable from the Internet; bind 127.0.0.1, [::1], an address of your private network, or \
         a Unix socket"
    )]
    Unspecified(SocketAddr),
    /// The system refused it.
    #[error("cannot listen on {address}: {source}")]
    Tcp {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused the socket.
    #[error("cannot listen on {}: {source}", .path.display())]
    Unix {
        /// The socket's path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process answers on the socket.
    #[error("another process serves {}: stop it first, or choose another path", .0.display())]
    InUse(PathBuf),
    /// There is something else than a socket.
    #[error("{} exists and is not a socket: choose another path", .0.display())]
    NotASocket(PathBuf),
}

/// Refuses addresses that others than the private network could reach.
pub(super) fn check(address: SocketAddr) -> Result<(), BindError> {
    let ip = address.ip().to_canonical();
    if ip.is_unspecified() {
        return Err(BindError::Unspecified(address));
    }
    let is_private = match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || is_unique_local(ip) || is_link_local(ip),
    };
    if is_private {
        Ok(())
    } else {
        Err(BindError::Public(address))
    }
}

/// `fc00::/7` (RFC 4193).
fn is_unique_local(ip: Ipv6Addr) -> bool {
    ip.segments()[0] & 0xfe00 == 0xfc00
}

/// `fe80::/10` (RFC 4291 §2.5.6).
fn is_link_local(ip: Ipv6Addr) -> bool {
    ip.segments()[0] & 0xffc0 == 0xfe80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(ip: &str) -> Option<BindError> {
        check(SocketAddr::new(ip.parse().unwrap(), 8420)).err()
    }

    #[test]
    fn loopback_and_private_addresses_are_served() {
        let private = [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.7",
            "172.16.0.1",
            "172.31.255.1",
            "192.168.1.4",
            "169.254.3.4",
            "::1",
            "fd12:3456::1",
            "fc00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
        ];
        for ip in private {
            assert!(refusal(ip).is_none(), "{ip}");
        }
    }

    #[test]
    fn public_and_unspecified_addresses_are_refused() {
        let public = [
            "8.8.8.8",
            "172.32.0.1",
            "172.15.0.1",
            "192.169.0.1",
            "100.64.0.1",
            "2001:4860::8888",
            "fec0::1",
            "::ffff:8.8.8.8",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
        ];
        for ip in public {
            assert!(matches!(refusal(ip), Some(BindError::Public(_))), "{ip}");
        }
        for ip in ["0.0.0.0", "::", "::ffff:0.0.0.0"] {
            assert!(
                matches!(refusal(ip), Some(BindError::Unspecified(_))),
                "{ip}"
            );
        }
    }

    #[test]
    fn a_refusal_says_why_and_what_to_bind_instead() {
        let text = refusal("8.8.8.8").unwrap().to_string();
        assert!(text.contains("must not be reachable from the Internet"));
        assert!(text.contains("127.0.0.1"));
    }
}
