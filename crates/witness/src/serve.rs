//! The protocol over HTTP: `POST /add-checkpoint` (c2sp.org/tlog-witness), and reading what was cosigned.

use crate::metrics::render;
use crate::{Refused, Witness};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, header::HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use lethe_tlog::AddCheckpoint;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How long a connection may wait for, or take over, a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long requests under way may take when the witness stops.
const GRACE: Duration = Duration::from_secs(5);
/// The longest request head in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Open connections at most: each may hold a body.
const CONNECTIONS_MAX: usize = 64;

const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The type of a conflict's answer.
const SIZE: &str = "text/x.tlog.size";

/// Tells the time in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

#[derive(Clone)]
struct Shared {
    witness: Arc<Witness>,
    clock: Clock,
}

/// Answers requests on a listener until `stop` is ready; those under way are answered first.
pub async fn serve(
    witness: Arc<Witness>,
    clock: Clock,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/checkpoint/{log}", get(latest))
        .route("/metrics", get(metrics))
        .with_state(Shared { witness, clock });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(HEAD_BYTES_MAX);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let Ok((stream, _)) = accepted else {
            // Too many open files, or a connection that broke off already: others go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection that breaks off concerns its client alone.
            drop(watched.await);
            drop(place);
        });
    }
    // Whoever takes longer than that is cut off.
    drop(tokio::time::timeout(GRACE, graceful.shutdown()).await);
}

async fn add_checkpoint(State(shared): State<Shared>, body: Body) -> Response {
    let Shared { witness, clock } = shared;
    let read = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, AddCheckpoint::BYTES_MAX)).await;
    let (status, kind, text) = match read {
        Err(_) => (408, TEXT, "the body took too long\n".to_owned()),
        Ok(Err(_)) => (413, TEXT, "the body is too long or broke off\n".to_owned()),
        Ok(Ok(bytes)) => {
            let judge = Arc::clone(&witness);
            let judged =
                tokio::task::spawn_blocking(move || judge.add_checkpoint(&bytes, clock())).await;
            match judged.unwrap_or(Err(Refused::Failed)) {
                Ok(cosignature) => (200, TEXT, cosignature),
                Err(Refused::Conflict(size)) => (409, SIZE, format!("{size}\n")),
                Err(refused) => (refused.status(), TEXT, format!("{refused}\n")),
            }
        }
    };
    witness.metrics.count(status);
    answer(status, kind, text)
}

async fn latest(State(shared): State<Shared>, Path(log): Path<String>) -> Response {
    match shared.witness.latest(&log) {
        Some(note) => answer(200, TEXT, note),
        None => answer(
            404,
            TEXT,
            "nothing was cosigned under this name\n".to_owned(),
        ),
    }
}

async fn metrics(State(shared): State<Shared>) -> Response {
    answer(200, METRICS, render(&shared.witness, (shared.clock)()))
}

fn answer(status: u16, kind: &'static str, text: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers: [(HeaderName, &str); 1] = [(CONTENT_TYPE, kind)];
    (status, headers, text).into_response()
}
