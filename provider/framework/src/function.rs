//! Provider functions.

use crate::Field;
use crate::model::{Attr, Model};

/// A pure function that configurations can call; needs no configured provider.
///
/// The parameters are the fields of [`Self::Arguments`], in order: `Option` takes null,
/// [`Maybe`](crate::Maybe) unknown values, too, and a last field with `#[tf(variadic)]` any
/// number of values. The doc comment of that struct is the function's documentation.
pub trait Function: Send + Sync + 'static {
    /// Its name, without prefix.
    const NAME: &'static str;

    /// The parameters.
    type Arguments: Model;

    /// The result.
    type Output: Field;

    /// Calls it.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Output, CallError>;
}

/// A function cannot be called like this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    pub(crate) text: String,
    pub(crate) argument: Option<&'static str>,
}

impl CallError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// An error of one argument.
    pub fn at<M, F>(argument: Attr<M, F>, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(argument.name()),
        }
    }
}
