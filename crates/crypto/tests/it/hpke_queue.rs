//! HPKE (RFC 9180): what the front's queue will be sealed with. The crate and version are checked
//! here before anything depends on them.

use crate::vectors::{Case, each_case};
use hpke::aead::{Aead, AesGcm128, AesGcm256, ChaCha20Poly1305, ExportOnlyAead};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{Infallible, TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, PskBundle, Serializable};
use hpke::{setup_receiver, setup_sender_with_rng};

type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Encapped = <X25519HkdfSha256 as Kem>::EncappedKey;

const HPKE: &str = include_str!("../vectors/hpke_x25519_sha256.json");
const EXPORT_ONLY: usize = 0xffff;

/// Gives the ephemeral key's material that the vector was made with.
struct Ephemeral(Vec<u8>);

impl TryRng for Ephemeral {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("key generation fills bytes")
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("key generation fills bytes")
    }
    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        target.copy_from_slice(&self.0);
        Ok(())
    }
}
impl TryCryptoRng for Ephemeral {}

#[test]
fn hpke_with_x25519_and_hkdf_sha256_gives_what_rfc_9180_says() {
    each_case(HPKE, 16, |case| match case.number("aead_id") {
        1 => check::<AesGcm128>(case),
        2 => check::<AesGcm256>(case),
        3 => check::<ChaCha20Poly1305>(case),
        EXPORT_ONLY => check::<ExportOnlyAead>(case),
        other => panic!("AEAD {other}"),
    });
}

fn check<A: Aead>(case: &Case) {
    let name = format!(
        "mode {}, AEAD {}",
        case.number("mode"),
        case.number("aead_id")
    );
    let public = |member: &str| Public::from_bytes(&case.bytes(member)).unwrap();
    let private = |member: &str| Private::from_bytes(&case.bytes(member)).unwrap();
    let (psk, psk_id, info) = (case.bytes("psk"), case.bytes("psk_id"), case.bytes("info"));
    let psk = PskBundle::new(&psk, &psk_id).unwrap();
    let (sends, receives) = match case.number("mode") {
        0 => (OpModeS::Base, OpModeR::Base),
        1 => (OpModeS::Psk(psk), OpModeR::Psk(psk)),
        2 => (
            OpModeS::Auth((private("skSm"), public("pkSm"))),
            OpModeR::Auth(public("pkSm")),
        ),
        _ => (
            OpModeS::AuthPsk((private("skSm"), public("pkSm")), psk),
            OpModeR::AuthPsk(public("pkSm"), psk),
        ),
    };
    let mut ephemeral = Ephemeral(case.bytes("ikmE"));
    let (encapped, mut sender) = setup_sender_with_rng::<A, HkdfSha256, X25519HkdfSha256>(
        &sends,
        &public("pkRm"),
        &info,
        &mut ephemeral,
    )
    .unwrap();
    assert_eq!(encapped.to_bytes()[..], case.bytes("enc"), "{name}");
    let encapped = Encapped::from_bytes(&case.bytes("enc")).unwrap();
    let mut receiver = setup_receiver::<A, HkdfSha256, X25519HkdfSha256>(
        &receives,
        &private("skRm"),
        &encapped,
        &info,
    )
    .unwrap();
    let mut sequence = 0;
    for one in case.inner("encryptions") {
        // The messages between those of the vector only move the counter.
        while sequence < one.number("seq") {
            let sealed = sender.seal(b"between", b"").unwrap();
            assert_eq!(receiver.open(&sealed, b"").unwrap(), b"between", "{name}");
            sequence += 1;
        }
        let (aad, clear, sealed) = (one.bytes("aad"), one.bytes("pt"), one.bytes("ct"));
        assert_eq!(
            sender.seal(&clear, &aad).unwrap(),
            sealed,
            "{name}, message {sequence}"
        );
        let mut altered = sealed.clone();
        altered[0] ^= 1;
        assert!(
            receiver.open(&altered, &aad).is_err(),
            "{name}, message {sequence}"
        );
        assert_eq!(
            receiver.open(&sealed, &aad).unwrap(),
            clear,
            "{name}, message {sequence}"
        );
        sequence += 1;
    }
    for one in case.inner("exports") {
        let mut exported = vec![0; one.number("L")];
        receiver
            .export(&one.bytes("exporter_context"), &mut exported)
            .unwrap();
        assert_eq!(exported, one.bytes("exported_value"), "{name}");
    }
}
