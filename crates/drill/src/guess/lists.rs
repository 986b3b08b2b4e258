//! A list of e-mail addresses as leaks elsewhere provide it: some are customers, some are not.

use crate::people::Person;
use std::collections::BTreeSet;

/// Takes every second known address, and as many that nobody has.
pub(crate) fn leaked_list(people: &[Person]) -> Vec<String> {
    let known: BTreeSet<String> = people.iter().flat_map(Person::emails).collect();
    let leaked: Vec<&String> = known.iter().step_by(2).collect();
    let decoys = leaked.iter().filter_map(|email| {
        let (local, domain) = email.rsplit_once('@')?;
        let decoy = format!("{local}.not-a-customer@{domain}");
        (!known.contains(&decoy)).then_some(decoy)
    });
    let decoys: Vec<String> = decoys.collect();
    leaked.into_iter().cloned().chain(decoys).collect()
}
