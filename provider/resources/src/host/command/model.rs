//! The one declaration of `plinth_host_command`.

use std::collections::BTreeMap;

use plinth_framework::{Computed, Model, Secret, Timeouts, WriteOnly, rules};

use crate::host::Host;

/// A configuration step that shell commands carry out on a host.
#[derive(Model, Clone, Debug)]
pub(crate) struct HostCommandModel {
    /// The host.
    pub(crate) host: Host,
    /// Carries the step out. Run by the host's `/bin/sh`.
    #[tf(check = rules::not_empty)]
    pub(crate) create: String,
    /// Carries it out again after a change of `create`, `triggers`, `environment` or
    /// `stdin_wo_version`, or when `read` prints something else than before. Without it, such
    /// a change runs `delete` and `create`.
    pub(crate) update: Option<String>,
    /// Undoes the step, also one that `create` left half done. Without it, a destroy leaves the
    /// host as it is.
    pub(crate) delete: Option<String>,
    /// A probe: what it prints is `output`, and printing something else later is drift. When
    /// it fails, the step counts as undone. It must change nothing.
    pub(crate) read: Option<String>,
    /// A path that `create` makes: while it exists `create` is not run, and when it is gone
    /// the step counts as undone.
    #[tf(check = rules::absolute_path)]
    pub(crate) creates: Option<String>,
    /// A path that `create` removes: `create` is only run while it exists, and when it is back
    /// the step counts as undone.
    #[tf(check = rules::absolute_path)]
    pub(crate) removes: Option<String>,
    /// What `create` and `update` read from standard input; it stays out of plan and state.
    pub(crate) stdin_wo: WriteOnly<Secret<String>>,
    /// Variables in the environment of all commands.
    #[tf(check = environment_names)]
    pub(crate) environment: Option<BTreeMap<String, String>>,
    /// Values whose change carries the step out again.
    pub(crate) triggers: Option<BTreeMap<String, String>>,
    /// What `read` printed, without newlines at the end; null without `read`.
    pub(crate) output: Computed<String>,
    /// How long operations may take.
    pub(crate) timeouts: Option<Timeouts>,
}

fn environment_names(environment: &BTreeMap<String, String>) -> Result<(), String> {
    environment.keys().try_for_each(|name| {
        rules::environment_name(name).map_err(|why| format!("has the key {name:?}, which {why}"))
    })
}
