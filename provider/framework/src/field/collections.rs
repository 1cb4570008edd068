//! Lists, sets and maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_protocol::{Nesting, Value};

use super::Field;
use crate::DecodeError;
use crate::schema::{AttributeType, Canonical};

/// Elements each of which is there once, in no order.
#[derive(Clone, Debug, Default)]
pub struct Set<T>(pub Vec<T>);

impl<T> Set<T> {
    /// The elements, in the order they came.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

fn elements(value: Value, what: &str) -> Result<Vec<Value>, DecodeError> {
    match value {
        Value::List(elements) => Ok(elements),
        Value::Null => Err(DecodeError::new("is missing")),
        Value::Unknown(_) => Err(DecodeError::new("is not known yet")),
        _ => Err(DecodeError::expected(what)),
    }
}

fn each<T: Field>(wrap: fn(Vec<Value>) -> Value) -> Option<Canonical> {
    let inner = T::canonical()?;
    Some(Arc::new(move |value| match value {
        Value::List(elements) => wrap(elements.iter().map(|element| inner(element)).collect()),
        other => other.clone(),
    }))
}

impl<T: Field> Field for Vec<T> {
    type Inner = Self;
    const SENSITIVE: bool = T::SENSITIVE;

    fn ty() -> AttributeType {
        T::ty().held(Nesting::List)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let elements = elements(value, "a list")?.into_iter().enumerate();
        elements
            .map(|(i, element)| T::decode(element).map_err(|e| e.in_index(i)))
            .collect()
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(Field::encode).collect())
    }

    fn canonical() -> Option<Canonical> {
        each::<T>(Value::List)
    }
}

impl<T: Field> Field for Set<T> {
    type Inner = Self;
    const SENSITIVE: bool = T::SENSITIVE;

    fn ty() -> AttributeType {
        let ty = T::ty().held(Nesting::Set);
        if let AttributeType::Nested(_, inner) = &ty {
            // Elements of a set have no path for Terraform to replace the object by.
            let lost = inner.attributes.iter().find(|attribute| attribute.replace);
            debug_assert!(
                lost.is_none(),
                "replace inside a set: put it on the set, not {lost:?}"
            );
        }
        ty
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let elements = elements(value, "a set")?.into_iter();
        elements
            .map(|element| T::decode(element).map_err(DecodeError::in_set))
            .collect()
    }

    fn encode(&self) -> Value {
        let mut elements: Vec<Value> = self.iter().map(Field::encode).collect();
        elements.sort();
        elements.dedup();
        Value::List(elements)
    }

    fn canonical() -> Option<Canonical> {
        each::<T>(|mut elements| {
            elements.sort();
            elements.dedup();
            Value::List(elements)
        })
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    type Inner = Self;
    const SENSITIVE: bool = T::SENSITIVE;

    fn ty() -> AttributeType {
        T::ty().held(Nesting::Map)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        let elements = match value {
            Value::Map(elements) => elements,
            Value::Null => return Err(DecodeError::new("is missing")),
            Value::Unknown(_) => return Err(DecodeError::new("is not known yet")),
            _ => return Err(DecodeError::expected("a map")),
        };
        elements
            .into_iter()
            .map(|(key, element)| match T::decode(element) {
                Ok(element) => Ok((key, element)),
                Err(error) => Err(error.in_key(&key)),
            })
            .collect()
    }

    fn encode(&self) -> Value {
        Value::Map(
            self.iter()
                .map(|(key, element)| (key.clone(), element.encode()))
                .collect(),
        )
    }

    fn canonical() -> Option<Canonical> {
        let inner = T::canonical()?;
        Some(Arc::new(move |value| match value {
            Value::Map(elements) => Value::Map(
                elements
                    .iter()
                    .map(|(key, element)| (key.clone(), inner(element)))
                    .collect(),
            ),
            other => other.clone(),
        }))
    }
}
