//! Caveats as bytes: type, length, value. Each caveat has one encoding, and no other is read.

use super::DerivedKeyError;
use lethe_model::{
    Bounds, CAVEATS_MAX, Caveat, FieldSet, Networks, ORDERS_MAX, OrderStates, PowerSet, PurposeSet,
    Window,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const EXPIRES: u8 = 1;
const FIELDS: u8 = 2;
const PURPOSES: u8 = 3;
const POWERS: u8 = 4;
const STATES: u8 = 5;
const NETWORKS: u8 = 6;
const PEOPLE: u8 = 7;
const VALUES: u8 = 8;
const REQUESTS_PER_SECOND: u8 = 9;
const ORDERS: u8 = 10;
const LABEL: u8 = 11;

const TOKEN_MAX: usize = 100;
const LABEL_MAX: usize = 40;

/// Writes a caveat: type, u16 length, value.
pub(super) fn encode(caveat: &Caveat) -> Result<Vec<u8>, DerivedKeyError> {
    let (kind, value) = write(caveat)?;
    let length = u16::try_from(value.len()).map_err(|_| DerivedKeyError::TooLong)?;
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&value);
    Ok(bytes)
}

/// Reads exactly `count` caveats.
pub(super) fn decode_all(mut bytes: &[u8], count: usize) -> Result<Vec<Caveat>, DerivedKeyError> {
    if !(1..=CAVEATS_MAX).contains(&count) {
        return Err(DerivedKeyError::Malformed);
    }
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let (head, rest) = bytes
            .split_at_checked(3)
            .ok_or(DerivedKeyError::Malformed)?;
        let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
        let value = rest.get(..length).ok_or(DerivedKeyError::Malformed)?;
        if !(EXPIRES..=LABEL).contains(&head[0]) {
            return Err(DerivedKeyError::Unknown);
        }
        let caveat = read(head[0], value).ok_or(DerivedKeyError::Malformed)?;
        if encode(&caveat).ok().as_deref() != Some(&bytes[..3 + length]) {
            return Err(DerivedKeyError::Malformed);
        }
        all.push(caveat);
        bytes = &rest[length..];
    }
    match bytes.is_empty() {
        true => Ok(all),
        false => Err(DerivedKeyError::Malformed),
    }
}

fn write(caveat: &Caveat) -> Result<(u8, Vec<u8>), DerivedKeyError> {
    let set = |bits: u64| bits.to_be_bytes().to_vec();
    Ok(match caveat {
        Caveat::Expires(at_ms) => match at_ms {
            1.. => (EXPIRES, at_ms.to_be_bytes().to_vec()),
            _ => return Err(invalid("expiry", "must lie after 1970")),
        },
        Caveat::Fields(fields) => (FIELDS, set(fields.bits())),
        Caveat::Purposes(purposes) => (PURPOSES, set(purposes.bits())),
        Caveat::Powers(powers) => (POWERS, set(powers.bits())),
        Caveat::States(states) => (STATES, set(states.bits())),
        Caveat::Networks(networks) => (NETWORKS, write_networks(networks)?),
        Caveat::People(bounds) => (PEOPLE, write_bounds("people", bounds)?),
        Caveat::Values(bounds) => (VALUES, write_bounds("values", bounds)?),
        Caveat::RequestsPerSecond(0) => {
            return Err(invalid("requests per second", "must be at least 1"));
        }
        Caveat::RequestsPerSecond(rate) => (REQUESTS_PER_SECOND, rate.to_be_bytes().to_vec()),
        Caveat::Orders(tokens) => (ORDERS, write_orders(tokens)?),
        Caveat::Label(label) if is_label(label) => (LABEL, label.as_bytes().to_vec()),
        Caveat::Label(_) => {
            return Err(invalid(
                "label",
                "is 1 to 40 lower-case letters, digits, dots, dashes and underscores: it stands in \
                 the log, so no person's name",
            ));
        }
    })
}

fn read(kind: u8, value: &[u8]) -> Option<Caveat> {
    let number = || Some(u64::from_be_bytes(value.try_into().ok()?));
    Some(match kind {
        EXPIRES => Caveat::Expires(i64::from_be_bytes(value.try_into().ok()?)),
        FIELDS => {
            let fields = FieldSet::from_bits(number()?);
            // A field of a newer release is as unknown as a caveat of one.
            FieldSet::all().covers(fields).then_some(())?;
            Caveat::Fields(fields)
        }
        PURPOSES => Caveat::Purposes(PurposeSet::from_bits(number()?)?),
        POWERS => Caveat::Powers(PowerSet::from_bits(number()?)?),
        STATES => Caveat::States(OrderStates::from_bits(number()?)?),
        NETWORKS => Caveat::Networks(read_networks(value)?),
        PEOPLE => Caveat::People(read_bounds(value)?),
        VALUES => Caveat::Values(read_bounds(value)?),
        REQUESTS_PER_SECOND => {
            Caveat::RequestsPerSecond(u32::from_be_bytes(value.try_into().ok()?))
        }
        ORDERS => Caveat::Orders(read_orders(value)?),
        LABEL => Caveat::Label(std::str::from_utf8(value).ok()?.to_owned()),
        _ => return None,
    })
}

fn write_networks(networks: &Networks) -> Result<Vec<u8>, DerivedKeyError> {
    let mut bytes = Vec::new();
    for (address, prefix) in networks.parts() {
        match address {
            IpAddr::V4(address) => {
                bytes.push(4);
                bytes.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                bytes.push(6);
                bytes.extend_from_slice(&address.octets());
            }
        }
        bytes.push(prefix);
    }
    match bytes.is_empty() {
        true => Err(invalid("networks", "must name at least one")),
        false => Ok(bytes),
    }
}

fn read_networks(mut value: &[u8]) -> Option<Networks> {
    let mut texts = Vec::new();
    while let Some((family, rest)) = value.split_first() {
        let (address, rest): (IpAddr, &[u8]) = match family {
            4 => {
                let (octets, rest) = rest.split_first_chunk::<4>()?;
                (Ipv4Addr::from(*octets).into(), rest)
            }
            6 => {
                let (octets, rest) = rest.split_first_chunk::<16>()?;
                (Ipv6Addr::from(*octets).into(), rest)
            }
            _ => return None,
        };
        let (prefix, rest) = rest.split_first()?;
        texts.push(format!("{address}/{prefix}"));
        value = rest;
    }
    Networks::parse(texts.iter().map(String::as_str)).ok()
}

/// A byte whose bit `n` says that the window with number `n` is bounded, and a u32 for each.
fn write_bounds(what: &'static str, bounds: &Bounds) -> Result<Vec<u8>, DerivedKeyError> {
    let mut bytes = vec![0];
    for (at, window) in Window::ALL.into_iter().enumerate() {
        if let Some(bound) = bounds.of(window) {
            bytes[0] |= 1 << at;
            bytes.extend_from_slice(&bound.to_be_bytes());
        }
    }
    match bytes[0] {
        0 => Err(invalid(what, "must be bounded in at least one window")),
        _ => Ok(bytes),
    }
}

fn read_bounds(value: &[u8]) -> Option<Bounds> {
    let (mask, mut rest) = value.split_first()?;
    let mut bounds = Bounds::default();
    for (at, window) in Window::ALL.into_iter().enumerate() {
        if mask & (1 << at) != 0 {
            let (bound, after) = rest.split_first_chunk::<4>()?;
            bounds.set(window, Some(u32::from_be_bytes(*bound)));
            rest = after;
        }
    }
    (rest.is_empty() && *mask < 1 << Window::ALL.len()).then_some(bounds)
}

/// A u8 length and the text for each token, in ascending order, none twice.
fn write_orders(tokens: &[String]) -> Result<Vec<u8>, DerivedKeyError> {
    let mut sorted: Vec<&String> = tokens.iter().collect();
    sorted.sort();
    sorted.dedup();
    if !(1..=ORDERS_MAX).contains(&sorted.len()) {
        return Err(invalid("orders", "are 1 to 8 in one restriction"));
    }
    let mut bytes = Vec::new();
    for token in sorted {
        let length = u8::try_from(token.len()).ok().filter(|_| is_token(token));
        let length = length.ok_or(invalid("orders", "are tokens: each begins with `ord_`"))?;
        bytes.push(length);
        bytes.extend_from_slice(token.as_bytes());
    }
    Ok(bytes)
}

fn read_orders(mut value: &[u8]) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    while let Some((length, rest)) = value.split_first() {
        let (token, rest) = rest.split_at_checked((*length).into())?;
        tokens.push(std::str::from_utf8(token).ok()?.to_owned());
        value = rest;
    }
    Some(tokens)
}

fn is_token(text: &str) -> bool {
    text.len() <= TOKEN_MAX
        && text
            .strip_prefix("ord_")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_label(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    (1..=LABEL_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

const fn invalid(what: &'static str, reason: &'static str) -> DerivedKeyError {
    DerivedKeyError::Invalid { what, reason }
}
