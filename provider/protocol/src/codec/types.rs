//! Types, as the JSON in which schemas and `dynamic` values carry them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{DecodeCause, MAX_DEPTH};
use crate::Type;

impl Type {
    /// The type as compact JSON, such as `["list","string"]`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_json(&mut out);
        out
    }

    /// The type that compact JSON tells.
    ///
    /// The third element of an object, the names of its optional attributes, is accepted
    /// and dropped: values always have every attribute.
    pub fn from_json(json: &[u8]) -> Result<Self, DecodeCause> {
        Self::from_json_value(&super::json::parse(json)?)
    }

    pub(super) fn from_json_value(json: &Json) -> Result<Self, DecodeCause> {
        from_json_value(json, MAX_DEPTH)
    }

    pub(super) fn write_json(&self, out: &mut Vec<u8>) {
        let name = match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Dynamic => "dynamic",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "map",
            Self::Tuple(_) => "tuple",
            Self::Object(_) => "object",
        };
        let is_primitive = matches!(
            self,
            Self::String | Self::Number | Self::Bool | Self::Dynamic
        );
        out.extend_from_slice(if is_primitive { b"\"" } else { b"[\"" });
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
        match self {
            Self::String | Self::Number | Self::Bool | Self::Dynamic => return,
            Self::List(element) | Self::Set(element) | Self::Map(element) => {
                out.push(b',');
                element.write_json(out);
            }
            Self::Tuple(elements) => {
                out.extend_from_slice(b",[");
                for (i, element) in elements.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    element.write_json(out);
                }
                out.push(b']');
            }
            Self::Object(attributes) => {
                out.extend_from_slice(b",{");
                for (i, (name, ty)) in attributes.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    super::json::write_string(name, out);
                    out.push(b':');
                    ty.write_json(out);
                }
                out.push(b'}');
            }
        }
        out.push(b']');
    }
}

fn from_json_value(json: &Json, depth: usize) -> Result<Type, DecodeCause> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(DecodeCause::TooDeep);
    };
    let (kind, argument) = match json {
        Json::String(name) => return primitive(name),
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), argument] => (kind.as_str(), argument),
            [Json::String(kind), argument, Json::Array(_)] if kind == "object" => {
                ("object", argument)
            }
            _ => return Err(DecodeCause::Type("a kind and its elements are required")),
        },
        _ => return Err(DecodeCause::Type("a name or an array is required")),
    };
    let element = || from_json_value(argument, depth).map(Box::new);
    match (kind, argument) {
        ("list", _) => Ok(Type::List(element()?)),
        ("set", _) => Ok(Type::Set(element()?)),
        ("map", _) => Ok(Type::Map(element()?)),
        ("tuple", Json::Array(elements)) => {
            let elements = elements.iter().map(|ty| from_json_value(ty, depth));
            Ok(Type::Tuple(elements.collect::<Result<_, _>>()?))
        }
        ("object", Json::Object(attributes)) => {
            let attributes = attributes
                .iter()
                .map(|(name, ty)| Ok((name.clone(), from_json_value(ty, depth)?)))
                .collect::<Result<BTreeMap<_, _>, DecodeCause>>()?;
            Ok(Type::Object(attributes))
        }
        ("tuple" | "object", _) => Err(DecodeCause::Type("the elements are missing")),
        _ => Err(DecodeCause::Type("the kind is not known")),
    }
}

fn primitive(name: &str) -> Result<Type, DecodeCause> {
    match name {
        "string" => Ok(Type::String),
        "number" => Ok(Type::Number),
        "bool" => Ok(Type::Bool),
        "dynamic" => Ok(Type::Dynamic),
        _ => Err(DecodeCause::Type("the name is not known")),
    }
}
