//! Two resources without a remote side, to measure with: what was planned is what is stored.

use std::collections::BTreeMap;

use plinth_framework::{Computed, Context, Model, Resource, Result, Set};

macro_rules! unkept {
    ($resource:ident, $model:ident, $type:literal) => {
        pub struct $resource;

        impl Resource for $resource {
            const TYPE: &'static str = $type;
            type Model = $model;
            type Identity = ();

            async fn create(&self, _cx: &mut Context, planned: $model) -> Result<$model> {
                Ok($model {
                    id: planned.name.clone().into(),
                    ..planned
                })
            }

            async fn read(&self, _cx: &mut Context, state: $model) -> Result<Option<$model>> {
                Ok(Some(state))
            }

            async fn update(
                &self,
                _cx: &mut Context,
                _prior: $model,
                planned: $model,
            ) -> Result<$model> {
                Ok(planned)
            }

            async fn delete(&self, _cx: &mut Context, _state: $model) -> Result<()> {
                Ok(())
            }
        }
    };
}

/// Flat attributes.
#[derive(Model, Clone, Debug)]
pub struct Item {
    /// Given once, at creation.
    pub id: Computed<String>,
    /// A name.
    pub name: String,
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// A size.
    #[tf(default = 1)]
    pub size: i64,
}

/// A set of objects with a default inside.
#[derive(Model, Clone, Debug)]
pub struct Bag {
    /// Given once, at creation.
    pub id: Computed<String>,
    /// A name.
    pub name: String,
    /// What is in it.
    pub items: Option<Set<BagItem>>,
}

/// What is in a bag.
#[derive(Model, Clone, Debug)]
pub struct BagItem {
    /// A key.
    pub key: String,
    /// A value.
    #[tf(default = "x")]
    pub value: String,
    /// A weight.
    pub weight: Option<i64>,
}

unkept!(Items, Item, "item");
unkept!(Bags, Bag, "bag");
