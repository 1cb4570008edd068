//! From a TCP connection to a logged-in session.

use std::net::TcpStream;
use std::time::Instant;

use ssh2::{ErrorCode, KeyboardInteractivePrompt, MethodType, Prompt, Session};

use super::drive::{Stop, drive};
use crate::Login;
use crate::auth::Credentials;
use crate::{HostKey, Reason, Secret, Step};

/// Key exchanges without SHA-1 and small groups. The library adds the pseudo-methods for strict key
/// exchange and extension negotiation itself.
const KEX: &str = "mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,\
    ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,\
    diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256";
const CIPHERS: &str = "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,\
    aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr";
const MACS: &str = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,\
    hmac-sha2-512";
/// For RSA client keys.
const SIGNATURES: &str = "rsa-sha2-512,rsa-sha2-256";

/// `LIBSSH2_ERROR_AUTHENTICATION_FAILED` and `LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED`.
const REFUSED: [ErrorCode; 2] = [ErrorCode::Session(-18), ErrorCode::Session(-19)];
/// `LIBSSH2_ERROR_FILE`: the library cannot read a private key.
const UNREADABLE_KEY: ErrorCode = ErrorCode::Session(-16);

type Failed = (Step, Reason);

/// Exchanges keys, checks the host's key and logs in. `host_keys` are the algorithms to ask for.
pub(super) fn log_in(
    login: &Login,
    host_keys: &str,
    credentials: &Credentials,
    socket: &TcpStream,
) -> Result<(Session, HostKey), Failed> {
    let (session, key) =
        handshake(login, host_keys, socket).map_err(|reason| (Step::Handshake, reason))?;
    tracing::debug!(
        host = login.target.address,
        port = login.target.port,
        kex = session.methods(MethodType::Kex),
        cipher = session.methods(MethodType::CryptCs),
        host_key = key.fingerprint(),
        "secure connection"
    );
    let attempts = Attempts {
        session: &session,
        socket,
        user: &login.target.user,
        deadline: Instant::now() + login.timeouts.auth,
        tried: Vec::new(),
    };
    attempts
        .run(credentials)
        .map_err(|stop| stop.reason(login.timeouts.auth))
        .map_err(|reason| (Step::Authenticate, reason))?;
    Ok((session, key))
}

fn handshake(
    login: &Login,
    host_keys: &str,
    socket: &TcpStream,
) -> Result<(Session, HostKey), Reason> {
    let setup = |error: ssh2::Error| Reason::KeyExchange(error.message().to_owned());
    let mut session = Session::new().map_err(setup)?;
    session.set_blocking(false);
    for (method, names) in [
        (MethodType::Kex, KEX),
        (MethodType::HostKey, host_keys),
        (MethodType::CryptCs, CIPHERS),
        (MethodType::CryptSc, CIPHERS),
        (MethodType::MacCs, MACS),
        (MethodType::MacSc, MACS),
        (MethodType::SignAlgo, SIGNATURES),
    ] {
        session.method_pref(method, names).map_err(setup)?;
    }
    session.set_tcp_stream(socket.try_clone().map_err(Reason::Network)?);
    let deadline = Instant::now() + login.timeouts.handshake;
    let watched = session.clone();
    drive(&watched, socket, deadline, || session.handshake()).map_err(|stop| match stop {
        Stop::Late => Reason::Timeout(login.timeouts.handshake),
        Stop::Ssh(error) if is_loss(&error) => {
            Reason::ConnectionLost("it ended during the key exchange".into())
        }
        Stop::Ssh(error) => Reason::KeyExchange(error.message().to_owned()),
    })?;
    let blob = session
        .host_key()
        .map(|(blob, _)| blob.to_vec())
        .unwrap_or_default();
    let key = HostKey::from_blob(&blob).map_err(Reason::InvalidHostKey)?;
    login.host_key.check(&login.target, &key)?;
    Ok((session, key))
}

/// Whether the socket, not the protocol, is at fault: `SOCKET_NONE`, `BANNER_RECV`, `SOCKET_SEND`,
/// `SOCKET_DISCONNECT`, `BANNER_SEND` and `SOCKET_RECV`.
pub(super) fn is_loss(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(-1 | -2 | -7 | -13 | -3 | -43)
    )
}

/// One login, method by method.
struct Attempts<'a> {
    session: &'a Session,
    socket: &'a TcpStream,
    user: &'a str,
    deadline: Instant,
    tried: Vec<String>,
}

enum AuthStop {
    Reason(Reason),
    Stop(Stop),
}

impl AuthStop {
    fn reason(self, limit: std::time::Duration) -> Reason {
        match self {
            Self::Reason(reason) => reason,
            Self::Stop(Stop::Late) => Reason::Timeout(limit),
            Self::Stop(Stop::Ssh(error)) => Reason::ConnectionLost(error.message().to_owned()),
        }
    }
}

impl From<Stop> for AuthStop {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Attempts<'_> {
    fn run(mut self, credentials: &Credentials) -> Result<(), AuthStop> {
        let listed = self.drive(|| self.session.auth_methods(self.user).map(str::to_owned));
        // A server that lets the user in with no credentials at all answers with no list.
        if self.session.authenticated() {
            return Ok(());
        }
        let accepted = listed?;
        let accepts = |method: &str| accepted.split(',').any(|name| name == method);
        if let Some(key) = &credentials.key {
            self.tried.push(key.label.clone());
            let passphrase = key.passphrase.as_ref().map(Secret::expose);
            let offer = || {
                self.session
                    .userauth_pubkey_memory(self.user, None, key.text.expose(), passphrase)
            };
            match self.offer(offer) {
                Err(AuthStop::Stop(Stop::Ssh(error))) if error.code() == UNREADABLE_KEY => {
                    return Err(AuthStop::Reason(if passphrase.is_some() {
                        Reason::PassphraseWrong
                    } else {
                        Reason::InvalidKey(error.message().to_owned())
                    }));
                }
                Ok(false) => {}
                other => return other.map(drop),
            }
        }
        if credentials.agent && self.ask_agent(credentials)? {
            return Ok(());
        }
        if let Some(password) = &credentials.password {
            if accepts("password") || !accepts("keyboard-interactive") {
                self.tried.push("password".into());
                let send = || self.session.userauth_password(self.user, password.expose());
                if self.offer(send)? {
                    return Ok(());
                }
            } else {
                self.tried.push("password (keyboard-interactive)".into());
                let mut answer = AnswerWith(password);
                let session = self.session;
                let user = self.user;
                if self.offer(|| session.userauth_keyboard_interactive(user, &mut answer))? {
                    return Ok(());
                }
            }
        }
        Err(AuthStop::Reason(Reason::Denied {
            tried: self.tried,
            accepted,
        }))
    }

    fn ask_agent(&mut self, credentials: &Credentials) -> Result<bool, AuthStop> {
        let mut agent = match self.session.agent() {
            Ok(agent) => agent,
            Err(error) => return Err(Stop::Ssh(error).into()),
        };
        let opened = (|| {
            if let Some(path) = &credentials.agent_socket {
                agent.set_identity_path(path)?;
            }
            agent.connect()?;
            agent.list_identities()?;
            agent.identities()
        })();
        let keys = match opened {
            Ok(keys) => keys,
            Err(error) => {
                self.tried.push(format!("agent ({})", error.message()));
                return Ok(false);
            }
        };
        if keys.is_empty() {
            self.tried.push("agent (it has no key)".into());
        }
        for key in keys {
            let name = HostKey::from_blob(key.blob())
                .map_or_else(|_| key.comment().to_owned(), |key| format!("{key:?}"));
            self.tried.push(format!("agent key {name}"));
            match self.offer(|| agent.userauth(self.user, &key)) {
                // The agent may not be able to sign with a key of its list.
                Err(AuthStop::Stop(Stop::Ssh(error))) if !is_loss(&error) => {}
                Ok(false) => {}
                other => return other,
            }
        }
        Ok(false)
    }

    /// Whether the server let the user in.
    fn offer(&self, call: impl FnMut() -> Result<(), ssh2::Error>) -> Result<bool, AuthStop> {
        match self.drive(call) {
            Ok(()) => Ok(self.session.authenticated()),
            Err(AuthStop::Stop(Stop::Ssh(error))) if REFUSED.contains(&error.code()) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn drive<T>(&self, call: impl FnMut() -> Result<T, ssh2::Error>) -> Result<T, AuthStop> {
        Ok(drive(self.session, self.socket, self.deadline, call)?)
    }
}

/// Gives the password to a server that asks one hidden question.
struct AnswerWith<'a>(&'a Secret);

impl KeyboardInteractivePrompt for AnswerWith<'_> {
    fn prompt(&mut self, _user: &str, _instructions: &str, prompts: &[Prompt<'_>]) -> Vec<String> {
        match prompts {
            [only] if !only.echo => vec![self.0.expose().to_owned()],
            _ => vec![String::new(); prompts.len()],
        }
    }
}
