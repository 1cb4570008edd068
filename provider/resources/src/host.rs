//! Hosts that are reached over SSH and need a POSIX shell, nothing more.

mod command;
mod connect;
mod directory;
mod facts;
mod file;
mod mode;
mod path;

use std::sync::Arc;

use plinth_framework::Registry;

use crate::Systems;

pub(crate) use connect::Host;

/// Adds everything about hosts.
pub(crate) fn register(registry: Registry, systems: &Arc<Systems>) -> Registry {
    registry
        .resource(file::HostFile::new(systems))
        .resource(directory::HostDirectory::new(systems))
        .resource(command::HostCommand::new(systems))
        .data_source(facts::HostFacts::new(systems))
        .ephemeral(file::EphemeralFile::new(systems))
}

#[cfg(test)]
mod tests;
