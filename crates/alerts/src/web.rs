//! The one client of HTTP.

use std::time::Duration;
use ureq::Agent;

/// Makes a client that keeps no cookie, follows no redirect by itself, and hands every status to its
/// caller. `name` goes into the user agent; `timeout` bounds a request as a whole.
pub fn agent(name: &str, timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .timeout_connect(Some(timeout.min(Duration::from_secs(10))))
        .user_agent(format!("{name}/{}", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .build();
    config.new_agent()
}
