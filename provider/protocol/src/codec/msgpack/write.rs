//! Writing.

use std::collections::BTreeMap;

use super::{REFINED, refinement};
use crate::number::Written;
use crate::{Number, Refinements, Type, Value};

/// Most bytes of refinements that Terraform takes.
const MAX_REFINEMENTS: usize = 1024;

/// An unknown value of which nothing more is known.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

const NIL: u8 = 0xc0;

/// Writes a value at the end of a buffer.
pub(super) fn value(value: &Value, ty: &Type, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(NIL),
        Value::Unknown(Some(refinements)) if *ty != Type::Dynamic => unknown(refinements, out),
        Value::Unknown(_) => out.extend_from_slice(&UNKNOWN),
        Value::Bool(value) => out.push(0xc2 + u8::from(*value)),
        Value::Number(value) => number(value, out),
        Value::String(text) => string(text, out),
        Value::List(elements) => {
            length(elements.len(), [0x90, 0xdc, 0xdd], out);
            for (i, element) in elements.iter().enumerate() {
                let ty = match ty {
                    Type::List(ty) | Type::Set(ty) => ty,
                    Type::Tuple(types) => types.get(i).unwrap_or(&Type::Dynamic),
                    _ => &Type::Dynamic,
                };
                self::value(element, ty, out);
            }
        }
        Value::Map(elements) => match ty {
            Type::Object(types) => object(elements, types, out),
            _ => map(elements, ty, out),
        },
        Value::Dynamic(inner) => {
            let (ty, value) = inner.as_ref();
            out.push(0x92);
            let json = ty.to_json();
            binary(&json, out);
            self::value(value, ty, out);
        }
    }
}

fn map(elements: &BTreeMap<String, Value>, ty: &Type, out: &mut Vec<u8>) {
    length(elements.len(), [0x80, 0xde, 0xdf], out);
    let ty = if let Type::Map(ty) = ty {
        ty
    } else {
        &Type::Dynamic
    };
    for (key, element) in elements {
        string(key, out);
        value(element, ty, out);
    }
}

fn object(elements: &BTreeMap<String, Value>, types: &BTreeMap<String, Type>, out: &mut Vec<u8>) {
    // Nearly always the names are just those of the type.
    if elements.len() == types.len() && elements.keys().eq(types.keys()) {
        length(types.len(), [0x80, 0xde, 0xdf], out);
        for ((name, element), ty) in elements.iter().zip(types.values()) {
            string(name, out);
            value(element, ty, out);
        }
        return;
    }
    let extra = || {
        elements
            .iter()
            .filter(|(name, _)| !types.contains_key(*name))
    };
    length(types.len() + extra().count(), [0x80, 0xde, 0xdf], out);
    for (name, ty) in types {
        string(name, out);
        value(elements.get(name).unwrap_or(&Value::Null), ty, out);
    }
    for (name, element) in extra() {
        string(name, out);
        value(element, &Type::Dynamic, out);
    }
}

fn unknown(refinements: &Refinements, out: &mut Vec<u8>) {
    let mut body = vec![0x80];
    let mut entry = |key: u64, write: &dyn Fn(&mut Vec<u8>)| {
        body[0] += 1;
        integer_u64(key, &mut body);
        write(&mut body);
    };
    let bound = |(limit, inclusive): &(Number, bool), out: &mut Vec<u8>| {
        out.push(0x92);
        number(limit, out);
        out.push(0xc2 + u8::from(*inclusive));
    };
    if let Some(null) = refinements.null {
        entry(refinement::NULL, &|out| out.push(0xc2 + u8::from(null)));
    }
    if let Some(prefix) = &refinements.prefix {
        entry(refinement::PREFIX, &|out| string(prefix, out));
    }
    if let Some(lower) = &refinements.lower {
        entry(refinement::LOWER, &|out| bound(lower, out));
    }
    if let Some(upper) = &refinements.upper {
        entry(refinement::UPPER, &|out| bound(upper, out));
    }
    if let Some(length) = refinements.min_length {
        entry(refinement::MIN_LENGTH, &|out| integer_i64(length, out));
    }
    if let Some(length) = refinements.max_length {
        entry(refinement::MAX_LENGTH, &|out| integer_i64(length, out));
    }
    // A very long prefix or bound makes more than is allowed; knowing less is always right.
    if body[0] == 0x80 || body.len() > MAX_REFINEMENTS {
        out.extend_from_slice(&UNKNOWN);
        return;
    }
    match body.len() {
        size @ (1 | 2 | 4 | 8 | 16) => {
            out.push(0xd4 + u8::try_from(size.ilog2()).unwrap_or_default());
        }
        size => sized(size, [0xc7, 0xc8, 0xc9], out),
    }
    out.extend_from_slice(&REFINED.to_be_bytes());
    out.append(&mut body);
}

fn number(value: &Number, out: &mut Vec<u8>) {
    match value.written() {
        Written::Int(value) => integer_i64(value, out),
        Written::Uint(value) => integer_u64(value, out),
        Written::Float(value) => {
            out.push(0xcb);
            out.extend_from_slice(&value.to_be_bytes());
        }
        Written::Decimal(text) => string(text, out),
    }
}

fn integer_i64(value: i64, out: &mut Vec<u8>) {
    if let Ok(value) = u64::try_from(value) {
        integer_u64(value, out);
    } else if let Ok(value) = i8::try_from(value) {
        if value < -32 {
            out.push(0xd0);
        }
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = i16::try_from(value) {
        out.push(0xd1);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = i32::try_from(value) {
        out.push(0xd2);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(0xd3);
        out.extend_from_slice(&value.to_be_bytes());
    }
}

fn integer_u64(value: u64, out: &mut Vec<u8>) {
    if let Ok(value) = u8::try_from(value) {
        if value > 0x7f {
            out.push(0xcc);
        }
        out.push(value);
    } else if let Ok(value) = u16::try_from(value) {
        out.push(0xcd);
        out.extend_from_slice(&value.to_be_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(0xce);
        out.extend_from_slice(&value.to_be_bytes());
    } else {
        out.push(0xcf);
        out.extend_from_slice(&value.to_be_bytes());
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    match u8::try_from(text.len()) {
        Ok(size @ 0..32) => out.push(0xa0 | size),
        _ => sized(text.len(), [0xd9, 0xda, 0xdb], out),
    }
    out.extend_from_slice(text.as_bytes());
}

fn binary(bytes: &[u8], out: &mut Vec<u8>) {
    sized(bytes.len(), [0xc4, 0xc5, 0xc6], out);
    out.extend_from_slice(bytes);
}

/// The head of a collection: length in the marker, in two or in four bytes.
fn length(length: usize, [fixed, two, four]: [u8; 3], out: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(size @ 0..16) => out.push(fixed | size),
        _ if length <= 0xffff => sized(length, [two, two, four], out),
        _ => sized(length, [four, four, four], out),
    }
}

/// A marker by size, and the size in one, two or four bytes. Lengths beyond four bytes do
/// not occur: a message has at most 256 MiB.
fn sized(size: usize, [one, two, four]: [u8; 3], out: &mut Vec<u8>) {
    if let (Ok(size), true) = (u8::try_from(size), one != two) {
        out.push(one);
        out.push(size);
    } else if let (Ok(size), true) = (u16::try_from(size), two != four) {
        out.push(two);
        out.extend_from_slice(&size.to_be_bytes());
    } else {
        out.push(four);
        out.extend_from_slice(&u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes());
    }
}
