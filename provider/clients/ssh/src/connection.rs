//! One connection: a thread that owns the SSH session, and the handle others use it by.
//!
//! The SSH library blocks and allows one call at a time per session. So the session lives on a
//! thread of its own, is never put into blocking mode, and is told what to do through a queue.

mod drive;
mod job;
mod login;
mod worker;

use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use plinth_wait::{Interrupted, Scope};
use tokio::sync::{Semaphore, oneshot};

use crate::script::Envelope;
use crate::{Command, Error, HostKey, Output, Reason, Step, Target};
use crate::{Login, Settings};
use job::Job;

/// How long the thread may take to answer a cancellation before the connection is cut.
const CANCEL_GRACE: Duration = Duration::from_millis(400);
/// By how much a login may go over the time of its steps.
const SLACK: Duration = Duration::from_secs(1);
/// How long a connection may take to say goodbye.
const CLOSE_GRACE: Duration = Duration::from_secs(1);

/// A logged-in session. Dropping the last handle closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    target: Target,
    host_key: HostKey,
    requests: mpsc::Sender<Request>,
    wake: UnixStream,
    socket: TcpStream,
    alive: Arc<AtomicBool>,
    sessions: Arc<Semaphore>,
    next_id: AtomicU64,
    output_limit: usize,
}

enum Request {
    Run(Box<Job>),
    /// Gives a job up. The answer comes when its channel is being closed.
    Cancel(u64, oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

/// Why a command has no result.
pub(crate) enum Failure {
    /// The server was never asked to run it, so another connection may be.
    NotStarted(Reason),
    /// It may have run, wholly or in part.
    Failed(Reason),
}

impl Connection {
    /// Connects, checks the host's key and logs in. `host_keys` are the algorithms to ask for,
    /// separated by commas.
    pub(crate) async fn open(
        scope: &Scope,
        login: &Login,
        settings: &Settings,
        host_keys: String,
    ) -> Result<Self, Error> {
        let target = &login.target;
        let fail = |step: Step, reason: Reason| Error::new(target, step, reason);
        let auth = login.auth.clone();
        let prepared = tokio::task::spawn_blocking(move || auth.prepare());
        let credentials = match scope.run(prepared).await {
            Ok(Ok(credentials)) => credentials,
            Ok(Err(panic)) => Err(Reason::InvalidKey(panic.to_string())),
            Err(why) => Err(why.into()),
        }
        .map_err(|reason| fail(Step::Authenticate, reason))?;

        let socket = connect(scope, login)
            .await
            .map_err(|reason| fail(Step::Connect, reason))?;
        let io = |error| fail(Step::Connect, Reason::Network(error));
        let (wake, woken) = UnixStream::pair().map_err(io)?;
        wake.set_nonblocking(true).map_err(io)?;
        woken.set_nonblocking(true).map_err(io)?;
        let guard = ShutdownOnDrop(Some(socket.try_clone().map_err(io)?));
        let (requests, queue) = mpsc::channel();
        let (ready, established) = oneshot::channel();
        let alive = Arc::new(AtomicBool::new(true));
        let start = worker::Start {
            login: login.clone(),
            host_keys,
            credentials,
            keepalive: settings.keepalive,
            socket: socket.try_clone().map_err(io)?,
            woken,
            queue,
            alive: Arc::clone(&alive),
            ready,
        };
        std::thread::Builder::new()
            .name("plinth-ssh".into())
            .spawn(move || worker::run(start))
            .map_err(io)?;
        // The thread keeps to the time of each step, but for an agent that never answers.
        let longest = login.timeouts.handshake + login.timeouts.auth + SLACK;
        let host_key = match scope.within(longest).run(established).await {
            Ok(Ok(result)) => result.map_err(|(step, reason)| fail(step, reason))?,
            Ok(Err(_)) => {
                let reason = Reason::ConnectionLost("its thread ended".into());
                return Err(fail(Step::Handshake, reason));
            }
            Err(why) => {
                let late = scope.check().is_ok();
                let reason = if late {
                    Reason::Timeout(longest)
                } else {
                    why.into()
                };
                return Err(fail(
                    if late {
                        Step::Authenticate
                    } else {
                        Step::Handshake
                    },
                    reason,
                ));
            }
        };
        guard.keep();
        Ok(Self {
            target: target.clone(),
            host_key,
            requests,
            wake,
            socket,
            alive,
            sessions: Arc::new(Semaphore::new(settings.sessions.max(1))),
            next_id: AtomicU64::new(0),
            output_limit: settings.output_limit,
        })
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::SeqCst)
    }

    pub(crate) fn host_key(&self) -> &HostKey {
        &self.host_key
    }

    /// Runs a command on a channel of its own. Waits for one to be free.
    pub(crate) async fn exec(&self, scope: &Scope, command: &Command) -> Result<Output, Failure> {
        let envelope = Envelope::new(command).map_err(Failure::Failed)?;
        let permit = match scope.run(Arc::clone(&self.sessions).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(not_started("the connection is closed")),
            Err(why) => return Err(Failure::Failed(why.into())),
        };
        let (reply, result) = oneshot::channel();
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let limit = command.output_limit.unwrap_or(self.output_limit);
        let job = Job::new(id, envelope, command.stdin.clone(), limit, reply, permit);
        self.send(Request::Run(Box::new(job)))?;
        // Cancels the job when this future is dropped before its end.
        let mut cancel = CancelOnDrop {
            connection: self,
            id: Some(id),
        };
        match scope.run(result).await {
            Ok(answer) => {
                cancel.id = None;
                answer.unwrap_or_else(|_| {
                    Err(Failure::Failed(Reason::ConnectionLost(
                        "its thread ended".into(),
                    )))
                })
            }
            Err(why) => {
                cancel.id = None;
                self.cancel(id).await;
                Err(Failure::Failed(why.into()))
            }
        }
    }

    /// Says goodbye and ends the thread; cuts the connection when that takes too long.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.send(Request::Close(done)).is_ok() {
            Scope::new().within(CLOSE_GRACE).run(closed).await.ok();
        }
        self.cut();
    }

    async fn cancel(&self, id: u64) {
        let (done, cancelled) = oneshot::channel();
        let answer = match self.send(Request::Cancel(id, done)) {
            Ok(()) => Scope::new().within(CANCEL_GRACE).run(cancelled).await,
            Err(_) => Err(Interrupted::Cancelled),
        };
        if answer.is_err() {
            tracing::debug!(
                host = self.target.address,
                "a cancelled command did not end, cutting"
            );
            self.cut();
        }
    }

    fn send(&self, request: Request) -> Result<(), Failure> {
        if !self.is_alive() || self.requests.send(request).is_err() {
            return Err(not_started("it ended before the command was sent"));
        }
        // A full pipe means that the thread is about to wake up anyway.
        std::io::Write::write(&mut &self.wake, &[1]).ok();
        Ok(())
    }

    /// Takes the connection out of service, from this side of the network at least.
    fn cut(&self) {
        self.alive.store(false, Ordering::SeqCst);
        self.socket.shutdown(Shutdown::Both).ok();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The thread sees that the queue has no other end any more.
        std::io::Write::write(&mut &self.wake, &[1]).ok();
    }
}

struct CancelOnDrop<'a> {
    connection: &'a Connection,
    id: Option<u64>,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            let (done, _) = oneshot::channel();
            self.connection.send(Request::Cancel(id, done)).ok();
        }
    }
}

/// Ends a half-made connection, and thereby its thread, when the one who wanted it is gone.
struct ShutdownOnDrop(Option<TcpStream>);

impl ShutdownOnDrop {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for ShutdownOnDrop {
    fn drop(&mut self) {
        if let Some(socket) = &self.0 {
            socket.shutdown(Shutdown::Both).ok();
        }
    }
}

fn not_started(why: &str) -> Failure {
    Failure::NotStarted(Reason::ConnectionLost(why.to_owned()))
}

/// Resolves the name and connects to its addresses in turn until one answers.
async fn connect(scope: &Scope, login: &Login) -> Result<TcpStream, Reason> {
    let limit = login.timeouts.tcp;
    let attempt = async {
        let target = &login.target;
        let addresses = tokio::net::lookup_host((target.address.as_str(), target.port))
            .await
            .map_err(Reason::UnknownName)?;
        let mut last = None;
        for address in addresses {
            match tokio::net::TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(
            || Reason::UnknownName(std::io::Error::other("it has no address")),
            Reason::Network,
        ))
    };
    // The caller's deadline may be earlier than this step's; only the caller's is an interruption.
    let outcome = scope.within(limit).run(attempt).await;
    let Ok(result) = outcome else {
        scope.check()?;
        return Err(Reason::Timeout(limit));
    };
    let stream = result?;
    stream.set_nodelay(true).map_err(Reason::Network)?;
    stream.into_std().map_err(Reason::Network)
}
