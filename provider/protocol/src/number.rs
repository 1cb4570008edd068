//! Numbers of any size, never rounded.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Greatest power of ten, either way, that [`Number::parse`] accepts.
///
/// Terraform's own numbers end near 10^646,456,993; anything beyond is not a number to it.
const MAX_EXPONENT: i64 = 1_000_000_000;

/// A number, kept as it was written.
///
/// Terraform's numbers are 512-bit floats that arrive as an integer, a double or decimal
/// text; whichever it was goes back unchanged. Two numbers are equal when their values are,
/// where a double with a fraction stands for its shortest decimal text (0.1 is 0.1).
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    Int(i64),
    Uint(u64),
    /// Never NaN.
    Float(f64),
    /// Follows JSON's grammar of numbers.
    Decimal(Box<str>),
}

/// How a number was written, for codecs that write it again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Written<'a> {
    Int(i64),
    Uint(u64),
    Float(f64),
    Decimal(&'a str),
}

impl Number {
    /// A double; `None` for NaN, which is not a number.
    pub fn from_f64(value: f64) -> Option<Self> {
        (!value.is_nan()).then_some(Self(Repr::Float(value)))
    }

    /// Decimal text: an optional sign, digits, an optional fraction and exponent.
    ///
    /// `None` for anything else, and for exponents beyond ±1,000,000,000. Takes time and
    /// memory in proportion to the text, whatever the exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = Parts::of(text)?;
        if parts.is_json() {
            let signed = text.strip_prefix('+').unwrap_or(text);
            if signed != "-0"
                && let Ok(value) = signed.parse::<i64>()
            {
                return Some(Self(Repr::Int(value)));
            }
            return Some(Self(Repr::Decimal(signed.into())));
        }
        let sign = if parts.negative { "-" } else { "" };
        let whole = match parts.whole.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        let fraction = if parts.fraction.is_empty() {
            "0"
        } else {
            parts.fraction
        };
        let text = format!("{sign}{whole}.{fraction}e{}", parts.exponent);
        Some(Self(Repr::Decimal(text.into())))
    }

    /// The value, if it is an integer of this size exactly.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(value) => Some(*value),
            _ => self.as_integer().and_then(|value| value.try_into().ok()),
        }
    }

    /// The value, if it is an integer of this size exactly.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Uint(value) => Some(*value),
            _ => self.as_integer().and_then(|value| value.try_into().ok()),
        }
    }

    /// The nearest double; infinite when there is none near.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest double is what is asked for"
    )]
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(value) => *value as f64,
            Repr::Uint(value) => *value as f64,
            Repr::Float(value) => *value,
            Repr::Decimal(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// Whether this is a number proper, not infinity.
    pub fn is_finite(&self) -> bool {
        !matches!(self.0, Repr::Float(value) if value.is_infinite())
    }

    pub(crate) fn written(&self) -> Written<'_> {
        match &self.0 {
            Repr::Int(value) => Written::Int(*value),
            Repr::Uint(value) => Written::Uint(*value),
            Repr::Float(value) => Written::Float(*value),
            Repr::Decimal(text) => Written::Decimal(text),
        }
    }

    /// The value as an integer of at most 20 digits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked before"
    )]
    fn as_integer(&self) -> Option<i128> {
        match &self.0 {
            Repr::Int(value) => Some((*value).into()),
            Repr::Uint(value) => Some((*value).into()),
            Repr::Float(value) => {
                (value.fract() == 0.0 && value.abs() < 1e20).then_some(*value as i128)
            }
            Repr::Decimal(text) => Canonical::of_text(text).as_integer(),
        }
    }

    fn canonical(&self) -> Canonical {
        match &self.0 {
            Repr::Float(value) if value.is_infinite() => Canonical {
                sign: if *value < 0.0 { -2 } else { 2 },
                exponent: 0,
                digits: vec![],
            },
            Repr::Decimal(text) => Canonical::of_text(text),
            Repr::Float(value) => match self.as_integer() {
                Some(value) => Canonical::of_text(&value.to_string()),
                None => Canonical::of_text(&format!("{value:e}")),
            },
            Repr::Int(value) => Canonical::of_text(&value.to_string()),
            Repr::Uint(value) => Canonical::of_text(&value.to_string()),
        }
    }
}

/// Decimal text taken apart.
struct Parts<'a> {
    plus: bool,
    negative: bool,
    whole: &'a str,
    point: bool,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (plus, negative, rest) = match text.as_bytes().first()? {
            b'-' => (false, true, &text[1..]),
            b'+' => (true, false, &text[1..]),
            _ => (false, false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, point, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, true, fraction),
            None => (mantissa, false, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        Some(Self {
            plus,
            negative,
            whole,
            point,
            fraction,
            exponent,
        })
    }

    fn is_json(&self) -> bool {
        let whole = self.whole == "0" || !self.whole.is_empty() && !self.whole.starts_with('0');
        whole && !self.plus && self.point != self.fraction.is_empty()
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Any number of leading zeros is allowed; parsing them costs no more than reading them.
    let value: i64 = digits.parse().ok()?;
    (value <= MAX_EXPONENT).then_some(if text.starts_with('-') { -value } else { value })
}

/// A value written in the one way in which equal values look the same:
/// sign × 0.digits × 10^exponent, without zeros at either end of the digits.
#[derive(PartialEq, Eq, Hash)]
struct Canonical {
    /// -2 and 2 are the infinities.
    sign: i8,
    exponent: i64,
    digits: Vec<u8>,
}

impl Canonical {
    fn of_text(text: &str) -> Self {
        let zero = Self {
            sign: 0,
            exponent: 0,
            digits: Vec::new(),
        };
        let Some(parts) = Parts::of(text) else {
            return zero;
        };
        let all = || parts.whole.bytes().chain(parts.fraction.bytes());
        let leading = all().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all().skip(leading).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return zero;
        }
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            sign: if parts.negative { -1 } else { 1 },
            exponent: parts.exponent + count(parts.whole.len()) - count(leading),
            digits,
        }
    }

    fn as_integer(&self) -> Option<i128> {
        if self.sign == 0 {
            return Some(0);
        }
        let exponent = usize::try_from(self.exponent).ok()?;
        if self.sign.abs() == 2 || exponent > 20 || self.digits.len() > exponent {
            return None;
        }
        let zeros = std::iter::repeat_n(&b'0', exponent - self.digits.len());
        let value = self
            .digits
            .iter()
            .chain(zeros)
            .fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
        Some(value * i128::from(self.sign))
    }
}

impl Ord for Canonical {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.sign.cmp(&other.sign);
        if by_sign.is_ne() {
            return by_sign;
        }
        // Digits compare as text because they stand behind the point.
        let by_size = self
            .exponent
            .cmp(&other.exponent)
            .then_with(|| self.digits.cmp(&other.digits));
        if self.sign < 0 {
            by_size.reverse()
        } else {
            by_size
        }
    }
}

impl PartialOrd for Canonical {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.as_integer(), other.as_integer()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => self.canonical().cmp(&other.canonical()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_integer() {
            Some(value) => value.hash(state),
            None => self.canonical().hash(state),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value) => value.fmt(f),
            Repr::Uint(value) => value.fmt(f),
            // A large double's own digits are not those of the integer it is.
            Repr::Float(value) => match self.as_integer() {
                Some(value) => value.fmt(f),
                None => value.fmt(f),
            },
            Repr::Decimal(text) => text.fmt(f),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! from_integer {
    ($($from:ty => $repr:ident,)*) => {
        $(impl From<$from> for Number {
            fn from(value: $from) -> Self {
                Self(Repr::$repr(value.into()))
            }
        })*
    };
}

from_integer! {
    i8 => Int,
    i16 => Int,
    i32 => Int,
    i64 => Int,
    u8 => Int,
    u16 => Int,
    u32 => Int,
    u64 => Uint,
}

#[cfg(test)]
mod tests;
