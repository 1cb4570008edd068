//! `ssh` of the provider block.

use plinth_framework::{Diagnostic, Diagnostics, Maybe, Model, Path, Secret};

/// How to log in to hosts.
#[derive(Model, Debug, Clone)]
pub(crate) struct SshConnection {
    /// The user to log in as.
    pub(crate) user: Maybe<String>,
    /// A private key, as OpenSSH or PEM text. Tried first.
    pub(crate) private_key: Maybe<Secret<String>>,
    /// The passphrase that opens the private key.
    pub(crate) passphrase: Maybe<Secret<String>>,
    /// Also try the keys of the agent that `SSH_AUTH_SOCK` names.
    pub(crate) agent: Maybe<bool>,
    /// A password, tried last.
    pub(crate) password: Maybe<Secret<String>>,
    /// The host keys that are trusted, as the text of a `known_hosts` file: plain and hashed
    /// names, `[name]:port`, patterns and `@revoked`.
    pub(crate) known_hosts: Maybe<String>,
    /// Trust a host of which no key is known the first time it is reached, and keep its key
    /// in the state, as `host.host_key`. Another key later is an error all the same. Only managed
    /// resources can remember a key: give data sources and ephemeral resources theirs in
    /// `host.host_key`, such as that of a resource on the same host.
    pub(crate) accept_new_host_keys: Maybe<bool>,
}

impl SshConnection {
    /// Whether every part is known.
    pub(crate) fn is_complete(&self) -> bool {
        let texts = [self.user.is_unknown(), self.known_hosts.is_unknown()];
        let secrets = [
            self.private_key.is_unknown(),
            self.passphrase.is_unknown(),
            self.password.is_unknown(),
        ];
        let switches = [
            self.agent.is_unknown(),
            self.accept_new_host_keys.is_unknown(),
        ];
        ![texts.as_slice(), &secrets, &switches]
            .concat()
            .contains(&true)
    }

    /// Finds at validate and plan what could only fail later.
    pub(crate) fn check(&self, at: &Path, found: &mut Diagnostics) {
        if self.user.is_null() {
            found.push(
                Diagnostic::error("The connection has no user")
                    .detail("Set `user` to the name to log in with.")
                    .at(at.attribute("user")),
            );
        }
        let no_agent = matches!(self.agent, Maybe::Null | Maybe::Known(false));
        if self.private_key.is_null() && self.password.is_null() && no_agent {
            found.push(
                Diagnostic::error("The connection has nothing to log in with")
                    .detail("Set `private_key`, `password`, or `agent = true`.")
                    .at(at.clone()),
            );
        }
        if self.private_key.is_null() && !self.passphrase.is_null() {
            found.push(
                Diagnostic::error("passphrase is set without private_key")
                    .detail("Set `private_key`, or remove `passphrase`.")
                    .at(at.attribute("passphrase")),
            );
        }
    }
}
