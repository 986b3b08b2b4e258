//! Argon2id for the passphrase; HKDF for what HPKE derives.

use crate::vectors::each_case;
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use lethe_crypto::{KdfCost, SealedRoot, SecretKey, open_bytes};
use lethe_model::Random;
use sha2::Sha256;

const ARGON2ID: &str = include_str!("../vectors/argon2id.json");
const HKDF: &str = include_str!("../vectors/hkdf_sha256.json");

#[test]
fn argon2id_gives_what_rfc_9106_says() {
    each_case(ARGON2ID, 5, |case| {
        let mut params = ParamsBuilder::new();
        params
            .m_cost(u32::try_from(case.number("memory_kib")).unwrap())
            .t_cost(u32::try_from(case.number("passes")).unwrap())
            .p_cost(u32::try_from(case.number("lanes")).unwrap())
            .output_len(case.number("length"))
            .data(AssociatedData::new(&case.bytes("ad")).unwrap());
        let params = params.build().unwrap();
        let secret = case.bytes("secret");
        let argon2 =
            Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut output = vec![0; case.number("length")];
        argon2
            .hash_password_into(&case.bytes("pass"), &case.bytes("salt"), &mut output)
            .unwrap();
        assert_eq!(output, case.bytes("output"), "{}", case.name());
    });
}

#[test]
fn hkdf_sha256_gives_and_refuses_what_wycheproof_says() {
    each_case(HKDF, 83, |case| {
        let hkdf = Hkdf::<Sha256>::new(Some(&case.bytes("salt")), &case.bytes("ikm"));
        let mut output = vec![0; case.number("size")];
        let answer = hkdf.expand(&case.bytes("info"), &mut output);
        assert_eq!(answer.is_ok(), case.is_valid(), "{}", case.name());
        if case.is_valid() {
            assert_eq!(output, case.bytes("okm"), "{}", case.name());
        }
    });
}

struct Fives;
impl Random for Fives {
    fn fill(&self, target: &mut [u8]) {
        target.fill(5);
    }
}

/// A second implementation of the root key file, from its description.
#[test]
fn a_root_key_file_opens_with_argon2id_and_aes_256_gcm_siv_alone() {
    let cost = KdfCost {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    let root = SecretKey::take(&mut [1; 32]);
    let text = SealedRoot::seal(&root, "correct horse battery", cost, &Fives);
    let file: toml::Table = text.parse().unwrap();
    let bytes = |member: &str| STANDARD.decode(file[member].as_str().unwrap()).unwrap();
    let number = |member: &str| u32::try_from(file[member].as_integer().unwrap()).unwrap();
    let mut params = ParamsBuilder::new();
    params
        .m_cost(number("memory_kib"))
        .t_cost(number("passes"))
        .p_cost(1)
        .output_len(32);
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.build().unwrap())
        .hash_password_into(b"correct horse battery", &bytes("salt"), &mut key)
        .unwrap();
    let mut context = b"lethe-root-v1".to_vec();
    context.extend_from_slice(&number("memory_kib").to_be_bytes());
    context.extend_from_slice(&number("passes").to_be_bytes());
    context.extend(bytes("salt"));
    let opened = open_bytes(&SecretKey::take(&mut key), &context, &bytes("sealed"));
    assert_eq!(opened.as_deref(), Ok(&root.expose()[..]));
}
