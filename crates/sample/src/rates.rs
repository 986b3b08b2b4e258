//! How often each oddity of a real shop occurs, in per mille. Tests hold the shop to them.

/// Customers who never give an e-mail address, only a phone number.
pub const GUEST_PEOPLE: u32 = 14;
/// Orders without e-mail address by customers who otherwise give one.
pub const FORGOTTEN_EMAILS: u32 = 6;
/// Repeat orders whose e-mail address is written in another letter case.
pub const RECASED_EMAILS: u32 = 150;
/// Orders sent to somebody else.
pub const GIFTS: u32 = 80;
/// Gifts that go to another country than the buyer's.
pub const GIFTS_ABROAD: u32 = 120;
/// Customers who buy for a company, billed at its address.
pub const COMPANY_PEOPLE: u32 = 55;
/// Addresses with a second line.
pub const SECOND_LINES: u32 = 220;
/// Customers who accept marketing.
pub const ACCEPTS_MARKETING: u32 = 380;
/// Orders with a note in free text.
pub const NOTES: u32 = 50;
/// Notes that hold a payment card number.
pub const NOTE_CARDS: u32 = 40;
/// Notes that hold a wallet's recovery phrase.
pub const NOTE_MNEMONICS: u32 = 40;
/// All-digit postal codes that carry the apostrophe which keeps spreadsheets from eating zeros.
pub const ZIP_APOSTROPHES: u32 = 900;
/// Orders with a discount code.
pub const DISCOUNTS: u32 = 80;
/// Orders cancelled before they were sent.
pub const CANCELLED: u32 = 20;
/// Orders sent, then wholly refunded.
pub const REFUNDED: u32 = 20;
/// Orders sent, then refunded in part.
pub const PARTIALLY_REFUNDED: u32 = 12;
/// Orders paid but never sent.
pub const STUCK: u32 = 12;
/// Orders never paid.
pub const PENDING: u32 = 6;
/// How many customers of a thousand place 1, 2, … 9 orders, were the shop never to end. The last
/// orders of late customers fall after the end date and do not happen.
pub const ORDERS_PER_CUSTOMER: [u32; 9] = [610, 200, 90, 45, 24, 13, 8, 6, 4];
