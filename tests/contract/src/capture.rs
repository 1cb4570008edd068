//! Everything that is said while a contract is played, to be searched for secrets.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use plinth_protocol::Diagnostic;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// Takes the log at its most talkative, and what else is shown to it.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<String>>);

impl Capture {
    /// Takes the log of this thread until the guard is dropped.
    pub(crate) fn log(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// Takes diagnostics.
    pub(crate) fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            self.text(&format!("{diagnostic:?}"));
        }
    }

    /// Takes a text.
    pub(crate) fn text(&self, text: &str) {
        // Writing to a string does not fail.
        writeln!(
            self.0.lock().unwrap_or_else(PoisonError::into_inner),
            "{text}"
        )
        .ok();
    }

    /// The secrets that were seen, each with what stands around it.
    pub(crate) fn seen(&self, secrets: &[&'static str]) -> Vec<String> {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line_of = |secret: &str| text.lines().find(|line| line.contains(secret));
        secrets
            .iter()
            .filter_map(|secret| line_of(secret))
            .map(str::to_owned)
            .collect()
    }
}

impl io::Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Capture {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
