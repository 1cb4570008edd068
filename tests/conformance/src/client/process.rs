//! The provider's process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::handshake::Handshake;
use super::tls::Identity;
use super::{Client, ClientError};

/// The word by which a plugin knows that it was started by Terraform or `OpenTofu`.
pub const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// How long a plugin may take to its handshake.
const START: Duration = Duration::from_secs(60);

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Both sides show a certificate, as Terraform does it.
    Mutual,
    /// No TLS, as with `TF_DISABLE_PLUGIN_TLS`.
    None,
    /// For tests of the server: it is given a certificate, but the client shows none.
    NoCertificate,
    /// For tests of the server: the client shows another certificate than announced.
    WrongCertificate,
}

/// Starts a provider the way Terraform does.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, Option<OsString>>,
    security: Security,
}

impl Launch {
    /// This program, with the environment Terraform gives it beside its own.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let launch = Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            security: Security::Mutual,
        };
        launch
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .without_env("PLUGIN_MULTIPLEX_GRPC")
    }

    /// With one more argument; Terraform gives none.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With this environment variable.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), Some(value.into()));
        self
    }

    /// Without this environment variable.
    pub fn without_env(mut self, name: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), None);
        self
    }

    /// With a connection secured in this way.
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Starts it, reads the handshake and connects.
    pub async fn start(self) -> Result<Client, ClientError> {
        let (process, handshake, identity) = self.spawn().await?;
        match Client::over(&handshake, identity.as_ref()).await {
            Ok(client) => Ok(Client {
                process: Some(process),
                ..client
            }),
            Err(error) => Err(error),
        }
    }

    /// Starts it and reads the handshake, without connecting.
    pub async fn spawn(self) -> Result<(Process, Handshake, Option<Identity>), ClientError> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).kill_on_drop(true);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let identity = match self.security {
            Security::None => None,
            _ => Some(Identity::generate()?),
        };
        command.env_remove("PLUGIN_CLIENT_CERT");
        if let Some(identity) = &identity {
            command.env("PLUGIN_CLIENT_CERT", identity.pem());
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut child = command.spawn().map_err(ClientError::Start)?;
        let stderr = Stderr::collect(&mut child);
        let mut lines = child
            .stdout
            .take()
            .map(|stdout| BufReader::new(stdout).lines());
        let line = match &mut lines {
            Some(lines) => timeout(START, lines.next_line())
                .await
                .map_err(|_| ClientError::Late)?,
            None => Ok(None),
        };
        let mut process = Process {
            child,
            stderr,
            stdout: lines.map(drain),
        };
        let Some(line) = line.map_err(ClientError::Start)? else {
            let status = process.wait(START).await?;
            return Err(ClientError::Exited {
                status,
                stderr: process.stderr(),
            });
        };
        let handshake = Handshake::parse(&line)?;
        let shown = match self.security {
            Security::WrongCertificate => Some(Identity::generate()?),
            Security::NoCertificate => None,
            Security::Mutual | Security::None => identity,
        };
        Ok((process, handshake, shown))
    }
}

/// Reads on, so that the plugin never blocks; returns what came after the handshake.
fn drain(mut lines: Lines<BufReader<ChildStdout>>) -> JoinHandle<Vec<String>> {
    tokio::spawn(async move {
        let mut rest = Vec::new();
        while let Ok(Some(line)) = lines.next_line().await {
            rest.push(line);
        }
        rest
    })
}

/// The lines of standard error so far.
#[derive(Debug, Clone, Default)]
struct Stderr(Arc<Mutex<Vec<String>>>);

impl Stderr {
    fn collect(child: &mut Child) -> (Self, Option<JoinHandle<()>>) {
        let collected = Self::default();
        let lines = collected.clone();
        let reader = child.stderr.take().map(|stderr| {
            tokio::spawn(async move {
                let mut reader = BufReader::new(stderr);
                let mut line = Vec::new();
                while let Ok(1..) = reader.read_until(b'\n', &mut line).await {
                    let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
                    lines
                        .0
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(text);
                    line.clear();
                }
            })
        });
        (collected, reader)
    }
}

/// A running provider; killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stderr: (Stderr, Option<JoinHandle<()>>),
    stdout: Option<JoinHandle<Vec<String>>>,
}

impl Process {
    /// The id of the process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The lines it wrote to standard error so far.
    pub fn stderr(&self) -> Vec<String> {
        self.stderr
            .0
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for it to end, and for the last of its lines; killed after `limit`, which is an
    /// error.
    pub async fn wait(&mut self, limit: Duration) -> Result<ExitStatus, ClientError> {
        let Ok(status) = timeout(limit, self.child.wait()).await else {
            self.child.kill().await.map_err(ClientError::Start)?;
            return Err(ClientError::NotGraceful);
        };
        if let Some(reader) = self.stderr.1.take() {
            reader
                .await
                .map_err(io::Error::other)
                .map_err(ClientError::Start)?;
        }
        status.map_err(ClientError::Start)
    }

    /// What it wrote to standard output after the handshake; only after its end.
    pub(super) async fn rest(&mut self) -> Vec<String> {
        match self.stdout.take() {
            Some(reader) => reader.await.unwrap_or_default(),
            None => Vec::new(),
        }
    }
}
