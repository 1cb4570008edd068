//! A TCP proxy on loopback that misbehaves on demand.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;

/// Forwards TCP connections to one address until told to do worse. Stops when dropped.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: SocketAddr,
    stopped: AtomicBool,
    refuse: AtomicBool,
    stall: AtomicBool,
    delay_ms: AtomicU64,
    /// Bytes that clients may still send before the cut; negative means no limit.
    upstream_left: AtomicI64,
    accepted: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl FaultProxy {
    /// Starts a proxy on a free port that forwards to `target` without a fault.
    ///
    /// # Errors
    /// When no socket can be bound.
    pub fn start(target: SocketAddr) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot bind a proxy port")?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            target,
            stopped: AtomicBool::new(false),
            refuse: AtomicBool::new(false),
            stall: AtomicBool::new(false),
            delay_ms: AtomicU64::new(0),
            upstream_left: AtomicI64::new(-1),
            accepted: AtomicU64::new(0),
            open: Mutex::new(Vec::new()),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &shared));
        Ok(Self { port, state })
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections were made so far, refused ones included.
    pub fn accepted(&self) -> u64 {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// From now on, new connections are closed as soon as they are made (or no longer).
    pub fn refuse(&self, refuse: bool) {
        self.state.refuse.store(refuse, Ordering::SeqCst);
    }

    /// From now on, nothing is forwarded in either direction while connections stay open.
    pub fn stall(&self, stall: bool) {
        self.state.stall.store(stall, Ordering::SeqCst);
    }

    /// Every piece of data waits this long before it is forwarded.
    pub fn delay(&self, delay: Duration) {
        let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.state.delay_ms.store(delay, Ordering::SeqCst);
    }

    /// Cuts every connection once clients have sent `bytes` more, all connections counted together.
    pub fn cut_after(&self, bytes: u32) {
        self.state
            .upstream_left
            .store(i64::from(bytes), Ordering::SeqCst);
    }

    /// Forwards without a fault again. Connections that were cut stay cut.
    pub fn heal(&self) {
        self.refuse(false);
        self.stall(false);
        self.delay(Duration::ZERO);
        self.state.upstream_left.store(-1, Ordering::SeqCst);
    }

    /// Cuts every open connection now.
    pub fn cut(&self) {
        self.state.cut();
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        self.state.cut();
        // Wakes the accepting thread, which then sees the flag.
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
    }
}

impl State {
    fn cut(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    /// Whether data of that size may still go to the server.
    fn may_send(&self, size: usize) -> bool {
        if self.upstream_left.load(Ordering::SeqCst) < 0 {
            return true;
        }
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let before = self.upstream_left.fetch_sub(size, Ordering::SeqCst);
        if before > size {
            return true;
        }
        // Negative would read as "no limit".
        self.upstream_left.store(0, Ordering::SeqCst);
        false
    }
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming().flatten() {
        if state.stopped.load(Ordering::SeqCst) {
            return;
        }
        state.accepted.fetch_add(1, Ordering::SeqCst);
        if state.refuse.load(Ordering::SeqCst) {
            continue;
        }
        let Ok(server) = TcpStream::connect(state.target) else {
            continue;
        };
        client.set_nodelay(true).ok();
        server.set_nodelay(true).ok();
        let clones = (client.try_clone(), server.try_clone());
        let (Ok(client_read), Ok(server_read)) = clones else {
            continue;
        };
        if let (Ok(client), Ok(server)) = (client.try_clone(), server.try_clone()) {
            state
                .open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend([client, server]);
        }
        let up = Arc::clone(state);
        thread::spawn(move || pump(client_read, server, &up, true));
        let down = Arc::clone(state);
        thread::spawn(move || pump(server_read, client, &down, false));
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, state: &State, upstream: bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(size @ 1..) = from.read(&mut buffer) {
        thread::sleep(Duration::from_millis(state.delay_ms.load(Ordering::SeqCst)));
        while state.stall.load(Ordering::SeqCst) && !state.stopped.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        if upstream && !state.may_send(size) {
            state.cut();
            return;
        }
        if to.write_all(&buffer[..size]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Write).ok();
}
