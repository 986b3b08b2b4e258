//! What is wrong with a policy, and where.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// One thing that is wrong with a policy, or looks like a mistake.
///
/// A policy holds no personal data, so this may show what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line, starting at 1, where one can be given.
    pub line: Option<usize>,
    /// The rule and key.
    pub place: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Everything that is wrong with a policy, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy cannot be used:\n{}", lines(.0))]
pub struct PolicyErrors(Vec<Problem>);

impl PolicyErrors {
    /// Lists the problems. Never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|one| format!("  {one}")).collect();
    lines.join("\n")
}

/// Nobody mends more at once, and a file made of mistakes shall not fill the memory.
const PROBLEMS_AT_MOST: usize = 100;

/// Collects problems while a policy is read, the first hundred of them.
pub(super) struct Report<'a> {
    text: &'a str,
    errors: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            errors: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn error(
        &self,
        at: Option<Range<usize>>,
        place: impl Into<String>,
        message: impl Into<String>,
    ) {
        if self.errors.borrow().len() >= PROBLEMS_AT_MOST {
            return;
        }
        let problem = self.problem(at, place.into(), message.into());
        self.errors.borrow_mut().push(problem);
    }

    pub(super) fn warning(&self, place: impl Into<String>, message: impl Into<String>) {
        let problem = self.problem(None, place.into(), message.into());
        self.warnings.borrow_mut().push(problem);
    }

    fn problem(&self, at: Option<Range<usize>>, place: String, message: String) -> Problem {
        Problem {
            line: at.map(|span| self.line(span.start)),
            place,
            message,
        }
    }

    fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    pub(super) fn into_errors(self) -> PolicyErrors {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|problem| problem.line);
        PolicyErrors(errors)
    }

    pub(super) fn into_warnings(self) -> Vec<Problem> {
        self.warnings.into_inner()
    }
}
