//! Real sockets: TCP, Unix, and the end of the server.

use crate::testing::TestServer;
use crate::{BindError, Listener, serve};
use axum::Router;
use axum::routing::get;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nhost: vault\r\nconnection: close\r\n\r\n";

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    // A connection that is cut off ends the answer, too.
    drop(stream.read_to_string(&mut answer).await);
    answer
}

#[tokio::test]
async fn the_vault_is_served_on_loopback_and_on_a_unix_socket_until_it_is_stopped() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.sock");
    let tcp = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = tcp.tcp_address().unwrap();
    assert_eq!(tcp.to_string(), format!("http://{address}"));
    let unix = Listener::unix(&path).unwrap();
    assert_eq!(unix.to_string(), format!("unix:{}", path.display()));
    let (stop, stopped) = oneshot::channel::<()>();
    let (router, settings) = (server.router.clone(), server.settings.clone());
    let serving = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        serve(router, vec![tcp, unix], &settings, stopped).await;
    });
    let answer = exchange(TcpStream::connect(address).await.unwrap(), HEALTH).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("{\"status\":\"ok\"}"));
    let answer = exchange(UnixStream::connect(&path).await.unwrap(), HEALTH).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"));
    // An idle connection does not hold up the end.
    let idle = TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), serving)
        .await
        .unwrap()
        .unwrap();
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!path.exists(), "the socket goes with its server");
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end_and_an_endless_one_is_cut_off() {
    let mut settings = TestServer::start().settings.clone();
    settings.shutdown_grace = Duration::from_millis(300);
    let slow = |ms| move || tokio::time::sleep(Duration::from_millis(ms));
    let router = Router::new()
        .route("/slow", get(slow(100)))
        .route("/endless", get(slow(60_000)));
    let tcp = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = tcp.tcp_address().unwrap();
    let request = |path: &'static str| async move {
        let head = format!("GET {path} HTTP/1.1\r\nhost: vault\r\n\r\n");
        exchange(TcpStream::connect(address).await.unwrap(), head.as_bytes()).await
    };
    let (slow, endless) = (
        tokio::spawn(request("/slow")),
        tokio::spawn(request("/endless")),
    );
    let stop = tokio::time::sleep(Duration::from_millis(50));
    serve(router, vec![tcp], &settings, stop).await;
    assert!(slow.await.unwrap().starts_with("HTTP/1.1 200 OK"));
    assert_eq!(endless.await.unwrap(), "");
}

#[tokio::test]
async fn a_connection_beyond_the_bound_is_told_to_come_back_and_is_served_when_one_has_ended() {
    let server = TestServer::start_with(|settings| settings.connections_max = 1);
    let tcp = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = tcp.tcp_address().unwrap();
    let (router, settings) = (server.router.clone(), server.settings.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        serve(router, vec![tcp], &settings, stopped).await;
    });
    let mut first = TcpStream::connect(address).await.unwrap();
    // Half a request: it holds the only place.
    first.write_all(&HEALTH[..20]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = exchange(TcpStream::connect(address).await.unwrap(), HEALTH).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("\"busy\""), "{answer}");
    let answer = exchange(first, &HEALTH[20..]).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let answer = exchange(TcpStream::connect(address).await.unwrap(), HEALTH).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stop.send(()).unwrap();
    serving.await.unwrap();
}

#[tokio::test]
async fn an_address_that_the_internet_could_reach_is_refused() {
    let refused = Listener::tcp("0.0.0.0:0".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(refused, BindError::Unspecified(_)));
    let refused = Listener::tcp("93.184.216.34:8420".parse().unwrap())
        .await
        .unwrap_err();
    insta::assert_snapshot!(refused, @"93.184.216.34:8420 is not a private address: the vault must not be reachable from the Internet; bind 127.0.0.1, [::1], an address of your private network, or a Unix socket");
}
