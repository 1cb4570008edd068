//! What is at a path of a host: identity, import, ownership.

use plinth_framework::{Attr, Computed, Context, Import, Model, Result};
use plinth_ssh::{Attributes, FileStat, Target};

use super::Host;
use super::mode::Mode;

/// What identifies a file or directory for good.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPath {
    /// Host name or IP address.
    pub(crate) address: String,
    /// Port of the SSH server; 22 if left out.
    pub(crate) port: Option<u16>,
    /// Absolute path.
    pub(crate) path: String,
}

/// The form of an id to import by.
const FORMAT: &str = "[CONNECTION@]ADDRESS[:PORT]/PATH, such as edge@10.0.0.11:22/etc/motd";

impl HostPath {
    /// The identity of what is at `path` of `host`.
    pub(crate) fn new(host: &Host, path: &str) -> Self {
        Self {
            address: host.address.clone(),
            port: Some(host.port),
            path: path.to_owned(),
        }
    }

    /// The host and path that a user wants to import.
    ///
    /// # Errors
    /// The id does not have the form it should.
    pub(crate) fn target(target: Import<Self>) -> Result<(Host, String)> {
        let (connection, identity) = match target {
            Import::Id(id) => {
                let (connection, rest) = match id.split_once('@') {
                    Some((connection, rest)) if !connection.contains('/') => {
                        (Some(connection.to_owned()), rest.to_owned())
                    }
                    _ => (None, id),
                };
                (connection, Import::Id(rest).identity_or(FORMAT, parse)?)
            }
            identity @ Import::Identity(_) => (None, identity.identity_or(FORMAT, parse)?),
        };
        let host = Host {
            address: identity.address,
            port: identity.port.unwrap_or(Target::DEFAULT_PORT),
            connection,
            host_key: Computed::Unknown,
        };
        Ok((host, identity.path))
    }
}

/// `ADDRESS[:PORT]/PATH`; an IPv6 address stands in brackets.
fn parse(id: &str) -> Option<HostPath> {
    let (host, path) = id.split_at(id.find('/')?);
    let (address, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            (
                address,
                if rest.is_empty() {
                    None
                } else {
                    Some(rest.strip_prefix(':')?)
                },
            )
        }
        None => match host.split_once(':') {
            Some((address, port)) => (address, Some(port)),
            None => (host, None),
        },
    };
    let port = port.map(str::parse).transpose().ok()?;
    (!address.is_empty() && path.len() > 1).then(|| HostPath {
        address: address.to_owned(),
        port,
        path: path.to_owned(),
    })
}

/// Permissions and ownership for a request: only what the configuration wants.
///
/// `M` is the model of the resource, `owner` and `group` its attributes of those names: what the
/// configuration leaves out is what the host had, and nothing to insist on.
pub(crate) fn attributes<M: Model>(
    cx: &Context,
    mode: &Mode,
    owner: Attr<M, Computed<String>>,
    group: Attr<M, Computed<String>>,
) -> Attributes {
    let config = cx.config::<M>();
    Attributes {
        mode: Some(mode.bits()),
        owner: config.get(owner).known(),
        group: config.get(group).known(),
    }
}

/// The owner and group for the state. A name or number that still fits stays as it was written.
pub(crate) fn ownership(
    owner: &Computed<String>,
    group: &Computed<String>,
    stat: &FileStat,
) -> (Computed<String>, Computed<String>) {
    (
        named(owner, stat.owner.as_deref(), stat.uid),
        named(group, stat.group.as_deref(), stat.gid),
    )
}

fn named(written: &Computed<String>, name: Option<&str>, number: u32) -> Computed<String> {
    let number = number.to_string();
    match written.known() {
        Some(text) if Some(text.as_str()) == name || *text == number => written.clone(),
        _ => name.unwrap_or(&number).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_id_names_host_and_path() {
        let target = |id: &str| HostPath::target(Import::Id(id.to_owned())).ok();
        let (host, path) = target("edge@10.0.0.11:2222/etc/motd").unwrap();
        assert_eq!((host.address.as_str(), host.port), ("10.0.0.11", 2222));
        assert_eq!(
            (host.connection.as_deref(), path.as_str()),
            (Some("edge"), "/etc/motd")
        );
        let (host, path) = target("[fd00::1]/srv/a@b").unwrap();
        assert_eq!((host.address.as_str(), host.port), ("fd00::1", 22));
        assert_eq!((host.connection, path.as_str()), (None, "/srv/a@b"));
        for wrong in [
            "",
            "host",
            "/etc/motd",
            "host:/etc",
            "host:x/etc",
            "host/",
            "[::1/etc",
        ] {
            assert!(target(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_owner_written_as_a_number_stays_one() {
        assert_eq!(named(&"0".into(), Some("root"), 0), "0".into());
        assert_eq!(named(&"root".into(), Some("root"), 0), "root".into());
        assert_eq!(named(&"web".into(), Some("root"), 0), "root".into());
        assert_eq!(named(&Computed::Unknown, None, 1000), "1000".into());
    }
}
