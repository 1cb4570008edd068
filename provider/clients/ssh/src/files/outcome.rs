//! Reading the reason of a failure from what the host's programs said.

use crate::{Output, Reason};

const EXCERPT: usize = 2000;

type MakeReason = fn() -> Reason;

/// The texts of the C library in the C locale, and of shells that have their own.
const TEXTS: [(&str, MakeReason); 12] = [
    ("Read-only file system", || Reason::ReadOnly),
    ("No space left on device", || Reason::NoSpace),
    ("Disk quota exceeded", || Reason::NoSpace),
    ("Permission denied", || Reason::PermissionDenied),
    ("Operation not permitted", || Reason::PermissionDenied),
    ("Directory not empty", || Reason::NotEmpty),
    ("Not a directory", || Reason::NotDirectory),
    ("Is a directory", || Reason::IsDirectory),
    ("No such file or directory", || Reason::NotFound),
    // dash and busybox.
    ("Directory nonexistent", || Reason::NotFound),
    ("nonexistent directory", || Reason::NotFound),
    ("no such file", || Reason::NotFound),
];

/// Whether a helper's command succeeded, and why not.
pub(super) fn check(output: &Output) -> Result<(), Reason> {
    if output.success() {
        Ok(())
    } else {
        Err(reason(output))
    }
}

/// The reason of a helper's failure.
pub(super) fn reason(output: &Output) -> Reason {
    let said = output.stderr_text();
    TEXTS
        .iter()
        .find(|(text, _)| said.contains(text))
        .map_or_else(
            || Reason::Failed {
                exit: output.exit.clone(),
                output: excerpt(&said),
            },
            |(_, reason)| reason(),
        )
}

/// The beginning of a text, for a message.
pub(super) fn excerpt(text: &str) -> String {
    let text = text.trim();
    let end = (0..=EXCERPT.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    #[test]
    fn programs_of_several_families_are_understood() {
        for (said, expected) in [
            (
                "sh: 3: cannot create /x/y: Directory nonexistent",
                "no such file",
            ),
            (
                "sh: can't create /x/y: nonexistent directory",
                "no such file",
            ),
            ("cat: write error: No space left on device", "no space"),
            ("/bin/sh: line 4: /x/y: Read-only file system", "read-only"),
            ("chown: /x: Operation not permitted", "permission denied"),
            ("chown: invalid user: 'nobody2'", "invalid user: 'nobody2'"),
        ] {
            let output = Output {
                stdout: Vec::new(),
                stderr: said.as_bytes().to_vec(),
                exit: Exit::Status(1),
            };
            let reason = check(&output).unwrap_err().to_string();
            assert!(reason.contains(expected), "{said}: {reason}");
        }
    }

    #[test]
    fn an_excerpt_never_splits_a_letter() {
        let text = "\u{20ac}".repeat(EXCERPT);
        let excerpt = excerpt(&text);
        assert!(excerpt.len() <= EXCERPT && excerpt.len() > EXCERPT - 3);
    }
}
