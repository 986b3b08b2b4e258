//! Listening: private addresses and Unix sockets, bounded connections, an orderly end.

mod address;
mod connections;
mod listener;
mod unix;

pub use address::BindError;
pub use listener::Listener;

use crate::settings::Settings;
use axum::Router;
use connections::Connections;
use std::future::Future;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Serves a router on the listeners until `shutdown` is ready.
///
/// Then no further connection is taken, requests under way are answered, and whatever is still open
/// after the grace period is cut off. The sockets' files are removed.
pub async fn serve(
    router: Router,
    listeners: Vec<Listener>,
    settings: &Settings,
    shutdown: impl Future<Output = ()>,
) {
    let connections = Connections::new(router, settings);
    let (stop, stopped) = watch::channel(());
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(listener.accept(connections.clone(), stopped.clone()));
    }
    drop(stopped);
    shutdown.await;
    // Every receiver hears it; there is none left when every listener has failed.
    stop.send_replace(());
    while accepting.join_next().await.is_some() {}
    connections.finish(settings.shutdown_grace).await;
}
