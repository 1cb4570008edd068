//! Why a step of an instance's life did not happen.

use std::fmt;

use plinth_protocol::{DecodeError, Diagnostic, EncodeError, RpcError};

use crate::Violation;

/// A request failed, was refused or was answered wrongly.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// The provider does not have it.
    #[error("no resource type {0}")]
    NoType(String),
    /// There is no object to do it with.
    #[error("the instance has no object")]
    NoObject,
    /// The request was not answered.
    #[error("{rpc} failed")]
    Rpc {
        /// The request.
        rpc: &'static str,
        /// Why.
        source: RpcError,
    },
    /// The answer cannot be decoded.
    #[error("answer to {rpc} is no value of its type")]
    Decode {
        /// The request.
        rpc: &'static str,
        /// Why.
        source: DecodeError,
    },
    /// A state cannot be written as JSON.
    #[error("state cannot be stored")]
    Encode(#[from] EncodeError),
    /// The provider answered with errors for the user. Only for requests that change
    /// nothing: errors of an apply are part of its result.
    #[error("{rpc} refused: {}", Lines(diagnostics))]
    Refused {
        /// The request.
        rpc: &'static str,
        /// Errors, and the warnings that came with them.
        diagnostics: Vec<Diagnostic>,
    },
    /// The answer breaks rules of Terraform.
    #[error("{rpc} broke rules: {}", Lines(violations))]
    Violations {
        /// The request.
        rpc: &'static str,
        /// All that were found.
        violations: Vec<Violation>,
    },
}

impl Failure {
    /// The broken rules; none for other failures.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Violations { violations, .. } => violations,
            _ => &[],
        }
    }

    /// What the user is told; nothing for other failures.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Refused { diagnostics, .. } => diagnostics,
            _ => &[],
        }
    }
}

struct Lines<'a, T>(&'a [T]);

trait Line {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Line for Violation {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Line for Diagnostic {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.attribute {
            write!(f, "{path}: ")?;
        }
        write!(f, "{} {}", self.summary, self.detail)
    }
}

impl<T: Line> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| {
            f.write_str("\n  ")?;
            line.line(f)
        })
    }
}
