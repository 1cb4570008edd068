//! A provider of corner cases: each of its resources is a shape or an event that providers
//! get wrong, so that real terraform and tofu can be asked what they think of ours.
//!
//! Its remote side is a directory with a JSON file per object. A test edits the files to play
//! drift, deletes them to play disappearance, and adds them to have something to import.

#![allow(
    unreachable_pub,
    reason = "models and their fields are public wherever they are declared"
)]

mod actions;
mod data;
mod functions;
mod lease;
mod provider;
mod remote;
mod resources;
mod stored;
mod stores;

use plinth_framework::Registry;

use crate::remote::Remote;

/// The whole provider.
pub fn registry() -> Registry {
    let remote = Remote::default();
    let stores = stores::Stores::default();
    let block = provider::Block {
        remote: remote.clone(),
        stores: stores.clone(),
    };
    let registry = Registry::new("corner", block)
        .data_source(stores::OpenStore(stores))
        .data_source(data::Objects(remote.clone()))
        .ephemeral(lease::Leases(remote.clone()))
        .action(actions::Touch(remote.clone()));
    functions::register(resources::register(registry, &remote))
}
