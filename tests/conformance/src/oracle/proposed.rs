//! What Terraform proposes to the provider.

use std::collections::{BTreeMap, BTreeSet};

use plinth_protocol::{Attribute, AttributeType, Block, Nesting, Schema, Type, Value};

use super::canonical::{canonical, child, item, items};

/// What lies in a collection: objects or blocks.
#[derive(Clone, Copy)]
pub(super) enum Inner<'a> {
    /// A nested block.
    Block(&'a Block),
    /// The object of a nested attribute.
    Object(&'a [Attribute]),
}

/// Configuration and prior state merged, as Terraform sends it to `PlanResourceChange`.
///
/// The configured value where there is one, else the prior value of a computed attribute.
/// Elements of lists find their prior by index, of maps by key, of sets by what is not
/// computed in them. Null for `prior` means create, null for `config` destroy. Write-only
/// values of the configuration are in the result.
pub fn proposed_new(schema: &Schema, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    let ty = schema.block.to_type();
    Inner::Block(&schema.block).propose(&canonical(prior, &ty), config)
}

impl Inner<'_> {
    fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Block(block) => &block.attributes,
            Self::Object(attributes) => attributes,
        }
    }

    fn to_type(self) -> Type {
        match self {
            Self::Block(block) => block.to_type(),
            Self::Object(attributes) => {
                Type::object(attributes.iter().map(|a| (a.name.as_str(), a.ty.to_type())))
            }
        }
    }

    fn propose(self, prior: &Value, config: &Value) -> Value {
        let Value::Map(configured) = config else {
            return config.clone();
        };
        let mut proposed = configured.clone();
        for attribute in self.attributes() {
            let [prior, config] = [prior, config].map(|value| child(value, &attribute.name));
            proposed.insert(
                attribute.name.clone(),
                propose_attribute(attribute, prior, config),
            );
        }
        if let Self::Block(block) = self {
            for nested in &block.blocks {
                let [prior, config] = [prior, config].map(|value| child(value, &nested.name));
                let inner = Inner::Block(&nested.block);
                proposed.insert(
                    nested.name.clone(),
                    inner.collection(nested.nesting, prior, config),
                );
            }
        }
        Value::Map(proposed)
    }

    fn collection(self, nesting: Nesting, prior: &Value, config: &Value) -> Value {
        match (nesting, config) {
            (Nesting::Single, Value::Map(_)) => self.propose(prior, config),
            (Nesting::List, Value::List(elements)) => {
                let proposed = elements.iter().enumerate().map(|(i, config)| {
                    let prior = item(prior, i);
                    if prior.is_null() {
                        config.clone()
                    } else {
                        self.propose(prior, config)
                    }
                });
                Value::List(proposed.collect())
            }
            (Nesting::Map, Value::Map(elements)) => {
                let proposed = elements.iter().map(|(key, config)| {
                    let prior = prior.get(key);
                    let whole = prior.is_null();
                    (
                        key,
                        if whole {
                            config.clone()
                        } else {
                            self.propose(prior, config)
                        },
                    )
                });
                Value::map(proposed)
            }
            (Nesting::Set, Value::List(elements)) => self.set(items(prior), elements),
            _ => config.clone(),
        }
    }

    fn set(self, prior: &[Value], config: &[Value]) -> Value {
        let by_key = buckets(self, prior);
        let mut used = vec![false; prior.len()];
        let proposed = config.iter().map(|config| {
            let near = by_key.get(&self.key(config)).into_iter().flatten().copied();
            let origin = near
                .chain(0..prior.len())
                .find(|i| !used[*i] && self.derives(&prior[*i], config));
            if let Some(i) = origin {
                used[i] = true;
            }
            self.propose(origin.map_or(&Value::Null, |i| &prior[i]), config)
        });
        let ty = self.to_type();
        let mut seen = BTreeSet::new();
        let once = |value: &Value| !value.is_wholly_known() || seen.insert(canonical(value, &ty));
        Value::List(proposed.filter(once).collect())
    }

    /// Whether `prior` could have come of `config`: only what is computed and not configured
    /// differs.
    fn derives(self, prior: &Value, config: &Value) -> bool {
        if prior == config {
            return true;
        }
        if !matches!((prior, config), (Value::Map(_), Value::Map(_))) {
            return false;
        }
        let attributes = self.attributes().iter().all(|attribute| {
            let [prior, config] = [prior, config].map(|value| child(value, &attribute.name));
            prior == config
                || (attribute.computed && config.is_null())
                || match &attribute.ty {
                    AttributeType::Nested(nesting, inner) => {
                        Inner::Object(inner).collection_derives(*nesting, prior, config)
                    }
                    AttributeType::Plain(_) => false,
                }
        });
        attributes
            && match self {
                Self::Object(_) => true,
                Self::Block(block) => block.blocks.iter().all(|nested| {
                    let [prior, config] = [prior, config].map(|value| child(value, &nested.name));
                    Inner::Block(&nested.block).collection_derives(nested.nesting, prior, config)
                }),
            }
    }

    fn collection_derives(self, nesting: Nesting, prior: &Value, config: &Value) -> bool {
        match (nesting, prior, config) {
            _ if prior == config => true,
            (Nesting::Single, ..) => self.derives(prior, config),
            (Nesting::List, Value::List(prior), Value::List(config)) => {
                prior.len() == config.len()
                    && prior
                        .iter()
                        .zip(config)
                        .all(|(prior, config)| self.derives(prior, config))
            }
            (Nesting::Map, Value::Map(prior), Value::Map(config)) => {
                prior.len() == config.len()
                    && prior
                        .iter()
                        .all(|(key, prior)| config.get(key).is_some_and(|c| self.derives(prior, c)))
            }
            _ => false,
        }
    }

    /// An element without what is computed in it, by which likely partners are found fast.
    pub(super) fn key(self, element: &Value) -> Value {
        let fixed = self
            .attributes()
            .iter()
            .filter(|a| !a.computed && !a.write_only && matches!(a.ty, AttributeType::Plain(_)));
        Value::map(fixed.map(|a| (a.name.as_str(), child(element, &a.name).clone())))
    }
}

/// The indices of a set's elements by their [key](Inner::key).
pub(super) fn buckets(of: Inner<'_>, elements: &[Value]) -> BTreeMap<Value, Vec<usize>> {
    let mut buckets = BTreeMap::<_, Vec<_>>::new();
    for (i, element) in elements.iter().enumerate() {
        buckets.entry(of.key(element)).or_default().push(i);
    }
    buckets
}

fn propose_attribute(of: &Attribute, prior: &Value, config: &Value) -> Value {
    match &of.ty {
        // An object that somebody once configured in part is not the provider's to keep.
        AttributeType::Nested(nesting, inner)
            if of.computed
                && of.optional
                && config.is_null()
                && was_configured(*nesting, inner, prior) =>
        {
            Value::Null
        }
        _ if of.computed && config.is_null() => prior.clone(),
        AttributeType::Nested(nesting, inner) => {
            Inner::Object(inner).collection(*nesting, prior, config)
        }
        AttributeType::Plain(_) => config.clone(),
    }
}

/// Whether there is a value in it that only a configuration can have set.
fn was_configured(nesting: Nesting, attributes: &[Attribute], value: &Value) -> bool {
    let of_object = |object: &Value| {
        attributes.iter().any(|attribute| {
            let value = object.get(&attribute.name);
            let inner = || match &attribute.ty {
                AttributeType::Nested(nesting, inner) => was_configured(*nesting, inner, value),
                AttributeType::Plain(_) => false,
            };
            !value.is_null() && (!attribute.computed || inner())
        })
    };
    match (nesting, value) {
        (Nesting::Single, _) => of_object(value),
        (_, Value::List(elements)) => elements.iter().any(of_object),
        (_, Value::Map(elements)) => elements.values().any(of_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
