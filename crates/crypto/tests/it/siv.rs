//! AES-SIV: tokens.

use crate::vectors::each_case;
use aes_siv::KeyInit;
use aes_siv::siv::{Aes128Siv, Aes256Siv};
use lethe_crypto::{Token, TokenKey};
use lethe_model::{OrderId, SubjectId};

const SIV: &str = include_str!("../vectors/aes_siv.json");
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[test]
fn aes_siv_gives_what_rfc_5297_says_and_refuses_every_flipped_bit() {
    each_case(SIV, 2, |case| {
        let key = case.array::<32>("key");
        let (headers, clear) = (case.list("headers"), case.bytes("msg"));
        let mut sealed = Aes128Siv::new(&key.into())
            .encrypt(&headers, &clear)
            .unwrap();
        assert_eq!(sealed, case.bytes("sealed"), "{}", case.name());
        let opened = Aes128Siv::new(&key.into())
            .decrypt(&headers, &sealed)
            .unwrap();
        assert_eq!(opened, clear, "{}", case.name());
        for bit in 0..sealed.len() * 8 {
            sealed[bit / 8] ^= 1 << (bit % 8);
            let opened = Aes128Siv::new(&key.into()).decrypt(&headers, &sealed);
            assert!(opened.is_err(), "{}: bit {bit}", case.name());
            sealed[bit / 8] ^= 1 << (bit % 8);
        }
    });
}

/// A second implementation of tokens, from their description.
#[test]
fn a_token_is_aes_256_siv_over_the_ids_in_base_62() {
    let key: [u8; 64] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let ours = TokenKey::from_bytes(&key).unwrap();
    let (subject, order) = ([0xa5; 16], [0x5a; 16]);
    let ids = (SubjectId::from_bytes(subject), OrderId::from_bytes(order));
    for (token, prefix, clear, width) in [
        (Token::Subject(ids.0), "sub_", subject.to_vec(), 43),
        (
            Token::Order(ids.0, ids.1),
            "ord_",
            [subject, order].concat(),
            65,
        ),
    ] {
        let headers = [&b"lethe-token-v1"[..], prefix.as_bytes()];
        let sealed = Aes256Siv::new(&key.into())
            .encrypt(headers, &clear)
            .unwrap();
        let expected = format!("{prefix}{}", base_62(sealed, width));
        assert_eq!(ours.encode(token), expected);
        assert_eq!(ours.decode(&expected), Ok(token));
    }
}

/// Long division, digit by digit.
fn base_62(mut number: Vec<u8>, width: usize) -> String {
    let mut digits = Vec::new();
    for _ in 0..width {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap();
            rest = value % 62;
        }
        digits.push(char::from(DIGITS[rest as usize]));
    }
    assert!(number.iter().all(|byte| *byte == 0), "the width is enough");
    digits.iter().rev().collect()
}
