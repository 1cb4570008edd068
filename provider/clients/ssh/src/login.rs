//! What a session is made from, and how it behaves.

use std::time::Duration;

use aws_lc_rs::digest;

use crate::{Auth, HostKeyPolicy, Target, Timeouts};

/// Everything that a session is made from. Logins that are equal share one session.
#[derive(Clone, Debug)]
pub struct Login {
    /// The host and the user.
    pub target: Target,
    /// The credentials.
    pub auth: Auth,
    /// How to know the host.
    pub host_key: HostKeyPolicy,
    /// How long the steps may take.
    pub timeouts: Timeouts,
    /// For how long to try again while the host is not there yet (refused, unreachable, no answer).
    /// A refused login and a wrong host key are never tried again.
    pub wait_for: Option<Duration>,
}

impl Login {
    /// A login with the usual timeouts that does not wait for the host to come up.
    pub fn new(target: Target, auth: Auth, host_key: HostKeyPolicy) -> Self {
        Self {
            target,
            auth,
            host_key,
            timeouts: Timeouts::default(),
            wait_for: None,
        }
    }

    pub(crate) fn identity(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        // Debug output quotes texts, so the parts cannot run into one another.
        context.update(format!("{:?} {:?}", self.target, self.host_key).as_bytes());
        context.update(&self.auth.identity());
        context.finish().as_ref().to_vec()
    }
}

/// Settings of all sessions of a [`Pool`].
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Commands that run at the same time on one session. OpenSSH allows 10 by default, of which
    /// one is used to kill cancelled commands.
    pub sessions: usize,
    /// How often a silent server is asked for a sign of life; after three without an answer the
    /// session is given up. Two seconds at least.
    pub keepalive: Duration,
    /// Bytes that a command may print, on standard output and standard error together.
    pub output_limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sessions: 8,
            keepalive: Duration::from_secs(15),
            output_limit: 16 * 1024 * 1024,
        }
    }
}
