//! Open connections: bounded in number, in head size and in patience.

use crate::caller::Peer;
use crate::guard;
use crate::settings::Settings;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

/// How long a connection may wait for, or take over, a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest request head in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Connections beyond the bound that are told so at once; more wait in the system's own queue.
const REFUSALS_MAX: usize = 256;
/// How long telling one may take, its request included.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of a refused request's body that are read, so that its client gets to the answer.
const REFUSED_BYTES_MAX: usize = 64 * 1024;

/// The routes, told where a connection's requests come from.
struct Addressed {
    router: TowerToHyperService<Router>,
    from: Peer,
}

impl Service<Request<Incoming>> for Addressed {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.from);
        self.router.call(request)
    }
}

/// Room to refuse one more connection, which is held until it is known whether it must be.
pub(super) struct Room(OwnedSemaphorePermit);

/// All open connections.
#[derive(Clone)]
pub(super) struct Connections(Arc<Inner>);

struct Inner {
    router: Router,
    http: http1::Builder,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    open: Mutex<Open>,
}

struct Open {
    tasks: JoinSet<()>,
    graceful: Option<GracefulShutdown>,
}

impl Connections {
    pub(super) fn new(router: Router, settings: &Settings) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_header_size(HEAD_BYTES_MAX);
        Self(Arc::new(Inner {
            router,
            http,
            places: Arc::new(Semaphore::new(settings.connections_max)),
            refusals: Arc::new(Semaphore::new(REFUSALS_MAX)),
            open: Mutex::new(Open {
                tasks: JoinSet::new(),
                graceful: Some(GracefulShutdown::new()),
            }),
        }))
    }

    /// Waits until one more can be served or, at least, refused.
    pub(super) async fn room(&self) -> Room {
        let refusals = Arc::clone(&self.0.refusals);
        Room(refusals.acquire_owned().await.expect("never closed"))
    }

    /// Serves a connection in a task of its own, or tells it to come back when too many are open.
    pub(super) fn spawn<S>(&self, stream: S, from: Option<IpAddr>, room: Room)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match Arc::clone(&self.0.places).try_acquire_owned() {
            Ok(place) => self.serve(stream, from, place),
            Err(_) => self.refuse(stream, room),
        }
    }

    fn serve<S>(&self, stream: S, from: Option<IpAddr>, place: OwnedSemaphorePermit)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let service = Addressed {
            router: TowerToHyperService::new(self.0.router.clone()),
            from: Peer(from),
        };
        let connection = self.0.http.serve_connection(TokioIo::new(stream), service);
        let mut open = self.open();
        while open.tasks.try_join_next().is_some() {}
        let Some(graceful) = &open.graceful else {
            return;
        };
        let watched = graceful.watch(connection);
        open.tasks.spawn(async move {
            // A connection that breaks off concerns its client alone.
            drop(watched.await);
            drop(place);
        });
    }

    fn refuse<S>(&self, stream: S, room: Room)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let mut http = self.0.http.clone();
        http.keep_alive(false);
        let connection = http.serve_connection(TokioIo::new(stream), service_fn(refused));
        let mut open = self.open();
        while open.tasks.try_join_next().is_some() {}
        open.tasks.spawn(async move {
            drop(tokio::time::timeout(REFUSAL_TIMEOUT, connection).await);
            drop(room.0);
        });
    }

    /// Lets requests under way end, then cuts off what is left.
    pub(super) async fn finish(&self, grace: Duration) {
        let (graceful, mut tasks) = {
            let mut open = self.open();
            (open.graceful.take(), std::mem::take(&mut open.tasks))
        };
        if let Some(graceful) = graceful {
            // Whoever takes longer than that is cut off below.
            drop(tokio::time::timeout(grace, graceful.shutdown()).await);
        }
        tasks.shutdown().await;
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a request that is not looked at. Its body is read first: a connection that is closed with
/// bytes unread is reset, and its client would not see the answer.
async fn refused(request: Request<Incoming>) -> Result<Response, Infallible> {
    drop(to_bytes(Body::new(request.into_body()), REFUSED_BYTES_MAX).await);
    Ok(guard::too_many())
}
