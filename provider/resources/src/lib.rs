//! The resources, data sources, ephemeral resources and functions of plinth.
//!
//! One folder for each object, named as its type is: `host/file` is `plinth_host_file`.

mod block;
mod functions;
mod host;

use std::sync::Arc;

use plinth_framework::Registry;

pub use block::Systems;

/// The provider `plinth`, with everything it offers.
pub fn registry() -> Registry {
    let systems = Arc::new(Systems::new());
    let registry = Registry::new("plinth", block::Block::new(&systems));
    functions::register(host::register(registry, &systems))
}
