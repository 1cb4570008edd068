//! What a host must be able to do: run a command.
//!
//! Files are written and read by commands, too, so this one trait is all that a replacement (a
//! fake in a test, another SSH library) has to provide.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use plinth_wait::Scope;

use crate::{Error, Secret, Target, quote};

/// Runs commands on one host.
#[async_trait]
pub trait Transport: Send + Sync {
    /// The host that commands run on.
    fn target(&self) -> &Target;

    /// Runs a command to its end and returns what it printed. A command that fails is a result,
    /// not an error.
    ///
    /// # Errors
    /// When the host cannot be reached or asked, the output is too long, or `scope` ends; the
    /// command and its children are then killed as well as that can be done.
    async fn exec(&self, scope: &Scope, command: Command) -> Result<Output, Error>;

    /// The `known_hosts` line of the key that the host has shown, connecting first if need be.
    ///
    /// # Errors
    /// When the host cannot be logged in to.
    async fn host_key_line(&self, scope: &Scope) -> Result<String, Error>;
}

/// A command for the host's `/bin/sh`.
///
/// The script, the environment and the input travel inside the connection, never in an argument
/// that the host's process list shows.
#[derive(Clone)]
pub struct Command {
    pub(crate) script: Secret,
    pub(crate) env: Vec<(String, Secret)>,
    pub(crate) stdin: Bytes,
    pub(crate) output_limit: Option<usize>,
}

impl Command {
    /// A script for a POSIX shell.
    pub fn script(script: impl Into<String>) -> Self {
        Self {
            script: Secret::new(script),
            env: Vec::new(),
            stdin: Bytes::new(),
            output_limit: None,
        }
    }

    /// A program with its arguments, which no shell reads.
    pub fn argv<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Self {
        let words: Vec<String> = words.into_iter().map(|word| quote(word.as_ref())).collect();
        Self::script(format!("exec {}", words.join(" ")))
    }

    /// What the command reads from its standard input; nothing if never called.
    pub fn stdin(self, stdin: impl Into<Bytes>) -> Self {
        Self {
            stdin: stdin.into(),
            ..self
        }
    }

    /// Adds a variable to the command's environment.
    pub fn env(mut self, name: impl Into<String>, value: Secret) -> Self {
        self.env.push((name.into(), value));
        self
    }

    /// Allows another number of bytes on standard output and standard error together.
    pub fn output_limit(self, bytes: usize) -> Self {
        Self {
            output_limit: Some(bytes),
            ..self
        }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Command")
            .field("script_bytes", &self.script.expose().len())
            .field("env", &names)
            .field("stdin_bytes", &self.stdin.len())
            .finish_non_exhaustive()
    }
}

/// What a command printed and how it ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// How it ended.
    pub exit: Exit,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It ended by itself with this status; 0 is success.
    Status(i32),
    /// A signal ended it; the name is without `SIG` (RFC 4254 section 6.10).
    Signal(String),
}

impl Output {
    /// Whether the command ended with status 0.
    pub fn success(&self) -> bool {
        self.exit == Exit::Status(0)
    }

    /// Standard output as text; what is not UTF-8 is replaced.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text; what is not UTF-8 is replaced.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("exit", &self.exit)
            .field("stdout_bytes", &self.stdout.len())
            .field("stderr_bytes", &self.stderr.len())
            .finish()
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "exit status {status}"),
            Self::Signal(name) => write!(f, "signal {name}"),
        }
    }
}
