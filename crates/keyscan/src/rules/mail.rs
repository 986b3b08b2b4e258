//! Mailings and marketing.

use super::{HEX_32, UUID, near, prefix};
use crate::found::Vendor;
use crate::rule::{Find, Rule};
use crate::shape::Class::{Alnum, Base58, Base64Url, Digit, Hex};
use crate::shape::Part::{Run, Text};
use crate::shape::run;

pub(super) const RULES: &[Rule] = &[
    prefix(
        Vendor::Klaviyo,
        "klaviyo-private-key",
        "Klaviyo private API key",
        "pk_",
        &[run(Alnum, 34)],
    ),
    Rule {
        id: "mailchimp-key",
        vendor: Vendor::Mailchimp,
        kind: "Mailchimp API key",
        find: Find::Around(Hex, 32, "-us", &[Run(Digit, 1, 2)]),
    },
    prefix(
        Vendor::Mailgun,
        "mailgun-key",
        "Mailgun private API key (old form)",
        "key-",
        HEX_32,
    ),
    near(
        Vendor::Mailgun,
        "mailgun-key-new",
        "Mailgun API key or signing key",
        &["mailgun"],
        &[],
        &[run(Hex, 32), Text("-"), run(Hex, 8), Text("-"), run(Hex, 8)],
    ),
    prefix(
        Vendor::SendGrid,
        "sendgrid-key",
        "SendGrid API key",
        "SG.",
        &[run(Base64Url, 22), Text("."), run(Base64Url, 43)],
    ),
    prefix(
        Vendor::Brevo,
        "brevo-api-key",
        "Brevo API key",
        "xkeysib-",
        &[run(Hex, 64), Text("-"), run(Alnum, 16)],
    ),
    prefix(
        Vendor::Brevo,
        "brevo-smtp-key",
        "Brevo SMTP key",
        "xsmtpsib-",
        &[run(Hex, 64), Text("-"), run(Alnum, 16)],
    ),
    near(
        Vendor::Postmark,
        "postmark-token",
        "Postmark API token",
        &["postmark"],
        &["token", "key"],
        UUID,
    ),
    prefix(
        Vendor::Resend,
        "resend-key",
        "Resend API key",
        "re_",
        &[run(Base58, 8), Text("_"), run(Base58, 24)],
    ),
    near(
        Vendor::Iterable,
        "iterable-key",
        "Iterable API key",
        // The bare word stands in every bundle: "is not iterable".
        &["iterable"],
        &["api-key", "api_key", "apikey"],
        HEX_32,
    ),
];
