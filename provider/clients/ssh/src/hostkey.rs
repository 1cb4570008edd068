//! Host keys: what they look like, and whether to trust one.

mod known_hosts;

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::{Reason, Target};
use known_hosts::{KnownHosts, Marker};

/// A server's public key as it is sent over the wire (RFC 4253 section 6.6).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HostKey {
    algorithm: String,
    blob: Vec<u8>,
}

/// How a host's key is checked. There is no way not to check it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostKeyPolicy {
    /// The text of a `known_hosts` file (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT"). The host must be
    /// in it. Patterns, hashed names and `@revoked` are understood; `@cert-authority` lines and
    /// lines that cannot be read are passed over.
    KnownHosts(String),
    /// One key: a `known_hosts` line (the names in it do not matter), a public key
    /// (`ssh-ed25519 AAAA…`) or a fingerprint (`SHA256:…`).
    Pinned(String),
    /// The line recorded at the first contact; `None` trusts the key that the host shows and
    /// leaves it to the caller to record it ([`crate::Host::host_key_line`]).
    AcceptNew(Option<String>),
}

/// Why a text is no host key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHostKey {
    /// There is neither a key nor a fingerprint in it.
    #[error("neither a public key nor a SHA256 fingerprint")]
    NoKey,
    /// The fingerprint is not 32 bytes of base64.
    #[error("not a SHA256 fingerprint")]
    Fingerprint,
}

impl HostKey {
    /// Reads a key from the bytes of the wire format, which begin with the name of its algorithm.
    ///
    /// # Errors
    /// [`InvalidHostKey::NoKey`] when they do not.
    pub fn from_blob(blob: &[u8]) -> Result<Self, InvalidHostKey> {
        let (length, rest) = blob.split_first_chunk::<4>().ok_or(InvalidHostKey::NoKey)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let name = rest.get(..length).ok_or(InvalidHostKey::NoKey)?;
        let plain = |c: &u8| c.is_ascii_graphic() && *c != b',';
        if name.is_empty() || rest.len() == length || !name.iter().all(plain) {
            return Err(InvalidHostKey::NoKey);
        }
        let algorithm = String::from_utf8_lossy(name).into_owned();
        Ok(Self {
            algorithm,
            blob: blob.to_vec(),
        })
    }

    /// Finds a key in a line: the word that names an algorithm, followed by base64 that agrees.
    ///
    /// # Errors
    /// [`InvalidHostKey::NoKey`] when there is none.
    pub fn from_line(line: &str) -> Result<Self, InvalidHostKey> {
        let words: Vec<&str> = line.split_whitespace().collect();
        words
            .windows(2)
            .find_map(|pair| {
                let key = Self::from_blob(&STANDARD.decode(pair[1]).ok()?).ok()?;
                (key.algorithm == pair[0]).then_some(key)
            })
            .ok_or(InvalidHostKey::NoKey)
    }

    /// The key's type, such as `ssh-ed25519`.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// `SHA256:` and the unpadded base64 of the key's hash, as OpenSSH prints it.
    pub fn fingerprint(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.blob);
        format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
    }

    /// The line of a `known_hosts` file for this key, without a newline.
    pub fn known_hosts_line(&self, address: &str, port: u16) -> String {
        let name = known_hosts::host_name(address, port);
        format!("{name} {} {}", self.algorithm, STANDARD.encode(&self.blob))
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm, self.fingerprint())
    }
}

/// The `known_hosts` line for a host and its public key (`ssh-ed25519 AAAA… comment`), without a
/// newline: the address in lower case, with brackets and port when the port is not 22.
///
/// # Errors
/// [`InvalidHostKey`] when there is no key in `public_key`.
pub fn known_host_line(
    address: &str,
    port: u16,
    public_key: &str,
) -> Result<String, InvalidHostKey> {
    Ok(HostKey::from_line(public_key)?.known_hosts_line(address, port))
}

/// The fingerprint (`SHA256:…`, as `ssh-keygen -l` prints it) of a public key or of the key in a
/// `known_hosts` line.
///
/// # Errors
/// [`InvalidHostKey`] when there is no key in `public_key`.
pub fn fingerprint(public_key: &str) -> Result<String, InvalidHostKey> {
    Ok(HostKey::from_line(public_key)?.fingerprint())
}

/// Types of keys and the algorithms they sign with, best first.
const ALGORITHMS: [(&str, &str); 5] = [
    ("ssh-ed25519", "ssh-ed25519"),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
    ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"),
    ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"),
    ("ssh-rsa", "rsa-sha2-512,rsa-sha2-256"),
];

fn join<'a>(algorithms: impl Iterator<Item = &'a (&'static str, &'static str)>) -> String {
    let names: Vec<&str> = algorithms.map(|(_, names)| *names).collect();
    names.join(",")
}

/// All algorithms, of which a server usually picks the first type, and then the other types alone.
fn one_type_after_the_other() -> Vec<String> {
    let only = |kind: &str| join(ALGORITHMS.iter().filter(|(name, _)| name.starts_with(kind)));
    vec![join(ALGORITHMS.iter()), only("ecdsa-"), only("ssh-rsa")]
}

impl HostKeyPolicy {
    /// Whether the text of a `known_hosts` file says anything of a host, be it that a key of it is
    /// revoked.
    pub fn names(known_hosts: &str, target: &Target) -> bool {
        KnownHosts::parse(known_hosts)
            .matching(&target.address, target.port)
            .next()
            .is_some()
    }

    /// The signature algorithms to ask the server for, separated by commas, best first, so that it
    /// shows a key of the type it is known by. Of a fingerprint the type is not known; then there
    /// is more than one list, to be tried in turn until the key is the right one.
    pub(crate) fn algorithms(&self, target: &Target) -> Vec<String> {
        let known: Vec<String> = match self {
            Self::KnownHosts(text) => KnownHosts::parse(text)
                .matching(&target.address, target.port)
                .filter(|entry| entry.marker.is_none())
                .map(|entry| entry.key.algorithm.clone())
                .collect(),
            Self::Pinned(text) | Self::AcceptNew(Some(text)) => {
                let Ok(key) = HostKey::from_line(text) else {
                    return one_type_after_the_other();
                };
                vec![key.algorithm]
            }
            Self::AcceptNew(None) => Vec::new(),
        };
        let is_known = |kind: &str| known.iter().any(|name| name == kind);
        let (first, rest): (Vec<_>, Vec<_>) =
            ALGORITHMS.iter().partition(|(kind, _)| is_known(kind));
        vec![join(first.into_iter().chain(rest))]
    }

    /// Whether the key that the host shows is to be trusted.
    pub(crate) fn check(&self, target: &Target, shown: &HostKey) -> Result<(), Reason> {
        match self {
            Self::KnownHosts(text) => check_known_hosts(&KnownHosts::parse(text), target, shown),
            Self::Pinned(text) | Self::AcceptNew(Some(text)) => {
                let known = pinned_fingerprint(text).map_err(Reason::InvalidHostKey)?;
                let found = shown.fingerprint();
                if known == found {
                    Ok(())
                } else {
                    Err(Reason::ChangedHostKey {
                        known: vec![known],
                        found,
                    })
                }
            }
            Self::AcceptNew(None) => Ok(()),
        }
    }
}

fn check_known_hosts(hosts: &KnownHosts, target: &Target, shown: &HostKey) -> Result<(), Reason> {
    let matching: Vec<_> = hosts.matching(&target.address, target.port).collect();
    let marked = |marker: Option<Marker>| {
        matching
            .iter()
            .filter(move |entry| entry.marker == marker)
            .map(|entry| &entry.key)
    };
    // A revoked key is refused even when another line trusts it.
    if marked(Some(Marker::Revoked)).any(|key| key == shown) {
        return Err(Reason::RevokedHostKey(shown.fingerprint()));
    }
    if marked(None).any(|key| key == shown) {
        return Ok(());
    }
    let known: Vec<String> = marked(None).map(HostKey::fingerprint).collect();
    let found = shown.fingerprint();
    if known.is_empty() {
        let line = shown.known_hosts_line(&target.address, target.port);
        return Err(Reason::UnknownHostKey {
            fingerprint: found,
            line,
        });
    }
    Err(Reason::ChangedHostKey { known, found })
}

fn pinned_fingerprint(text: &str) -> Result<String, InvalidHostKey> {
    let Some(hash) = text.trim().strip_prefix("SHA256:") else {
        return fingerprint(text);
    };
    let hash = hash.trim_end_matches('=');
    match STANDARD_NO_PAD.decode(hash) {
        Ok(bytes) if bytes.len() == 32 => Ok(format!("SHA256:{hash}")),
        _ => Err(InvalidHostKey::Fingerprint),
    }
}

#[cfg(test)]
mod tests;
