//! Addresses of pages and scripts: as much of RFC 3986 as a page's references need.

use std::fmt;

/// An `http` or `https` address without user, password and fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    is_secure: bool,
    /// In small letters.
    host: String,
    port: u16,
    path: String,
    /// With its `?`, or empty.
    query: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (host, port) = split_port(authority)?;
        let port = match port {
            "" if is_secure => 443,
            "" => 80,
            port => port.parse().ok()?,
        };
        let origin = Self {
            is_secure,
            host: host.to_ascii_lowercase(),
            port,
            path: "/".to_owned(),
            query: String::new(),
        };
        Some(origin.with_target(rest))
    }

    /// Resolves a reference in a page at this address; `None` if it leads nowhere that can be fetched.
    pub(super) fn resolve(&self, reference: &str) -> Option<Self> {
        let reference = reference.trim();
        let scheme_end = reference.find(':').unwrap_or(0);
        let scheme = &reference[..scheme_end];
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if !scheme.is_empty() && scheme.chars().all(is_scheme) {
            return Self::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            let scheme = if self.is_secure { "https" } else { "http" };
            return Self::parse(&format!("{scheme}://{rest}"));
        }
        if reference.is_empty() || reference.starts_with('#') {
            return Some(self.clone());
        }
        if reference.starts_with('/') {
            return Some(self.with_target(reference));
        }
        let folder = &self.path[..=self.path.rfind('/').unwrap_or(0)];
        let target = if reference.starts_with('?') {
            format!("{}{reference}", self.path)
        } else {
            format!("{folder}{reference}")
        };
        Some(self.with_target(&target))
    }

    /// Same scheme, host and port (RFC 6454).
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        self.is_secure == other.is_secure && self.port == other.port && self.host == other.host
    }

    /// Whether a redirect may lead from here there: the same host, and not out of TLS.
    pub(super) fn may_lead_to(&self, other: &Self) -> bool {
        let is_upgrade = !self.is_secure && other.is_secure;
        self.host == other.host && (is_upgrade || self.is_same_origin(other))
    }

    fn with_target(&self, target: &str) -> Self {
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        Self {
            path: encoded(&without_dots(path)),
            query: encoded(query),
            ..self.clone()
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.is_secure {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != usual {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "{}{}", self.path, self.query)
    }
}

/// Splits host and port; `None` for what is no host, a user with a password among it.
fn split_port(authority: &str) -> Option<(&str, &str)> {
    let bracket = authority.rfind(']').unwrap_or(0);
    let colon = authority[bracket..].find(':').map(|at| bracket + at);
    let (host, port) = colon.map_or((authority, ""), |at| {
        (&authority[..at], &authority[at + 1..])
    });
    let is_host = if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']')?;
        inner.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        !host.is_empty() && host.bytes().all(is_part)
    };
    is_host.then_some((host, port))
}

/// Removes `.` and `..` (RFC 3986 §5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path
        .split('/')
        .skip(usize::from(path.starts_with('/')))
        .peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Percent-encodes what may not stand in an address as it is; encodes nothing twice.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, reference: &str) -> String {
        let base = Address::parse(base).unwrap();
        base.resolve(reference)
            .map_or("nowhere".to_owned(), |to| to.to_string())
    }

    #[test]
    fn references_lead_where_a_browser_goes() {
        let base = "https://Shop.example/a/b/page.html?x=1#top";
        for (reference, expected) in [
            ("app.js", "https://shop.example/a/b/app.js"),
            ("./app.js?v=2#x", "https://shop.example/a/b/app.js?v=2"),
            ("../../../app.js", "https://shop.example/app.js"),
            ("/x/../app.js", "https://shop.example/app.js"),
            ("?y", "https://shop.example/a/b/page.html?y"),
            (
                "//cdn.example:8443/app.js",
                "https://cdn.example:8443/app.js",
            ),
            ("http://shop.example:80/", "http://shop.example/"),
            ("a b\u{e9}.js", "https://shop.example/a/b/a%20b%C3%A9.js"),
            ("..", "https://shop.example/a/"),
            ("", "https://shop.example/a/b/page.html?x=1"),
            ("data:text/javascript,1", "nowhere"),
            ("javascript:void(0)", "nowhere"),
            ("https://user:pass@shop.example/", "nowhere"),
        ] {
            assert_eq!(resolved(base, reference), expected, "{reference}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_page_is_refused() {
        for text in [
            "ftp://a/",
            "http://",
            "http://a:b/",
            "http://a b/",
            "http://u@a/",
            "http://[::g]/",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        let local = Address::parse("http://[::1]:8080").unwrap();
        assert_eq!(local.to_string(), "http://[::1]:8080/");
    }

    #[test]
    fn a_redirect_stays_on_its_host_and_in_tls() {
        let may = |from: &str, to: &str| {
            Address::parse(from)
                .unwrap()
                .may_lead_to(&Address::parse(to).unwrap())
        };
        assert!(may("http://a/", "https://a/x"));
        assert!(may("http://a/", "http://a/x"));
        assert!(!may("https://a/", "http://a/"));
        assert!(!may("http://a/", "http://www.a/"));
        assert!(!may("http://a/", "http://a:81/"));
    }
}
