//! One order of the sample shop.

use crate::address::Address;
use crate::basket::Basket;
use crate::chance::{Chance, Domain, Root};
use crate::country::Country;
use crate::note::{self, NoteSecret};
use crate::party::SampleParty;
use crate::person::{Identity, SamplePerson};
use crate::progress::{Progress, instant};
use crate::rates;
use jiff::Timestamp;

/// An order as the shop knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleOrder {
    /// The number people use for it: 1001 for `#1001`. Ascends with time.
    pub number: u64,
    /// The platform's own id, of 13 or 14 digits. Ascends with time.
    pub id: u64,
    /// The index of the customer.
    pub person: u32,
    /// The e-mail address as written in this order.
    pub email: Option<String>,
    /// Who pays.
    pub billing: SampleParty,
    /// Who receives the parcel.
    pub shipping: SampleParty,
    /// Whether it goes to somebody else.
    pub is_gift: bool,
    /// Free text.
    pub note: Option<String>,
    /// What the note holds that must never be stored.
    pub note_secret: Option<NoteSecret>,
    /// Further named values, one `name: value` a line.
    pub note_attributes: String,
    /// Labels that the shop gave it, separated by commas.
    pub tags: String,
    /// Consent to marketing.
    pub accepts_marketing: bool,
    /// When it was placed.
    pub created_at: Timestamp,
    /// What was bought.
    pub basket: Basket,
    /// What became of it.
    pub progress: Progress,
    /// The reference of the payment.
    pub payment_reference: String,
    /// The platform's guess at fraud.
    pub risk_level: &'static str,
    /// Where it was placed.
    pub source: &'static str,
    /// Whether its postal codes carry an apostrophe in exports if they are all digits.
    pub zip_apostrophe: bool,
}

/// Where an order stands among those of its customer and of its shop.
pub(crate) struct Place {
    /// 0 for the customer's first order.
    pub(crate) nth: u8,
    /// 0 for the shop's first order.
    pub(crate) ordinal: u64,
    /// When it was placed, in Unix seconds.
    pub(crate) at: i64,
    /// The last instant of the shop, in Unix seconds.
    pub(crate) close: i64,
}

impl SampleOrder {
    pub(crate) fn derive(root: &Root, person: &SamplePerson, place: &Place) -> Self {
        let position = u64::from(person.index) << 4 | u64::from(place.nth);
        let chance = &mut Chance::of(root, Domain::Order, position);
        let billing = person.company.clone().unwrap_or_else(|| person.home());
        let is_gift = chance.permille(rates::GIFTS);
        let shipping = match (&person.company, chance.permille(500)) {
            _ if is_gift => recipient(person, chance),
            (Some(company), true) => company.clone(),
            _ => person.home(),
        };
        let (note, note_secret) = note::draw(person, chance).unzip();
        let basket = Basket::draw(person.country, shipping.country, chance);
        Self {
            number: 1001 + place.ordinal,
            id: 4_000_000_000_000 + place.ordinal * 32_768 + u64::from(chance.below(32_768)),
            person: person.index,
            email: email(person, place.nth, chance),
            note_attributes: attributes(&shipping, is_gift, chance),
            tags: tags(person, is_gift, chance),
            progress: Progress::draw(
                place.at,
                place.close,
                basket.total_minor,
                basket.lines.len(),
                chance,
            ),
            billing,
            shipping,
            is_gift,
            note,
            note_secret: note_secret.flatten(),
            accepts_marketing: person.accepts_marketing,
            created_at: instant(place.at),
            basket,
            payment_reference: reference(chance),
            risk_level: ["Low", "Medium", "High"][chance.weighted(&[960, 30, 10])],
            source: ["web", "shopify_draft_order", "pos"][chance.weighted(&[960, 30, 10])],
            zip_apostrophe: chance.permille(rates::ZIP_APOSTROPHES),
        }
    }
}

/// Draws who receives a gift. Their phone number is one of the country's, by chance: it may be a
/// customer's too.
fn recipient(buyer: &SamplePerson, chance: &mut Chance) -> SampleParty {
    let country = match chance.permille(rates::GIFTS_ABROAD) {
        true => Country::draw(chance),
        false => buyer.country,
    };
    let names = Identity::draw(country, chance);
    let phone = match chance.below(3) {
        0 => None,
        1 => Some(buyer.phone.clone()),
        _ => {
            let range = country.phones();
            let position = chance.below(range.len());
            Some(range.number(position, chance).written)
        }
    };
    SampleParty::at(Address::draw(country, chance), names.full, None, phone)
}

/// Returns the address as the customer wrote it this time.
fn email(person: &SamplePerson, nth: u8, chance: &mut Chance) -> Option<String> {
    let email = person.email.as_deref()?;
    if chance.permille(rates::FORGOTTEN_EMAILS) {
        return None;
    }
    if nth == 0 || !chance.permille(rates::RECASED_EMAILS) {
        return Some(email.to_owned());
    }
    Some(match chance.below(3) {
        0 => email.to_ascii_uppercase(),
        1 => capitalised(email),
        // Phones capitalise the first letter of a field.
        _ => format!("{}{}", email[..1].to_ascii_uppercase(), &email[1..]),
    })
}

fn capitalised(email: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(email.len());
    for letter in email.chars() {
        out.push(if starts {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
        starts = !letter.is_ascii_alphanumeric();
    }
    out
}

fn attributes(shipping: &SampleParty, is_gift: bool, chance: &mut Chance) -> String {
    if is_gift && chance.permille(600) {
        let wish = *chance.pick(&[
            "Joyeux anniversaire",
            "Alles Gute",
            "Happy birthday",
            "Auguri",
        ]);
        return format!("gift_message: {wish} {} !\ngift_wrap: yes", shipping.name);
    }
    match chance.permille(20) {
        true => format!("delivery_slot: {}h-18h", chance.between(8, 14)),
        false => String::new(),
    }
}

fn tags(person: &SamplePerson, is_gift: bool, chance: &mut Chance) -> String {
    let tags = [
        ("b2b", person.company.is_some()),
        ("gift", is_gift),
        ("vip", chance.permille(15)),
    ];
    let given: Vec<&str> = tags
        .iter()
        .filter(|(_, given)| *given)
        .map(|(tag, _)| *tag)
        .collect();
    given.join(", ")
}

fn reference(chance: &mut Chance) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut reference = String::from("r");
    reference.extend((0..24).map(|_| char::from(*chance.pick(LETTERS))));
    reference
}
