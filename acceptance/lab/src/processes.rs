//! Finding and ending processes by their parent.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The running processes that `parent` started itself, in no order. Zombies are left out.
pub fn children(parent: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .collect()
}

/// Everything that descends from `parent`, parents before their children.
pub fn descendants(parent: i32) -> Vec<i32> {
    let mut found = children(parent);
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        found.extend(children(pid));
        next += 1;
    }
    found
}

/// Ends `root` and all that descends from it at once. The tree is read before the first signal,
/// since orphans cannot be found by their parent any more.
pub fn kill_tree(root: i32) {
    let mut doomed = descendants(root);
    doomed.insert(0, root);
    for pid in doomed {
        // A process that has ended meanwhile is what was asked for.
        kill(Pid::from_raw(pid), Signal::SIGKILL).ok();
    }
}

/// Whether a process of that id runs (a zombie does not).
pub fn is_running(pid: i32) -> bool {
    parent_of(pid).is_some()
}

/// Field 4 of `/proc/PID/stat`. The name in field 2 may hold blanks and parentheses, so fields are
/// counted from the last one.
fn parent_of(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    fields.next()?.parse().ok()
}
