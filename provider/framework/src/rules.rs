//! Checks for `#[tf(check = …)]`.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// A number from the first to the last of a range.
pub fn between<T: PartialOrd + Display + Send + Sync + 'static>(
    range: RangeInclusive<T>,
) -> impl Fn(&T) -> Result<(), String> + Send + Sync + 'static {
    move |value| {
        if range.contains(value) {
            return Ok(());
        }
        Err(format!("must be from {} to {}", range.start(), range.end()))
    }
}

/// Text that is not empty.
pub fn not_empty(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("must not be empty".to_owned())
    } else {
        Ok(())
    }
}

/// A path from the root of a POSIX file system, written without detours.
pub fn absolute_path(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err("must be an absolute path, such as /etc/motd".to_owned());
    }
    if path.contains('\0') {
        return Err("must not contain a NUL byte".to_owned());
    }
    let plain = path.len() == 1
        || path[1..]
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
    if plain {
        return Ok(());
    }
    Err("must be written without empty parts, `.`, `..` and a slash at the end".to_owned())
}

/// The name of a variable in an environment.
pub fn environment_name(name: &str) -> Result<(), String> {
    let mut letters = name.chars();
    let fits = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits {
        Ok(())
    } else {
        Err("must be letters, digits and underscores".to_owned())
    }
}
