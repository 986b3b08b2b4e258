//! Rotation of the key-encryption key.

use crate::reveal::{query, values};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault};

#[test]
fn after_a_rotation_everything_opens_and_the_old_epoch_is_gone() {
    let mut test = TestVault::start();
    test.import(&[
        OrderSketch::new(1001, "ana"),
        OrderSketch::new(1002, "bob").gift_to("zoe"),
    ]);
    let operator = test.operator();
    let mut steps = 0;
    let report = test.vault().rotate(&operator, |_| steps += 1).unwrap();
    assert_eq!(
        (report.epoch, report.was_resumed, report.destroyed),
        (2, false, 1)
    );
    assert!(report.rewrapped >= 6 && steps > 0);
    for restart in [false, true] {
        if restart {
            test.restart();
        }
        let operator = test.operator();
        let token = test.order_token(&operator, 1002);
        let revealed = test
            .vault()
            .reveal(&operator, &token, query(&["delivery.name"]))
            .unwrap();
        assert_eq!(values(&revealed)[0].1, "Marked Name zoe");
    }
    let again = test.vault().rotate(&test.operator(), |_| ()).unwrap();
    assert_eq!(again.epoch, 3);
    let epochs = test.ask(Kind::Keyring, "SELECT COUNT(*) FROM key_epochs");
    assert_eq!(epochs, "1");
}
