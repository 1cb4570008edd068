//! The provider block: named connections, each kind of system separate from the others.

mod ssh;

use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_framework::connections::{Connections, NoConnection};
use plinth_framework::{Configure, Context, Diagnostics, Maybe, Model, Result, View};

pub(crate) use ssh::SshConnection;

/// The connections of the provider block and the sessions made from them; shared by all
/// resources.
#[derive(Debug)]
pub struct Systems {
    ssh: Connections<SshConnection>,
    pool: plinth_ssh::Pool,
}

/// Named connections to the systems that make up a platform.
///
/// The credentials are only here, never in a resource: a resource says which connection it
/// uses. A connection may be unknown while the configuration that builds it has not been
/// applied; only the resources that use it are then planned offline.
#[derive(Model, Debug)]
pub(crate) struct BlockModel {
    /// Logins to hosts, by name. A resource that names none uses the only one there is, or
    /// else the one named `default`.
    ssh: Maybe<BTreeMap<String, Maybe<SshConnection>>>,
}

/// Takes the provider block.
#[derive(Debug)]
pub(crate) struct Block {
    systems: Arc<Systems>,
}

impl Systems {
    /// Without any connection.
    pub(crate) fn new() -> Self {
        Self {
            ssh: Connections::new("ssh"),
            pool: plinth_ssh::Pool::new(plinth_ssh::Settings::default()),
        }
    }

    /// The SSH connection of this name, or the one meant when there is no name.
    pub(crate) fn ssh(&self, name: Option<&str>) -> Result<Arc<SshConnection>, NoConnection> {
        self.ssh.find(name).map(|(_, connection)| connection)
    }

    /// The sessions with hosts.
    pub(crate) fn sessions(&self) -> &plinth_ssh::Pool {
        &self.pool
    }
}

impl Block {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }
}

impl Configure for Block {
    type Model = BlockModel;

    fn check(&self, config: View<'_, BlockModel>, found: &mut Diagnostics) {
        let Maybe::Known(connections) = config.get(BlockModel::AT.ssh) else {
            return;
        };
        for (name, connection) in &connections {
            if let Maybe::Known(connection) = connection {
                connection.check(&BlockModel::AT.ssh.path().key(name), found);
            }
        }
    }

    async fn configure(&self, _cx: &mut Context, config: BlockModel) -> Result<()> {
        self.systems
            .ssh
            .configure(config.ssh, SshConnection::is_complete);
        Ok(())
    }
}
