//! Changes that need a new object: at the top, inside objects, inside sets.

use std::collections::BTreeMap;

use plinth_framework::{Computed, Context, Model, Set};

use crate::stored::Stored;

/// An object much of which cannot be changed in place.
#[derive(Model, Clone, Debug)]
pub struct Replaced {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Can be changed in place.
    pub label: Option<String>,
    /// Cannot, although it has a default.
    #[tf(replace, default = "small")]
    pub size: String,
    /// Parts in a list.
    pub list: Option<Vec<Part>>,
    /// Parts by name.
    pub map: Option<BTreeMap<String, Part>>,
    /// Pieces in no order. Their changes cannot be told from one another, so the set as a
    /// whole says that they cannot be changed in place.
    #[tf(replace)]
    pub set: Option<Set<Piece>>,
    /// Given by the remote side to each new object.
    pub id: Computed<String>,
}

/// A part.
#[derive(Model, Clone, Debug)]
pub struct Part {
    /// Can be changed in place.
    pub colour: String,
    /// Cannot.
    #[tf(replace)]
    pub kind: Option<String>,
}

/// A piece.
#[derive(Model, Clone, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: String,
    /// Has a default.
    #[tf(default = 1)]
    pub count: i64,
}

impl Stored for Replaced {
    const TYPE: &'static str = "replace";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        if self.id.is_unknown() {
            self.id = format!("{}-{}", self.name, self.size).into();
        }
    }
}
