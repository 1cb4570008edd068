//! Checks of a configuration, at validate and at plan.

use std::collections::BTreeSet;

use plinth_protocol::{ClientCapabilities, Diagnostic, Nesting, Path, Value};

use crate::Diagnostics;
use crate::schema::{Attribute, AttributeType, ObjectSchema, Rule};

/// Runs the checks of types, attributes and rules; what is unknown is passed over.
pub(crate) fn validate(
    schema: &ObjectSchema,
    config: &Value,
    client: ClientCapabilities,
    found: &mut Diagnostics,
) {
    Walk { client, found }.object(schema, config, &Path::root());
}

struct Walk<'a> {
    client: ClientCapabilities,
    found: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn object(&mut self, schema: &ObjectSchema, config: &Value, at: &Path) {
        let Value::Map(_) = config else { return };
        for attribute in &schema.attributes {
            let value = config.get(&attribute.name);
            if !value.is_null() {
                self.attribute(attribute, value, at);
            }
        }
        for rule in &schema.rules {
            self.rule(rule, config, at);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, at: &Path) {
        let path = || at.attribute(attribute.name.as_ref());
        if attribute.write_only && !self.client.write_only_attributes_allowed {
            self.found.push(
                Diagnostic::error(format!("{} cannot be used here", attribute.name))
                    .detail(
                        "It is a write-only attribute, which needs Terraform 1.11 or OpenTofu \
                         1.11, or newer.",
                    )
                    .at(path()),
            );
        }
        if value.is_wholly_known() {
            // One is enough: what is wrong by its type is wrong for every further check.
            if let Some(error) = attribute.checks.iter().find_map(|check| check(value).err()) {
                self.found.push(error.into_diagnostic_below(&path()));
            }
        }
        let AttributeType::Nested(nesting, schema) = &attribute.ty else {
            return;
        };
        match (nesting, value) {
            (Nesting::Single, value) => self.object(schema, value, &path()),
            (Nesting::List, Value::List(elements)) => {
                for (i, element) in elements.iter().enumerate() {
                    self.object(schema, element, &path().index(i));
                }
            }
            (Nesting::Set, Value::List(elements)) => {
                let before = self.found.0.len();
                for element in elements {
                    self.object(schema, element, &path());
                }
                // An element of a set has no path of its own.
                for diagnostic in &mut self.found.0[before..] {
                    diagnostic.attribute = Some(path());
                }
                if has_twins(schema, elements) {
                    self.found.push(
                        Diagnostic::error(format!("Two elements of {} are the same", path()))
                            .detail(
                                "What is left out has its default, and two spellings of one \
                                 value are one value.\n\nRemove one of the elements.",
                            )
                            .at(path()),
                    );
                }
            }
            (Nesting::Map, Value::Map(elements)) => {
                for (key, element) in elements {
                    self.object(schema, element, &path().key(key));
                }
            }
            _ => {}
        }
    }

    fn rule(&mut self, rule: &Rule, config: &Value, at: &Path) {
        let set = |names: &[&'static str]| -> Vec<&'static str> {
            names
                .iter()
                .copied()
                .filter(|name| !config.get(name).is_null())
                .collect()
        };
        let any_unknown =
            |names: &[&'static str]| names.iter().any(|name| config.get(name).is_unknown());
        let (names, problem) = match rule {
            Rule::ExactlyOneOf(names) | Rule::AtMostOneOf(names) | Rule::AtLeastOneOf(names) => {
                let count = set(names).len();
                let few = !matches!(rule, Rule::AtMostOneOf(_)) && count == 0;
                // An unknown value may still turn out to be null.
                let many = !matches!(rule, Rule::AtLeastOneOf(_))
                    && count > 1
                    && !any_unknown(&set(names));
                match (few, many) {
                    (true, _) => (names, format!("Set {}.", one_of(names))),
                    (_, true) => (names, format!("Set only {}.", one_of(names))),
                    _ => return,
                }
            }
            Rule::Requires(names) => {
                let Some((first, others)) = names.split_first() else {
                    return;
                };
                if config.get(first).is_null() || set(others).len() == others.len() {
                    return;
                }
                (
                    names,
                    format!("With {first}, set {}, too.", others.join(" and ")),
                )
            }
            Rule::VersionTwin(name) => {
                let version = format!("{name}_version");
                if config.get(&version).is_null() || !config.get(name).is_null() {
                    return;
                }
                self.found.push(
                    Diagnostic::error(format!("{version} is set without {name}"))
                        .detail(format!("Set {name}, or remove {version}."))
                        .at(at.attribute(version)),
                );
                return;
            }
        };
        let first = set(names)
            .first()
            .copied()
            .or(names.first().copied())
            .unwrap_or_default();
        self.found.push(
            Diagnostic::error("Invalid combination of attributes")
                .detail(problem)
                .at(if set(names).is_empty() {
                    at.clone()
                } else {
                    at.attribute(first)
                }),
        );
    }
}

/// Whether elements that look different are one and the same element of a set: Terraform
/// refuses a plan in which a set has fewer elements than in the configuration.
fn has_twins(schema: &ObjectSchema, elements: &[Value]) -> bool {
    if !has_meanings(schema) {
        return false;
    }
    let ty = schema.to_type();
    let mut seen = BTreeSet::new();
    elements
        .iter()
        .filter(|element| element.is_wholly_known())
        .any(|element| {
            let mut meaning = meaning(schema, element);
            meaning.normalize(&ty);
            !seen.insert(meaning)
        })
}

/// Whether objects that look different may mean the same.
fn has_meanings(schema: &ObjectSchema) -> bool {
    schema
        .attributes
        .iter()
        .any(|attribute| match &attribute.ty {
            AttributeType::Nested(_, inner) if has_meanings(inner) => true,
            _ => attribute.default.is_some() || attribute.canonical.is_some(),
        })
}

/// A configured object with its defaults, and with every value in the form that all values
/// of its meaning share.
fn meaning(schema: &ObjectSchema, object: &Value) -> Value {
    let Value::Map(attributes) = object else {
        return object.clone();
    };
    let meanings = attributes.iter().map(|(name, value)| {
        let Some(attribute) = schema.attribute(name) else {
            return (name.clone(), value.clone());
        };
        let value = match (value, &attribute.default) {
            (Value::Null, Some(default)) => default,
            (value, _) => value,
        };
        let value = match (&attribute.ty, value) {
            (AttributeType::Nested(Nesting::Single, inner), value) => meaning(inner, value),
            (AttributeType::Nested(_, inner), Value::List(elements)) => Value::List(
                elements
                    .iter()
                    .map(|element| meaning(inner, element))
                    .collect(),
            ),
            (AttributeType::Nested(_, inner), Value::Map(elements)) => Value::map(
                elements
                    .iter()
                    .map(|(key, element)| (key.clone(), meaning(inner, element))),
            ),
            (_, value) => attribute.canonical_form(value),
        };
        (name.clone(), value)
    });
    Value::Map(meanings.collect())
}

fn one_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("one of {} and {last}", others.join(", "))
        }
        _ => names.join(""),
    }
}
