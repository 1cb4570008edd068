//! `host` of a resource: which host, over which connection, with which key.

use plinth_framework::connections::NoConnection;
use plinth_framework::{
    Attr, Change, Computed, Context, Diagnostic, Diagnostics, Maybe, Model, Path, Result, Scope,
    Value, rules,
};
use plinth_ssh::{Auth, Error, HostKeyPolicy, Login, Reason, Target};

use crate::Systems;
use crate::block::SshConnection;

/// A host that is reached over SSH.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// Host name or IP address.
    #[tf(replace, check = rules::not_empty)]
    pub(crate) address: String,
    /// Port of the SSH server.
    #[tf(replace, default = 22u16, check = rules::between(1..=65535))]
    pub(crate) port: u16,
    /// The connection of the provider block to log in with. Left out, it is the only one there
    /// is, or else the one named `default`.
    pub(crate) connection: Option<String>,
    /// The host's public key: `ssh-ed25519 AAAA…`, a line of `known_hosts` or a fingerprint
    /// `SHA256:…`. It then counts instead of the connection's known hosts. With
    /// `accept_new_host_keys`, the key seen first is recorded here.
    #[tf(optional)]
    pub(crate) host_key: Computed<String>,
}

/// A host to work on, and what to write into the state about it.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) host: plinth_ssh::Host,
    records_key: bool,
}

/// Whether a host can be asked now.
pub(crate) enum Reach {
    /// It can.
    Now(Connected),
    /// Only apply will know how to reach it.
    Later,
}

impl Host {
    /// The host for a refresh, which keeps the state when it cannot be asked.
    ///
    /// A connection that the state names may be gone from the provider block: it was renamed, and
    /// the configuration names the new one. [`Self::check`] finds out at plan.
    pub(crate) fn reach(&self, cx: &mut Context, systems: &Systems) -> Reach {
        match systems.ssh(self.connection.as_deref()) {
            Ok(connection) => return Reach::Now(self.login(systems, &connection)),
            Err(missing) if missing.is_not_known_yet() => {}
            Err(missing) => cx.warn(
                Diagnostic::warning("Connection gone, planned with what is in the state")
                    .caused_by(&missing)
                    .hint("Changes made on the host meanwhile are not seen.")
                    .at(connection_path()),
            ),
        }
        Reach::Later
    }

    /// The host, to be worked on now.
    ///
    /// # Errors
    /// An error at `host.connection` when there is no such connection, or not yet.
    pub(crate) fn connect(&self, systems: &Systems) -> Result<Connected> {
        let connection = systems
            .ssh(self.connection.as_deref())
            .map_err(no_connection)?;
        Ok(self.login(systems, &connection))
    }

    /// The same for what Terraform reads as soon as its own configuration is known, even where
    /// the connection is not known yet.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub(crate) fn connect_to_read(&self, systems: &Systems) -> Result<Connected> {
        const WAIT: &str = "To have it read during apply, name in `depends_on` what the \
                            connection is made of.";
        match systems.ssh(self.connection.as_deref()) {
            Ok(connection) => {
                // What keeps no state cannot remember the key that it saw first.
                let strict = SshConnection {
                    accept_new_host_keys: Maybe::Null,
                    ..connection.as_ref().clone()
                };
                Ok(self.login(systems, &strict))
            }
            Err(missing) if missing.is_not_known_yet() => {
                Err(Diagnostic::error("Connection not known yet")
                    .caused_by(&missing)
                    .hint(WAIT)
                    .at(connection_path())
                    .into())
            }
            Err(missing) => Err(no_connection(missing)),
        }
    }

    /// Finds at plan that there is no such connection, which could only fail later.
    ///
    /// # Errors
    /// An error at `host.connection`.
    pub(crate) fn check<M: Model>(
        systems: &Systems,
        change: &Change<'_, M>,
        host: Attr<M, Self>,
    ) -> Result<()> {
        let planned = change.planned();
        if !matches!(planned.value(host), Value::Map(_)) {
            return Ok(());
        }
        let name = match planned.nested(host).get(Self::AT.connection) {
            Maybe::Unknown => return Ok(()),
            Maybe::Null => None,
            Maybe::Known(name) => Some(name),
        };
        match systems.ssh(name.as_deref()) {
            Err(missing) if !missing.is_not_known_yet() => Err(no_connection(missing)),
            _ => Ok(()),
        }
    }

    fn login(&self, systems: &Systems, connection: &SshConnection) -> Connected {
        let secret = |text: Option<&plinth_framework::Secret<String>>| {
            text.map(|text| plinth_ssh::Secret::new(text.expose().as_str()))
        };
        let auth = Auth {
            private_key: secret(connection.private_key.as_known()),
            passphrase: secret(connection.passphrase.as_known()),
            agent: connection.agent.as_known().copied().unwrap_or_default(),
            password: secret(connection.password.as_known()),
            ..Auth::default()
        };
        let user = connection.user.as_known().cloned().unwrap_or_default();
        let target = Target::new(&self.address, user).with_port(self.port);
        let known_hosts = connection.known_hosts.as_known().cloned();
        let accepts_new = connection
            .accept_new_host_keys
            .as_known()
            .copied()
            .unwrap_or_default();
        let vouched_for = known_hosts
            .as_ref()
            .is_some_and(|text| HostKeyPolicy::names(text, &target));
        let (policy, records_key) = match self.host_key.known() {
            Some(key) => (HostKeyPolicy::Pinned(key.clone()), false),
            None if accepts_new && !vouched_for => (HostKeyPolicy::AcceptNew(None), true),
            None => (
                HostKeyPolicy::KnownHosts(known_hosts.unwrap_or_default()),
                false,
            ),
        };
        let host = systems.sessions().host(Login::new(target, auth, policy));
        Connected { host, records_key }
    }
}

impl Connected {
    /// `host` for the state after an apply: with the key that was seen first, where the plan left
    /// that open. Where it planned none, the next refresh records it.
    ///
    /// # Errors
    /// The host cannot be reached any more.
    pub(crate) async fn record(&self, scope: &Scope, host: Host) -> Result<Host> {
        if host.host_key.is_unknown() {
            self.recorded(scope, host).await
        } else {
            Ok(host)
        }
    }

    /// `host` for the state after a refresh.
    ///
    /// # Errors
    /// The host cannot be reached any more.
    pub(crate) async fn recorded(&self, scope: &Scope, mut host: Host) -> Result<Host> {
        if self.records_key {
            let line = self.host.host_key_line(scope).await.map_err(|error| {
                failed(
                    "The host's key cannot be recorded",
                    &error,
                    Host::AT.address,
                )
            })?;
            // The address is in the state already; the key alone says the same.
            let key = line.split_once(' ').map_or(line.as_str(), |(_, key)| key);
            host.host_key = Computed::Known(key.to_owned());
        } else if host.host_key.is_unknown() {
            host.host_key = Computed::Null;
        }
        Ok(host)
    }
}

/// A failed step on a host, told to the user: what was wanted, why it failed, what to try.
pub(crate) fn failed(summary: &str, error: &Error, at: impl Into<Path>) -> Diagnostics {
    let diagnostic = Diagnostic::error(summary).caused_by(error);
    let diagnostic = match hint(error) {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    };
    let path = if error.is_auth() {
        connection_path()
    } else if error.is_unreachable() || error.is_host_key() {
        Path::from("host").attribute("address")
    } else {
        at.into()
    };
    diagnostic.at(path).into()
}

/// The output of a command that succeeded.
///
/// # Errors
/// The command failed; the error shows how it ended and what it printed on standard error.
pub(crate) fn checked(summary: &str, output: plinth_ssh::Output) -> Result<plinth_ssh::Output> {
    if output.success() {
        return Ok(output);
    }
    // Some programs complain on standard output.
    let printed = match output.stderr_text() {
        empty if empty.trim().is_empty() => output.stdout_text(),
        stderr => stderr,
    };
    let detail = match tail(printed.trim_end()) {
        "" => format!("The command ended with {}.", output.exit),
        printed => format!("The command ended with {}:\n{printed}", output.exit),
    };
    Err(Diagnostic::error(summary).detail(detail).into())
}

/// The end of what a command printed: that is where programs say why they gave up.
fn tail(printed: &str) -> &str {
    const SHOWN: usize = 2_000;
    let from = printed.len().saturating_sub(SHOWN);
    let from = (from..=printed.len()).find(|at| printed.is_char_boundary(*at));
    from.map_or(printed, |from| &printed[from..])
}

/// The failure of a command that was given a write-only value. Nothing it printed is shown,
/// since programs quote what they do not understand.
pub(crate) fn failed_in_secret(summary: &str, exit: &plinth_ssh::Exit) -> Diagnostic {
    Diagnostic::error(summary).detail(format!(
        "The command ended with {exit}.\n\nWhat it printed is not shown, because it may quote \
         the write-only value that it was given."
    ))
}

/// During a refresh, a host that cannot be reached is no error: the state is kept, and the
/// plan is made with it.
///
/// # Errors
/// Everything else that went wrong.
pub(crate) fn offline_or_failed(
    cx: &mut Context,
    summary: &str,
    error: &Error,
    at: impl Into<Path>,
) -> Result<()> {
    if !error.is_unreachable() {
        return Err(failed(summary, error, at));
    }
    cx.warn(
        Diagnostic::warning("Host not reached, planned with what is in the state")
            .caused_by(error)
            .hint("The apply needs the host; changes made on it meanwhile are not seen.")
            .at(Path::from("host").attribute("address")),
    );
    Ok(())
}

fn hint(error: &Error) -> Option<&'static str> {
    Some(match error.reason() {
        Reason::Denied { .. } => "Check `user` and the credentials of the connection.",
        Reason::PassphraseMissing => "Set `passphrase` of the connection.",
        Reason::NoCredentials => "Set `private_key`, `agent` or `password` of the connection.",
        Reason::Network(_) | Reason::Timeout(_) | Reason::ConnectionLost(_) => {
            "Check that the host is up, and that its SSH server can be reached from here."
        }
        Reason::UnknownName(_) => "Check the address and the resolver.",
        Reason::UnknownHostKey { .. } => {
            "Compare the fingerprint with the one on the host's console first."
        }
        Reason::ChangedHostKey { .. } => {
            "If the host was set up anew, replace its key in `known_hosts`. Where the key is set or \
             recorded in `host.host_key`, set that to the new key and plan once with \
             `-refresh=false`."
        }
        Reason::PermissionDenied => "Log in as a user who may do that.",
        Reason::ReadOnly => "Choose a path on a file system that is mounted read-write.",
        Reason::NoSpace => "Make room on the host's file system.",
        _ => return None,
    })
}

fn no_connection(missing: NoConnection) -> Diagnostics {
    missing.into_diagnostic(connection_path()).into()
}

fn connection_path() -> Path {
    Path::from("host").attribute("connection")
}
