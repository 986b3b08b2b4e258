//! What is printed by accident shows no secret.

use crate::scene::{PASSPHRASE, Scene};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lethe_custody::ShareCost;

#[test]
fn debug_output_shows_no_part_and_no_private_key() {
    let scene = Scene::new(40);
    let printed = format!("{:?} {:?}", scene.set, scene.reply_key);
    let mut secrets = vec![*scene.reply_key.expose()];
    for share in &scene.set.shares {
        secrets.extend(share.raw_parts().iter().map(|part| *part.expose()));
    }
    assert_eq!(secrets.len(), 7);
    for secret in secrets {
        assert!(!printed.contains(&format!("{secret:?}")));
        assert!(!printed.contains(&BASE64.encode(secret)));
    }
    assert!(printed.contains("[share of ada]") && printed.contains("[reply key]"));
}

#[test]
fn a_share_file_shows_no_part_and_no_passphrase() {
    let scene = Scene::new(41);
    let share = &scene.set.shares[0];
    let file = share.seal(PASSPHRASE, ShareCost::TEST).unwrap();
    assert!(!file.contains(PASSPHRASE) && !file.contains("year/2024"));
    for part in share.raw_parts() {
        assert!(!file.contains(&BASE64.encode(part.expose())));
    }
}

#[test]
fn neither_file_of_a_ceremony_holds_a_key_in_clear() {
    let scene = Scene::new(42);
    let files = scene.request.to_json() + &scene.reply().to_json();
    for key in scene.record_keys.iter().chain([scene.reply_key.expose()]) {
        assert!(!files.contains(&BASE64.encode(key)));
    }
}
