//! The script that replaces a file.

use super::{UploadRequest, check_path, checksum, outcome};
use crate::script::random_word;
use crate::{Command, Exit, Output, Reason, quote};

/// Exit statuses of the script that are not errors of the host's programs.
const NOT_VALID: i32 = 91;
const NOT_WHOLE: i32 = 92;

/// Longest name that common file systems can hold, in bytes.
const LONGEST_NAME: usize = 255;

/// What happens between the content's arrival and the rename. `$path`, `$dir` and `$tmp` are set
/// before, `$size`, `$sha256` and `$cksum` are what was sent.
const RECEIVE: &str = r#"
trap 'rm -f -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM PIPE
if [ -d "$path" ]; then echo 'Is a directory' >&2; exit 1; fi
ls -d -- "$dir/." >/dev/null || exit 1
(set -C; : >"$tmp") || exit 1
cat >"$tmp" || exit 1
got=$(wc -c <"$tmp") || exit 1
if [ "$((got))" -ne "$size" ]; then echo "$((got)) of $size bytes arrived"; exit 92; fi
if command -v sha256sum >/dev/null 2>&1; then
  sum=$(sha256sum <"$tmp") || exit 1
  [ "${sum%% *}" = "$sha256" ] || { echo 'the SHA-256 sums differ'; exit 92; }
elif command -v cksum >/dev/null 2>&1; then
  sum=$(cksum <"$tmp") || exit 1
  [ "${sum%% *}" = "$cksum" ] || { echo 'the checksums differ'; exit 92; }
fi
"#;

/// Takes the owner of the old file over, which only root can. Before the mode is widened.
const KEEP_OWNER: &str = r#"
if [ -f "$path" ]; then
  old=$(stat -L -c '%u:%g' -- "$path" 2>/dev/null) && chown -- "$old" "$tmp" 2>/dev/null
fi
"#;

/// Takes the mode of the old file over.
const KEEP_MODE: &str = r#"
if [ -f "$path" ]; then
  old=$(stat -L -c '%a' -- "$path" 2>/dev/null) && chmod -- "$old" "$tmp"
fi
"#;

/// The program `sync` takes a file in most systems and is missing in few.
const REPLACE: &str = r#"
sync -- "$tmp" 2>/dev/null
mv -f -- "$tmp" "$path" || exit 1
trap - EXIT
sync -- "$dir" 2>/dev/null
exit 0
"#;

pub(super) fn command(request: &UploadRequest) -> Result<Command, Reason> {
    let path = &request.path;
    check_path(path)?;
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.is_empty() || name == "." || name == ".." {
        return Err(Reason::InvalidRequest(format!(
            "the path `{path}` names no file"
        )));
    }
    let dir = if dir.is_empty() { "/" } else { dir };
    let tmp = format!("{}/{}", dir.trim_end_matches('/'), temporary_name(name)?);
    let content = &request.content;
    let head = format!(
        "LC_ALL=C; export LC_ALL; umask 077\n\
         path={}; dir={}; tmp={}\nsize={}; sha256={}; cksum={}\n",
        quote(path),
        quote(dir),
        quote(&tmp),
        content.len(),
        checksum::sha256(content),
        checksum::cksum(content),
    );
    let attributes = request.attributes.script("$tmp")?;
    let validate = validation(request.validate.as_deref(), &tmp)?;
    // The old file's mode may be wider than the one that is wanted, and must not be there even for
    // a moment.
    let keep_mode = if request.attributes.mode.is_none() {
        KEEP_MODE
    } else {
        ""
    };
    let script = [
        &head,
        RECEIVE,
        KEEP_OWNER,
        keep_mode,
        &attributes,
        &validate,
        REPLACE,
    ]
    .concat();
    Ok(Command::script(script).stdin(content.clone()))
}

pub(super) fn outcome(output: &Output) -> Result<(), Reason> {
    let said = output.stdout_text();
    match &output.exit {
        Exit::Status(NOT_WHOLE) => Err(Reason::Corrupted(said.trim().to_owned())),
        Exit::Status(NOT_VALID) => {
            let (status, rest) = said.split_once('\n').unwrap_or((&said, ""));
            let exit = Exit::Status(status.trim().parse().unwrap_or(NOT_VALID));
            Err(Reason::ValidateFailed {
                exit,
                output: outcome::excerpt(rest),
            })
        }
        _ => outcome::check(output),
    }
}

/// The lines that run the command of the user, in a shell of its own so that no mistake in it can
/// get around the clean-up.
fn validation(command: Option<&str>, tmp: &str) -> Result<String, Reason> {
    let Some(command) = command else {
        return Ok(String::new());
    };
    if !command.contains("%s") {
        return Err(Reason::InvalidRequest(
            "the command that validates a file must contain %s, which stands for the file".into(),
        ));
    }
    // A plain path also works between quotes of the user's own.
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let file = if tmp.chars().all(plain) {
        tmp.to_owned()
    } else {
        quote(tmp)
    };
    let command = quote(&command.replace("%s", &file));
    Ok(format!(
        "said=$(/bin/sh -c {command} 2>&1 </dev/null)\nstatus=$?\n\
         if [ $status -ne 0 ]; then printf '%s\\n%s\\n' $status \"$said\"; exit {NOT_VALID}; fi\n"
    ))
}

/// A hidden name beside the target that nobody can guess.
fn temporary_name(name: &str) -> Result<String, Reason> {
    let tail = format!(".plinth-{}", random_word(8)?);
    let room = LONGEST_NAME - tail.len() - 1;
    let end = (0..=room.min(name.len()))
        .rev()
        .find(|end| name.is_char_boundary(*end));
    Ok(format!(".{}{tail}", &name[..end.unwrap_or(0)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_names_fit_and_differ() {
        let (one, two) = (
            temporary_name("motd").unwrap(),
            temporary_name("motd").unwrap(),
        );
        assert!(one.starts_with(".motd.plinth-") && one.len() == 21 && one != two);
        let long = temporary_name(&"\u{20ac}".repeat(85)).unwrap();
        assert!(long.len() <= LONGEST_NAME && long.len() > LONGEST_NAME - 3);
    }

    #[test]
    fn requests_that_make_no_sense_are_refused() {
        for path in ["motd", "", "/", "/etc/", "/etc/..", "/etc/.", "/a\0b"] {
            assert!(command(&UploadRequest::new(path, "x")).is_err(), "{path:?}");
        }
        let mut request = UploadRequest::new("/etc/motd", "x");
        request.validate = Some("true".into());
        assert!(command(&request).unwrap_err().to_string().contains("%s"));
        request.validate = None;
        request.attributes.mode = Some(0o10_000);
        assert!(command(&request).is_err());
        request.attributes.mode = None;
        request.attributes.owner = Some("root:wheel".into());
        assert!(command(&request).is_err());
    }
}
