//! A proxy between a client and a server that can be cut.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Passes bytes on to a port of the loopback until it is cut.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: AtomicU16,
    is_cut: AtomicBool,
    /// Whether what the server answers is swallowed: it acts, and nobody hears of it.
    is_mute: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Begins to pass connections on to `target`.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared {
            target: AtomicU16::new(target),
            is_cut: AtomicBool::new(false),
            is_mute: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.is_cut.load(Ordering::SeqCst) {
                    drop(client.shutdown(Shutdown::Both));
                    continue;
                }
                drop(pass_on(&accepting, &client));
            }
        });
        Self { port, shared }
    }

    /// Returns the port that clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads new connections elsewhere.
    pub fn lead_to(&self, target: u16) {
        self.shared.target.store(target, Ordering::SeqCst);
    }

    /// Ends all connections and lets no new one through.
    pub fn cut(&self) {
        self.shared.is_cut.store(true, Ordering::SeqCst);
        self.end_all();
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.shared.is_mute.store(false, Ordering::SeqCst);
        self.shared.is_cut.store(false, Ordering::SeqCst);
    }

    /// Swallows what the server answers from now on, and ends the connection at its next answer.
    pub fn mute(&self) {
        self.shared.is_mute.store(true, Ordering::SeqCst);
    }

    fn end_all(&self) {
        let mut open = self
            .shared
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

fn pass_on(shared: &Arc<Shared>, client: &TcpStream) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", shared.target.load(Ordering::SeqCst)))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    {
        let mut open = shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(client.try_clone()?);
        open.push(server.try_clone()?);
    }
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || pump(from, to, &AtomicBool::new(false)));
    let (from, to, shared) = (server, client.try_clone()?, Arc::clone(shared));
    thread::spawn(move || pump(from, to, &shared.is_mute));
    Ok(())
}

fn pump(mut from: TcpStream, mut to: TcpStream, is_mute: &AtomicBool) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if is_mute.load(Ordering::SeqCst) || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}
