//! Objects in lists, sets, maps and one another, with defaults and computed values inside.

use std::collections::BTreeMap;

use plinth_framework::rules::between;
use plinth_framework::{Computed, Context, Model, Set};

use crate::stored::Stored;

/// Nested objects.
#[derive(Model, Clone, Debug)]
#[tf(requires(either, or))]
pub struct Nest {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// In no order.
    pub set: Option<Set<Twig>>,
    /// In order.
    pub list: Option<Vec<Twig>>,
    /// By name.
    pub map: Option<BTreeMap<String, Twig>>,
    /// Only one.
    pub single: Option<Branch>,
    /// One that the provider makes up if it is not set.
    #[tf(optional)]
    pub given: Computed<Leaf>,
    /// Needs the other.
    pub either: Option<bool>,
    /// The other.
    pub or: Option<bool>,
}

/// An object with a default and a value that either side may set.
#[derive(Model, Clone, Debug)]
pub struct Twig {
    /// Tells it from the others.
    pub key: String,
    /// Has a default.
    #[tf(default = "x")]
    pub value: String,
    /// From 0 to 100.
    #[tf(check = between(0..=100))]
    pub weight: Option<i64>,
    /// Set by the user or by the provider.
    #[tf(optional)]
    pub note: Computed<String>,
    /// Plain values in no order.
    pub tags: Option<Set<String>>,
}

/// Objects in objects.
#[derive(Model, Clone, Debug)]
pub struct Branch {
    /// Has a default.
    #[tf(default = true)]
    pub enabled: bool,
    /// Objects by name.
    pub children: Option<BTreeMap<String, Child>>,
}

/// An object that holds a set of objects.
#[derive(Model, Clone, Debug)]
pub struct Child {
    /// Objects in no order.
    pub leaves: Option<Set<Leaf>>,
    /// Set by the provider.
    pub count: Computed<i64>,
}

/// The innermost object.
#[derive(Model, Clone, Debug)]
pub struct Leaf {
    /// A number.
    pub number: i64,
    /// Has a default.
    #[tf(default = "tcp")]
    pub protocol: String,
}

impl Twig {
    fn settle(&mut self) {
        if self.note.is_unknown() {
            self.note = format!("note of {}", self.key).into();
        }
    }
}

impl Stored for Nest {
    const TYPE: &'static str = "nested";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        self.set
            .iter_mut()
            .flat_map(|set| &mut set.0)
            .for_each(Twig::settle);
        self.list.iter_mut().flatten().for_each(Twig::settle);
        self.map
            .iter_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(Twig::settle);
        if self.given.is_unknown() {
            self.given = Computed::Known(Leaf {
                number: 7,
                protocol: "udp".to_owned(),
            });
        }
        let children = self
            .single
            .iter_mut()
            .flat_map(|single| &mut single.children);
        for child in children.flat_map(BTreeMap::values_mut) {
            let count = child.leaves.as_ref().map_or(0, |leaves| leaves.0.len());
            // A plan that has it keeps it: only the first one asks.
            if child.count.is_unknown() {
                child.count = i64::try_from(count).ok().into();
            }
        }
    }
}
