//! Values as msgpack, as they go over the wire.
//!
//! Null is nil, unknown is an extension; objects are maps with every attribute, a `dynamic`
//! value is an array of its type (JSON as binary) and the value.

mod read;
mod write;

use super::{DecodeCause, DecodeError};
use crate::{Step, Type, Value};

/// Extension of an unknown value with refinements; any other extension is one without.
const REFINED: i8 = 12;

/// Keys of the refinements.
mod refinement {
    pub(super) const NULL: u64 = 1;
    pub(super) const PREFIX: u64 = 2;
    pub(super) const LOWER: u64 = 3;
    pub(super) const UPPER: u64 = 4;
    pub(super) const MIN_LENGTH: u64 = 5;
    pub(super) const MAX_LENGTH: u64 = 6;
}

impl Value {
    /// The value as msgpack.
    ///
    /// A value that is not of the type is written as what it is, extra attributes included:
    /// the receiver then names the mistake. Missing attributes are written as null.
    pub fn to_msgpack(&self, ty: &Type) -> Vec<u8> {
        let mut out = Vec::new();
        write::value(self, ty, &mut out);
        out
    }

    /// The value that msgpack tells. Objects must have every attribute of the type and no
    /// other.
    pub fn from_msgpack(bytes: &[u8], ty: &Type) -> Result<Self, DecodeError> {
        let mut reader = read::Reader::new(bytes);
        let value = reader.value(ty, super::MAX_DEPTH)?;
        if reader.is_empty() {
            Ok(value)
        } else {
            Err(DecodeCause::Trailing.into())
        }
    }
}

/// What a value of this type is called in an error.
pub(super) fn noun(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) => "an object",
    }
}

/// The step to an element of a list, set or tuple.
pub(super) fn index(i: usize) -> Step {
    Step::Index(i64::try_from(i).unwrap_or(i64::MAX))
}
