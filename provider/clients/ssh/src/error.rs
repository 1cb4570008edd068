//! What can go wrong, and where.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use plinth_wait::Interrupted;

use crate::Target;

/// A step failed on a host. The message names the step, the host, the port and the user; the source
/// is the [`Reason`]. Cheap to clone.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot {step} on {} port {} as {}", .target.address, .target.port, .target.user)]
pub struct Error {
    target: Target,
    step: Step,
    source: Arc<Reason>,
}

/// What was being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Opening the TCP connection, name resolution included.
    Connect,
    /// The key exchange, with the check of the host key.
    Handshake,
    /// Logging in.
    Authenticate,
    /// Running a command.
    Run,
    /// Doing something with a file; the words read "write /etc/motd".
    File(&'static str, String),
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The caller's scope ended.
    #[error(transparent)]
    Interrupted(Interrupted),
    /// The other side did not answer in the time that this step has.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The name of the host has no address.
    #[error("the name cannot be resolved: {0}")]
    UnknownName(io::Error),
    /// The network said no: refused, unreachable, reset.
    #[error("{0}")]
    Network(io::Error),
    /// The connection ended before the work was done.
    #[error("the connection was lost: {0}")]
    ConnectionLost(String),
    /// The server does not speak SSH as it should, or has no algorithm in common.
    #[error("the key exchange failed: {0}")]
    KeyExchange(String),
    /// Nobody vouches for the host's key.
    #[error(
        "the host's key {fingerprint} is unknown; if it is right, add this line to the known \
         hosts: {line}"
    )]
    UnknownHostKey {
        /// `SHA256:…` of the key the host has shown.
        fingerprint: String,
        /// The line for a `known_hosts` file.
        line: String,
    },
    /// The host shows another key than the one it is known by.
    #[error(
        "the host's key has changed: known by {}, now shows {found}; somebody may be listening in, \
         or the host was set up anew", .known.join(", ")
    )]
    ChangedHostKey {
        /// `SHA256:…` of the keys the host is known by.
        known: Vec<String>,
        /// `SHA256:…` of the key the host has shown.
        found: String,
    },
    /// The known hosts say that this key must not be trusted any more.
    #[error("the host's key {0} is revoked")]
    RevokedHostKey(String),
    /// The policy itself cannot be read.
    #[error("the known host key cannot be used: {0}")]
    InvalidHostKey(crate::InvalidHostKey),
    /// No key, agent or password was given.
    #[error("no private key, agent or password to log in with")]
    NoCredentials,
    /// The private key is protected and no passphrase was given.
    #[error("the private key is encrypted and there is no passphrase")]
    PassphraseMissing,
    /// The passphrase does not open the private key.
    #[error("the passphrase does not open the private key")]
    PassphraseWrong,
    /// The private key is none, or of a kind that is not supported.
    #[error("the private key cannot be used: {0}")]
    InvalidKey(String),
    /// The server refused every method there was.
    #[error(
        "permission denied; tried {}; the server accepts {accepted}", .tried.join(", ")
    )]
    Denied {
        /// What was tried, in order.
        tried: Vec<String>,
        /// The methods that the server says can continue, comma-separated.
        accepted: String,
    },
    /// The server opens no more channels on this connection.
    #[error("the server opened no channel: {0}")]
    NoChannel(String),
    /// The user's login shell did not get as far as to run a POSIX shell.
    #[error("no POSIX shell was started ({exit}): {output}")]
    NoShell {
        /// How the login shell ended.
        exit: crate::Exit,
        /// The beginning of what it printed instead.
        output: String,
    },
    /// A command printed more than the limit, in bytes.
    #[error("the command printed more than {0} bytes")]
    OutputTooLong(usize),
    /// The request itself makes no sense.
    #[error("{0}")]
    InvalidRequest(String),
    /// There is no such file or directory.
    #[error("no such file or directory")]
    NotFound,
    /// The user may not do that.
    #[error("permission denied by the host")]
    PermissionDenied,
    /// The file system is mounted read-only.
    #[error("the file system is read-only")]
    ReadOnly,
    /// The disk or the user's quota is full.
    #[error("no space left on the file system")]
    NoSpace,
    /// A directory is where a file is wanted.
    #[error("it is a directory")]
    IsDirectory,
    /// Something else is where a directory is wanted.
    #[error("it is not a directory")]
    NotDirectory,
    /// A directory that has something in it cannot be removed.
    #[error("the directory is not empty")]
    NotEmpty,
    /// The command that validates the new content did not like it.
    #[error("validation failed ({exit}): {output}")]
    ValidateFailed {
        /// How the command ended.
        exit: crate::Exit,
        /// What it printed, standard output and standard error together.
        output: String,
    },
    /// The content did not arrive as it was sent.
    #[error("the content did not arrive whole: {0}")]
    Corrupted(String),
    /// A command of a helper failed in a way that has no name of its own.
    #[error("the host's shell failed ({exit}): {output}")]
    Failed {
        /// How the command ended.
        exit: crate::Exit,
        /// The beginning of what it printed.
        output: String,
    },
}

impl Error {
    pub(crate) fn new(target: &Target, step: Step, reason: impl Into<Reason>) -> Self {
        Self {
            target: target.clone(),
            step,
            source: Arc::new(reason.into()),
        }
    }

    /// The host, port and user.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What was being done.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// Why it failed; the same as the source.
    pub fn reason(&self) -> &Reason {
        &self.source
    }

    /// The server refused the credentials, or they could not be used at all.
    pub fn is_auth(&self) -> bool {
        matches!(
            self.reason(),
            Reason::Denied { .. }
                | Reason::NoCredentials
                | Reason::PassphraseMissing
                | Reason::PassphraseWrong
                | Reason::InvalidKey(_)
        )
    }

    /// The host's key is unknown, changed or revoked.
    pub fn is_host_key(&self) -> bool {
        matches!(
            self.reason(),
            Reason::UnknownHostKey { .. }
                | Reason::ChangedHostKey { .. }
                | Reason::RevokedHostKey(_)
                | Reason::InvalidHostKey(_)
        )
    }

    /// The host could not be reached, or was lost before the work was done.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self.reason(),
            Reason::Timeout(_)
                | Reason::UnknownName(_)
                | Reason::Network(_)
                | Reason::ConnectionLost(_)
        )
    }

    /// The file is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.reason(), Reason::NotFound)
    }

    /// The caller's scope ended first.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.reason(), Reason::Interrupted(_))
    }

    /// Whether connecting again may succeed without anybody changing anything.
    pub(crate) fn may_pass(&self) -> bool {
        self.is_unreachable()
            && matches!(self.step, Step::Connect | Step::Handshake)
            && !matches!(self.reason(), Reason::UnknownName(_))
    }

    /// Whether the host may have, among its keys, one that is trusted after all.
    pub(crate) fn is_another_host_key(&self) -> bool {
        matches!(
            self.reason(),
            Reason::ChangedHostKey { .. } | Reason::KeyExchange(_)
        )
    }

    /// The same failure, told as part of another step.
    pub(crate) fn during(self, step: Step) -> Self {
        if self.step == Step::Run {
            Self { step, ..self }
        } else {
            self
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => f.write_str("connect"),
            Self::Handshake => f.write_str("set up a secure connection"),
            Self::Authenticate => f.write_str("log in"),
            Self::Run => f.write_str("run a command"),
            Self::File(verb, path) => write!(f, "{verb} {path}"),
        }
    }
}

impl From<Interrupted> for Reason {
    fn from(why: Interrupted) -> Self {
        Self::Interrupted(why)
    }
}
