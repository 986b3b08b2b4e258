//! Probe people: planted before the theft, so that the drill knows somebody it must find.

use lethe_model::{FieldKind, Personal, normalise};
use lethe_sample::SamplePerson;

/// A person of whom the drill knows every value beforehand.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The whole name.
    pub name: Personal,
    /// E-mail address.
    pub email: Option<Personal>,
    /// Phone number in E.164 form.
    pub phone: Personal,
    /// Street and number.
    pub street: Personal,
}

impl From<&SamplePerson> for Probe {
    fn from(person: &SamplePerson) -> Self {
        Self {
            name: Personal::new(&*person.name),
            email: person.email.as_deref().map(Personal::new),
            phone: Personal::new(&*person.phone_e164),
            street: Personal::new(&*person.street),
        }
    }
}

impl Probe {
    /// Lists what names this person, with the kind of each value. Words of a probe's name are
    /// unlike any other, so each counts on its own.
    pub(crate) fn values(&self) -> Vec<(FieldKind, String)> {
        let mut values = vec![
            (FieldKind::Name, self.name.expose().to_owned()),
            (FieldKind::Phone, self.phone.expose().to_owned()),
            (FieldKind::Street, self.street.expose().to_owned()),
        ];
        let email = self.email.as_ref();
        values.extend(email.map(|email| (FieldKind::Email, email.expose().to_owned())));
        let words = self.name.expose().split(' ');
        values.extend(words.map(|word| (FieldKind::Name, word.to_owned())));
        values
    }

    /// Says whether a value of a stored record is this person's, and no one else's.
    pub(crate) fn owns(&self, kind: FieldKind, value: &str) -> bool {
        match kind {
            FieldKind::Name => value == self.name.expose(),
            FieldKind::Street => value == self.street.expose(),
            FieldKind::Email => self.email.as_ref().is_some_and(|own| {
                normalise::email_for_lookup(own)
                    == normalise::email_for_lookup(&Personal::new(value))
            }),
            _ => false,
        }
    }
}
