//! A network between a client and a server that can be cut, and that can lose answers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A TCP proxy on 127.0.0.1.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    server: Mutex<String>,
    is_cut: AtomicBool,
    loses_answers: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Starts one in front of a server's address and port.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        server.clone_into(&mut state.server.lock().unwrap());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                shared.connect(client);
            }
        });
        Self { port, state }
    }

    /// Returns the address of a database through it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Ends all connections and refuses new ones.
    pub fn cut(&self) {
        self.state.is_cut.store(true, Ordering::SeqCst);
        for stream in self.state.streams.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// From now on requests arrive, and their answers are lost.
    pub fn lose_answers(&self) {
        self.state.loses_answers.store(true, Ordering::SeqCst);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.state.loses_answers.store(false, Ordering::SeqCst);
        self.state.is_cut.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn connect(self: &Arc<Self>, client: TcpStream) {
        if self.is_cut.load(Ordering::SeqCst) {
            return;
        }
        let server = self.server.lock().unwrap().clone();
        let Ok(server) = TcpStream::connect(server) else {
            return;
        };
        let copies = |stream: &TcpStream| stream.try_clone().unwrap();
        let mut streams = self.streams.lock().unwrap();
        streams.extend([copies(&client), copies(&server)]);
        let (from_client, to_server) = (copies(&client), copies(&server));
        thread::spawn(move || pump(from_client, to_server, || false));
        let state = Arc::clone(self);
        let loses = move || state.loses_answers.load(Ordering::SeqCst);
        thread::spawn(move || pump(server, client, loses));
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, loses: impl Fn() -> bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !loses() && to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
