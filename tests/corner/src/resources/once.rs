//! A value that can be set but not changed.

use plinth_framework::{Change, Context, Diagnostic, Model, PlannedAction, Result};

use crate::stored::Stored;

/// An object with a value that is written once.
#[derive(Model, Clone, Debug)]
pub struct Once {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Cannot be changed.
    pub seed: String,
    /// Can be changed.
    pub label: Option<String>,
}

impl Stored for Once {
    const TYPE: &'static str = "once";

    fn name(&self) -> &str {
        &self.name
    }

    fn plan(_cx: &mut Context, change: &mut Change<'_, Self>) -> Result<()> {
        if change.action() == PlannedAction::Update && change.changes(Self::AT.seed) {
            return Err(Diagnostic::error("seed cannot be changed")
                .detail("It was written once and for all. Set it back to what it was.")
                .at(Self::AT.seed)
                .into());
        }
        Ok(())
    }
}
