//! The one declaration of `plinth_host_directory`.

use plinth_framework::{Computed, Model, Timeouts, rules};

use crate::host::Host;
use crate::host::mode::Mode;

/// A directory on a host.
#[derive(Model, Clone, Debug)]
pub(crate) struct Directory {
    /// The host.
    pub(crate) host: Host,
    /// Absolute path of the directory.
    #[tf(replace, check = rules::absolute_path)]
    pub(crate) path: String,
    /// Permissions, as octal digits.
    #[tf(default = "0755")]
    pub(crate) mode: Mode,
    /// Name of the user who owns the directory. Left out, a directory that is there keeps its owner, and a
    /// new one belongs to the user who logs in.
    #[tf(optional)]
    pub(crate) owner: Computed<String>,
    /// Name of the group that owns the directory; left out, as with `owner`.
    #[tf(optional)]
    pub(crate) group: Computed<String>,
    /// Make missing parent directories, too. They get mode 0755, and stay when the directory
    /// is destroyed.
    #[tf(default = false)]
    pub(crate) parents: bool,
    /// Destroy the directory with everything in it. Otherwise only an empty directory is
    /// destroyed.
    #[tf(default = false)]
    pub(crate) force_destroy: bool,
    /// How long operations may take.
    pub(crate) timeouts: Option<Timeouts>,
}
