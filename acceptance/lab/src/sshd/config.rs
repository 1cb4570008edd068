//! The server's settings.

use std::fmt::Write as _;
use std::path::Path;

/// A type of SSH key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// Ed25519.
    Ed25519,
    /// ECDSA over NIST P-256.
    Ecdsa,
    /// RSA of 2,048 bits (short, because it is made anew for every server).
    Rsa,
}

impl KeyType {
    /// The name `ssh-keygen -t` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Ecdsa => "ecdsa",
            Self::Rsa => "rsa",
        }
    }

    pub(super) fn bits(self) -> &'static str {
        match self {
            Self::Ed25519 | Self::Ecdsa => "256",
            Self::Rsa => "2048",
        }
    }
}

/// What can be chosen about a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Channels per connection, OpenSSH's default is 10.
    pub max_sessions: u32,
    /// Whether it offers logins by password; none is right unless there is a `password`.
    pub password_authentication: bool,
    /// The password of the user, who must be root: see the module.
    pub password: Option<String>,
    /// The host keys it has.
    pub host_key_types: Vec<KeyType>,
    /// More lines for its configuration file, which override nothing above.
    pub extra_lines: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_sessions: 10,
            password_authentication: false,
            password: None,
            host_key_types: vec![KeyType::Ed25519, KeyType::Ecdsa, KeyType::Rsa],
            extra_lines: Vec::new(),
        }
    }
}

impl Options {
    pub(super) fn render(&self, dir: &Path, port: u16) -> String {
        let dir = dir.display();
        let password = if self.password_authentication || self.password.is_some() {
            "yes"
        } else {
            "no"
        };
        let mut config = format!(
            "ListenAddress 127.0.0.1\n\
             Port {port}\n\
             AuthorizedKeysFile {dir}/authorized_keys\n\
             PasswordAuthentication {password}\n\
             KbdInteractiveAuthentication no\n\
             MaxSessions {}\n\
             PermitRootLogin yes\n\
             PidFile none\n\
             PrintMotd no\n\
             SetEnv HOME={dir}/home TMPDIR={dir}/tmp\n\
             StrictModes no\n\
             UseDNS no\n\
             UsePAM no\n\
             LogLevel VERBOSE\n",
            self.max_sessions,
        );
        // Writing to a string does not fail.
        for key_type in &self.host_key_types {
            writeln!(config, "HostKey {dir}/host-{}", key_type.name()).ok();
        }
        for line in &self.extra_lines {
            writeln!(config, "{line}").ok();
        }
        config
    }
}
