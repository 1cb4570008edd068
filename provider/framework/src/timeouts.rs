//! How long operations may take.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use plinth_protocol::{Number, Type, Value};

use crate::schema::{AttributeType, Canonical};
use crate::{DecodeError, Field, Model};

/// A length of time as a person writes it: `90s`, `10m`, `1h30m`.
///
/// `90s` and `1m30s` mean the same; the user's spelling is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct DurationText {
    text: String,
    duration: Duration,
}

impl DurationText {
    /// Reads `1h30m`, `90s`, `250ms` and the like.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be a duration such as 30s, 10m or 1h30m".to_owned();
        let mut rest = text;
        let mut millis: u64 = 0;
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at(digits);
            let letters = tail.len() - tail.trim_start_matches(char::is_alphabetic).len();
            let (unit, tail) = tail.split_at(letters);
            let unit_millis = match unit {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => return Err(wrong()),
            };
            let number: u64 = number.parse().map_err(|_| wrong())?;
            let part = number.checked_mul(unit_millis).ok_or_else(wrong)?;
            millis = millis.checked_add(part).ok_or_else(wrong)?;
            rest = tail;
        }
        if text.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            text: text.to_owned(),
            duration: Duration::from_millis(millis),
        })
    }

    /// The time itself.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl fmt::Debug for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Field for DurationText {
    type Inner = Self;

    fn ty() -> AttributeType {
        AttributeType::Plain(Type::String)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Self::parse(&String::decode(value)?).map_err(DecodeError::new)
    }

    fn encode(&self) -> Value {
        Value::String(self.text.clone())
    }

    fn canonical() -> Option<Canonical> {
        Some(Arc::new(|value| match value {
            Value::String(text) => Self::parse(text).map_or_else(
                |_| value.clone(),
                |parsed| {
                    let millis = u64::try_from(parsed.duration.as_millis()).unwrap_or(u64::MAX);
                    Value::Number(Number::from(millis))
                },
            ),
            other => other.clone(),
        }))
    }
}

/// The `timeouts` attribute: how long each operation of this object may take.
///
/// A model with a field `timeouts: Option<Timeouts>` needs to do nothing about it: the
/// deadline of [`Context::scope`](crate::Context::scope) comes from it.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For creating it, such as `10m`.
    pub create: Option<DurationText>,
    /// For reading it.
    pub read: Option<DurationText>,
    /// For changing it.
    pub update: Option<DurationText>,
    /// For deleting it.
    pub delete: Option<DurationText>,
}

/// What a configuration or state sets for an operation.
pub(crate) fn timeout(object: &Value, operation: &str) -> Option<Duration> {
    let text = object.get("timeouts").get(operation).as_str()?;
    DurationText::parse(text).ok().map(|parsed| parsed.duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_part_by_part() {
        let millis = |text| DurationText::parse(text).map(|d| d.duration().as_millis());
        assert_eq!(millis("1h30m"), Ok(5_400_000));
        assert_eq!(millis("250ms"), Ok(250));
        for wrong in [
            "",
            "10",
            "m",
            "1d",
            "1.5h",
            "-1s",
            "1h 2m",
            "99999999999999999999h",
        ] {
            assert!(millis(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spellings_of_one_duration_have_one_canonical_form() {
        let canonical = DurationText::canonical().unwrap();
        assert_eq!(
            canonical(&Value::from("90s")),
            canonical(&Value::from("1m30s"))
        );
        assert_ne!(
            canonical(&Value::from("90s")),
            canonical(&Value::from("91s"))
        );
    }
}
