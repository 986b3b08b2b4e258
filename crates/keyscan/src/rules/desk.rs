//! Customer service, telephony, and what the rest runs on.

use super::{HEX_32, UUID, near, near_mixed, prefix};
use crate::found::Vendor;
use crate::rule::Rule;
use crate::shape::Class::{
    Alnum, Base32, Base64, Base64Url, Base64UrlPadded, Digit, Hex, HexAnyCase, Lower, Word,
};
use crate::shape::Part::{self, Run, Text};
use crate::shape::run;

const GITHUB: &[Part] = &[run(Alnum, 36)];
const SLACK: &[Part] = &[
    Run(Digit, 9, 15),
    Text("-"),
    Run(Digit, 9, 15),
    Text("-"),
    Run(Base64Url, 18, 120),
];

pub(super) const RULES: &[Rule] = &[
    prefix(
        Vendor::HubSpot,
        "hubspot-private-app-token",
        "HubSpot private app access token",
        "pat-",
        &[
            run(Lower, 2),
            run(Digit, 1),
            Text("-"),
            run(HexAnyCase, 8),
            Text("-"),
            run(HexAnyCase, 4),
            Text("-"),
            run(HexAnyCase, 4),
            Text("-"),
            run(HexAnyCase, 4),
            Text("-"),
            run(HexAnyCase, 12),
        ],
    ),
    near(
        Vendor::HubSpot,
        "hubspot-key",
        "HubSpot API key (old form)",
        &["hubspot", "hapikey"],
        &["hapikey", "api_key", "apikey", "api-key"],
        UUID,
    ),
    near_mixed(
        Vendor::Intercom,
        "intercom-token",
        "Intercom access token",
        &["intercom"],
        &["token", "key", "bearer"],
        &[run(Base64UrlPadded, 60)],
    ),
    near_mixed(
        Vendor::Zendesk,
        "zendesk-token",
        "Zendesk API token",
        &["zendesk"],
        &[],
        &[run(Alnum, 40)],
    ),
    near(
        Vendor::Twilio,
        "twilio-api-key",
        "Twilio API key SID",
        &["twilio"],
        &[],
        &[Text("SK"), run(Hex, 32)],
    ),
    near(
        Vendor::Twilio,
        "twilio-account-sid",
        "Twilio account SID (no secret; its token may be near)",
        &["twilio"],
        &[],
        &[Text("AC"), run(Hex, 32)],
    ),
    near(
        Vendor::Twilio,
        "twilio-auth-token",
        "Twilio auth token",
        &["twilio"],
        &["token", "secret"],
        HEX_32,
    ),
    // IAM and temporary access key ids; the users of Amazon SES have the same.
    prefix(
        Vendor::Aws,
        "aws-access-key-id",
        "AWS access key id",
        "AKIA",
        &[run(Base32, 16)],
    ),
    prefix(
        Vendor::Aws,
        "aws-temporary-key-id",
        "AWS temporary access key id",
        "ASIA",
        &[run(Base32, 16)],
    ),
    near_mixed(
        Vendor::Aws,
        "aws-secret-key",
        "AWS secret access key",
        &[
            "secret_access_key",
            "secretaccesskey",
            "aws_secret_key",
            "awssecretkey",
        ],
        &[],
        &[run(Base64, 40)],
    ),
    prefix(
        Vendor::GitHub,
        "github-token",
        "GitHub personal access token",
        "ghp_",
        GITHUB,
    ),
    prefix(
        Vendor::GitHub,
        "github-oauth-token",
        "GitHub OAuth token",
        "gho_",
        GITHUB,
    ),
    prefix(
        Vendor::GitHub,
        "github-user-token",
        "GitHub app user token",
        "ghu_",
        GITHUB,
    ),
    prefix(
        Vendor::GitHub,
        "github-app-token",
        "GitHub app installation token",
        "ghs_",
        GITHUB,
    ),
    prefix(
        Vendor::GitHub,
        "github-refresh-token",
        "GitHub refresh token",
        "ghr_",
        &[Run(Alnum, 36, 76)],
    ),
    prefix(
        Vendor::GitHub,
        "github-fine-grained-token",
        "GitHub fine-grained access token",
        "github_pat_",
        &[run(Word, 82)],
    ),
    prefix(
        Vendor::Slack,
        "slack-bot-token",
        "Slack bot token",
        "xoxb-",
        SLACK,
    ),
    prefix(
        Vendor::Slack,
        "slack-user-token",
        "Slack user token",
        "xoxp-",
        SLACK,
    ),
    prefix(
        Vendor::Slack,
        "slack-app-token",
        "Slack app token",
        "xapp-",
        &[
            run(Digit, 1),
            Text("-"),
            Run(Alnum, 8, 16),
            Text("-"),
            Run(Digit, 9, 15),
            Text("-"),
            run(Hex, 64),
        ],
    ),
    prefix(
        Vendor::Slack,
        "slack-webhook",
        "Slack webhook address",
        "hooks.slack.com/services/",
        &[
            Text("T"),
            Run(Alnum, 8, 12),
            Text("/B"),
            Run(Alnum, 8, 12),
            Text("/"),
            run(Alnum, 24),
        ],
    ),
];
