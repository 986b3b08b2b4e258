//! A line on standard error: for the service manager's journal.

use crate::{AlertError, Notice};
use std::io::{Write, stderr};

/// Writes lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stderr;

impl Stderr {
    pub(crate) fn deliver(self, notice: &Notice) -> Result<(), AlertError> {
        writeln!(stderr(), "{}", line(notice)).map_err(AlertError::Stderr)
    }
}

fn line(notice: &Notice) -> String {
    let Notice {
        id,
        kind,
        severity,
        text,
        ..
    } = notice;
    // One line, whatever the sentence holds.
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("lethe: {severity}: {text} [{kind}, {id}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_one_line() {
        let mut notice = Notice::test("alert_1".to_owned(), "2026-03-02T10:15:30Z".to_owned());
        notice.text = "one\ntwo\x1b[2J".to_owned();
        assert_eq!(line(&notice), "lethe: notice: one two [2J [test, alert_1]");
    }
}
