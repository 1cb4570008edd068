//! One command on one channel, as a state machine whose every step is a call that cannot block.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ssh2::{Channel, ErrorCode, Session};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use zeroize::Zeroizing;

use super::Failure;
use super::drive::{is_again, is_half_sent};
use crate::script::{Envelope, find_marker};
use crate::{Exit, Output, Reason};

const NOTHING: [Data; 2] = [Data::Own(Bytes::new()), Data::Own(Bytes::new())];
const BUFFER: usize = 16 * 1024;
/// How much of the output goes into a message.
const EXCERPT: usize = 2000;
/// How long a cancelled command may take to tell its process id, which killing it needs.
const PID_GRACE: Duration = Duration::from_millis(250);
/// `LIBSSH2_ERROR_CHANNEL_FAILURE` and `LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED`: the server said no
/// to this channel, and the connection is as good as before.
const CHANNEL_REFUSED: [ErrorCode; 2] = [ErrorCode::Session(-21), ErrorCode::Session(-22)];

/// A command from the queue to its end.
pub(super) struct Job {
    pub(super) id: u64,
    command_line: String,
    marker: String,
    input: [Input; 2],
    eof_sent: bool,
    limit: usize,
    reply: Option<oneshot::Sender<Result<Output, Failure>>>,
    permit: Option<OwnedSemaphorePermit>,
    channel: Option<Channel>,
    /// Whether others held channels while this one was asked for.
    contended: bool,
    state: State,
    stdout: Capture,
    stderr: Capture,
    cancelled: Option<Cancelled>,
    /// Kills others, or has to be killed before the connection ends.
    urgent: bool,
    /// The result that waits for the channel to be closed.
    outcome: Option<Result<Output, Failure>>,
}

struct Input {
    data: Data,
    sent: usize,
}

enum Data {
    Script(Zeroizing<Vec<u8>>),
    Own(Bytes),
}

#[derive(Default)]
struct Capture {
    data: Vec<u8>,
    pid: Option<u32>,
}

struct Cancelled {
    since: Instant,
    done: Option<oneshot::Sender<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Exec,
    Run,
    WaitClose,
    Close,
    Done,
}

/// The calls of the running state, any of which can be left half done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// The one call of a state that has only one.
    State,
    Write,
    Eof,
    ReadOut,
    ReadErr,
}

/// What a step has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advance {
    /// Something was sent or changed on this side: look again at once.
    Sent,
    /// The server has answered: look again at once.
    Heard,
    /// Nothing to do until the socket is ready.
    Idle,
    /// This call left a packet half sent and must be the next one to be made on the session.
    HalfSent(Call),
}

/// The connection cannot be used any more.
pub(super) struct Fatal(pub(super) String);

impl Job {
    pub(super) fn new(
        id: u64,
        envelope: Envelope,
        stdin: Bytes,
        limit: usize,
        reply: oneshot::Sender<Result<Output, Failure>>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let input = [Data::Script(envelope.preamble), Data::Own(stdin)];
        Self {
            marker: envelope.marker,
            reply: Some(reply),
            permit: Some(permit),
            ..Self::bare(id, envelope.command_line, input, limit)
        }
    }

    /// A job whose result nobody waits for: ends the process groups of cancelled commands, first
    /// with a request, then by force.
    pub(super) fn killer(id: u64, groups: &[u32]) -> Self {
        let groups: Vec<String> = groups.iter().map(|pid| format!("-{pid}")).collect();
        let groups = groups.join(" ");
        let script = format!(
            "kill -TERM {groups} 2>/dev/null; \
             (for i in 1 2 3; do sleep 1; kill -0 {groups} 2>/dev/null || exit; done; \
             kill -KILL {groups}) >/dev/null 2>&1 </dev/null &"
        );
        let line = format!("exec /bin/sh -c {}", crate::quote(&script));
        Self {
            urgent: true,
            ..Self::bare(id, line, NOTHING, BUFFER)
        }
    }

    /// A job that opens a channel and closes it.
    pub(super) fn probe(id: u64) -> Self {
        Self::bare(id, String::new(), NOTHING, BUFFER)
    }

    fn bare(id: u64, command_line: String, input: [Data; 2], limit: usize) -> Self {
        Self {
            id,
            command_line,
            marker: String::new(),
            input: input.map(|data| Input { data, sent: 0 }),
            eof_sent: false,
            limit,
            reply: None,
            permit: None,
            channel: None,
            contended: false,
            state: State::Open,
            stdout: Capture::default(),
            stderr: Capture::default(),
            cancelled: None,
            urgent: false,
            outcome: None,
        }
    }

    /// Whether its channel is being opened; the library can open one at a time.
    pub(super) fn is_opening(&self) -> bool {
        self.state == State::Open
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether it holds a channel of the server.
    pub(super) fn has_channel(&self) -> bool {
        self.channel.is_some()
    }

    /// Whether the connection should not end before this job.
    pub(super) fn is_urgent(&self) -> bool {
        self.urgent
    }

    /// The process group of a job that was given up, to be killed. Told once.
    pub(super) fn take_group_to_kill(&mut self) -> Option<u32> {
        let given_up = self.cancelled.is_some() && matches!(self.state, State::Close | State::Done);
        if !given_up || !self.urgent {
            return None;
        }
        self.urgent = false;
        self.group()
    }

    fn group(&self) -> Option<u32> {
        // 0 and 1 would mean quite other processes.
        self.stdout.pid.or(self.stderr.pid).filter(|pid| *pid > 1)
    }

    pub(super) fn cancel(&mut self, done: oneshot::Sender<()>) {
        self.reply = None;
        // There is no channel yet, or none any more; what is under way is finished and then closed.
        let waits = self.state == State::Run;
        self.cancelled = Some(Cancelled {
            since: Instant::now(),
            done: Some(done),
        });
        self.urgent = self.state != State::Done;
        if !waits {
            self.confirm_cancel();
        }
    }

    /// Ends the job because the connection is gone.
    pub(super) fn abort(&mut self, why: &str) {
        let reason = Reason::ConnectionLost(why.to_owned());
        let failure = match self.state {
            State::Open => Failure::NotStarted(reason),
            _ => Failure::Failed(reason),
        };
        let outcome = self.outcome.take().unwrap_or(Err(failure));
        self.finish(outcome);
    }

    /// Whether the server refused to open a channel for it.
    pub(super) fn is_refused(&self) -> bool {
        self.state == State::Close && self.channel.is_none() && self.cancelled.is_none()
    }

    /// Notes that others hold channels while this one's is being opened.
    pub(super) fn note_contention(&mut self, others: bool) {
        self.contended |= others;
    }

    /// Whether a refusal can be due to channels that others held.
    pub(super) fn is_contended(&self) -> bool {
        self.contended
    }

    /// Puts a job whose channel was refused back to its beginning.
    pub(super) fn retry(&mut self) {
        self.state = State::Open;
        self.outcome = None;
        self.contended = false;
    }

    /// Makes the calls that can be made now. `only` is a call that was left half done.
    pub(super) fn advance(
        &mut self,
        session: &Session,
        only: Option<Call>,
    ) -> Result<Advance, Fatal> {
        match self.state {
            State::Open => self.open(session),
            State::Exec => self.exec(session),
            State::Run => self.run(session, only),
            State::WaitClose => self.wait_close(session),
            State::Close => Ok(self.close(session)),
            State::Done => Ok(Advance::Idle),
        }
    }

    fn open(&mut self, session: &Session) -> Result<Advance, Fatal> {
        match session.channel_session() {
            Ok(channel) => {
                self.channel = Some(channel);
                let unwanted = self.cancelled.is_some() || self.command_line.is_empty();
                self.state = if unwanted { State::Close } else { State::Exec };
                Ok(Advance::Heard)
            }
            Err(error) => self.on_error(session, &error, Call::State),
        }
    }

    fn exec(&mut self, session: &Session) -> Result<Advance, Fatal> {
        let Some(channel) = &mut self.channel else {
            return Ok(Advance::Idle);
        };
        match channel.exec(&self.command_line) {
            Ok(()) => {
                self.state = if self.cancelled.is_some() {
                    State::Close
                } else {
                    State::Run
                };
                Ok(Advance::Heard)
            }
            Err(error) => self.on_error(session, &error, Call::State),
        }
    }

    fn run(&mut self, session: &Session, only: Option<Call>) -> Result<Advance, Fatal> {
        let mut advance = Advance::Idle;
        for call in [Call::Write, Call::Eof, Call::ReadOut, Call::ReadErr] {
            if only.is_some_and(|only| only != call) {
                continue;
            }
            match self.call(session, call)? {
                Advance::Heard => advance = Advance::Heard,
                Advance::Sent if advance == Advance::Idle => advance = Advance::Sent,
                Advance::Idle | Advance::Sent => {}
                half @ Advance::HalfSent(_) => return Ok(half),
            }
        }
        if only.is_some() {
            return Ok(Advance::Sent);
        }
        if self.stdout.data.len() + self.stderr.data.len() > self.limit {
            self.outcome = Some(Err(Failure::Failed(Reason::OutputTooLong(self.limit))));
            // Nobody reads on, so the command shall not go on either.
            self.cancelled = Some(Cancelled {
                since: Instant::now(),
                done: None,
            });
            self.urgent = true;
            self.state = State::Close;
            return Ok(Advance::Sent);
        }
        if let Some(cancelled) = &self.cancelled
            && (self.group().is_some() || cancelled.since.elapsed() > PID_GRACE)
        {
            self.state = State::Close;
            return Ok(Advance::Sent);
        }
        if self.channel.as_ref().is_none_or(Channel::eof) {
            self.state = State::WaitClose;
            return Ok(Advance::Sent);
        }
        Ok(advance)
    }

    fn call(&mut self, session: &Session, call: Call) -> Result<Advance, Fatal> {
        let Some(channel) = &mut self.channel else {
            return Ok(Advance::Idle);
        };
        match call {
            Call::State => Ok(Advance::Idle),
            Call::Write => {
                let Some(input) = self.input.iter_mut().find(|input| !input.left().is_empty())
                else {
                    return Ok(Advance::Idle);
                };
                match channel.stream(0).write(input.left()) {
                    Ok(sent) => {
                        input.sent += sent;
                        Ok(if sent == 0 {
                            Advance::Idle
                        } else {
                            Advance::Sent
                        })
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        Ok(half_or_idle(session, call))
                    }
                    Err(_) => {
                        // The command does not read any more. If it is the connection that is
                        // gone, reading will tell.
                        for input in &mut self.input {
                            input.sent += input.left().len();
                        }
                        Ok(Advance::Sent)
                    }
                }
            }
            Call::Eof => {
                let all_sent = self.input.iter().all(|input| input.left().is_empty());
                if !all_sent || self.eof_sent {
                    return Ok(Advance::Idle);
                }
                match channel.send_eof() {
                    Err(error) if is_again(&error) => Ok(half_or_idle(session, call)),
                    Ok(()) | Err(_) => {
                        self.eof_sent = true;
                        Ok(Advance::Sent)
                    }
                }
            }
            Call::ReadOut => {
                let mut stream = channel.stream(0);
                read_into(&mut stream, &mut self.stdout, &self.marker, session, call)
            }
            Call::ReadErr => {
                let mut stream = channel.stderr();
                read_into(&mut stream, &mut self.stderr, &self.marker, session, call)
            }
        }
    }

    fn wait_close(&mut self, session: &Session) -> Result<Advance, Fatal> {
        let Some(channel) = &mut self.channel else {
            return Ok(Advance::Idle);
        };
        if self.cancelled.is_some() {
            self.state = State::Close;
            return Ok(Advance::Sent);
        }
        match channel.wait_close() {
            Ok(()) => {
                self.outcome = Some(self.result());
                self.state = State::Close;
                Ok(Advance::Heard)
            }
            Err(error) => self.on_error(session, &error, Call::State),
        }
    }

    /// Closes the channel. The server keeps it until the command has ended, so a cancelled job
    /// stays in this state, and keeps its permit, until then.
    fn close(&mut self, session: &Session) -> Advance {
        let Some(channel) = &mut self.channel else {
            return self.finish_outcome();
        };
        match channel.close() {
            Err(error) if is_again(&error) => {
                let advance = half_or_idle(session, Call::State);
                if advance == Advance::Idle {
                    self.confirm_cancel();
                    self.answer();
                }
                advance
            }
            Ok(()) | Err(_) => self.finish_outcome(),
        }
    }

    fn result(&mut self) -> Result<Output, Failure> {
        let Some(channel) = &self.channel else {
            return Err(Failure::Failed(Reason::ConnectionLost(
                "there is no channel".into(),
            )));
        };
        let signal = channel
            .exit_signal()
            .ok()
            .and_then(|signal| signal.exit_signal);
        let exit = match signal {
            Some(name) => Exit::Signal(name),
            None => Exit::Status(channel.exit_status().unwrap_or(-1)),
        };
        let stdout = std::mem::take(&mut self.stdout.data);
        let stderr = std::mem::take(&mut self.stderr.data);
        if self.stdout.pid.is_none() && !self.marker.is_empty() {
            let text = [stdout, stderr].concat();
            let output = if self.repeats_input(&text) {
                "it repeats what it was sent, which is not shown".to_owned()
            } else {
                let text = String::from_utf8_lossy(&text[..text.len().min(EXCERPT)]);
                text.trim().to_owned()
            };
            return Err(Failure::Failed(Reason::NoShell { exit, output }));
        }
        Ok(Output {
            stdout,
            stderr,
            exit,
        })
    }

    /// Whether something that is no shell sent back what was meant for one: there may be secrets in
    /// it.
    fn repeats_input(&self, output: &[u8]) -> bool {
        const SHORTEST: usize = 4;
        let lines = self.input.iter().flat_map(|input| {
            let data: &[u8] = match &input.data {
                Data::Script(data) => data,
                Data::Own(data) => data,
            };
            data.split(|byte| *byte == b'\n')
        });
        lines
            .filter(|line| line.len() >= SHORTEST)
            .any(|line| output.windows(line.len()).any(|window| window == line))
    }

    fn on_error(
        &mut self,
        session: &Session,
        error: &ssh2::Error,
        call: Call,
    ) -> Result<Advance, Fatal> {
        if is_again(error) {
            return Ok(half_or_idle(session, call));
        }
        if !CHANNEL_REFUSED.contains(&error.code()) {
            return Err(Fatal(error.message().to_owned()));
        }
        let reason = Reason::NoChannel(error.message().to_owned());
        self.outcome = Some(Err(Failure::NotStarted(reason)));
        self.state = State::Close;
        Ok(Advance::Heard)
    }

    fn finish_outcome(&mut self) -> Advance {
        let lost = || Failure::Failed(Reason::ConnectionLost("the command was given up".into()));
        let outcome = self.outcome.take().unwrap_or_else(|| Err(lost()));
        self.finish(outcome);
        Advance::Sent
    }

    fn finish(&mut self, outcome: Result<Output, Failure>) {
        self.outcome = Some(outcome);
        self.answer();
        self.confirm_cancel();
        self.permit = None;
        self.state = State::Done;
    }

    fn answer(&mut self) {
        if let Some(outcome) = self.outcome.take()
            && let Some(reply) = self.reply.take()
        {
            // The caller may have gone.
            reply.send(outcome).ok();
        }
    }

    fn confirm_cancel(&mut self) {
        if let Some(done) = self
            .cancelled
            .as_mut()
            .and_then(|cancelled| cancelled.done.take())
        {
            done.send(()).ok();
        }
    }
}

impl Input {
    fn left(&self) -> &[u8] {
        let data: &[u8] = match &self.data {
            Data::Script(data) => data,
            Data::Own(data) => data,
        };
        &data[self.sent..]
    }
}

/// An idle call, unless it left a packet half sent.
fn half_or_idle(session: &Session, call: Call) -> Advance {
    if is_half_sent(session) {
        Advance::HalfSent(call)
    } else {
        Advance::Idle
    }
}

fn read_into(
    stream: &mut ssh2::Stream,
    capture: &mut Capture,
    marker: &str,
    session: &Session,
    call: Call,
) -> Result<Advance, Fatal> {
    let mut buffer = [0; BUFFER];
    match stream.read(&mut buffer) {
        Ok(0) => Ok(Advance::Idle),
        Ok(size) => {
            capture.data.extend_from_slice(&buffer[..size]);
            if capture.pid.is_none()
                && !marker.is_empty()
                && let Some((pid, end)) = find_marker(&capture.data, marker)
            {
                capture.pid = Some(pid);
                capture.data.drain(..end);
            }
            Ok(Advance::Heard)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(half_or_idle(session, call)),
        Err(error) => Err(Fatal(error.to_string())),
    }
}
