//! Values as plain JSON, as state files have them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{DecodeCause, DecodeError, EncodeCause, EncodeError, MAX_DEPTH};
use crate::{Number, Path, Step, Type, Value};

impl Value {
    /// The value as plain JSON. An unknown or infinite value cannot be told in JSON; nor is
    /// a value written that is not of the type.
    pub fn to_json(&self, ty: &Type) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        write(self, ty, &mut out)?;
        Ok(out)
    }

    /// The value that plain JSON tells. Attributes that are missing are null, since an older
    /// version of a schema may have had fewer; attributes the type lacks are an error.
    pub fn from_json(json: &[u8], ty: &Type) -> Result<Self, DecodeError> {
        Reader {
            lenient: false,
            ignored: Vec::new(),
        }
        .read_document(json, ty)
    }

    /// Like [`Value::from_json`], for states written by older schemas: also passes over
    /// attributes that the type lacks and returns their paths, and takes a number or bool
    /// for text, or text for a number or bool, as Terraform's own conversions do.
    pub fn from_json_lenient(json: &[u8], ty: &Type) -> Result<(Self, Vec<Path>), DecodeError> {
        let mut reader = Reader {
            lenient: true,
            ignored: Vec::new(),
        };
        let value = reader.read_document(json, ty)?;
        Ok((value, reader.ignored))
    }
}

/// Parses JSON text; deep nesting and garbage are errors without the text in them.
pub(super) fn parse(json: &[u8]) -> Result<Json, DecodeCause> {
    serde_json::from_slice(json).map_err(|error| DecodeCause::Json {
        line: error.line(),
        column: error.column(),
    })
}

/// Writes text with quotes and escapes.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn write(value: &Value, ty: &Type, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match (value, ty) {
        (Value::Null, _) => out.extend_from_slice(b"null"),
        (Value::Unknown(_), _) => return Err(EncodeCause::Unknown.into()),
        (Value::Bool(value), Type::Bool) => out.extend_from_slice(value.to_string().as_bytes()),
        (Value::Number(value), Type::Number) if !value.is_finite() => {
            return Err(EncodeCause::Infinite.into());
        }
        (Value::Number(value), Type::Number) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
        (Value::String(text), Type::String) => write_string(text, out),
        (Value::List(elements), Type::List(ty) | Type::Set(ty)) => {
            write_array(elements.iter().map(|element| (element, ty.as_ref())), out)?;
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            write_array(elements.iter().zip(types), out)?;
        }
        (Value::Map(elements), Type::Map(ty)) => {
            let elements = elements
                .iter()
                .map(|(key, value)| (key, value, ty.as_ref()));
            write_object(elements, Step::Key, out)?;
        }
        (Value::Map(elements), Type::Object(types)) => {
            if let Some(name) = elements.keys().find(|name| !types.contains_key(*name)) {
                let error = EncodeError::from(EncodeCause::Expected("a known attribute"));
                return Err(error.within(Step::Attribute(name.clone())));
            }
            let attributes = types.iter().map(|(name, ty)| (name, value.get(name), ty));
            write_object(attributes, Step::Attribute, out)?;
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            out.extend_from_slice(b"{\"value\":");
            write(&inner.1, &inner.0, out)?;
            out.extend_from_slice(b",\"type\":");
            inner.0.write_json(out);
            out.push(b'}');
        }
        _ => return Err(EncodeCause::Expected(super::msgpack::noun(ty)).into()),
    }
    Ok(())
}

fn write_array<'a>(
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.push(b'[');
    for (i, (value, ty)) in elements.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(value, ty, out).map_err(|error| error.within(super::msgpack::index(i)))?;
    }
    out.push(b']');
    Ok(())
}

fn write_object<'a>(
    elements: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    step: fn(String) -> Step,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.push(b'{');
    for (i, (name, value, ty)) in elements.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write(value, ty, out).map_err(|error| error.within(step(name.clone())))?;
    }
    out.push(b'}');
    Ok(())
}

struct Reader {
    lenient: bool,
    ignored: Vec<Path>,
}

impl Reader {
    fn read_document(&mut self, json: &[u8], ty: &Type) -> Result<Value, DecodeError> {
        self.read(parse(json)?, ty, MAX_DEPTH)
    }

    fn read(&mut self, json: Json, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(DecodeCause::TooDeep.into());
        };
        match (json, ty) {
            (Json::Null, _) => Ok(Value::Null),
            (json, Type::Dynamic) => self.read_dynamic(json, depth),
            (Json::Bool(value), Type::Bool) => Ok(Value::Bool(value)),
            (Json::String(text), Type::String) => Ok(Value::String(text)),
            (Json::Number(number), Type::Number) => read_number(number.as_str()),
            (Json::Array(elements), Type::List(ty) | Type::Set(ty)) => {
                let elements = elements.into_iter().map(|json| (json, ty.as_ref()));
                self.read_elements(elements, depth)
            }
            (Json::Array(elements), Type::Tuple(types)) => {
                let (expected, found) = (types.len(), elements.len());
                if found != expected {
                    return Err(DecodeCause::TupleLength { expected, found }.into());
                }
                self.read_elements(elements.into_iter().zip(types), depth)
            }
            (Json::Object(elements), Type::Map(ty)) => {
                let mut map = BTreeMap::new();
                for (key, json) in elements {
                    match self.read_below(json, ty, depth, || Step::Key(key.clone())) {
                        Ok(value) => map.insert(key, value),
                        Err(error) => return Err(error.within(Step::Key(key))),
                    };
                }
                Ok(Value::Map(map))
            }
            (Json::Object(attributes), Type::Object(types)) => {
                self.read_object(attributes, types, depth)
            }
            (json, ty) if self.lenient => convert(&json, ty),
            (_, ty) => Err(DecodeCause::Expected(super::msgpack::noun(ty)).into()),
        }
    }

    /// Reads an element; what is ignored in it gets the step before its path.
    fn read_below(
        &mut self,
        json: Json,
        ty: &Type,
        depth: usize,
        step: impl Fn() -> Step,
    ) -> Result<Value, DecodeError> {
        let before = self.ignored.len();
        let value = self.read(json, ty, depth)?;
        for path in &mut self.ignored[before..] {
            path.0.insert(0, step());
        }
        Ok(value)
    }

    fn read_elements<'a>(
        &mut self,
        elements: impl Iterator<Item = (Json, &'a Type)>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let mut list = Vec::with_capacity(elements.size_hint().0);
        for (i, (json, ty)) in elements.enumerate() {
            let step = || super::msgpack::index(i);
            let value = self.read_below(json, ty, depth, step);
            list.push(value.map_err(|error| error.within(step()))?);
        }
        Ok(Value::List(list))
    }

    fn read_object(
        &mut self,
        attributes: serde_json::Map<String, Json>,
        types: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let mut map = BTreeMap::new();
        for (name, json) in attributes {
            let Some(ty) = types.get(&name) else {
                let step = Step::Attribute(name);
                if self.lenient {
                    self.ignored.push(Path(vec![step]));
                    continue;
                }
                return Err(DecodeError::from(DecodeCause::UnknownAttribute).within(step));
            };
            match self.read_below(json, ty, depth, || Step::Attribute(name.clone())) {
                Ok(value) => map.insert(name, value),
                Err(error) => return Err(error.within(Step::Attribute(name))),
            };
        }
        if map.len() < types.len() {
            for name in types.keys() {
                if !map.contains_key(name) {
                    map.insert(name.clone(), Value::Null);
                }
            }
        }
        Ok(Value::Map(map))
    }

    fn read_dynamic(&mut self, json: Json, depth: usize) -> Result<Value, DecodeError> {
        const EXPECTED: DecodeCause = DecodeCause::Expected("an object of value and type");
        let Json::Object(mut parts) = json else {
            return Err(EXPECTED.into());
        };
        let (Some(value), Some(ty), 0) = (parts.remove("value"), parts.remove("type"), parts.len())
        else {
            return Err(EXPECTED.into());
        };
        let ty = Type::from_json_value(&ty)?;
        let value = self.read(value, &ty, depth)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }
}

fn read_number(text: &str) -> Result<Value, DecodeError> {
    Number::parse(text)
        .map(Value::Number)
        .ok_or_else(|| DecodeCause::Expected(super::msgpack::noun(&Type::Number)).into())
}

/// Terraform's conversions between primitives.
fn convert(json: &Json, ty: &Type) -> Result<Value, DecodeError> {
    match (json, ty) {
        (Json::Number(number), Type::String) => Ok(Value::String(number.to_string())),
        (Json::Bool(value), Type::String) => Ok(Value::String(value.to_string())),
        (Json::String(text), Type::Number) => read_number(text),
        (Json::String(text), Type::Bool) if text == "true" || text == "1" => Ok(Value::Bool(true)),
        (Json::String(text), Type::Bool) if text == "false" || text == "0" => {
            Ok(Value::Bool(false))
        }
        _ => Err(DecodeCause::Expected(super::msgpack::noun(ty)).into()),
    }
}
