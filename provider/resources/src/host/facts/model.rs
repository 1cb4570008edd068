//! The one declaration of `plinth_host_facts`.

use std::collections::BTreeMap;

use plinth_framework::{Computed, Model};

use super::number;
use crate::host::Host;

/// What a host is: its system, kernel, processors and memory.
#[derive(Model, Clone, Debug)]
pub(crate) struct Facts {
    /// The host.
    pub(crate) host: Host,
    /// Name of the host, as `uname -n` gives it.
    pub(crate) hostname: Computed<String>,
    /// Name of the operating system in lower case, such as `debian`; `ID` of os-release.
    pub(crate) os_id: Computed<String>,
    /// Names of the systems it is like, separated by spaces; `ID_LIKE` of os-release.
    pub(crate) os_like: Computed<String>,
    /// Version of the operating system, such as `12`; `VERSION_ID` of os-release.
    pub(crate) os_version: Computed<String>,
    /// Name and version for a person; `PRETTY_NAME` of os-release.
    pub(crate) os_name: Computed<String>,
    /// Name of the kernel, such as `Linux`.
    pub(crate) kernel: Computed<String>,
    /// Release of the kernel, such as `6.1.0-18-amd64`.
    pub(crate) kernel_release: Computed<String>,
    /// Machine architecture as the kernel calls it, such as `x86_64`.
    pub(crate) architecture: Computed<String>,
    /// Number of processors that are online.
    pub(crate) cpus: Computed<i64>,
    /// Usable memory in bytes.
    pub(crate) memory_bytes: Computed<i64>,
    /// Identity of the installation; `/etc/machine-id`.
    pub(crate) machine_id: Computed<String>,
    /// Identity of this run of the kernel; another one after every boot.
    pub(crate) boot_id: Computed<String>,
    /// What starts services: `systemd` or `openrc`; null when it is something else.
    pub(crate) init: Computed<String>,
    /// What installs packages: `apt`, `dnf`, `yum`, `zypper`, `apk` or `pacman`.
    pub(crate) package_manager: Computed<String>,
    /// The user who is logged in.
    pub(crate) user: Computed<String>,
    /// Number of that user; 0 is root.
    pub(crate) uid: Computed<i64>,
}

impl Facts {
    /// The facts that were printed; the others are null.
    pub(super) fn new(host: Host, printed: &BTreeMap<&str, &str>) -> Self {
        let text = |key: &str| printed.get(key).map(|text| (*text).to_owned()).into();
        let memory = number(printed.get("memory_kib")).into_known();
        Self {
            host,
            hostname: text("hostname"),
            os_id: text("os_id"),
            os_like: text("os_like"),
            os_version: text("os_version"),
            os_name: text("os_name"),
            kernel: text("kernel"),
            kernel_release: text("kernel_release"),
            architecture: text("architecture"),
            cpus: number(printed.get("cpus")),
            memory_bytes: memory.and_then(|kib| kib.checked_mul(1024)).into(),
            machine_id: text("machine_id"),
            boot_id: text("boot_id"),
            init: text("init"),
            package_manager: text("package_manager"),
            user: text("user"),
            uid: number(printed.get("uid")),
        }
    }
}
