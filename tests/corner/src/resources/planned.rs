//! A plan hook that knows computed values in advance, and defers where it may.

use plinth_framework::{Change, Computed, Context, Deferred, Maybe, Model, Result};

use crate::stored::Stored;

/// An object whose greeting is known at plan.
#[derive(Model, Clone, Debug)]
pub struct Planned {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Who is greeted.
    pub whom: String,
    /// Computed from the configuration, at plan already.
    pub greeting: Computed<String>,
}

impl Stored for Planned {
    const TYPE: &'static str = "planned";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        self.greeting = format!("Hello, {}!", self.whom).into();
    }

    fn plan(cx: &mut Context, change: &mut Change<'_, Self>) -> Result<()> {
        if change.planned_model().is_none() && change.planned().value(Self::AT.whom).is_null() {
            return Ok(());
        }
        if cx.defer(Deferred::ProviderConfigUnknown) {
            return Ok(());
        }
        match change.config().get(Self::AT.whom) {
            Maybe::Known(whom) => {
                let greeting = format!("Hello, {whom}!");
                change.set(Self::AT.greeting, &greeting.into())
            }
            Maybe::Unknown => change.set_unknown(Self::AT.greeting),
            Maybe::Null => Ok(()),
        }
    }
}
