//! `lethe replay`: the leak of 2018-2020, tried again.

use crate::shop::Shop;
use serde_json::Value;

#[test]
fn the_key_of_2018_is_refused_flagged_and_stopped_where_it_can_be() {
    let shop = Shop::empty();
    let told = shop.ok("replay --customers 1500 --json");
    let told: Value = serde_json::from_str(&told).unwrap();
    let points = told["own_door"].as_array().unwrap();
    let lost = |at: usize| points[at]["people_lost"].as_u64().unwrap();
    for (at, point) in points[..4].iter().enumerate() {
        assert!(
            point["lethe"].as_str().unwrap().starts_with("refuses"),
            "{at}: {point}"
        );
    }
    assert!((0..10).all(|at| lost(at) == 0), "{told}");
    let text = told.to_string();
    for word in [
        "unused-90-days",
        "quarantine",
        "a canary was read",
        "expired",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let deaf = lost(10);
    let canaries = lost(points.len() - 1);
    assert!(canaries < deaf, "{told}");
    assert!(deaf <= told["people_in_the_active_store"].as_u64().unwrap());
    assert!(told["vendor"]["handed_over"].as_u64().unwrap() > 0);
}
