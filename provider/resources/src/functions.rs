//! Functions that configurations can call.

mod known_host;
mod unified_diff;

use plinth_framework::Registry;

/// Adds every function.
pub(crate) fn register(registry: Registry) -> Registry {
    registry
        .function(known_host::KnownHost)
        .function(unified_diff::UnifiedDiff)
}
