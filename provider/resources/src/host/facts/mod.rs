//! `plinth_host_facts`: what a host is.

mod model;

use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_framework::{Computed, Context, DataSource, Result};
use plinth_ssh::Command;

use crate::Systems;
use crate::host::connect::{checked, failed};
use model::Facts;

/// The data source.
#[derive(Debug)]
pub(crate) struct HostFacts {
    systems: Arc<Systems>,
}

impl HostFacts {
    pub(crate) fn new(systems: &Arc<Systems>) -> Self {
        Self {
            systems: Arc::clone(systems),
        }
    }
}

/// Prints `key=value` lines. Needs `uname`; everything else may be missing.
///
/// `/etc/os-release` is the format of os-release(5), which a shell may source; it is done in a
/// subshell so that it cannot change anything here.
const SCRIPT: &str = r#"
say() { printf '%s=%s\n' "$1" "$2"; }
first() { [ -r "$1" ] && IFS= read -r line < "$1" && printf '%s' "$line"; }
has() { command -v "$1" >/dev/null 2>&1; }
say hostname "$(uname -n)"
say kernel "$(uname -s)"
say kernel_release "$(uname -r)"
say architecture "$(uname -m)"
for file in /etc/os-release /usr/lib/os-release; do
    [ -r "$file" ] || continue
    (
        . "$file"
        printf 'os_id=%s\nos_version=%s\nos_name=%s\n' "$ID" "$VERSION_ID" "$PRETTY_NAME"
        printf 'os_like=%s\n' "$ID_LIKE"
    )
    break
done
say machine_id "$(first /etc/machine-id)"
say boot_id "$(first /proc/sys/kernel/random/boot_id)"
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo 2>/dev/null)
say cpus "$cpus"
say memory_kib "$(sed -n 's/^MemTotal:[^0-9]*\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null)"
if [ -d /run/systemd/system ]; then say init systemd
elif has rc-service && [ -d /run/openrc ]; then say init openrc
else say init ""
fi
for tool in apt-get dnf yum zypper apk pacman; do
    if has "$tool"; then say package_manager "${tool%-get}"; break; fi
done
say user "$(id -un)"
say uid "$(id -u)"
"#;

impl DataSource for HostFacts {
    const TYPE: &'static str = "host_facts";
    type Model = Facts;

    async fn read(&self, cx: &mut Context, config: Facts) -> Result<Facts> {
        let connected = config.host.connect_to_read(&self.systems)?;
        let scope = cx.scope().clone();
        let output = connected
            .host
            .exec(&scope, Command::script(SCRIPT))
            .await
            .map_err(|error| failed("The facts of the host are not known", &error, "host"))?;
        let output = checked("The facts of the host are not known", output)?;
        let host = connected.record(&scope, config.host).await?;
        Ok(Facts::new(host, &lines(&output.stdout_text())))
    }
}

/// `key=value` lines; what has no value is left out.
fn lines(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn number(value: Option<&&str>) -> Computed<i64> {
    value.and_then(|text| text.parse().ok()).into()
}

#[cfg(test)]
mod tests;
