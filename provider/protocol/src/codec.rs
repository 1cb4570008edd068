//! Types and values, to and from their two encodings.
//!
//! The decoders are safe to feed with anything: what does not fit is a [`DecodeError`],
//! nesting ends at [`MAX_DEPTH`], memory is only taken for what has been read, and time
//! grows with the length of the input.

mod json;
mod msgpack;
mod types;

use std::fmt;

#[cfg(feature = "server")]
pub(crate) use self::json::write_string as write_json_string;
use crate::{DynamicValue, Path, Step, Type, Value};

/// Deepest nesting of collections, objects and `dynamic` values, one in another, that is
/// decoded. Types end there, too.
pub const MAX_DEPTH: usize = 128;

/// Bytes that are no value of the type, and where in the value.
///
/// It never tells a value, only what was expected: values may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where. Elements of sets are counted, too, so that a person finds the place; such a
    /// path cannot stand in a [`crate::Diagnostic`].
    pub path: Path,
    /// Why.
    pub cause: DecodeCause,
}

/// Why bytes are no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeCause {
    /// The input ended within a value.
    #[error("the data ends too early")]
    Truncated,
    /// There is something behind the value.
    #[error("there is data behind the value")]
    Trailing,
    /// Something else stands there.
    #[error("{0} is required")]
    Expected(&'static str),
    /// An object with too many or too few attributes.
    #[error("an object with {expected} attributes is required, not with {found}")]
    AttributeCount {
        /// How many the type has.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// The type has no such attribute; the path ends with its name.
    #[error("there is no such attribute")]
    UnknownAttribute,
    /// A key stands twice in a map; the path ends with it.
    #[error("the key is there twice")]
    DuplicateKey,
    /// A tuple with too many or too few elements.
    #[error("a tuple of {expected} elements is required, not of {found}")]
    TupleLength {
        /// How many the type has.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// The type that came with a `dynamic` value, or the type itself, is no type.
    #[error("no valid type: {0}")]
    Type(&'static str),
    /// Not JSON.
    #[error("no valid JSON (line {line}, column {column})")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        self.cause.fmt(f)
    }
}

impl std::error::Error for DecodeError {}

impl From<DecodeCause> for DecodeError {
    fn from(cause: DecodeCause) -> Self {
        Self {
            path: Path::root(),
            cause,
        }
    }
}

impl DecodeError {
    /// The same, seen from one level further up. Paths are only built once there is an
    /// error, from the inside out: good input does not pay for them.
    fn within(mut self, step: Step) -> Self {
        self.path.0.insert(0, step);
        self
    }
}

/// A value that JSON cannot tell, and where in the value it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// Where.
    pub path: Path,
    /// Why.
    pub cause: EncodeCause,
}

/// Why a value cannot be told in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeCause {
    /// It is not known.
    #[error("an unknown value cannot be written as JSON")]
    Unknown,
    /// It is infinite.
    #[error("infinity cannot be written as JSON")]
    Infinite,
    /// It is not of the type.
    #[error("{0} is required")]
    Expected(&'static str),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        self.cause.fmt(f)
    }
}

impl std::error::Error for EncodeError {}

impl EncodeError {
    fn within(mut self, step: Step) -> Self {
        self.path.0.insert(0, step);
        self
    }
}

impl From<EncodeCause> for EncodeError {
    fn from(cause: EncodeCause) -> Self {
        Self {
            path: Path::root(),
            cause,
        }
    }
}

impl DynamicValue {
    /// The value, as msgpack of this type; what is sent to Terraform.
    pub fn encode(value: &Value, ty: &Type) -> Self {
        Self {
            msgpack: value.to_msgpack(ty),
            json: Vec::new(),
        }
    }

    /// The value, which must be of this type. One that was sent empty is null.
    pub fn decode(&self, ty: &Type) -> Result<Value, DecodeError> {
        if !self.msgpack.is_empty() {
            Value::from_msgpack(&self.msgpack, ty)
        } else if !self.json.is_empty() {
            Value::from_json(&self.json, ty)
        } else {
            Ok(Value::Null)
        }
    }

    /// Whether this is null, seen without its type.
    pub fn is_null(&self) -> bool {
        const NIL: u8 = 0xc0;
        match self.msgpack.as_slice() {
            [] => self.json.is_empty() || self.json.trim_ascii() == b"null",
            bytes => bytes == [NIL],
        }
    }
}

#[cfg(test)]
mod tests;
