//! A host to work on.

use std::fmt;
use std::sync::Arc;

use plinth_wait::Scope;

use crate::{Command, Error, Output, Target, Transport};

/// A host to run commands and keep files on. Cheap to clone.
///
/// Every function is one command on the host, and needs a POSIX shell there.
#[derive(Clone)]
pub struct Host {
    transport: Arc<dyn Transport>,
}

impl Host {
    /// A host behind any transport; [`crate::Pool::host`] makes one behind SSH.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// Which host it is.
    pub fn target(&self) -> &Target {
        self.transport.target()
    }

    /// Runs a command to its end. A command that fails is a result, not an error.
    ///
    /// # Errors
    /// See [`Transport::exec`].
    pub async fn exec(&self, scope: &Scope, command: Command) -> Result<Output, Error> {
        self.transport.exec(scope, command).await
    }

    /// The `known_hosts` line of the host's key, to be recorded after a first contact.
    ///
    /// # Errors
    /// When the host cannot be logged in to.
    pub async fn host_key_line(&self, scope: &Scope) -> Result<String, Error> {
        self.transport.host_key_line(scope).await
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Host").field(self.target()).finish()
    }
}
