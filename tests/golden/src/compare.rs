//! Texts that must stay as they are, without what differs from run to run.

use std::env;
use std::fs;
use std::path::Path;

/// Replaces what differs from run to run.
#[derive(Clone, Debug, Default)]
pub struct Redact(Vec<(String, &'static str)>);

impl Redact {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// This text is shown as that one.
    pub fn with(mut self, text: impl Into<String>, shown: &'static str) -> Self {
        self.0.push((text.into(), shown));
        self
    }

    /// The text as it may be kept.
    pub fn apply(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// Compares a text with a file; with `PLINTH_BLESS` set, writes it there instead.
///
/// # Panics
/// They differ.
pub fn matches_file(path: &str, text: &str) {
    if env::var_os("PLINTH_BLESS").is_some() {
        let directory = Path::new(path).parent().expect("a file in a directory");
        fs::create_dir_all(directory).expect("a directory");
        fs::write(path, text).expect("a golden file");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == text,
        "{path} says\n\n{expected}\n\nbut now it is\n\n{text}\n\nIf that is right, run the test \
         with PLINTH_BLESS=1 and look at the difference."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_replaced() {
        let redact = Redact::new()
            .with("/tmp/abc", "DIR")
            .with("0.1.0", "VERSION");
        assert_eq!(redact.apply("/tmp/abc/x of 0.1.0"), "DIR/x of VERSION");
    }
}
