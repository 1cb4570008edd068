//! Text, numbers, truth and anything.

use std::sync::Arc;

use plinth_protocol::{Number, Type, Value};

use super::Field;
use crate::DecodeError;
use crate::schema::{AttributeType, Canonical};

/// A value of any type, chosen by the user or the remote side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dynamic {
    /// The type it brought along.
    pub ty: Type,
    /// The value; may hold unknown values at plan.
    pub value: Value,
}

fn refuse(value: &Value, expected: &str) -> DecodeError {
    match value {
        Value::Null => DecodeError::new("is missing"),
        Value::Unknown(_) => DecodeError::new("is not known yet"),
        _ => DecodeError::expected(expected),
    }
}

impl Field for String {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::String)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(refuse(&other, "text")),
        }
    }

    fn encode(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Field for bool {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Bool)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Bool(truth) => Ok(truth),
            other => Err(refuse(&other, "true or false")),
        }
    }

    fn encode(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Field for Number {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Number)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Number(number) => Ok(number),
            other => Err(refuse(&other, "a number")),
        }
    }

    fn encode(&self) -> Value {
        Value::Number(self.clone())
    }
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Field for $ty {
            type Inner = Self;

            fn ty() -> AttributeType {
                AttributeType::Plain(Type::Number)
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                let number = Number::decode(value)?;
                number.as_i64().and_then(|whole| Self::try_from(whole).ok()).ok_or_else(|| {
                    DecodeError::new(format!(
                        "must be a whole number from {} to {}",
                        Self::MIN,
                        Self::MAX
                    ))
                })
            }

            fn encode(&self) -> Value {
                Value::Number(Number::from(i64::from(*self)))
            }
        }
    )*};
}

integers!(i64, i32, u8, u16, u32);

impl Field for f64 {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Number)
    }

    /// Only numbers that a double holds exactly, or whose shortest text is theirs: nothing
    /// is rounded behind the user's back.
    fn decode(value: Value) -> Result<Self, DecodeError> {
        let number = Number::decode(value)?;
        let float = number.as_f64();
        let exact = || (float.fract() == 0.0).then(|| format!("{float:.0}"));
        let texts = [Some(format!("{float:e}")), exact()];
        if texts
            .into_iter()
            .flatten()
            .any(|text| Number::parse(&text).as_ref() == Some(&number))
        {
            return Ok(float);
        }
        match Number::from_f64(float) {
            Some(again) if again == number => Ok(float),
            _ => Err(DecodeError::new(
                "has more digits than a 64-bit floating-point number holds",
            )),
        }
    }

    /// As decimal text: Terraform takes a large double for the integer that it is exactly,
    /// and 1e308 is another one.
    fn encode(&self) -> Value {
        let number = Number::parse(&format!("{self:e}")).or_else(|| Number::from_f64(*self));
        number.map_or(Value::Null, Value::Number)
    }

    /// The same double is the same number, however many digits it was written with.
    fn canonical() -> Option<Canonical> {
        Some(Arc::new(|value| match value {
            Value::Number(number) => {
                Number::from_f64(number.as_f64()).map_or_else(|| value.clone(), Value::Number)
            }
            other => other.clone(),
        }))
    }
}

impl Field for Dynamic {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Dynamic)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Dynamic(inner) => {
                let (ty, value) = *inner;
                Ok(Self { ty, value })
            }
            other => Err(refuse(&other, "a value with its type")),
        }
    }

    fn encode(&self) -> Value {
        Value::Dynamic(Box::new((self.ty.clone(), self.value.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(Number::parse(text).unwrap())
    }

    #[test]
    fn a_double_is_read_from_its_own_text_only() {
        for text in [
            "0.1",
            "1e308",
            "1180591620717411303424",
            "1.1805916207174113e21",
            "-0.5",
        ] {
            assert_eq!(
                f64::decode(number(text)),
                Ok(text.parse().unwrap()),
                "{text}"
            );
        }
        for text in ["0.12345678901234567890", "9007199254740993", "1e400"] {
            assert!(f64::decode(number(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_large_double_is_sent_as_text() {
        assert_eq!(1e308_f64.encode(), number("1e308"));
        assert_eq!(2_f64.encode(), number("2"));
    }

    #[test]
    fn digits_beyond_a_double_mean_nothing_to_it() {
        let canonical = f64::canonical().unwrap();
        let one = canonical(&number("1180591620717411303424"));
        assert_eq!(one, canonical(&number("1.1805916207174113e21")));
        assert_ne!(one, canonical(&number("1.1805916207174115e21")));
    }
}
