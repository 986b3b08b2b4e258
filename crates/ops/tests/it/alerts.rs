//! Alerts: durable before anybody is told, told until somebody heard, and no more often than needed.

use lethe_model::Power;
use lethe_ops::{Alert, AlertKind, AlertView, Channel, Error, Refusal};
use lethe_testkit::TestVault;
use std::cell::RefCell;
use std::sync::Mutex;

/// A channel that notes what it is told, and fails as often as it is meant to.
struct Noting {
    name: &'static str,
    failures: Mutex<u32>,
    told: Mutex<Vec<AlertView>>,
}

impl Noting {
    fn failing(name: &'static str, times: u32) -> Self {
        Self {
            name,
            failures: Mutex::new(times),
            told: Mutex::default(),
        }
    }

    fn ids(&self) -> Vec<String> {
        self.told
            .lock()
            .unwrap()
            .iter()
            .map(|one| one.id.clone())
            .collect()
    }
}

impl Channel for Noting {
    fn name(&self) -> &'static str {
        self.name
    }

    fn deliver(&self, alert: &AlertView) -> Result<(), String> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err("nobody there".to_owned());
        }
        self.told.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

fn raise(test: &TestVault, kind: AlertKind) -> String {
    let operator = test.operator();
    let alert = Alert::about(kind, &operator, "Something happened.".to_owned());
    test.vault().raise(&alert).unwrap()
}

#[test]
fn an_alert_outlives_a_crash_and_is_told_once_on_each_channel() {
    let mut test = TestVault::start();
    let id = raise(&test, AlertKind::CanaryRead);
    test.restart();
    let (one, two) = (Noting::failing("webhook", 0), Noting::failing("email", 0));
    for _ in 0..3 {
        test.vault().deliver_alerts(&one).unwrap();
        test.restart();
    }
    assert_eq!(one.ids(), [id.as_str()]);
    test.vault().deliver_alerts(&two).unwrap();
    assert_eq!(two.ids(), [id.as_str()]);
    let listed = test.vault().alerts(&test.operator(), 10).unwrap();
    let channels: Vec<_> = listed[0]
        .deliveries
        .iter()
        .map(|one| {
            (
                one.channel.as_str(),
                one.attempts,
                one.delivered_at.is_some(),
            )
        })
        .collect();
    assert_eq!(channels, [("email", 1, true), ("webhook", 1, true)]);
    assert_eq!(listed[0].severity, "alarm");
}

#[test]
fn what_did_not_get_through_waits_longer_each_time_even_across_a_restart() {
    let mut test = TestVault::start();
    raise(&test, AlertKind::Anomaly);
    let channel = Noting::failing("webhook", 3);
    let mut waited_s = Vec::new();
    for second in 0..200 {
        let tried = *channel.failures.lock().unwrap();
        test.vault().deliver_alerts(&channel).unwrap();
        if *channel.failures.lock().unwrap() < tried {
            waited_s.push(second);
            test.restart();
        }
        if !channel.ids().is_empty() {
            waited_s.push(second);
            break;
        }
        test.clock.advance_seconds(1);
    }
    assert_eq!(waited_s, [0, 15, 45, 105]);
}

#[test]
fn the_same_within_an_hour_is_counted_and_not_raised_again() {
    let test = TestVault::start();
    let first = raise(&test, AlertKind::Anomaly);
    assert_eq!(raise(&test, AlertKind::Anomaly), first);
    assert_ne!(raise(&test, AlertKind::CanaryRead), first);
    test.clock.advance_hours(1);
    let later = raise(&test, AlertKind::Anomaly);
    assert_ne!(later, first);
    let all = test.vault().alerts(&test.operator(), 10).unwrap();
    let times: Vec<_> = all.iter().map(|one| (one.id == first, one.times)).collect();
    assert_eq!(all.len(), 3);
    assert!(times.contains(&(true, 2)), "{times:?}");
}

#[test]
fn what_nobody_heard_for_a_week_is_given_up_and_stays_listed() {
    let test = TestVault::start();
    raise(&test, AlertKind::Anomaly);
    let channel = Noting::failing("webhook", u32::MAX);
    let tries = RefCell::new(0);
    let failed = || {
        let round = test.vault().deliver_alerts(&channel).unwrap();
        *tries.borrow_mut() += u32::from(round.failure.is_some());
        round.failure
    };
    assert_eq!(failed().as_deref(), Some("nobody there"));
    test.clock.advance_hours(24 * 7 - 1);
    assert!(failed().is_some());
    test.clock.advance_hours(2);
    assert!(failed().is_none());
    assert_eq!(test.vault().alerts(&test.operator(), 10).unwrap().len(), 1);
}

#[test]
fn only_auditors_see_alerts() {
    let test = TestVault::start();
    let (key, _) = test.key("support", &["contact.email"], 10);
    let refused = test.vault().alerts(&key, 10);
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Power(power))) if power == Power::Audit.name()
    ));
}

#[test]
fn a_key_from_a_web_page_and_a_leaked_key_raise_alerts() {
    let mut test = TestVault::start();
    let (_, first) = test.key("support", &["contact.email"], 10);
    let (_, second) = test.key("warehouse", &["contact.email"], 10);
    let page = Some("https://shop.example/account");
    test.vault()
        .seen_in_browser(&first.clone().into(), None, page)
        .unwrap();
    assert!(
        test.vault()
            .report_leaked(&second, lethe_ops::Leak::Reported)
            .unwrap()
    );
    assert!(
        !test
            .vault()
            .report_leaked(&second, lethe_ops::Leak::Reported)
            .unwrap()
    );
    assert!(test.vault().authenticate(&second, None).is_err());
    test.restart();
    assert!(test.vault().authenticate(&second, None).is_err());
    let all = test.vault().alerts(&test.operator(), 10).unwrap();
    let mut kinds: Vec<_> = all.iter().map(|one| one.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["key-in-browser", "key-leaked"]);
    assert!(
        all.iter()
            .any(|one| one.text.contains("(https://shop.example)"))
    );
}
