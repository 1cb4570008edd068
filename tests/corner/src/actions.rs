//! An action that tells how far it is.

use plinth_framework::{Action, Context, Diagnostic, Model, Progress, Result};

use crate::remote::Remote;

/// Writes lines into a log, one after the other.
#[derive(Model, Clone, Debug)]
pub struct Lines {
    /// Name of the log.
    pub name: String,
    /// How many lines.
    #[tf(default = 3)]
    pub steps: i64,
    /// Whether it fails at the end.
    pub fail: Option<bool>,
}

pub struct Touch(pub Remote);

impl Action for Touch {
    const TYPE: &'static str = "touch";
    type Model = Lines;

    async fn invoke(&self, _cx: &mut Context, config: Lines, progress: &Progress) -> Result<()> {
        for step in 1..=config.steps {
            self.0.log("touch", &config.name, &format!("step {step}"))?;
            progress
                .say(format!("step {step} of {} is done", config.steps))
                .await;
        }
        if config.fail == Some(true) {
            return Err(Diagnostic::error("The action failed as it was told to").into());
        }
        Ok(())
    }
}
