//! A key that comes from a web page: whoever opens the page has it.

use crate::{Error, Vault};
use lethe_crypto::PresentedKey;
use lethe_keeper::{Alert, AlertKind, Quarantine, QuarantineReason};
use std::net::IpAddr;

/// The longest origin that is noted.
const ORIGIN_MAX: usize = 100;

/// What becomes of a request that a browser sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserVerdict {
    /// The settings allow browsers from there.
    Allowed,
    /// The key is in quarantine now, or was already.
    Quarantined,
    /// It was no living key.
    Unknown,
}

impl Vault {
    /// Quarantines a key that a browser presented, unless browsers are allowed from there. For a
    /// derived key that is its parent: nobody knows what else was derived where it lay.
    ///
    /// `page`: the `Origin` or `Referer` header; only scheme, host and port of it are noted.
    ///
    /// # Errors
    ///
    /// When log or keyring cannot be written: then the request is refused and the key is not held
    /// back.
    pub fn seen_in_browser(
        &self,
        key: &PresentedKey,
        from: Option<IpAddr>,
        page: Option<&str>,
    ) -> Result<BrowserVerdict, Error> {
        let allowed = self.keeper.access().browsers();
        if allowed.is_some_and(|networks| !networks.are_anywhere() && networks.allow(from)) {
            return Ok(BrowserVerdict::Allowed);
        }
        let holder = match key {
            PresentedKey::Root(key) => self.keeper.living_holder(key),
            PresentedKey::Derived(key) => self.keeper.living_parent(key),
        };
        let Some(holder) = holder else {
            return Ok(BrowserVerdict::Unknown);
        };
        if holder.standing.quarantine.is_none() {
            let page = page.and_then(origin);
            let text = format!(
                "The key {} of `{}` was sent by a web page{} and is in quarantine: whoever opens the page can \
                 read it, so make a new key, use it from a server, and revoke this one.",
                holder.id,
                holder.recipient,
                page.as_ref()
                    .map(|page| format!(" ({page})"))
                    .unwrap_or_default(),
            );
            // First the alert: a crash in between leaves a key that its next request holds back, and
            // never one that is held back without anybody hearing of it.
            self.raise(&Alert::about(AlertKind::KeyInBrowser, &holder, text))?;
            let quarantine = Quarantine {
                reason: QuarantineReason::Browser,
                since_ms: self.around.clock.now_ms(),
                evidence: page,
            };
            self.keeper
                .quarantine(&holder, &holder.id, Some(quarantine))?;
        }
        Ok(BrowserVerdict::Quarantined)
    }
}

/// Takes scheme, host and port of an address; nothing of a path, which may hold anything.
fn origin(page: &str) -> Option<String> {
    let (scheme, rest) = page.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"+-.:[]".contains(&b);
    let text = format!("{scheme}://{host}");
    let is_good = !host.is_empty() && text.len() <= ORIGIN_MAX;
    (is_good && scheme.bytes().chain(host.bytes()).all(is_plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn only_the_origin_of_a_page_is_noted() {
        let noted = |page| origin(page).unwrap();
        assert_eq!(noted("https://shop.example"), "https://shop.example");
        assert_eq!(
            noted("https://shop.example:8443/account?email=ana@example.org"),
            "https://shop.example:8443"
        );
        for other in [
            "null",
            "https://ana@shop.example/",
            "https:///path",
            "data:text/html",
        ] {
            assert_eq!(origin(other), None, "{other}");
        }
    }
}
