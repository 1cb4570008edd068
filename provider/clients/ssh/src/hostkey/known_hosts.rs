//! The format of `known_hosts` files (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT").

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::HostKey;

/// The lines of a file that have a key.
pub(super) struct KnownHosts {
    entries: Vec<Entry>,
}

pub(super) struct Entry {
    pub(super) marker: Option<Marker>,
    names: Names,
    pub(super) key: HostKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Revoked,
}

enum Names {
    /// Comma-separated patterns.
    Patterns(String),
    /// The HMAC-SHA1 of the name, keyed with the salt.
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

/// The name a host goes by in the file. On the default port it is the bare address.
pub(super) fn host_name(address: &str, port: u16) -> String {
    let address = address.to_ascii_lowercase();
    if port == crate::Target::DEFAULT_PORT {
        address
    } else {
        format!("[{address}]:{port}")
    }
}

impl KnownHosts {
    /// Reads a file. A line that makes no sense says nothing about any host; the others still
    /// count. How many were passed over is told in the log.
    pub(super) fn parse(text: &str) -> Self {
        let mut entries = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match parse_line(line) {
                Ok(entry) => entries.push(entry),
                Err(why) => {
                    tracing::debug!(
                        line = number + 1,
                        why,
                        "a line of the known hosts is ignored"
                    );
                }
            }
        }
        Self { entries }
    }

    /// The lines that are about a host.
    pub(super) fn matching(&self, address: &str, port: u16) -> impl Iterator<Item = &Entry> {
        let name = host_name(address, port);
        self.entries
            .iter()
            .filter(move |entry| entry.names.matches(&name))
    }
}

fn parse_line(line: &str) -> Result<Entry, &'static str> {
    let mut words = line.split_whitespace();
    let mut first = words.next().ok_or("it is empty")?;
    let mut marker = None;
    if first.starts_with('@') {
        marker = match first {
            "@revoked" => Some(Marker::Revoked),
            "@cert-authority" => return Err("host certificates are not supported"),
            _ => return Err("its marker is unknown"),
        };
        first = words.next().ok_or("there is no host name")?;
    }
    let (Some(algorithm), Some(key)) = (words.next(), words.next()) else {
        return Err("there is no key");
    };
    let key = HostKey::from_line(&format!("{algorithm} {key}")).map_err(|_| "the key is broken")?;
    let names = match first.strip_prefix("|1|") {
        Some(hashed) => parse_hashed(hashed).ok_or("the hashed name is broken")?,
        None => Names::Patterns(first.to_ascii_lowercase()),
    };
    Ok(Entry { marker, names, key })
}

fn parse_hashed(text: &str) -> Option<Names> {
    let (salt, hash) = text.split_once('|')?;
    let salt = STANDARD.decode(salt).ok()?;
    let hash = STANDARD.decode(hash).ok()?;
    (salt.len() == 20 && hash.len() == 20).then_some(Names::Hashed { salt, hash })
}

impl Names {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
                hmac::verify(&key, name.as_bytes(), hash).is_ok()
            }
            Self::Patterns(patterns) => {
                let mut found = false;
                for pattern in patterns.split(',') {
                    match pattern.strip_prefix('!') {
                        // A negated pattern that matches rules the whole line out.
                        Some(not) if glob(not.as_bytes(), name.as_bytes()) => return false,
                        Some(_) => {}
                        None => found |= glob(pattern.as_bytes(), name.as_bytes()),
                    }
                }
                found
            }
        }
    }
}

/// `*` stands for any characters, `?` for one. Takes time proportional to the product of the
/// lengths at worst: only the latest `*` is ever tried again.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, seen)) => {
                    star = Some((at, seen + 1));
                    p = at + 1;
                    t = seen + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns() {
        for (pattern, text, matches) in [
            ("host", "host", true),
            ("host", "hosts", false),
            ("h?st", "host", true),
            ("h?st", "hst", false),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("[10.0.0.*]:2222", "[10.0.0.7]:2222", true),
        ] {
            assert_eq!(
                glob(pattern.as_bytes(), text.as_bytes()),
                matches,
                "{pattern} {text}"
            );
        }
    }
}
