//! Null, unknown, computed.

use plinth_protocol::Value;

use super::Field;
use crate::DecodeError;
use crate::schema::{AttributeType, Canonical, Presence};

/// An attribute that the provider sets.
///
/// A plan keeps what the state has; only on create, or for a volatile attribute when
/// something changes, it is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Computed<T> {
    /// To be set by `create` or `update`.
    #[default]
    Unknown,
    /// There is none.
    Null,
    /// It is this.
    Known(T),
}

/// A value of the configuration that may be missing or not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Maybe<T> {
    /// Not set.
    #[default]
    Null,
    /// Set, but known only at apply.
    Unknown,
    /// It is this.
    Known(T),
}

impl<T> Computed<T> {
    /// The value, where there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Null => None,
        }
    }

    /// The value, where there is one.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Null => None,
        }
    }

    /// Whether it is still to be set.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl<T> From<T> for Computed<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Computed<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T> From<Option<T>> for Computed<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T> Maybe<T> {
    /// The value, where it is set and known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, where it is set and known.
    pub fn as_known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether it is not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether it is not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T: Field> Field for Option<T> {
    type Inner = T::Inner;
    const PRESENCE: Presence = Presence::Optional;
    const SENSITIVE: bool = T::SENSITIVE;

    fn ty() -> AttributeType {
        T::ty()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(None),
            value => T::decode(value).map(Some),
        }
    }

    fn encode(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::encode)
    }

    fn canonical() -> Option<Canonical> {
        T::canonical()
    }
}

/// What may be null or unknown is told apart in the same way, whoever sets it.
macro_rules! three_valued {
    ($ty:ident, $presence:expr) => {
        impl<T: Field> Field for $ty<T> {
            type Inner = T::Inner;
            const PRESENCE: Presence = $presence;
            const SENSITIVE: bool = T::SENSITIVE;

            fn ty() -> AttributeType {
                T::ty()
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                match value {
                    Value::Null => Ok(Self::Null),
                    Value::Unknown(_) => Ok(Self::Unknown),
                    value => T::decode(value).map(Self::Known),
                }
            }

            fn encode(&self) -> Value {
                match self {
                    Self::Unknown => Value::UNKNOWN,
                    Self::Null => Value::Null,
                    Self::Known(value) => value.encode(),
                }
            }

            fn canonical() -> Option<Canonical> {
                T::canonical()
            }
        }
    };
}

three_valued!(Computed, Presence::Computed);
three_valued!(Maybe, Presence::Optional);
