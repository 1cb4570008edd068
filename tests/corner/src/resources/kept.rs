//! What a provider keeps beside the state.

use plinth_framework::{Change, Computed, Context, Model, PlannedAction, Result};

use crate::stored::Stored;

/// An object with private data.
#[derive(Model, Clone, Debug)]
pub struct Kept {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// What is remembered at the next change.
    pub label: String,
    /// The label before the last change.
    #[tf(volatile)]
    pub before: Computed<String>,
    /// Who last wrote to the private data: `plan` or `apply`.
    #[tf(volatile)]
    pub seen: Computed<String>,
}

impl Stored for Kept {
    const TYPE: &'static str = "kept";

    fn name(&self) -> &str {
        &self.name
    }

    fn plan(cx: &mut Context, change: &mut Change<'_, Self>) -> Result<()> {
        if change.action() == PlannedAction::Update {
            cx.private().set("writer", "plan");
        }
        Ok(())
    }

    fn settle(&mut self, cx: &mut Context) {
        self.before = cx.private().text("label").map(str::to_owned).into();
        self.seen = cx.private().text("writer").map(str::to_owned).into();
        cx.private().set("label", self.label.clone());
        cx.private().set("writer", "apply");
    }
}
