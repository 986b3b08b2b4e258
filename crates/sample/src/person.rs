//! One customer of the sample shop, derived from the shop's seed and an index.

use crate::address::Address;
use crate::chance::{Chance, Domain, Root};
use crate::country::Country;
use crate::lexicon::{Lexicon, Name};
use crate::party::SampleParty;
use crate::rates;

/// Domains that RFC 2606 reserves, and how often each is used.
const EMAIL_DOMAINS: [(&str, u32); 5] = [
    ("example.com", 45),
    ("example.org", 25),
    ("example.net", 20),
    ("mail.test", 5),
    ("courrier.example", 5),
];

/// The smallest customer id; ids are the platform's, of 13 digits.
const CUSTOMER_IDS: u64 = 6_000_000_000_000;

/// A customer with every personal value in clear: the ground truth of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// The customer's position in the shop; customers arrive in this order.
    pub index: u32,
    /// The platform's id of the account.
    pub customer_id: u64,
    /// Given name.
    pub first_name: String,
    /// Surname.
    pub last_name: String,
    /// The whole name as orders write it: surname first in Japan and China.
    pub name: String,
    /// E-mail address as first written. No two people share one, whatever the letter case. Guests
    /// have none.
    pub email: Option<String>,
    /// Phone number as written.
    pub phone: String,
    /// The same phone number in E.164 form.
    pub phone_e164: String,
    /// Street and number.
    pub street: String,
    /// Second address line.
    pub street2: Option<String>,
    /// City or town.
    pub city: String,
    /// Code of the province, state or prefecture.
    pub region: Option<String>,
    /// Postal code, without apostrophe.
    pub postal_code: String,
    /// Country.
    pub country: Country,
    /// The company for which they buy, and its address.
    pub company: Option<SampleParty>,
    /// Whether they accept marketing.
    pub accepts_marketing: bool,
}

impl SamplePerson {
    pub(crate) fn derive(root: &Root, index: u32) -> Self {
        let mut chance = Chance::of(root, Domain::Person, u64::from(index));
        let country = Country::draw(&mut chance);
        let names = Identity::draw(country, &mut chance);
        let address = Address::draw(country, &mut chance);
        let range = country.phones();
        // A step coprime to every range's length visits all its numbers before it repeats one.
        let offset = Chance::of(root, Domain::Setup, country as u64).below(range.len());
        let position = (u64::from(index) * 7919 + u64::from(offset)) % u64::from(range.len());
        let phone = range.number(position as u32, &mut chance);
        let email = email(&names, index, &mut chance);
        let company = chance.permille(rates::COMPANY_PEOPLE).then(|| {
            let company = (*chance.pick(&Lexicon::of(country).companies)).to_owned();
            let address = Address::draw(country, &mut chance);
            SampleParty::at(
                address,
                names.full.clone(),
                Some(company),
                Some(phone.written.clone()),
            )
        });
        Self {
            index,
            customer_id: CUSTOMER_IDS + u64::from(index) * 4096 + u64::from(chance.below(4096)),
            email: (!chance.permille(rates::GUEST_PEOPLE)).then_some(email),
            accepts_marketing: chance.permille(rates::ACCEPTS_MARKETING),
            first_name: names.first.text.to_owned(),
            last_name: names.last.text.to_owned(),
            name: names.full,
            phone: phone.written,
            phone_e164: phone.e164,
            street: address.street,
            street2: address.street2,
            city: address.city.to_owned(),
            region: address.region.map(str::to_owned),
            postal_code: address.postal_code,
            country,
            company,
        }
    }

    /// Returns the customer at home.
    pub fn home(&self) -> SampleParty {
        SampleParty {
            name: self.name.clone(),
            company: None,
            street: self.street.clone(),
            street2: self.street2.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            postal_code: self.postal_code.clone(),
            country: self.country,
            phone: Some(self.phone.clone()),
        }
    }
}

/// A name drawn for one country.
pub(crate) struct Identity {
    pub(crate) first: &'static Name,
    pub(crate) last: &'static Name,
    pub(crate) full: String,
}

impl Identity {
    pub(crate) fn draw(country: Country, chance: &mut Chance) -> Self {
        let names = chance.pick(&Lexicon::of(country).names);
        let (first, last) = (chance.pick(&names.first), chance.pick(&names.last));
        let full = match country {
            Country::China => format!("{}{}", last.text, first.text),
            Country::Japan => format!("{} {}", last.text, first.text),
            _ => format!("{} {}", first.text, last.text),
        };
        Self { first, last, full }
    }
}

/// Makes an address nobody else has: names hold no digits, so the index at the end tells people
/// apart.
fn email(names: &Identity, index: u32, chance: &mut Chance) -> String {
    let (first, last) = (names.first.latin.as_str(), names.last.latin.as_str());
    let (domain, _) = EMAIL_DOMAINS[chance.weighted(&EMAIL_DOMAINS.map(|(_, weight)| weight))];
    match chance.weighted(&[50, 15, 15, 10, 10]) {
        0 => format!("{first}.{last}{index}@{domain}"),
        1 => format!("{first}{index}@{domain}"),
        2 => format!("{}{last}{index}@{domain}", &first[..1]),
        3 => format!("{last}.{first}{index}@{domain}"),
        _ => format!("{first}_{last}{index}@{domain}"),
    }
}
