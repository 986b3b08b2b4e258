//! Open connections: bounded in number, in head size and in patience.

use crate::caller::Peer;
use crate::settings::Settings;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
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

/// All open connections.
#[derive(Clone)]
pub(super) struct Connections(Arc<Inner>);

struct Inner {
    router: Router,
    http: http1::Builder,
    places: Arc<Semaphore>,
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
            open: Mutex::new(Open {
                tasks: JoinSet::new(),
                graceful: Some(GracefulShutdown::new()),
            }),
        }))
    }

    /// Waits until there is room for one more.
    pub(super) async fn place(&self) -> OwnedSemaphorePermit {
        let places = Arc::clone(&self.0.places);
        places.acquire_owned().await.expect("never closed")
    }

    /// Serves a connection in a task of its own.
    pub(super) fn spawn<S>(&self, stream: S, from: Option<IpAddr>, place: OwnedSemaphorePermit)
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
