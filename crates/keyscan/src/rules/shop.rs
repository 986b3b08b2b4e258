//! Lethe, shop systems, payment, parcels.

use super::{HEX_32, HEX_40, near_mixed, prefix};
use crate::found::Vendor;
use crate::lethe::LetheKey;
use crate::rule::{Find, Rule};
use crate::shape::Class::{Alnum, Base64Url, Digit, Hex};
use crate::shape::Part::{self, Run, Text};
use crate::shape::run;

/// A device, the moment until which it is known in milliseconds, a tag.
const LETHE_DEVICE: &[Part] = &[
    run(Hex, 32),
    Text("."),
    Run(Digit, 13, 14),
    Text("."),
    run(Hex, 64),
];
const STRIPE: &[Part] = &[Run(Alnum, 16, 247)];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "lethe-key",
        vendor: Vendor::Lethe,
        kind: "Lethe API key",
        find: Find::Lethe(LetheKey::Root),
    },
    Rule {
        id: "lethe-derived-key",
        vendor: Vendor::Lethe,
        kind: "Lethe derived key",
        find: Find::Lethe(LetheKey::Derived),
    },
    Rule {
        id: "lethe-session",
        vendor: Vendor::Lethe,
        kind: "Lethe session",
        find: Find::Lethe(LetheKey::Session),
    },
    prefix(
        Vendor::Lethe,
        "lethe-device",
        "Lethe device token",
        "lethe_sd_",
        LETHE_DEVICE,
    ),
    prefix(
        Vendor::Shopify,
        "shopify-admin-token",
        "Shopify admin API access token",
        "shpat_",
        HEX_32,
    ),
    prefix(
        Vendor::Shopify,
        "shopify-custom-app-token",
        "Shopify custom app access token",
        "shpca_",
        HEX_32,
    ),
    prefix(
        Vendor::Shopify,
        "shopify-private-app-token",
        "Shopify private app access token",
        "shppa_",
        HEX_32,
    ),
    prefix(
        Vendor::Shopify,
        "shopify-app-secret",
        "Shopify app secret",
        "shpss_",
        HEX_32,
    ),
    prefix(
        Vendor::WooCommerce,
        "woocommerce-key",
        "WooCommerce consumer key",
        "ck_",
        HEX_40,
    ),
    prefix(
        Vendor::WooCommerce,
        "woocommerce-secret",
        "WooCommerce consumer secret",
        "cs_",
        HEX_40,
    ),
    prefix(
        Vendor::Stripe,
        "stripe-secret-live",
        "Stripe secret key",
        "sk_live_",
        STRIPE,
    ),
    prefix(
        Vendor::Stripe,
        "stripe-restricted-live",
        "Stripe restricted key",
        "rk_live_",
        STRIPE,
    ),
    prefix(
        Vendor::Stripe,
        "stripe-secret-test",
        "Stripe secret key of the test mode",
        "sk_test_",
        STRIPE,
    ),
    prefix(
        Vendor::Stripe,
        "stripe-restricted-test",
        "Stripe restricted key of the test mode",
        "rk_test_",
        STRIPE,
    ),
    prefix(
        Vendor::Stripe,
        "stripe-webhook-secret",
        "Stripe webhook signing secret",
        "whsec_",
        &[Run(Alnum, 32, 64)],
    ),
    prefix(
        Vendor::PayPal,
        "paypal-braintree-token",
        "PayPal Braintree access token",
        "access_token$production$",
        &[run(Alnum, 16), Text("$"), run(Hex, 32)],
    ),
    near_mixed(
        Vendor::PayPal,
        "paypal-client-secret",
        "PayPal client secret",
        &["paypal"],
        &["secret"],
        &[run(Base64Url, 80)],
    ),
    prefix(
        Vendor::Square,
        "square-oauth-secret",
        "Square application secret",
        "sq0csp-",
        &[run(Base64Url, 43)],
    ),
    prefix(
        Vendor::Square,
        "square-legacy-token",
        "Square access token (old form)",
        "sq0atp-",
        &[run(Base64Url, 22)],
    ),
    near_mixed(
        Vendor::Square,
        "square-token",
        "Square access token",
        &["square"],
        &[],
        &[Text("EAAA"), run(Base64Url, 60)],
    ),
    prefix(
        Vendor::Shippo,
        "shippo-live-token",
        "Shippo API token",
        "shippo_live_",
        HEX_40,
    ),
    prefix(
        Vendor::Shippo,
        "shippo-test-token",
        "Shippo API token of the test mode",
        "shippo_test_",
        HEX_40,
    ),
    prefix(
        Vendor::EasyPost,
        "easypost-key",
        "EasyPost API key",
        "EZAK",
        &[run(Alnum, 54)],
    ),
    prefix(
        Vendor::EasyPost,
        "easypost-test-key",
        "EasyPost API key of the test mode",
        "EZTK",
        &[run(Alnum, 54)],
    ),
];
