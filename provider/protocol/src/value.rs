//! Terraform's values.

use std::collections::BTreeMap;

use crate::{Number, Type};

/// A value as Terraform knows it: null, not known yet, or known.
///
/// A value does not know whether it is a list, a set or a tuple, or a map or an object: its
/// [`Type`] does, and codecs and comparisons are given it. Comparing with `==` therefore
/// takes the order of a set's elements for a difference; see [`Value::normalize`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No value.
    Null,
    /// A value not known before apply, with what is known of it already.
    Unknown(Option<Box<Refinements>>),
    /// True or false.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// Text.
    String(String),
    /// The elements of a list, set or tuple.
    List(Vec<Value>),
    /// The elements of a map, or the attributes of an object.
    Map(BTreeMap<String, Value>),
    /// A value of a `dynamic` attribute, with the type it brought along.
    Dynamic(Box<(Type, Value)>),
}

/// What is known of an unknown value (msgpack extension 12).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refinements {
    /// `Some(false)`: certainly not null.
    pub null: Option<bool>,
    /// The text begins with this.
    pub prefix: Option<String>,
    /// Least number, and whether it is possible itself.
    pub lower: Option<(Number, bool)>,
    /// Greatest number, and whether it is possible itself.
    pub upper: Option<(Number, bool)>,
    /// Least number of elements.
    pub min_length: Option<i64>,
    /// Greatest number of elements.
    pub max_length: Option<i64>,
}

impl Value {
    /// An unknown value of which nothing more is known.
    pub const UNKNOWN: Self = Self::Unknown(None);

    /// An object or map of these elements.
    pub fn map<N: Into<String>>(elements: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Map(
            elements
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this itself is unknown; its elements are not looked at.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether neither this nor anything in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(elements) => elements.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// The element of this name; `Null` where there is none.
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Self::Map(elements) => elements.get(name).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Brings the sets in a value of this type into one order, without duplicates, so that
    /// equal values compare equal.
    pub fn normalize(&mut self, ty: &Type) {
        match (self, ty) {
            (Self::List(elements), Type::Set(element)) => {
                for value in elements.iter_mut() {
                    value.normalize(element);
                }
                elements.sort();
                elements.dedup();
            }
            (Self::List(elements), Type::List(element)) => {
                for value in elements {
                    value.normalize(element);
                }
            }
            (Self::List(elements), Type::Tuple(types)) => {
                elements
                    .iter_mut()
                    .zip(types)
                    .for_each(|(value, ty)| value.normalize(ty));
            }
            (Self::Map(elements), Type::Map(element)) => {
                for value in elements.values_mut() {
                    value.normalize(element);
                }
            }
            (Self::Map(elements), Type::Object(types)) => {
                for (name, value) in elements {
                    if let Some(ty) = types.get(name) {
                        value.normalize(ty);
                    }
                }
            }
            (Self::Dynamic(inner), _) => {
                let (ty, value) = inner.as_mut();
                value.normalize(ty);
            }
            _ => {}
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::List(value)
    }
}

/// A value as it came over the wire, not decoded yet: only its type tells how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DynamicValue {
    /// Encoded as msgpack, which is what callers send.
    pub msgpack: Vec<u8>,
    /// Encoded as JSON.
    pub json: Vec<u8>,
}
