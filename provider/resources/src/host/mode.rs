//! Permissions of files.

use std::sync::Arc;

use plinth_framework::schema::Canonical;
use plinth_framework::{AttributeType, DecodeError, Field, Value};

/// The permission bits of a file as octal text: `0644`; `644` means the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mode {
    text: String,
    bits: u32,
}

impl Mode {
    /// The permission bits, with set-user-id, set-group-id and the sticky bit.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// The usual spelling: four octal digits.
    pub(crate) fn from_bits(bits: u32) -> Self {
        let bits = bits & 0o7777;
        Self {
            text: format!("{bits:04o}"),
            bits,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let octal = (3..=4).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'0'..=b'7'));
        let bits = u32::from_str_radix(text, 8).ok().filter(|_| octal)?;
        Some(Self {
            text: text.to_owned(),
            bits,
        })
    }
}

impl From<&str> for Mode {
    /// For the defaults of schemas, which are octal.
    fn from(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| Self::from_bits(0))
    }
}

impl Field for Mode {
    type Inner = Self;

    fn ty() -> AttributeType {
        String::ty()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Self::parse(&String::decode(value)?)
            .ok_or_else(|| DecodeError::new("must be three or four octal digits, such as 0644"))
    }

    fn encode(&self) -> Value {
        Value::from(self.text.as_str())
    }

    fn canonical() -> Option<Canonical> {
        Some(Arc::new(|value| {
            let parsed = value.as_str().and_then(Self::parse);
            parsed.map_or_else(|| value.clone(), |mode| Self::from_bits(mode.bits).encode())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_three_or_four_octal_digits() {
        assert_eq!(Mode::decode(Value::from("644")).unwrap().bits(), 0o644);
        assert_eq!(Mode::decode(Value::from("4755")).unwrap().bits(), 0o4755);
        for wrong in ["", "64", "0o644", "0888", "rw-r--r--", "00644"] {
            assert!(Mode::decode(Value::from(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn with_or_without_a_leading_zero_it_is_the_same() {
        let canonical = Mode::canonical().unwrap();
        assert_eq!(
            canonical(&Value::from("644")),
            canonical(&Value::from("0644"))
        );
    }
}
