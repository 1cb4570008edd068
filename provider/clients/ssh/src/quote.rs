//! Words for a POSIX shell.

/// Quotes `word` so that a POSIX shell reads it as one word that means exactly its characters.
///
/// A NUL cannot be in a shell's word; the ones in `word` are kept and the shell drops or refuses
/// them, so callers check for them where they can come from outside.
pub fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quotes_everything_a_shell_would_read() {
        assert_eq!(quote("plain"), "'plain'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote("$(x) `y` \\ \"z\" *\n!"), "'$(x) `y` \\ \"z\" *\n!'");
    }
}
