//! States of older versions, and of other types.

use plinth_framework::{Computed, Context, Dynamic, Model, Move, Set, Upgrade, Value};

use crate::stored::Stored;

/// An object of a type that has been given up.
#[derive(Model, Clone, Debug)]
pub struct Old {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Its size, as text.
    pub size: String,
}

impl Stored for Old {
    const TYPE: &'static str = "old";

    fn name(&self) -> &str {
        &self.name
    }
}

/// An object with a past.
#[derive(Model, Clone, Debug)]
pub struct History {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Its size.
    #[tf(default = 1)]
    pub size: i64,
    /// Words; version 0 had them in one text, version 1 in a list.
    pub tags: Option<Set<String>>,
    /// Where its state comes from.
    pub origin: Computed<String>,
}

/// Version 0.
#[derive(Model)]
struct Version0 {
    /// Name of the object.
    name: String,
    /// Its size, as text.
    size: String,
    /// Words between commas.
    tags: Option<String>,
}

/// Version 1.
#[derive(Model)]
struct Version1 {
    /// Name of the object.
    name: String,
    /// Its size.
    size: i64,
    /// Words.
    tags: Option<Vec<String>>,
}

/// What matters of `terraform_data`.
#[derive(Model)]
struct TerraformData {
    /// Its id.
    id: String,
    /// Anything.
    input: Option<Dynamic>,
}

/// What matters of `null_resource`.
#[derive(Model)]
struct NullResource {
    /// Its id.
    id: String,
}

fn size_of(text: &str) -> i64 {
    text.parse().unwrap_or(1)
}

impl Stored for History {
    const TYPE: &'static str = "history";
    const VERSION: i64 = 2;

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        if self.origin.is_unknown() {
            self.origin = "created".into();
        }
    }

    fn upgrades() -> Vec<Upgrade<Self>> {
        vec![
            Upgrade::new(0, |old: Version0| {
                let tags = old
                    .tags
                    .map(|tags| tags.split(',').map(str::to_owned).collect());
                let origin = "version 0".into();
                Ok(Self {
                    name: old.name,
                    size: size_of(&old.size),
                    tags,
                    origin,
                })
            }),
            Upgrade::new(1, |old: Version1| {
                let tags = old.tags.map(Set);
                Ok(Self {
                    name: old.name,
                    size: old.size,
                    tags,
                    origin: "version 1".into(),
                })
            }),
        ]
    }

    fn moves() -> Vec<Move<Self>> {
        vec![
            Move::new("plinth/corner", "corner_old", |old: Old| {
                let (size, origin) = (size_of(&old.size), "corner_old".into());
                Ok(Self {
                    name: old.name,
                    size,
                    tags: None,
                    origin,
                })
            }),
            Move::new(
                "builtin/terraform",
                "terraform_data",
                |old: TerraformData| {
                    let name = match old.input.map(|input| input.value) {
                        Some(Value::String(name)) => name,
                        _ => old.id,
                    };
                    Ok(Self {
                        name,
                        size: 1,
                        tags: None,
                        origin: "terraform_data".into(),
                    })
                },
            ),
            Move::new("hashicorp/null", "null_resource", |old: NullResource| {
                Ok(Self {
                    name: old.id,
                    size: 1,
                    tags: None,
                    origin: "null_resource".into(),
                })
            }),
        ]
    }
}
