//! What to log in with.

use std::path::PathBuf;

use aws_lc_rs::digest;
use ssh_key::{LineEnding, PrivateKey};

use crate::{Reason, Secret};

/// Credentials, tried in the order of the fields: private key, agent, password.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// The text of a private key, in OpenSSH's format or PEM.
    pub private_key: Option<Secret>,
    /// A file to read the private key from when there is no text.
    pub private_key_path: Option<PathBuf>,
    /// Opens the private key.
    pub passphrase: Option<Secret>,
    /// Whether to ask the SSH agent for keys.
    pub agent: bool,
    /// The agent's socket; by default `SSH_AUTH_SOCK` tells it.
    pub agent_socket: Option<PathBuf>,
    /// The user's password.
    pub password: Option<Secret>,
}

/// Credentials that were looked at and can be offered to a server.
pub(crate) struct Credentials {
    pub(crate) key: Option<UsableKey>,
    pub(crate) agent: bool,
    pub(crate) agent_socket: Option<PathBuf>,
    pub(crate) password: Option<Secret>,
}

/// A private key that the SSH library can read.
pub(crate) struct UsableKey {
    pub(crate) text: Secret,
    /// Still needed: the key is in a format that only the SSH library opens.
    pub(crate) passphrase: Option<Secret>,
    /// What to call the key in a message.
    pub(crate) label: String,
}

impl Auth {
    /// Reads and opens the private key, so that a wrong passphrase is told as one and before any
    /// server is asked. Deriving the key from a passphrase keeps a processor busy for a while, on
    /// purpose, so this must not run on a thread of the runtime.
    pub(crate) fn prepare(&self) -> Result<Credentials, Reason> {
        let key = match (&self.private_key, &self.private_key_path) {
            (Some(text), _) => Some(self.open(text)?),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Reason::InvalidKey(format!("{} cannot be read: {error}", path.display()))
                })?;
                Some(self.open(&Secret::new(text))?)
            }
            (None, None) => None,
        };
        if key.is_none() && !self.agent && self.password.is_none() {
            return Err(Reason::NoCredentials);
        }
        Ok(Credentials {
            key,
            agent: self.agent,
            agent_socket: self.agent_socket.clone(),
            password: self.password.clone(),
        })
    }

    /// A hash that differs whenever the credentials differ, to tell sessions apart by.
    pub(crate) fn identity(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let fields = [
            self.private_key
                .as_ref()
                .map(|text| text.expose().to_owned()),
            path(&self.private_key_path),
            self.passphrase
                .as_ref()
                .map(|text| text.expose().to_owned()),
            Some(self.agent.to_string()),
            path(&self.agent_socket),
            self.password.as_ref().map(|text| text.expose().to_owned()),
        ];
        for field in fields {
            let field = field.map(zeroize::Zeroizing::new);
            // The length keeps neighbouring fields apart; an absent field is unlike an empty one.
            let length = field.as_ref().map_or(u64::MAX, |text| text.len() as u64);
            context.update(&length.to_be_bytes());
            context.update(field.as_ref().map_or(&[], |text| text.as_bytes()));
        }
        context.finish().as_ref().to_vec()
    }

    fn open(&self, text: &Secret) -> Result<UsableKey, Reason> {
        // Keys pasted into a configuration often lose their last line break, which matters.
        let trimmed = Secret::new(format!("{}\n", text.expose().trim()));
        if !trimmed.expose().contains("BEGIN OPENSSH PRIVATE KEY") {
            return self.open_pem(trimmed);
        }
        let invalid = |error: ssh_key::Error| Reason::InvalidKey(error.to_string());
        let key = PrivateKey::from_openssh(trimmed.expose()).map_err(invalid)?;
        let public = key.public_key();
        let fingerprint = public.fingerprint(ssh_key::HashAlg::Sha256);
        let label = format!("private key {} {fingerprint}", public.algorithm().as_str());
        if !key.is_encrypted() {
            return Ok(UsableKey {
                text: trimmed,
                passphrase: None,
                label,
            });
        }
        let passphrase = self.passphrase.as_ref().ok_or(Reason::PassphraseMissing)?;
        let opened = key
            .decrypt(passphrase.expose())
            .map_err(|error| match error {
                ssh_key::Error::Crypto => Reason::PassphraseWrong,
                other => invalid(other),
            })?;
        let text = opened.to_openssh(LineEnding::LF).map_err(invalid)?;
        Ok(UsableKey {
            text: text.into(),
            passphrase: None,
            label,
        })
    }

    fn open_pem(&self, text: Secret) -> Result<UsableKey, Reason> {
        if !text.expose().contains("PRIVATE KEY-----") {
            return Err(Reason::InvalidKey(
                "it is not the text of a private key".into(),
            ));
        }
        let encrypted = text.expose().contains("BEGIN ENCRYPTED PRIVATE KEY")
            || text.expose().contains("Proc-Type: 4,ENCRYPTED");
        let passphrase = match (encrypted, &self.passphrase) {
            (true, None) => return Err(Reason::PassphraseMissing),
            (true, Some(passphrase)) => Some(passphrase.clone()),
            (false, _) => None,
        };
        Ok(UsableKey {
            text,
            passphrase,
            label: "private key (PEM)".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_told_before_any_server_is_asked() {
        let with = |text: &str| Auth {
            private_key: Some(Secret::new(text)),
            ..Auth::default()
        };
        let reason = |auth: Auth| auth.prepare().err().unwrap();
        assert!(matches!(reason(Auth::default()), Reason::NoCredentials));
        assert!(matches!(reason(with("")), Reason::InvalidKey(_)));
        assert!(matches!(
            reason(with("ssh-ed25519 AAAA")),
            Reason::InvalidKey(_)
        ));
        let broken = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----";
        assert!(matches!(reason(with(broken)), Reason::InvalidKey(_)));
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n";
        assert!(matches!(reason(with(locked)), Reason::PassphraseMissing));
        let missing = Auth {
            private_key_path: Some("/nonexistent/key".into()),
            ..Auth::default()
        };
        assert!(reason(missing).to_string().contains("/nonexistent/key"));
    }

    #[test]
    fn identities_differ_when_credentials_do() {
        let secret = |text: &str| Some(Secret::new(text));
        let a = Auth {
            password: secret("x"),
            ..Auth::default()
        };
        let b = Auth {
            passphrase: secret("x"),
            ..Auth::default()
        };
        let c = Auth {
            password: secret(""),
            ..Auth::default()
        };
        let all = [
            a.identity(),
            b.identity(),
            c.identity(),
            Auth::default().identity(),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(all.iter().skip(n + 1).all(|other| other != one));
        }
        assert_eq!(a.identity(), a.clone().identity());
        assert!(!format!("{a:?}").contains('x'));
    }
}
