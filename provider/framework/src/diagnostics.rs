//! What went wrong, for the user.

use std::error::Error;
use std::fmt;

use plinth_protocol::{Diagnostic, Path, Step};
use plinth_wait::Interrupted;

/// What an author's function gives: a value, or what the user is told instead.
pub type Result<T, E = Diagnostics> = std::result::Result<T, E>;

/// Errors and warnings, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// A value does not fit the Rust type it is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// From the inside out.
    steps: Vec<Step>,
    message: String,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    /// Adds the others behind these.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<DecodeError> for Diagnostics {
    fn from(error: DecodeError) -> Self {
        error.into_diagnostic().into()
    }
}

impl From<Interrupted> for Diagnostics {
    fn from(why: Interrupted) -> Self {
        let diagnostic = match why {
            Interrupted::Cancelled => Diagnostic::error("Interrupted")
                .detail("The operation was called off before it was done."),
            Interrupted::DeadlineExceeded => Diagnostic::error("Timed out").detail(
                "The operation was not done in the time it may take.\n\nIf it only needs longer, \
                 raise its time in the `timeouts` of the resource.",
            ),
        };
        diagnostic.into()
    }
}

impl DecodeError {
    /// An error that says what is wrong with the value, without showing it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            steps: Vec::new(),
            message: message.into(),
        }
    }

    /// The value was of another kind.
    pub(crate) fn expected(what: &str) -> Self {
        Self::new(format!("must be {what}"))
    }

    /// The same, one attribute further out.
    pub fn in_attribute(mut self, name: &str) -> Self {
        self.steps.push(Step::Attribute(name.to_owned()));
        self
    }

    pub(crate) fn in_index(mut self, index: usize) -> Self {
        self.steps
            .push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
        self
    }

    pub(crate) fn in_key(mut self, key: &str) -> Self {
        self.steps.push(Step::Key(key.to_owned()));
        self
    }

    /// An element of a set cannot be addressed: what is inside it ends at the set.
    pub(crate) fn in_set(mut self) -> Self {
        self.steps.clear();
        self
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where, from the outside in, below `base`.
    pub fn path(&self, base: &Path) -> Path {
        let mut steps = base.0.clone();
        steps.extend(self.steps.iter().rev().cloned());
        Path(steps)
    }

    /// As an error at its attribute.
    pub fn into_diagnostic(self) -> Diagnostic {
        self.into_diagnostic_below(&Path::root())
    }

    /// As an error at its attribute, which is found below `base`.
    pub fn into_diagnostic_below(self, base: &Path) -> Diagnostic {
        let path = self.path(base);
        let diagnostic = if path.is_root() {
            Diagnostic::error("Invalid value")
        } else {
            Diagnostic::error(format!("Invalid value for {path}"))
        };
        diagnostic
            .detail(format!("The value {}.", self.message))
            .at(path)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path(&Path::root());
        if path.is_root() {
            write!(f, "value {}", self.message)
        } else {
            write!(f, "{path} {}", self.message)
        }
    }
}

impl Error for DecodeError {}
