//! What the tests share.

use std::error::Error as _;
use std::time::{Duration, Instant};

use plinth_lab::sshd::{Options, Sshd};
use plinth_ssh::{Auth, Error, Host, HostKeyPolicy, Login, Pool, Secret, Settings, Target};

/// A server, and a host that is logged in to it with the right key.
pub(crate) struct Lab {
    pub(crate) server: Sshd,
    pub(crate) pool: Pool,
    pub(crate) host: Host,
}

pub(crate) fn lab() -> Lab {
    lab_with(Options::default(), Settings::default())
}

pub(crate) fn lab_with(options: Options, settings: Settings) -> Lab {
    let server = Sshd::start(options).unwrap();
    let pool = Pool::new(settings);
    let host = pool.host(login(&server));
    Lab { server, pool, host }
}

pub(crate) fn target(server: &Sshd) -> Target {
    Target::new("127.0.0.1", server.user()).with_port(server.port())
}

/// With the plain key, the host known by its Ed25519 key.
pub(crate) fn login(server: &Sshd) -> Login {
    login_with(server, key(&server.client_key().unwrap()))
}

pub(crate) fn login_with(server: &Sshd, auth: Auth) -> Login {
    let known = HostKeyPolicy::KnownHosts(server.host_key_line().unwrap());
    Login::new(target(server), auth, known)
}

pub(crate) fn key(text: &str) -> Auth {
    Auth {
        private_key: Some(Secret::new(text)),
        ..Auth::default()
    }
}

/// The message with all its sources, as a user sees it.
pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Waits for something that is about to happen outside of the test.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "never happened: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
