//! Values that must not be seen.

use std::fmt;

use plinth_protocol::Value;
use zeroize::Zeroize;

use super::Field;
use crate::DecodeError;
use crate::schema::AttributeType;

/// A value that no log, no `{:?}` and no diagnostic shows; Terraform hides it, too.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<T: Field + Zeroize> Field for Secret<T> {
    type Inner = Self;
    const SENSITIVE: bool = true;

    fn ty() -> AttributeType {
        T::ty()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        T::decode(value).map(Self)
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }
}
