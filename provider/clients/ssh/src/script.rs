//! How a script reaches the host's shell.
//!
//! The command line that the server's log and process list show is the same for every script: a
//! shell that tells its process id and reads the script from its standard input up to a line that
//! only this connection knows. What follows that line is the command's own input. A script that was
//! cut short is not run at all.

use std::io::Write as _;

use aws_lc_rs::rand;
use zeroize::Zeroizing;

use crate::{Command, Reason, quote};

/// Exit status of a shell whose script did not arrive whole.
const SCRIPT_CUT: u8 = 125;

/// A command as it is sent.
pub(crate) struct Envelope {
    /// The command line for the user's login shell.
    pub(crate) command_line: String,
    /// What goes to standard input before the command's own input.
    pub(crate) preamble: Zeroizing<Vec<u8>>,
    /// The word that begins the line by which the shell tells its process id, on both streams.
    pub(crate) marker: String,
}

impl Envelope {
    pub(crate) fn new(command: &Command) -> Result<Self, Reason> {
        let mut preamble = Zeroizing::new(Vec::new());
        let marker = format!("plinth-{}", random_word(16)?);
        for (name, value) in &command.env {
            check_name(name)?;
            let value = Zeroizing::new(quote(value.expose()));
            // Writing to memory does not fail.
            writeln!(preamble, "{name}={}; export {name}", value.as_str()).ok();
        }
        preamble.extend_from_slice(command.script.expose().as_bytes());
        if preamble.contains(&0) {
            return Err(Reason::InvalidRequest(
                "a script or a variable for a shell cannot contain a NUL byte".into(),
            ));
        }
        preamble.extend_from_slice(format!("\n{marker}\n").as_bytes());
        // `exec` makes the shell the leader of the session's process group, which is what a
        // cancellation kills, and lets its exit signal through. There is no line break and no `!`,
        // which some login shells treat specially even between quotes.
        let boot = format!(
            "plinth_m={marker}; echo \"$plinth_m $$\"; echo \"$plinth_m $$\" >&2; \
             plinth_n=$(printf \"\\nx\"); plinth_n=${{plinth_n%x}}; plinth_s=; \
             while :; do IFS= read -r plinth_l || exit {SCRIPT_CUT}; \
             [ \"$plinth_l\" = \"$plinth_m\" ] && break; \
             plinth_s=\"$plinth_s$plinth_l$plinth_n\"; done; \
             eval \"unset plinth_l plinth_m plinth_n plinth_s$plinth_n$plinth_s\""
        );
        Ok(Self {
            command_line: format!("exec /bin/sh -c {}", quote(&boot)),
            preamble,
            marker,
        })
    }
}

/// A word of `length` letters and digits that nobody can guess.
pub(crate) fn random_word(length: usize) -> Result<String, Reason> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes)
        .map_err(|_| Reason::InvalidRequest("this machine has no random numbers".into()))?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect())
}

/// Looks for the marker line in what a stream has brought so far. What came before it is noise of
/// the user's login shell. Returns the process id and where the command's own output begins.
pub(crate) fn find_marker(output: &[u8], marker: &str) -> Option<(u32, usize)> {
    let marker = marker.as_bytes();
    let at = output
        .windows(marker.len())
        .position(|window| window == marker)?;
    let rest = &output[at + marker.len()..];
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let pid = std::str::from_utf8(&rest[..end])
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some((pid, at + marker.len() + end + 1))
}

fn check_name(name: &str) -> Result<(), Reason> {
    let mut letters = name.chars();
    let starts = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(())
    } else {
        Err(Reason::InvalidRequest(format!(
            "`{name}` is no name for an environment variable"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn the_command_line_holds_nothing_of_the_script() {
        let command = Command::script("echo canary").env("TOKEN", Secret::new("can'ary"));
        let envelope = Envelope::new(&command).unwrap();
        assert!(!envelope.command_line.contains("canary"));
        assert!(!envelope.command_line.contains('\n'));
        let sent = String::from_utf8(envelope.preamble.to_vec()).unwrap();
        let expected = format!(
            "TOKEN='can'\\''ary'; export TOKEN\necho canary\n{}\n",
            envelope.marker
        );
        assert_eq!(sent, expected);
    }

    #[test]
    fn the_marker_is_found_after_noise_and_only_when_its_line_is_whole() {
        let noise = b"Welcome!\nplinth-abc 1234\nown output\n";
        assert_eq!(find_marker(noise, "plinth-abc"), Some((1234, 25)));
        assert_eq!(find_marker(b"plinth-abc 12", "plinth-abc"), None);
        assert_eq!(find_marker(b"plinth-xyz 12\n", "plinth-abc"), None);
        assert_eq!(find_marker(b"", "plinth-abc"), None);
    }

    #[test]
    fn names_and_bytes_a_shell_cannot_take_are_refused() {
        for name in ["", "1A", "A-B", "A=B", "A B"] {
            let command = Command::script("true").env(name, Secret::new("x"));
            assert!(Envelope::new(&command).is_err(), "{name}");
        }
        assert!(Envelope::new(&Command::script("echo \0")).is_err());
    }
}
