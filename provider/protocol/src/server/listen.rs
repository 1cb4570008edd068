//! Where the client connects: a unix socket, or TCP on loopback.

use std::env;
use std::ffi::OsString;
use std::fs::Permissions;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::sys::stat::{Mode, umask};
use nix::unistd::Group;

/// Names that are tried before giving up on a directory.
const ATTEMPTS: u64 = 16;

/// A listening socket.
#[derive(Debug)]
pub(super) enum Socket {
    Unix(tokio::net::UnixListener),
    Tcp(tokio::net::TcpListener),
}

/// Where a socket listens. A unix socket's file goes when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    /// The network as Go calls it.
    pub(super) network: &'static str,
    /// The path, or host and port.
    pub(super) address: String,
    _file: Option<SocketFile>,
}

#[derive(Debug)]
struct SocketFile(PathBuf);

/// Listens on a unix socket that only this user, or the group the client asks for, can
/// connect to. Where no such socket can be made (the path may have 107 bytes at most) it is
/// a port on loopback, among those the client allows.
pub(super) fn bind() -> io::Result<(Socket, Place)> {
    let directory = variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from);
    let directory = directory.unwrap_or_else(env::temp_dir);
    bind_unix(&directory).or_else(|error| {
        tracing::debug!(%error, "no unix socket, listening on a port instead");
        bind_tcp()
    })
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Someone may have tidied up already.
        std::fs::remove_file(&self.0).ok();
    }
}

fn bind_unix(directory: &Path) -> io::Result<(Socket, Place)> {
    let directory = std::path::absolute(directory)?;
    let mut result = Err(io::ErrorKind::AddrInUse.into());
    for attempt in 0..ATTEMPTS {
        let random = RandomState::new().hash_one((std::process::id(), attempt));
        let path = directory.join(format!("plugin{random:016x}"));
        result = bind_private(&path);
        match &result {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            _ => break,
        }
    }
    result
}

fn bind_private(path: &Path) -> io::Result<(Socket, Place)> {
    // The path is told in a line of text, where `|` ends a field.
    let told = path
        .to_str()
        .filter(|text| !text.contains(['|', '\n', '\r']));
    let address = told.ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    // The mode must be right from the first moment; nothing else creates files yet.
    let before = umask(Mode::S_IXUSR | Mode::S_IRWXG | Mode::S_IRWXO);
    let listener = UnixListener::bind(path);
    umask(before);
    let listener = listener?;
    let file = SocketFile(path.to_owned());
    if let Some(group) = variable("PLUGIN_UNIX_SOCKET_GROUP") {
        chown(path, None, Some(group_id(&group)?))?;
        std::fs::set_permissions(path, Permissions::from_mode(0o660))?;
    }
    listener.set_nonblocking(true)?;
    let socket = Socket::Unix(tokio::net::UnixListener::from_std(listener)?);
    Ok((
        socket,
        Place {
            network: "unix",
            address,
            _file: Some(file),
        },
    ))
}

fn group_id(group: &OsString) -> io::Result<u32> {
    let name = group.to_str().ok_or(io::ErrorKind::InvalidInput)?;
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let group = Group::from_name(name)?.ok_or(io::ErrorKind::NotFound)?;
    Ok(group.gid.as_raw())
}

fn bind_tcp() -> io::Result<(Socket, Place)> {
    let port = |name| variable(name)?.to_str()?.parse::<u16>().ok();
    let (first, last) = match (port("PLUGIN_MIN_PORT"), port("PLUGIN_MAX_PORT")) {
        (Some(first), Some(last)) if first <= last => (first, last),
        _ => (0, 0),
    };
    let mut result = Err(io::ErrorKind::AddrInUse.into());
    for port in first..=last {
        result = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        if result.is_ok() {
            break;
        }
    }
    let listener = result?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let socket = Socket::Tcp(tokio::net::TcpListener::from_std(listener)?);
    Ok((
        socket,
        Place {
            network: "tcp",
            address,
            _file: None,
        },
    ))
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
