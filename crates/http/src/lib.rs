//! Routes, problem documents and OpenAPI over the operations.
//!
//! [`router`] makes the interface of an opened vault, [`serve`] puts it on private addresses and
//! Unix sockets. Handlers hold no rules: they read a request, call one operation and write its
//! answer. Nothing here logs paths or bodies, and every error is a problem document without a
//! personal value.

mod answer;
mod app;
mod caller;
mod extract;
mod github;
mod guard;
mod idempotency;
mod json_fault;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod report;
mod reports;
mod router;
mod routes;
mod serve;
mod settings;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use github::{GithubKeys, GithubKeysError};
pub use openapi::openapi_json;
pub use problem::{Problem, ProblemKind};
pub use router::router;
pub use serve::{BindError, Listener, serve};
pub use settings::{Report, Settings};
