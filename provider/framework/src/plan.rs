//! What a change will do: a function of schema, prior state and configuration.
//!
//! The rules are Terraform's (`AssertPlanValid`): a configured value is planned as it is, or
//! kept as it was when it means the same; where the configuration has nothing, only
//! computed attributes have a value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plinth_protocol::{Nesting, Path, Type, Value};

use crate::schema::{Attribute, AttributeType, Canonical, ObjectSchema};

/// A plan, before an author's own `plan` sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What will be there.
    pub state: Value,
    /// Attributes whose change needs a new object.
    pub requires_replace: Vec<Path>,
}

/// Plans an object of this schema.
///
/// `prior` is null on create; `config` is an object, parts of it may be unknown.
pub fn plan(schema: &ObjectSchema, prior: &Value, config: &Value) -> Planned {
    let mut state = object(schema, prior, config);
    if !prior.is_null() && !same(&schema.to_type(), prior, &state) {
        forget_volatile(schema, config, &mut state);
    }
    let mut requires_replace = Vec::new();
    if !prior.is_null() {
        collect_replace(schema, prior, &state, &Path::root(), &mut requires_replace);
    }
    Planned {
        state,
        requires_replace,
    }
}

/// Whether two values of this type are the same, whatever the order of their sets.
pub fn same(ty: &Type, one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let normal = |value: &Value| {
        let mut value = value.clone();
        value.normalize(ty);
        value
    };
    normal(one) == normal(other)
}

fn object(schema: &ObjectSchema, prior: &Value, config: &Value) -> Value {
    let attributes = schema.attributes.iter().map(|attribute| {
        let name = attribute.name.as_ref();
        let value = planned(attribute, prior, config.get(name));
        (name.to_owned(), value)
    });
    Value::Map(attributes.collect())
}

/// `holder` is the prior object that holds the attribute; null when it is a new one.
fn planned(attribute: &Attribute, holder: &Value, config: &Value) -> Value {
    let prior = holder.get(&attribute.name);
    if attribute.write_only {
        return Value::Null;
    }
    match (config, &attribute.ty) {
        (Value::Unknown(_), _) => config.clone(),
        (Value::Null, _) => match &attribute.default {
            Some(default) => default.clone(),
            None if !attribute.is_computed() => Value::Null,
            None if holder.is_null() => Value::UNKNOWN,
            None => prior.clone(),
        },
        (_, AttributeType::Plain(ty)) => {
            let means_the_same = !prior.is_null() && attribute.means_the_same(ty, prior, config);
            if means_the_same {
                prior.clone()
            } else {
                config.clone()
            }
        }
        (_, AttributeType::Nested(nesting, schema)) => nested(*nesting, schema, prior, config),
    }
}

fn nested(nesting: Nesting, schema: &ObjectSchema, prior: &Value, config: &Value) -> Value {
    let element = |prior: &Value, config: &Value| match config {
        Value::Map(_) => object(schema, prior, config),
        other => other.clone(),
    };
    match (nesting, config) {
        (Nesting::List, Value::List(elements)) => {
            let priors = list(prior);
            let planned = elements.iter().enumerate();
            let planned =
                planned.map(|(i, config)| element(priors.get(i).unwrap_or(&Value::Null), config));
            Value::List(planned.collect())
        }
        (Nesting::Map, Value::Map(elements)) => Value::Map(
            elements
                .iter()
                .map(|(key, config)| (key.clone(), element(prior.get(key), config)))
                .collect(),
        ),
        (Nesting::Set, Value::List(elements)) => {
            let mut matcher = SetMatcher::new(schema, list(prior));
            let planned = elements
                .iter()
                .map(|config| element(matcher.prior_of(config), config));
            Value::List(planned.collect())
        }
        _ => element(prior, config),
    }
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::List(elements) => elements,
        _ => &[],
    }
}

/// Finds, for the elements of a configured set, those of the prior set that they describe.
///
/// A configured element describes a prior one when they agree in everything that it sets,
/// and what it does not set is computed or null there. The prior elements are indexed once
/// for every distinct choice of attributes set, so a set of n elements costs O(n log n).
struct SetMatcher<'a> {
    schema: &'a ObjectSchema,
    priors: &'a [Value],
    used: Vec<bool>,
    /// By which attributes are set: prior elements by the values of those.
    indexes: BTreeMap<Vec<bool>, SetIndex<'a>>,
}

/// Positions of elements, the last first, by the values of some of their attributes.
type SetIndex<'a> = BTreeMap<Vec<Cow<'a, Value>>, Vec<usize>>;

impl<'a> SetMatcher<'a> {
    fn new(schema: &'a ObjectSchema, priors: &'a [Value]) -> Self {
        Self {
            schema,
            priors,
            used: vec![false; priors.len()],
            indexes: BTreeMap::new(),
        }
    }

    fn prior_of(&mut self, config: &Value) -> &'a Value {
        const NONE: &Value = &Value::Null;
        if self.priors.is_empty() || !matches!(config, Value::Map(_)) {
            return NONE;
        }
        let schema = self.schema;
        let mask: Vec<bool> = schema
            .attributes
            .iter()
            .map(|a| !is_left_to_provider(a, config))
            .collect();
        let key: Vec<Value> = projection(schema, &mask, config)
            .map(Cow::into_owned)
            .collect();
        let priors = self.priors;
        let index = self.indexes.entry(mask.clone()).or_insert_with(|| {
            let mut index = SetIndex::new();
            for (i, prior) in priors.iter().enumerate().rev() {
                index
                    .entry(projection(schema, &mask, prior).collect())
                    .or_default()
                    .push(i);
            }
            index
        });
        let key: Vec<Cow<'_, Value>> = key.into_iter().map(Cow::Owned).collect();
        let Some(candidates) = index.get_mut(&key) else {
            return NONE;
        };
        while let Some(i) = candidates.pop() {
            if !std::mem::replace(&mut self.used[i], true) {
                return &self.priors[i];
            }
        }
        NONE
    }
}

fn is_left_to_provider(attribute: &Attribute, config: &Value) -> bool {
    attribute.default.is_none() && attribute.is_computed() && config.get(&attribute.name).is_null()
}

/// What an element looks like as far as the configuration decides it.
fn projection<'a>(
    schema: &'a ObjectSchema,
    mask: &[bool],
    element: &'a Value,
) -> impl Iterator<Item = Cow<'a, Value>> {
    let chosen: Vec<&'a Attribute> = schema
        .attributes
        .iter()
        .zip(mask)
        .filter(|(attribute, set)| **set && !attribute.write_only)
        .map(|(attribute, _)| attribute)
        .collect();
    chosen.into_iter().map(move |attribute| {
        let value = element.get(&attribute.name);
        match (value, &attribute.default) {
            (Value::Null, Some(default)) => Cow::Owned(configured_form(attribute, default)),
            _ => Cow::Owned(configured_form(attribute, value)),
        }
    })
}

/// An attribute's value as far as the configuration decides it, sets in order: what is
/// nested deeper and computed is correlated on its own.
fn configured_form(attribute: &Attribute, value: &Value) -> Value {
    let AttributeType::Nested(nesting, schema) = &attribute.ty else {
        let mut form = attribute.canonical_form(value);
        form.normalize(&attribute.ty.to_type());
        return form;
    };
    let part = |element: &Value| match element {
        Value::Map(_) => Value::Map(
            schema
                .attributes
                .iter()
                .filter(|inner| !inner.is_computed() && !inner.write_only)
                .map(|inner| {
                    let form = configured_form(inner, element.get(&inner.name));
                    (inner.name.to_string(), form)
                })
                .collect(),
        ),
        other => other.clone(),
    };
    match (nesting, value) {
        (Nesting::List, Value::List(elements)) => Value::List(elements.iter().map(part).collect()),
        (Nesting::Set, Value::List(elements)) => {
            let mut parts: Vec<Value> = elements.iter().map(part).collect();
            parts.sort();
            Value::List(parts)
        }
        (Nesting::Map, Value::Map(elements)) => Value::Map(
            elements
                .iter()
                .map(|(key, element)| (key.clone(), part(element)))
                .collect(),
        ),
        (_, value) => part(value),
    }
}

/// What changes with every change is unknown once something changes.
fn forget_volatile(schema: &ObjectSchema, config: &Value, state: &mut Value) {
    let Value::Map(attributes) = state else {
        return;
    };
    for attribute in &schema.attributes {
        let configured = config.get(&attribute.name);
        let Some(value) = attributes.get_mut(attribute.name.as_ref()) else {
            continue;
        };
        if attribute.volatile && attribute.is_computed() && configured.is_null() {
            *value = Value::UNKNOWN;
        } else if let AttributeType::Nested(nesting, inner) = &attribute.ty {
            match (nesting, value, configured) {
                (Nesting::Single, value @ Value::Map(_), configured) => {
                    forget_volatile(inner, configured, value);
                }
                // Set elements keep the order of the configuration here, as list elements do.
                (Nesting::List | Nesting::Set, Value::List(values), Value::List(configured)) => {
                    for (value, configured) in values.iter_mut().zip(configured) {
                        forget_volatile(inner, configured, value);
                    }
                }
                (Nesting::Map, Value::Map(values), configured) => {
                    for (key, value) in values {
                        forget_volatile(inner, configured.get(key), value);
                    }
                }
                _ => {}
            }
        }
    }
}

fn collect_replace(
    schema: &ObjectSchema,
    prior: &Value,
    planned: &Value,
    at: &Path,
    found: &mut Vec<Path>,
) {
    for attribute in &schema.attributes {
        let name = attribute.name.as_ref();
        let (old, new) = (prior.get(name), planned.get(name));
        if old == new {
            continue;
        }
        let path = at.attribute(name);
        if attribute.replace && !same(&attribute.ty.to_type(), old, new) {
            found.push(path);
            continue;
        }
        let AttributeType::Nested(nesting, inner) = &attribute.ty else {
            continue;
        };
        match (nesting, old, new) {
            (Nesting::Single, Value::Map(_), Value::Map(_)) => {
                collect_replace(inner, old, new, &path, found);
            }
            (Nesting::List, Value::List(olds), Value::List(news)) => {
                for (i, (old, new)) in olds.iter().zip(news).enumerate() {
                    collect_replace(inner, old, new, &path.index(i), found);
                }
            }
            (Nesting::Map, Value::Map(olds), Value::Map(news)) => {
                for (key, old) in olds {
                    if let Some(new) = news.get(key) {
                        collect_replace(inner, old, new, &path.key(key), found);
                    }
                }
            }
            // Elements of a set have no path: a set whose elements need replacement says so
            // on the set itself.
            _ => {}
        }
    }
}

impl Attribute {
    /// The form all values of this meaning share.
    pub(crate) fn canonical_form(&self, value: &Value) -> Value {
        match &self.canonical {
            Some(canonical) => canonical(value),
            None => value.clone(),
        }
    }

    /// Whether two values of this attribute mean the same.
    pub(crate) fn means_the_same(&self, ty: &Type, one: &Value, other: &Value) -> bool {
        if one == other {
            return true;
        }
        let form = |canonical: &Canonical, value: &Value| {
            if value.is_wholly_known() {
                canonical(value)
            } else {
                value.clone()
            }
        };
        match &self.canonical {
            Some(canonical) => same(ty, &form(canonical, one), &form(canonical, other)),
            None => same(ty, one, other),
        }
    }
}

#[cfg(test)]
mod tests;
