//! The thread that owns a session: it makes every call into the SSH library, none of which blocks,
//! and rests in `poll` when there is nothing to do.

use std::collections::VecDeque;
use std::io::Read as _;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use ssh2::Session;
use tokio::sync::oneshot;

use super::Request;
use super::drive::{LONGEST_WAIT, drive, timeout};
use super::job::{Advance, Call, Fatal, Job};
use super::login::log_in;
use crate::Login;
use crate::auth::Credentials;
use crate::{HostKey, Reason, Step};

/// Unanswered keepalives after which a connection counts as lost.
const KEEPALIVES: u32 = 3;
/// The library sends no keepalive sooner than this after another.
const SHORTEST_KEEPALIVE: Duration = Duration::from_secs(2);
/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_millis(200);
/// How long a closing connection waits for what it has to kill first.
const LAST_WORK: Duration = Duration::from_millis(600);

/// What the thread is started with.
pub(super) struct Start {
    pub(super) login: Login,
    pub(super) host_keys: String,
    pub(super) credentials: Credentials,
    pub(super) keepalive: Duration,
    pub(super) socket: TcpStream,
    pub(super) woken: UnixStream,
    pub(super) queue: Receiver<Request>,
    pub(super) alive: Arc<AtomicBool>,
    pub(super) ready: oneshot::Sender<Result<HostKey, (Step, Reason)>>,
}

/// Logs in and serves requests until the connection or its last handle is gone.
pub(super) fn run(start: Start) {
    let Start {
        login,
        host_keys,
        credentials,
        keepalive,
        socket,
        woken,
        queue,
        alive,
        ready,
    } = start;
    let logged_in = log_in(&login, &host_keys, &credentials, &socket);
    // Not needed any more, so not kept in memory for as long as the connection lives.
    drop(credentials);
    let session = match logged_in {
        Ok((session, key)) => {
            let wanted = ready.send(Ok(key)).is_ok();
            if !wanted {
                hang_up(&session, &socket);
                return;
            }
            session
        }
        Err(failed) => {
            socket.shutdown(Shutdown::Both).ok();
            ready.send(Err(failed)).ok();
            return;
        }
    };
    // When to send is decided here; the library only must not hold it back for longer.
    session.set_keepalive(true, 1);
    let mut worker = Worker {
        session,
        socket,
        woken,
        queue,
        jobs: Vec::new(),
        waiting: VecDeque::new(),
        half_sent: None,
        closing: None,
        probes: 0,
        keepalive: keepalive.max(SHORTEST_KEEPALIVE),
        heard: Instant::now(),
        asked: 0,
    };
    let end = worker.serve();
    alive.store(false, Ordering::SeqCst);
    worker.stop(end, &login);
}

/// Why the thread stops.
enum End {
    /// Somebody asked for it and wants to know, or nobody is left to ask for anything.
    Closed(Option<oneshot::Sender<()>>),
    Lost(String),
}

impl From<Fatal> for End {
    fn from(fatal: Fatal) -> Self {
        Self::Lost(fatal.0)
    }
}

struct Worker {
    session: Session,
    socket: TcpStream,
    woken: UnixStream,
    queue: Receiver<Request>,
    jobs: Vec<Job>,
    /// Jobs whose channel the server would not open while others are open.
    waiting: VecDeque<Job>,
    /// The job, and its call, that left a packet half sent.
    half_sent: Option<(u64, Call)>,
    /// Set when the thread shall end, with the time by which it must.
    closing: Option<(Instant, Option<oneshot::Sender<()>>)>,
    /// How many probes were made, to number them.
    probes: u64,
    keepalive: Duration,
    /// When the server last sent anything.
    heard: Instant,
    /// Keepalives sent since.
    asked: u32,
}

impl Worker {
    fn serve(&mut self) -> End {
        loop {
            self.take_requests();
            // Data that one call waits for can be read from the socket by another call, so only a
            // second round without anything new means that there is nothing new.
            let mut idle_rounds = 0;
            while idle_rounds < 2 {
                match self.round() {
                    Ok(true) => idle_rounds = 0,
                    Ok(false) => idle_rounds += 1,
                    Err(Fatal(why)) => return End::Lost(why),
                }
            }
            if let Some((deadline, done)) = &mut self.closing
                && (Instant::now() >= *deadline || !self.jobs.iter().any(Job::is_urgent))
            {
                return End::Closed(done.take());
            }
            if let Err(fatal) = self.rest() {
                return fatal.into();
            }
        }
    }

    fn take_requests(&mut self) {
        loop {
            match self.queue.try_recv() {
                Ok(Request::Run(job)) => self.jobs.push(*job),
                Ok(Request::Cancel(id, done)) => self.cancel(id, done),
                Ok(Request::Close(done)) => {
                    self.closing = Some((Instant::now() + LAST_WORK, Some(done)));
                }
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.closing
                        .get_or_insert_with(|| (Instant::now() + LAST_WORK, None));
                    return;
                }
            }
        }
    }

    fn cancel(&mut self, id: u64, done: oneshot::Sender<()>) {
        self.waiting.retain(|job| job.id != id);
        // A job that is not there any more has ended; dropping `done` would look like a failure.
        match self.jobs.iter_mut().find(|job| job.id == id) {
            Some(job) => job.cancel(done),
            None => drop(done.send(())),
        }
    }

    /// Lets every job make its calls once. Returns whether anything happened.
    fn round(&mut self) -> Result<bool, Fatal> {
        if let Some((id, call)) = self.half_sent {
            if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
                match job.advance(&self.session, Some(call))? {
                    Advance::HalfSent(call) => {
                        self.half_sent = Some((id, call));
                        return Ok(false);
                    }
                    Advance::Idle | Advance::Sent | Advance::Heard => {}
                }
            }
            self.half_sent = None;
        }
        let mut progress = false;
        let mut heard = false;
        // Only the first of the jobs that want to open a channel may try.
        let mut opening = false;
        let others_open = self.jobs.iter().any(Job::has_channel);
        for job in &mut self.jobs {
            if job.is_opening() && std::mem::replace(&mut opening, true) {
                continue;
            }
            if job.is_opening() {
                job.note_contention(others_open);
            }
            match job.advance(&self.session, None)? {
                Advance::Heard => {
                    progress = true;
                    heard = true;
                }
                Advance::Sent => progress = true,
                Advance::Idle => {}
                Advance::HalfSent(call) => {
                    self.half_sent = Some((job.id, call));
                    break;
                }
            }
        }
        if heard {
            self.heard = Instant::now();
            self.asked = 0;
        }
        if self.half_sent.is_none() {
            progress |= self.sort_out();
        }
        Ok(progress)
    }

    /// Removes finished jobs, kills what abandoned ones left running, and lets refused ones wait.
    fn sort_out(&mut self) -> bool {
        let groups: Vec<u32> = self
            .jobs
            .iter_mut()
            .filter_map(Job::take_group_to_kill)
            .collect();
        let mut finished = false;
        let others_open = self.jobs.iter().any(Job::has_channel);
        let mut index = 0;
        while let Some(job) = self.jobs.get_mut(index) {
            if job.is_refused() && job.is_contended() && !others_open {
                // They have ended between the request and the refusal.
                job.retry();
                index += 1;
            } else if job.is_refused() && others_open {
                let mut job = self.jobs.remove(index);
                job.retry();
                self.waiting.push_back(job);
            } else if job.is_done() {
                self.jobs.remove(index);
                finished = true;
            } else {
                index += 1;
            }
        }
        if finished || self.jobs.is_empty() {
            finished |= !self.waiting.is_empty();
            self.jobs.extend(self.waiting.pop_front());
        }
        if !groups.is_empty() {
            // Before the others, and with a number that no request has.
            self.probes += 1;
            self.jobs
                .insert(0, Job::killer(u64::MAX - self.probes, &groups));
            return true;
        }
        finished
    }

    /// Waits for the socket, a request, or the next keepalive.
    fn rest(&mut self) -> Result<(), Fatal> {
        let quiet = self.heard.elapsed();
        if quiet >= self.keepalive * (self.asked + 1) {
            if self.asked == KEEPALIVES {
                return Err(Fatal(format!(
                    "the server is silent for {} s",
                    quiet.as_secs()
                )));
            }
            self.asked += 1;
            if self.jobs.is_empty() {
                self.probe();
                return Ok(());
            }
            // A packet that is half sent shows the server that somebody is there, too. The answer
            // is seen by the poll below, before any call can take it from the socket.
            if self.half_sent.is_none() {
                self.session
                    .keepalive_send()
                    .map_err(|error| Fatal(error.message().to_owned()))?;
            }
        }
        let mut wait = (self.keepalive * (self.asked + 1)).saturating_sub(quiet);
        if !self.jobs.is_empty() || self.closing.is_some() {
            wait = wait.min(LONGEST_WAIT);
        }
        let mut events = PollFlags::POLLIN;
        if self.half_sent.is_some() {
            events |= PollFlags::POLLOUT;
        }
        let mut fds = [
            PollFd::new(self.socket.as_fd(), events),
            PollFd::new(self.woken.as_fd(), PollFlags::POLLIN),
        ];
        poll(&mut fds, timeout(wait)).ok();
        let ready = fds[0].revents().unwrap_or(PollFlags::empty());
        if fds[1].any().unwrap_or(false) {
            let mut bytes = [0; 64];
            while matches!((&self.woken).read(&mut bytes), Ok(64)) {}
        }
        if ready.intersects(PollFlags::POLLIN) {
            self.heard = Instant::now();
            self.asked = 0;
            if self.jobs.is_empty() {
                self.look_for_end()?;
                self.probe();
            }
        } else if ready.intersects(PollFlags::POLLHUP | PollFlags::POLLERR) {
            return Err(Fatal("the server closed it".into()));
        }
        Ok(())
    }

    /// Opens and closes a channel. The library reads the socket only as part of a call that waits
    /// for something, so this is how the server's own keepalives are read, and answered, while no
    /// command runs.
    fn probe(&mut self) {
        self.probes += 1;
        self.jobs.push(Job::probe(u64::MAX - self.probes));
    }

    /// Whether the server has hung up: then the socket is at its end.
    fn look_for_end(&self) -> Result<(), Fatal> {
        match self.socket.peek(&mut [0; 1]) {
            Ok(0) => Err(Fatal("the server closed it".into())),
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => {
                Err(Fatal(error.to_string()))
            }
            _ => Ok(()),
        }
    }

    fn stop(mut self, end: End, login: &Login) {
        let (why, done) = match end {
            End::Closed(done) => {
                if self.half_sent.is_none() {
                    hang_up(&self.session, &self.socket);
                }
                ("it was closed".to_owned(), done)
            }
            End::Lost(why) => {
                tracing::debug!(host = login.target.address, why, "connection lost");
                (why, None)
            }
        };
        // Without a socket no call of the library's clean-up can wait for the server.
        self.socket.shutdown(Shutdown::Both).ok();
        for job in self.jobs.iter_mut().chain(&mut self.waiting) {
            job.abort(&why);
        }
        // Requests that came too late.
        while let Ok(request) = self.queue.try_recv() {
            if let Request::Run(mut job) = request {
                job.abort(&why);
            }
        }
        drop((self.jobs, self.waiting, self.session));
        if let Some(done) = done {
            done.send(()).ok();
        }
    }
}

/// Says goodbye, so that the server's log does not speak of a broken connection.
fn hang_up(session: &Session, socket: &TcpStream) {
    let say = || session.disconnect(None, "done", None);
    drive(session, socket, Instant::now() + GOODBYE, say).ok();
    socket.shutdown(Shutdown::Both).ok();
}
