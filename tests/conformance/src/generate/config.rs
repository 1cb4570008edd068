//! Random configurations for a schema, and plans and states that follow from them.

use plinth_protocol::{Attribute, AttributeType, Block, Nesting, Schema, Type, Value};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::Holes;
use super::values::{distinct, known, object};

/// Configurations: required attributes set, computed ones not, blocks within their limits.
/// With [`Holes::None`] everything that can be configured is.
pub fn any_config(schema: &Schema, holes: Holes) -> BoxedStrategy<Value> {
    block_config(&schema.block, holes)
}

/// A configuration as it is at plan, with unknown parts, and as it turns out at apply.
pub fn any_config_pair(schema: &Schema) -> BoxedStrategy<(Value, Value)> {
    let schema = schema.clone();
    (any_config(&schema, Holes::Null), vec(0..6_u8, 32))
        .prop_map(move |(known, dice)| {
            let mut dice = dice.into_iter().cycle();
            let mut hide = || dice.next() == Some(0);
            (hide_block(&schema.block, &known, &mut hide), known)
        })
        .boxed()
}

/// Valid plans to create what is configured: computed attributes that are not configured get
/// values with these holes, write-only ones become null.
pub fn any_plan(schema: &Schema, config: &Value, holes: Holes) -> BoxedStrategy<Value> {
    fill_block(&schema.block, config, holes, false)
}

/// States of what is configured: as [`any_plan`], wholly known where `config` is.
pub fn any_state(schema: &Schema, config: &Value) -> BoxedStrategy<Value> {
    any_plan(schema, config, Holes::Null)
}

fn block_config(block: &Block, holes: Holes) -> BoxedStrategy<Value> {
    let attributes = attribute_configs(&block.attributes, holes);
    let blocks = block.blocks.iter().map(|nested| {
        let inner = block_config(&nested.block, holes);
        let object = nested.block.to_type();
        let value = match nested.nesting {
            Nesting::Single if nested.min_items == 0 => {
                prop_oneof![inner, Just(Value::Null)].boxed()
            }
            nesting => collection(nesting, inner, &object),
        };
        (nested.name.clone(), value)
    });
    object(attributes.into_iter().chain(blocks).collect())
}

fn attribute_configs(
    attributes: &[Attribute],
    holes: Holes,
) -> Vec<(String, BoxedStrategy<Value>)> {
    let config = |attribute: &Attribute| {
        if !attribute.required && !attribute.optional {
            return Just(Value::Null).boxed();
        }
        let value = match &attribute.ty {
            AttributeType::Plain(ty) => known(ty, holes),
            AttributeType::Nested(nesting, inner) => {
                let ty = Type::object(inner.iter().map(|a| (a.name.as_str(), a.ty.to_type())));
                collection(*nesting, object(attribute_configs(inner, holes)), &ty)
            }
        };
        match (holes, attribute.required) {
            (Holes::None, _) | (Holes::Null, true) => value,
            (Holes::NullAndUnknown, true) => {
                prop_oneof![5 => value, 1 => super::values::any_unknown(&attribute.ty.to_type())]
                    .boxed()
            }
            (Holes::Null, false) => prop_oneof![3 => value, 2 => Just(Value::Null)].boxed(),
            (Holes::NullAndUnknown, false) => {
                let unknown = super::values::any_unknown(&attribute.ty.to_type());
                prop_oneof![4 => value, 2 => Just(Value::Null), 1 => unknown].boxed()
            }
        }
    };
    attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), config(attribute)))
        .collect()
}

fn collection(nesting: Nesting, element: BoxedStrategy<Value>, ty: &Type) -> BoxedStrategy<Value> {
    let ty = nesting.wrap(ty.clone());
    match nesting {
        Nesting::Single => element,
        Nesting::List => vec(element, 0..3).prop_map(Value::List).boxed(),
        Nesting::Set => vec(element, 0..4)
            .prop_map(move |values| distinct(values, &ty))
            .boxed(),
        Nesting::Map => btree_map("[a-c]{1,2}", element, 0..3)
            .prop_map(Value::Map)
            .boxed(),
    }
}

fn hide_block(block: &Block, value: &Value, hide: &mut impl FnMut() -> bool) -> Value {
    let Value::Map(elements) = value else {
        return value.clone();
    };
    let mut hidden = elements.clone();
    hide_attributes(&block.attributes, &mut hidden, hide);
    for nested in &block.blocks {
        if let Some(value) = hidden.get_mut(&nested.name) {
            *value = each(nested.nesting, value, |value| {
                hide_block(&nested.block, value, hide)
            });
        }
    }
    Value::Map(hidden)
}

fn hide_attributes(
    attributes: &[Attribute],
    values: &mut std::collections::BTreeMap<String, Value>,
    hide: &mut impl FnMut() -> bool,
) {
    for attribute in attributes.iter().filter(|a| a.required || a.optional) {
        let Some(value) = values.get_mut(&attribute.name) else {
            continue;
        };
        if hide() {
            *value = Value::UNKNOWN;
        } else if let AttributeType::Nested(nesting, inner) = &attribute.ty {
            *value = each(*nesting, value, |value| {
                let Value::Map(elements) = value else {
                    return value.clone();
                };
                let mut hidden = elements.clone();
                hide_attributes(inner, &mut hidden, hide);
                Value::Map(hidden)
            });
        }
    }
}

/// Each object held in this way, changed.
fn each(nesting: Nesting, value: &Value, mut change: impl FnMut(&Value) -> Value) -> Value {
    match (nesting, value) {
        (Nesting::Single, _) => change(value),
        (_, Value::List(elements)) => Value::List(elements.iter().map(change).collect()),
        (_, Value::Map(elements)) => {
            Value::map(elements.iter().map(|(key, value)| (key, change(value))))
        }
        _ => value.clone(),
    }
}

fn fill_block(block: &Block, config: &Value, holes: Holes, in_set: bool) -> BoxedStrategy<Value> {
    if !matches!(config, Value::Map(_)) {
        return Just(config.clone()).boxed();
    }
    let attributes = fill_attributes(&block.attributes, config, holes, in_set);
    let blocks = block.blocks.iter().map(|nested| {
        let in_set = in_set || nested.nesting == Nesting::Set;
        let fill = |config: &Value| fill_block(&nested.block, config, holes, in_set);
        (
            nested.name.clone(),
            fill_each(nested.nesting, config.get(&nested.name), fill),
        )
    });
    object(attributes.into_iter().chain(blocks).collect())
}

fn fill_attributes(
    attributes: &[Attribute],
    config: &Value,
    holes: Holes,
    in_set: bool,
) -> Vec<(String, BoxedStrategy<Value>)> {
    let fill = |attribute: &Attribute| {
        let config = config.get(&attribute.name);
        match &attribute.ty {
            _ if attribute.write_only => Just(Value::Null).boxed(),
            // In a set, a chosen value could make an element equal to another one.
            _ if config.is_null() && attribute.computed && !(in_set && attribute.optional) => {
                chosen(attribute, holes)
            }
            AttributeType::Nested(nesting, inner) => {
                let in_set = in_set || *nesting == Nesting::Set;
                fill_each(*nesting, config, |config| match config {
                    Value::Map(_) => object(fill_attributes(inner, config, holes, in_set)),
                    _ => Just(config.clone()).boxed(),
                })
            }
            AttributeType::Plain(_) => Just(config.clone()).boxed(),
        }
    };
    attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), fill(attribute)))
        .collect()
}

/// Any value for a computed attribute, without anything write-only in it.
fn chosen(attribute: &Attribute, holes: Holes) -> BoxedStrategy<Value> {
    let ty = attribute.ty.to_type();
    let value = match &attribute.ty {
        AttributeType::Plain(ty) => known(ty, holes),
        AttributeType::Nested(nesting, inner) => {
            let attribute = |attribute: &Attribute| {
                let value = if attribute.write_only {
                    Just(Value::Null).boxed()
                } else {
                    chosen(attribute, holes)
                };
                (attribute.name.clone(), value)
            };
            let element = Type::object(inner.iter().map(|a| (a.name.as_str(), a.ty.to_type())));
            collection(
                *nesting,
                object(inner.iter().map(attribute).collect()),
                &element,
            )
        }
    };
    holes.pierce(&ty, value)
}

fn fill_each(
    nesting: Nesting,
    config: &Value,
    fill: impl Fn(&Value) -> BoxedStrategy<Value>,
) -> BoxedStrategy<Value> {
    match (nesting, config) {
        (Nesting::Single, _) => fill(config),
        (_, Value::List(elements)) => elements
            .iter()
            .map(fill)
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        (_, Value::Map(elements)) => object(
            elements
                .iter()
                .map(|(key, value)| (key.clone(), fill(value)))
                .collect(),
        ),
        _ => Just(config.clone()).boxed(),
    }
}

#[cfg(test)]
mod tests;
