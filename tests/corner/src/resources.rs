//! The resources, one case each.

mod benchmark;
mod dynamic;
mod faulty;
mod history;
mod kept;
mod nested;
mod number;
mod once;
mod planned;
mod replace;
mod secret;
mod text;
mod thing;
mod volatile;

use plinth_framework::Registry;

use crate::remote::Remote;
use crate::stored::Files;

/// Adds the resources to a provider.
pub fn register(registry: Registry, remote: &Remote) -> Registry {
    registry
        .resource(benchmark::Items)
        .resource(benchmark::Bags)
        .resource(Files::<dynamic::Anything>::new(remote))
        .resource(faulty::Faults(remote.clone()))
        .resource(Files::<history::Old>::new(remote))
        .resource(Files::<history::History>::new(remote))
        .resource(Files::<kept::Kept>::new(remote))
        .resource(Files::<nested::Nest>::new(remote))
        .resource(Files::<number::Numbers>::new(remote))
        .resource(Files::<once::Once>::new(remote))
        .resource(Files::<planned::Planned>::new(remote))
        .resource(Files::<replace::Replaced>::new(remote))
        .resource(secret::Secrets(remote.clone()))
        .resource(Files::<text::Texts>::new(remote))
        .resource(thing::Things(remote.clone()))
        .list(thing::Things(remote.clone()))
        .resource(Files::<volatile::Stamped>::new(remote))
}
