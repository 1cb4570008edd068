//! What is at a path.

use crate::{Output, Reason};

/// Prints one line of numbers and names, and the target of a link on the lines after it. The format
/// option is the same in GNU coreutils, busybox and toybox; `%f` is the raw mode in hexadecimal.
pub(super) const SCRIPT: &str = "stat -c '%f:%u:%g:%s:%Y:%U:%G' -- \"$path\" || exit 1\n\
                                 if [ -L \"$path\" ]; then readlink -- \"$path\"; fi";

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, `0o7777` at most.
    pub mode: u32,
    /// Number of the user it belongs to.
    pub uid: u32,
    /// Number of the group it belongs to.
    pub gid: u32,
    /// Name of the user, if the host has one for the number.
    pub owner: Option<String>,
    /// Name of the group, if the host has one for the number.
    pub group: Option<String>,
    /// Size of the content in bytes.
    pub size: u64,
    /// When the content last changed, in seconds since 1970.
    pub modified: i64,
    /// Where a symbolic link points to.
    pub link_target: Option<String>,
}

/// What a path can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, a socket or a named pipe.
    Other,
}

/// Reads what [`SCRIPT`] printed.
pub(super) fn parse(output: &Output) -> Result<FileStat, Reason> {
    let text = output.stdout_text();
    read(&text).ok_or_else(|| Reason::Failed {
        exit: output.exit.clone(),
        output: format!(
            "`stat` printed what it should not: {}",
            super::outcome::excerpt(&text)
        ),
    })
}

fn read(text: &str) -> Option<FileStat> {
    let (line, rest) = text.split_once('\n')?;
    let mut fields = line.split(':');
    let raw = u32::from_str_radix(fields.next()?, 16).ok()?;
    // The file types of stat(2).
    let kind = match raw & 0o170_000 {
        0o100_000 => FileKind::File,
        0o040_000 => FileKind::Directory,
        0o120_000 => FileKind::Link,
        _ => FileKind::Other,
    };
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let size = fields.next()?.parse().ok()?;
    let modified = fields.next()?.parse().ok()?;
    let mut name = || {
        let name = fields.next()?;
        (!name.is_empty() && name != "UNKNOWN").then(|| name.to_owned())
    };
    let (owner, group) = (name(), name());
    let target = rest.strip_suffix('\n').unwrap_or(rest);
    let link_target = (kind == FileKind::Link).then(|| target.to_owned());
    let mode = raw & 0o7777;
    Some(FileStat {
        kind,
        mode,
        uid,
        gid,
        owner,
        group,
        size,
        modified,
        link_target,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_stat() {
        let stat = read("81a4:0:1000:12:1700000000:root:UNKNOWN\n").unwrap();
        assert_eq!(
            (stat.kind, stat.mode, stat.uid, stat.gid),
            (FileKind::File, 0o644, 0, 1000)
        );
        assert_eq!(
            (stat.owner.as_deref(), stat.group, stat.size),
            (Some("root"), None, 12)
        );
        let link = read("a1ff:0:0:3:-5:root:root\na\nb\n").unwrap();
        assert_eq!((link.kind, link.modified), (FileKind::Link, -5));
        assert_eq!(link.link_target.as_deref(), Some("a\nb"));
        for bad in ["", "\n", "xyz:0:0:0:0:a:b\n", "81a4:0:0\n"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
