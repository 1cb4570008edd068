//! Reading.

use std::collections::BTreeMap;

use super::{REFINED, index, noun, refinement};
use crate::codec::{DecodeCause, DecodeError};
use crate::{Number, Refinements, Step, Type, Value};

/// Most elements for which room is made on the word of a length alone.
const MAX_RESERVED: usize = 1024;

/// Longest body of an extension, in bytes, whose refinements are looked at.
const MAX_REFINEMENTS: usize = 1024;

/// Takes values off the front of a buffer.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// What a marker announces; lengths are not checked against the buffer yet.
enum Token<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Text or binary.
    Bytes(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension(i8, &'a [u8]),
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// A value of this type, with at most `depth` levels in it.
    pub(super) fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(DecodeCause::TooDeep.into());
        };
        let expected = || DecodeError::from(DecodeCause::Expected(noun(ty)));
        match (self.token()?, ty) {
            (Token::Nil, _) => Ok(Value::Null),
            (Token::Extension(REFINED, body), ty)
                if body.len() <= MAX_REFINEMENTS && *ty != Type::Dynamic =>
            {
                Ok(Value::Unknown(
                    Reader::new(body).refinements()?.map(Box::new),
                ))
            }
            (Token::Extension(..), _) => Ok(Value::UNKNOWN),
            (Token::Bool(value), Type::Bool) => Ok(Value::Bool(value)),
            (Token::Bytes(bytes), Type::String) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Value::String(text.to_owned())),
                Err(_) => Err(DecodeCause::Expected("a string of valid UTF-8").into()),
            },
            (token, Type::Number) => token.number().map(Value::Number).ok_or_else(expected),
            (Token::Array(2), Type::Dynamic) => self.dynamic(depth),
            (Token::Array(length), Type::List(ty) | Type::Set(ty)) => {
                let mut elements = Vec::with_capacity(self.reserve(length));
                for i in 0..length {
                    let element = self.value(ty, depth);
                    elements.push(element.map_err(|error| error.within(index(i)))?);
                }
                Ok(Value::List(elements))
            }
            (Token::Array(found), Type::Tuple(types)) => {
                let expected = types.len();
                if found != expected {
                    return Err(DecodeCause::TupleLength { expected, found }.into());
                }
                let mut elements = Vec::with_capacity(expected);
                for (i, ty) in types.iter().enumerate() {
                    let element = self.value(ty, depth);
                    elements.push(element.map_err(|error| error.within(index(i)))?);
                }
                Ok(Value::List(elements))
            }
            (Token::Map(length), Type::Map(ty)) => self.map(length, ty, depth),
            (Token::Map(length), Type::Object(types)) => self.object(length, types, depth),
            _ => Err(expected()),
        }
    }

    fn map(&mut self, length: usize, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        let mut map = BTreeMap::new();
        for _ in 0..length {
            let key = self.key()?;
            if map.contains_key(key) {
                let error = DecodeError::from(DecodeCause::DuplicateKey);
                return Err(error.within(Step::Key(key.to_owned())));
            }
            match self.value(ty, depth) {
                Ok(value) => map.insert(key.to_owned(), value),
                Err(error) => return Err(error.within(Step::Key(key.to_owned()))),
            };
        }
        Ok(Value::Map(map))
    }

    fn object(
        &mut self,
        found: usize,
        types: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let expected = types.len();
        if found != expected {
            return Err(DecodeCause::AttributeCount { expected, found }.into());
        }
        // Collected first and sorted by the map's own bulk construction, which is quicker
        // than one insertion after another; the count bounds the room to be made.
        let mut attributes = Vec::with_capacity(expected);
        for _ in 0..found {
            let name = self.key()?;
            let Some(ty) = types.get(name) else {
                let error = DecodeError::from(DecodeCause::UnknownAttribute);
                return Err(error.within(Step::Attribute(name.to_owned())));
            };
            match self.value(ty, depth) {
                Ok(value) => attributes.push((name.to_owned(), value)),
                Err(error) => return Err(error.within(Step::Attribute(name.to_owned()))),
            }
        }
        let attributes: BTreeMap<_, _> = attributes.into_iter().collect();
        // As many names as the type has, all of them known: fewer are left when one was
        // there twice.
        let found = attributes.len();
        if found != expected {
            return Err(DecodeCause::AttributeCount { expected, found }.into());
        }
        Ok(Value::Map(attributes))
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let Token::Bytes(json) = self.token()? else {
            return Err(DecodeCause::Type("its JSON is required").into());
        };
        let ty = Type::from_json(json)?;
        let value = self.value(&ty, depth)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn refinements(&mut self) -> Result<Option<Refinements>, DecodeCause> {
        const EXPECTED: DecodeCause = DecodeCause::Expected("a map of refinements");
        let Token::Map(length) = self.token()? else {
            return Err(EXPECTED);
        };
        let mut refinements = Refinements::default();
        for _ in 0..length {
            let key = match self.token()? {
                Token::Int(key) => u64::try_from(key).unwrap_or(0),
                Token::Uint(key) => key,
                _ => return Err(EXPECTED),
            };
            match (key, self.token()?) {
                (refinement::NULL, Token::Bool(null)) => refinements.null = Some(null),
                (refinement::PREFIX, Token::Bytes(bytes)) => {
                    // A prefix may be cut within a character; that character is unknown.
                    let text = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
                    refinements.prefix = Some(text.to_owned());
                }
                (refinement::LOWER, Token::Array(2)) => {
                    refinements.lower = Some(self.bound()?);
                }
                (refinement::UPPER, Token::Array(2)) => {
                    refinements.upper = Some(self.bound()?);
                }
                (refinement::MIN_LENGTH, token) => {
                    refinements.min_length = Some(token.length().ok_or(EXPECTED)?);
                }
                (refinement::MAX_LENGTH, token) => {
                    refinements.max_length = Some(token.length().ok_or(EXPECTED)?);
                }
                (refinement::NULL..=refinement::UPPER, _) => return Err(EXPECTED),
                (_, token) => self.skip(&token)?,
            }
        }
        Ok((refinements != Refinements::default()).then_some(refinements))
    }

    fn bound(&mut self) -> Result<(Number, bool), DecodeCause> {
        const EXPECTED: DecodeCause = DecodeCause::Expected("a number and whether it is included");
        let number = self.token()?.number().ok_or(EXPECTED)?;
        let Token::Bool(inclusive) = self.token()? else {
            return Err(EXPECTED);
        };
        Ok((number, inclusive))
    }

    /// Passes over what is in a collection whose head was taken already, without recursion.
    fn skip(&mut self, head: &Token<'_>) -> Result<(), DecodeCause> {
        let mut left = head.children();
        while left > 0 {
            left = (left - 1).saturating_add(self.token()?.children());
        }
        Ok(())
    }

    fn key(&mut self) -> Result<&'a str, DecodeError> {
        let Token::Bytes(bytes) = self.token()? else {
            return Err(DecodeCause::Expected("a string as key").into());
        };
        std::str::from_utf8(bytes).map_err(|_| DecodeCause::Expected("a key of valid UTF-8").into())
    }

    /// For how many announced elements room is made: each takes at least one byte of what
    /// is left, and no more than a page is given on trust.
    fn reserve(&self, length: usize) -> usize {
        length.min(self.rest.len()).min(MAX_RESERVED)
    }

    fn token(&mut self) -> Result<Token<'a>, DecodeCause> {
        let [marker] = self.take_array()?;
        Ok(match marker {
            0x00..=0x7f => Token::Int(marker.into()),
            0x80..=0x8f => Token::Map((marker & 0x0f).into()),
            0x90..=0x9f => Token::Array((marker & 0x0f).into()),
            0xa0..=0xbf => Token::Bytes(self.take((marker & 0x1f).into())?),
            0xc0 => Token::Nil,
            0xc1 => return Err(DecodeCause::Expected("a valid marker")),
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4 | 0xd9 => Token::Bytes(self.take_sized::<1>()?),
            0xc5 | 0xda => Token::Bytes(self.take_sized::<2>()?),
            0xc6 | 0xdb => Token::Bytes(self.take_sized::<4>()?),
            0xc7 => self.extension::<1>()?,
            0xc8 => self.extension::<2>()?,
            0xc9 => self.extension::<4>()?,
            0xca => Token::Float(f32::from_be_bytes(self.take_array()?).into()),
            0xcb => Token::Float(f64::from_be_bytes(self.take_array()?)),
            0xcc => Token::Uint(u8::from_be_bytes(self.take_array()?).into()),
            0xcd => Token::Uint(u16::from_be_bytes(self.take_array()?).into()),
            0xce => Token::Uint(u32::from_be_bytes(self.take_array()?).into()),
            0xcf => Token::Uint(u64::from_be_bytes(self.take_array()?)),
            0xd0 => Token::Int(i8::from_be_bytes(self.take_array()?).into()),
            0xd1 => Token::Int(i16::from_be_bytes(self.take_array()?).into()),
            0xd2 => Token::Int(i32::from_be_bytes(self.take_array()?).into()),
            0xd3 => Token::Int(i64::from_be_bytes(self.take_array()?)),
            0xd4..=0xd8 => {
                let code = i8::from_be_bytes(self.take_array()?);
                Token::Extension(code, self.take(1 << (marker - 0xd4))?)
            }
            0xdc => Token::Array(self.length::<2>()?),
            0xdd => Token::Array(self.length::<4>()?),
            0xde => Token::Map(self.length::<2>()?),
            0xdf => Token::Map(self.length::<4>()?),
            0xe0..=0xff => Token::Int(i8::from_be_bytes([marker]).into()),
        })
    }

    fn extension<const N: usize>(&mut self) -> Result<Token<'a>, DecodeCause> {
        let length = self.length::<N>()?;
        let code = i8::from_be_bytes(self.take_array()?);
        Ok(Token::Extension(code, self.take(length)?))
    }

    fn take_sized<const N: usize>(&mut self) -> Result<&'a [u8], DecodeCause> {
        let length = self.length::<N>()?;
        self.take(length)
    }

    fn length<const N: usize>(&mut self) -> Result<usize, DecodeCause> {
        let bytes: [u8; N] = self.take_array()?;
        Ok(bytes
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeCause> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(DecodeCause::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], DecodeCause> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(DecodeCause::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }
}

impl Token<'_> {
    fn number(&self) -> Option<Number> {
        match self {
            Self::Int(value) => Some(Number::from(*value)),
            Self::Uint(value) => Some(Number::from(*value)),
            Self::Float(value) => Number::from_f64(*value),
            Self::Bytes(text) => Number::parse(std::str::from_utf8(text).ok()?),
            _ => None,
        }
    }

    fn length(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Uint(value) => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// How many values follow that belong to this one.
    fn children(&self) -> usize {
        match self {
            Self::Array(length) => *length,
            Self::Map(length) => length.saturating_mul(2),
            _ => 0,
        }
    }
}
