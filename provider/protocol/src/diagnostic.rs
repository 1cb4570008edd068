//! What a user is told.

use crate::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation did not succeed.
    Error,
    /// It did, but the user should know something.
    Warning,
}

/// An error or a warning, as Terraform shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What the user wanted that did not happen, in a few words.
    pub summary: String,
    /// Cause chain, the object's own words, one hint.
    pub detail: String,
    /// The attribute it concerns.
    pub attribute: Option<Path>,
}

impl Diagnostic {
    /// An error without detail.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary.into())
    }

    /// A warning without detail.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary.into())
    }

    /// The same with this detail.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same, pointing at an attribute.
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.attribute = Some(path.into());
        self
    }

    /// The same, with the error's whole chain of causes as detail, one to a line.
    pub fn caused_by(mut self, error: &dyn std::error::Error) -> Self {
        if !self.detail.is_empty() {
            self.detail.push_str("\n\n");
        }
        self.detail.push_str(&error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            self.detail.push_str("\n  because ");
            self.detail.push_str(&cause.to_string());
            source = cause.source();
        }
        self
    }

    /// The same with one thing to try.
    pub fn hint(mut self, hint: &str) -> Self {
        if !self.detail.is_empty() {
            self.detail.push_str("\n\n");
        }
        self.detail.push_str(hint);
        self
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn new(severity: Severity, summary: String) -> Self {
        Self {
            severity,
            summary,
            detail: String::new(),
            attribute: None,
        }
    }
}
