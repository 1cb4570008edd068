//! Content and its checksum.

use std::fmt::Write as _;

use aws_lc_rs::{digest as hash, rand};
use plinth_framework::{Diagnostic, Result, Scope};
use plinth_ssh::{Command, Error, Host, quote};

use super::model::File;

/// The content that is to be on the host.
///
/// # Errors
/// The local file cannot be read.
pub(super) fn of(file: &File) -> Result<Vec<u8>> {
    match (&file.content, &file.source, &file.content_wo.value) {
        (Some(content), ..) => Ok(content.clone().into_bytes()),
        (_, Some(source), _) => local(source),
        (_, _, Some(secret)) => Ok(secret.expose().clone().into_bytes()),
        (None, None, None) => Err(Diagnostic::error("The file has no content")
            .detail("`content`, `source` and `content_wo` are all null.")
            .at(File::AT.content)
            .into()),
    }
}

/// The content of a file where Terraform runs.
///
/// # Errors
/// It cannot be read.
pub(super) fn local(source: &str) -> Result<Vec<u8>> {
    let unreadable = |why: String| {
        Diagnostic::error("The local file cannot be read")
            .detail(format!("{source}: {why}"))
            .at(File::AT.source)
    };
    let found = std::fs::metadata(source).map_err(|error| unreadable(error.to_string()))?;
    // A device or a pipe may have no end, and nothing could stop the reading of it.
    if !found.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()).into());
    }
    Ok(std::fs::read(source).map_err(|error| unreadable(error.to_string()))?)
}

/// SHA-256 in hexadecimal.
pub(super) fn plain_digest(content: &[u8]) -> String {
    digest("", content)
}

/// SHA-256 of salt and content, in hexadecimal.
pub(super) fn digest(salt: &str, content: &[u8]) -> String {
    let mut context = hash::Context::new(&hash::SHA256);
    context.update(salt.as_bytes());
    context.update(content);
    hex(context.finish().as_ref())
}

/// Random text, so that equal secrets have different checksums.
///
/// # Errors
/// The system has no randomness to give.
pub(super) fn salt() -> Result<String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes)
        .map_err(|_| Diagnostic::error("The system's random number generator failed"))?;
    Ok(hex(&bytes))
}

/// The same checksum of a file on a host, made there where the host can.
pub(super) async fn remote_digest(
    host: &Host,
    scope: &Scope,
    path: &str,
    salt: &str,
) -> Result<String, Error> {
    let path_text = quote(path);
    let script = format!(
        "command -v sha256sum >/dev/null 2>&1 || exit 127\n\
         [ -r {path_text} ] || exit 1\n\
         {{ printf %s {}; cat -- {path_text}; }} | sha256sum",
        quote(salt)
    );
    let output = host.exec(scope, Command::script(script)).await?;
    let printed = output.stdout_text();
    let sum = printed.split_whitespace().next().unwrap_or_default();
    if output.success() && sum.len() == 64 {
        return Ok(sum.to_owned());
    }
    // No such program, or the file cannot be read: then this tells why.
    let content = host.read_file(scope, path, LIMIT).await?;
    Ok(digest(salt, &content))
}

/// Bytes that are fetched to make a checksum here, at most.
const LIMIT: usize = 256 << 20;

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string does not fail.
            write!(text, "{byte:02x}").ok();
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(plain_digest(b""), empty);
        assert_eq!(digest("ab", b"c"), plain_digest(b"abc"));
    }

    #[test]
    fn no_salt_comes_twice() {
        assert_ne!(salt().unwrap(), salt().unwrap());
    }
}
