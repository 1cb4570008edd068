//! A later value against an earlier one with unknown parts.

use plinth_protocol::{Block, Nesting, Path, Refinements, Schema, Type, Value};

use super::canonical::{canonical, item, items};
use super::conform::assert_conforms;
use super::violation::Found;
use super::{Rule, Violation};

/// Whether `actual` is a completion of `planned`: the final plan of the first ("inconsistent
/// final plan"), or the new state of the plan ("inconsistent result after apply").
///
/// What was known is the same now. What was unknown may be anything of its type within its
/// refinements. Lists and maps keep their elements; sets may shrink, because elements may
/// turn out equal, but not grow. A dynamic attribute planned unknown or null may be anything.
pub fn assert_object_compatible(
    schema: &Schema,
    planned: &Value,
    actual: &Value,
) -> Vec<Violation> {
    let ty = schema.block.to_type();
    let wrong = assert_conforms(actual, &ty);
    if !wrong.is_empty() {
        return wrong;
    }
    let mut found = Found::default();
    found.completes_block(&schema.block, planned, actual, &Path::root());
    found.0
}

impl Found {
    fn completes_block(&mut self, of: &Block, planned: &Value, actual: &Value, path: &Path) {
        match (planned.is_null(), actual.is_null()) {
            (true, false) => return self.add(path, Rule::Appeared),
            (false, true) => return self.add(path, Rule::Vanished),
            (true, true) => return,
            (false, false) => {}
        }
        for attribute in &of.attributes {
            let path = path.attribute(&attribute.name);
            let [planned, actual] =
                [planned, actual].map(|value| super::canonical::child(value, &attribute.name));
            let before = self.0.len();
            self.completes(planned, actual, &attribute.ty.to_type(), &path);
            if attribute.sensitive {
                self.0[before..]
                    .iter_mut()
                    .for_each(|violation| violation.detail.clear());
            }
        }
        for nested in &of.blocks {
            let path = path.attribute(&nested.name);
            let [planned, actual] =
                [planned, actual].map(|value| super::canonical::child(value, &nested.name));
            self.completes_blocks(nested.nesting, &nested.block, planned, actual, &path);
        }
    }

    fn completes_blocks(
        &mut self,
        nesting: Nesting,
        of: &Block,
        planned: &Value,
        actual: &Value,
        path: &Path,
    ) {
        if nesting == Nesting::Single {
            // Blocks of unknown number may turn out to be none.
            if !(planned.is_unknown() && actual.is_null()) {
                self.completes_block(of, planned, actual, path);
            }
            return;
        }
        match (nesting, planned, actual) {
            (Nesting::List, Value::List(before), Value::List(now)) => {
                if before.len() != now.len() {
                    let rule = if before.len() > now.len() {
                        Rule::ElementVanished
                    } else {
                        Rule::ElementAppeared
                    };
                    return self.tell(path, rule, format!("{} to {}", before.len(), now.len()));
                }
                for (i, before) in before.iter().enumerate() {
                    self.completes_block(of, before, item(actual, i), &path.index(i));
                }
            }
            (Nesting::Map, Value::Map(before), Value::Map(now)) => {
                for (key, before) in before {
                    match now.get(key) {
                        Some(now) => self.completes_block(of, before, now, &path.key(key)),
                        None => self.add(&path.key(key), Rule::ElementVanished),
                    }
                }
                for key in now.keys().filter(|key| !before.contains_key(*key)) {
                    self.add(&path.key(key), Rule::ElementAppeared);
                }
            }
            (Nesting::Set, Value::List(_), Value::List(_)) => {
                let ty = of.to_type();
                self.completes_set(planned, actual, &ty, path, |before, now| {
                    let mut found = Self::default();
                    found.completes_block(of, before, now, path);
                    found.0.is_empty()
                });
            }
            (_, Value::List(_) | Value::Map(_), Value::Null) => self.add(path, Rule::BlocksNull),
            _ => {}
        }
    }

    fn completes(&mut self, planned: &Value, actual: &Value, ty: &Type, path: &Path) {
        match (planned, actual, ty) {
            (Value::Null | Value::Unknown(_), _, Type::Dynamic) | (Value::Null, Value::Null, _) => {
            }
            (Value::Unknown(refinements), _, _) => {
                if !within(refinements.as_deref(), actual) {
                    let detail = format!("now {actual:?}, planned {refinements:?}");
                    self.tell(path, Rule::Refinement, detail);
                }
            }
            (Value::Null, _, _) => self.tell(path, Rule::Appeared, format!("now {actual:?}")),
            (_, Value::Null, _) => self.tell(path, Rule::Vanished, format!("was {planned:?}")),
            (_, Value::Unknown(_), _) => self.add(path, Rule::BecameUnknown),
            (Value::Dynamic(before), Value::Dynamic(now), _) => {
                if fits(&now.0, &before.0) {
                    self.completes(&before.1, &now.1, &before.0, path);
                } else {
                    self.tell(
                        path,
                        Rule::TypeChanged,
                        format!("{:?} to {:?}", before.0, now.0),
                    );
                }
            }
            (Value::List(before), Value::List(now), Type::List(_) | Type::Tuple(_)) => {
                for (i, before) in before.iter().enumerate() {
                    match now.get(i) {
                        Some(now) => self.completes(before, now, element(ty, i), &path.index(i)),
                        None => self.add(&path.index(i), Rule::ElementVanished),
                    }
                }
                for i in before.len()..now.len() {
                    self.add(&path.index(i), Rule::ElementAppeared);
                }
            }
            (Value::List(_), Value::List(_), Type::Set(element)) => {
                self.completes_set(planned, actual, element, path, |before, now| {
                    let mut found = Self::default();
                    found.completes(before, now, element, path);
                    found.0.is_empty()
                });
            }
            (Value::Map(before), Value::Map(now), Type::Map(element)) => {
                for (key, before) in before {
                    match now.get(key) {
                        Some(now) => self.completes(before, now, element, &path.key(key)),
                        None => self.add(&path.key(key), Rule::ElementVanished),
                    }
                }
                for key in now.keys().filter(|key| !before.contains_key(*key)) {
                    self.add(&path.key(key), Rule::ElementAppeared);
                }
            }
            (Value::Map(_), Value::Map(_), Type::Object(types)) => {
                for (name, ty) in types {
                    self.completes(
                        planned.get(name),
                        actual.get(name),
                        ty,
                        &path.attribute(name),
                    );
                }
            }
            _ if planned == actual => {}
            _ => self.tell(
                path,
                Rule::Changed,
                format!("was {planned:?}, now {actual:?}"),
            ),
        }
    }

    /// Every planned element has a completion, and every element now was planned.
    fn completes_set(
        &mut self,
        planned: &Value,
        actual: &Value,
        ty: &Type,
        path: &Path,
        completes: impl Fn(&Value, &Value) -> bool,
    ) {
        let sorted = |value: &Value| {
            let mut elements: Vec<_> = items(value)
                .iter()
                .map(|element| (canonical(element, ty), element.clone()))
                .collect();
            elements.sort();
            elements.dedup_by(|a, b| a.0 == b.0 && a.0.is_wholly_known());
            elements
        };
        let (planned, actual) = (sorted(planned), sorted(actual));
        let mut met = vec![false; actual.len()];
        for (key, before) in &planned {
            let equal = actual.binary_search_by(|(now, _)| now.cmp(key)).ok();
            if let (Some(i), true) = (equal, key.is_wholly_known()) {
                met[i] = true;
                continue;
            }
            let mut any = false;
            for (i, (_, now)) in actual.iter().enumerate() {
                if completes(before, now) {
                    met[i] = true;
                    any = true;
                }
            }
            if !any {
                self.tell(
                    path,
                    Rule::SetElement,
                    format!("planned {key:?} is not there"),
                );
            }
        }
        for ((now, _), _) in actual.iter().zip(&met).filter(|(_, met)| !**met) {
            self.tell(path, Rule::SetElement, format!("{now:?} was not planned"));
        }
        if actual.len() > planned.len() {
            self.tell(
                path,
                Rule::SetGrew,
                format!("{} to {}", planned.len(), actual.len()),
            );
        }
    }
}

fn element(ty: &Type, index: usize) -> &Type {
    match ty {
        Type::List(element) => element,
        Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
        _ => &Type::Dynamic,
    }
}

/// Whether a value of type `now` may stand where `planned` was planned: dynamic parts of the
/// planned type may have become anything.
fn fits(now: &Type, planned: &Type) -> bool {
    match (now, planned) {
        (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => fits(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fits(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| fits(a, b)))
        }
        _ => now == planned,
    }
}

/// Whether a value keeps what was promised of it.
fn within(refinements: Option<&Refinements>, actual: &Value) -> bool {
    let Some(promised) = refinements else {
        return true;
    };
    let length = |length: usize| {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        promised.min_length.is_none_or(|min| min <= length)
            && promised.max_length.is_none_or(|max| length <= max)
    };
    match actual {
        Value::Unknown(_) | Value::Bool(_) => true,
        Value::Null => promised.null != Some(false),
        _ if promised.null == Some(true) => false,
        Value::String(text) => promised
            .prefix
            .as_ref()
            .is_none_or(|p| text.starts_with(p.as_str())),
        Value::Number(number) => {
            promised
                .lower
                .as_ref()
                .is_none_or(|(l, incl)| number > l || (*incl && number == l))
                && promised
                    .upper
                    .as_ref()
                    .is_none_or(|(u, incl)| number < u || (*incl && number == u))
        }
        Value::List(elements) => length(elements.len()),
        Value::Map(elements) => length(elements.len()),
        Value::Dynamic(inner) => within(refinements, &inner.1),
    }
}

#[cfg(test)]
mod tests;
