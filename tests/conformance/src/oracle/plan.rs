//! A plan against its configuration.

use plinth_protocol::{Attribute, AttributeType, Block, Nesting, Path, Schema, Value};

use super::canonical::{canonical, child, item, items};
use super::conform::{assert_conforms, assert_write_only_null};
use super::proposed::{Inner, buckets};
use super::violation::Found;
use super::{Rule, Violation};

/// Whether `planned` is an allowed answer to `PlanResourceChange` for this prior state and
/// configuration ("Provider produced invalid plan").
///
/// A configured value, also an unknown one, is planned exactly, or as it was before where
/// there was something before. Only what the configuration leaves out and the schema calls
/// computed is the provider's choice. Null for `prior` means create; null for both others
/// means destroy. Write-only attributes must be null.
pub fn assert_plan_valid(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<Violation> {
    let ty = schema.block.to_type();
    let wrong = assert_conforms(planned, &ty);
    if !wrong.is_empty() {
        return wrong;
    }
    let mut found = Found::default();
    let [prior, config, planned] = [prior, config, planned].map(|value| canonical(value, &ty));
    found.plan_block(&schema.block, &prior, &config, &planned, &Path::root());
    found.0.extend(assert_write_only_null(schema, &planned));
    found.0
}

impl Found {
    fn plan_block(
        &mut self,
        of: &Block,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if self.presence(config, planned, path) {
            return;
        }
        self.plan_attributes(&of.attributes, prior, config, planned, path);
        for nested in &of.blocks {
            let path = path.attribute(&nested.name);
            let [prior, config, planned] =
                [prior, config, planned].map(|value| child(value, &nested.name));
            if planned == config {
                continue;
            }
            if config.is_unknown() {
                self.add(&path, Rule::UnknownBlocks);
            } else if planned.is_unknown() {
                self.add(&path, Rule::BlockUnknown);
            } else if planned.is_null() && nested.nesting != Nesting::Single {
                self.add(&path, Rule::BlocksNull);
            } else {
                self.plan_inner(
                    nested.nesting,
                    Inner::Block(&nested.block),
                    prior,
                    config,
                    planned,
                    &path,
                );
            }
        }
    }

    fn plan_attributes(
        &mut self,
        of: &[Attribute],
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        for attribute in of.iter().filter(|attribute| !attribute.write_only) {
            let [prior, config, planned] =
                [prior, config, planned].map(|value| child(value, &attribute.name));
            self.plan_attribute(
                attribute,
                prior,
                config,
                planned,
                &path.attribute(&attribute.name),
            );
        }
    }

    fn plan_attribute(
        &mut self,
        of: &Attribute,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        let kept = planned == prior && !prior.is_null() && !config.is_null();
        let chosen = of.computed && (!of.optional || config.is_null());
        if planned == config || kept || chosen {
            return;
        }
        let detail = |text: String| if of.sensitive { String::new() } else { text };
        if config.is_null() {
            self.tell(
                path,
                Rule::NotComputed,
                detail(format!("planned {planned:?}")),
            );
        } else if let AttributeType::Nested(nesting, attributes) = &of.ty {
            if self.presence(config, planned, path) {
            } else if planned.is_unknown() {
                self.add(path, Rule::PlannedUnknown);
            } else {
                self.plan_inner(
                    *nesting,
                    Inner::Object(attributes),
                    prior,
                    config,
                    planned,
                    path,
                );
            }
        } else {
            let text = format!("planned {planned:?}, configured {config:?}, before {prior:?}");
            self.tell(path, Rule::NotConfigured, detail(text));
        }
    }

    /// Reports when only one of both is null; whether there is nothing more to compare.
    fn presence(&mut self, config: &Value, planned: &Value, path: &Path) -> bool {
        match (config.is_null(), planned.is_null()) {
            (false, true) => self.add(path, Rule::PlannedAbsent),
            (true, false) => self.add(path, Rule::PlannedPresent),
            (true, true) => {}
            (false, false) => return false,
        }
        true
    }

    /// Objects or blocks held in some way; neither side is unknown itself, but for a single
    /// object of an unknown configuration.
    fn plan_inner(
        &mut self,
        nesting: Nesting,
        of: Inner<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        match nesting {
            Nesting::Single => self.plan_element(of, prior, config, planned, path),
            Nesting::List if config.is_unknown() || items(planned).len() != items(config).len() => {
                self.add(path, Rule::Count);
            }
            Nesting::List => {
                for (i, planned) in items(planned).iter().enumerate() {
                    self.plan_element(of, item(prior, i), item(config, i), planned, &path.index(i));
                }
            }
            Nesting::Map if config.is_unknown() => self.add(path, Rule::Count),
            Nesting::Map => {
                for key in keys(planned) {
                    let path = path.key(key);
                    if keys(config).any(|other| other == key) {
                        let [prior, config, planned] =
                            [prior, config, planned].map(|value| child(value, key));
                        self.plan_element(of, prior, config, planned, &path);
                    } else {
                        self.add(&path, Rule::KeyUnexpected);
                    }
                }
                for key in keys(config).filter(|key| !keys(planned).any(|other| other == *key)) {
                    self.add(&path.key(key), Rule::KeyMissing);
                }
            }
            // How many there will be cannot be told yet.
            Nesting::Set if config.is_unknown() => {}
            Nesting::Set => self.plan_set(of, items(prior), items(config), items(planned), path),
        }
    }

    fn plan_element(
        &mut self,
        of: Inner<'_>,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if matches!(of, Inner::Block(_)) && planned.is_unknown() {
            if !config.is_unknown() {
                self.add(path, Rule::BlockUnknown);
            }
            return;
        }
        match of {
            Inner::Block(block) => self.plan_block(block, prior, config, planned, path),
            Inner::Object(attributes) => {
                if !self.presence(config, planned, path) {
                    self.plan_attributes(attributes, prior, config, planned, path);
                }
            }
        }
    }

    /// Elements of sets have no name to find them again by: each planned one must be a valid
    /// plan for a configured one of its own, with some prior element or none before it.
    fn plan_set(
        &mut self,
        of: Inner<'_>,
        prior: &[Value],
        config: &[Value],
        planned: &[Value],
        path: &Path,
    ) {
        let exact = config.iter().all(Value::is_wholly_known);
        if planned.len() > config.len() || (exact && planned.len() < config.len()) {
            self.tell(
                path,
                Rule::Count,
                format!("{} for {}", planned.len(), config.len()),
            );
            return;
        }
        if matches!(of, Inner::Block(_))
            && planned
                .iter()
                .any(|element| element.is_unknown() && !config.contains(element))
        {
            self.add(path, Rule::BlockUnknown);
            return;
        }
        let by_key = buckets(of, config);
        let before = || std::iter::once(&Value::Null).chain(prior);
        let follows = |planned: &Value, config: &Value| {
            planned == config
                || before().any(|prior| {
                    let mut found = Self::default();
                    found.plan_element(of, prior, config, planned, path);
                    found.0.is_empty()
                })
        };
        // Those alike first; one that is met twice was tried already.
        let candidates = |i: usize| -> Box<dyn Iterator<Item = usize> + '_> {
            let near = by_key
                .get(&of.key(&planned[i]))
                .map_or(&[][..], Vec::as_slice);
            Box::new(near.iter().copied().chain(0..config.len()))
        };
        let mut partners = vec![None; config.len()];
        for i in 0..planned.len() {
            let mut tried = vec![false; config.len()];
            let follows = |i: usize, j: usize| follows(&planned[i], &config[j]);
            if !pair(i, &candidates, &follows, &mut tried, &mut partners) {
                self.tell(path, Rule::SetElement, format!("element {i} of the plan"));
            }
        }
    }
}

/// Finds a partner for `i`, moving others to another of theirs where that is needed; whether
/// there is one.
fn pair<'a>(
    i: usize,
    candidates: &impl Fn(usize) -> Box<dyn Iterator<Item = usize> + 'a>,
    follows: &impl Fn(usize, usize) -> bool,
    tried: &mut [bool],
    partners: &mut [Option<usize>],
) -> bool {
    for j in candidates(i) {
        if tried[j] || !follows(i, j) {
            continue;
        }
        tried[j] = true;
        if partners[j].is_none_or(|other| pair(other, candidates, follows, tried, partners)) {
            partners[j] = Some(i);
            return true;
        }
    }
    false
}

fn keys(map: &Value) -> impl Iterator<Item = &str> {
    let elements = match map {
        Value::Map(elements) => Some(elements),
        _ => None,
    };
    elements
        .into_iter()
        .flat_map(|elements| elements.keys().map(String::as_str))
}

#[cfg(test)]
mod tests;
