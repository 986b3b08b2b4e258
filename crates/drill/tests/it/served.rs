//! The copy is served while it is attacked, as the command line does it: the last theft needs it.

use crate::harness::{PASSPHRASE, Theft, finding};
use lethe_drill::Verdict;

#[test]
fn a_served_copy_is_attacked_like_one_at_rest() {
    let theft = Theft::of_customers(12);
    let vault = theft.open(&theft.copy(), PASSPHRASE);
    let report = theft.drill();
    for number in 1..=3 {
        assert_eq!(finding(&report, number).verdict, Verdict::Kept);
    }
    assert_eq!(finding(&report, 6).named, report.people);
    drop(vault);
}
