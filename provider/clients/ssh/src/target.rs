//! Which host to log in to, and how long that may take.

use std::time::Duration;

/// A host and who to be on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// A host name or an IP address, without brackets.
    pub address: String,
    /// The TCP port.
    pub port: u16,
    /// The user to log in as.
    pub user: String,
}

impl Target {
    /// The port of SSH when none is given (RFC 4253 section 4.1).
    pub const DEFAULT_PORT: u16 = 22;

    /// A target on the default port.
    pub fn new(address: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            port: Self::DEFAULT_PORT,
            user: user.into(),
        }
    }

    /// The same host and user on another port.
    pub fn with_port(self, port: u16) -> Self {
        Self { port, ..self }
    }
}

/// How long the steps of a login may take, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the name to an open TCP connection, all addresses of the name together.
    pub tcp: Duration,
    /// The server's greeting and the key exchange.
    pub handshake: Duration,
    /// All methods of authentication together.
    pub auth: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            tcp: Duration::from_secs(10),
            handshake: Duration::from_secs(20),
            auth: Duration::from_secs(30),
        }
    }
}
