//! A value that every change computes anew.

use plinth_framework::{Computed, Context, Model};

use crate::stored::Stored;

/// An object with a stamp.
#[derive(Model, Clone, Debug)]
pub struct Stamped {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Can be changed.
    pub label: Option<String>,
    /// How often it was written.
    #[tf(volatile)]
    pub writes: Computed<i64>,
    /// Given once.
    pub born_as: Computed<String>,
}

impl Stored for Stamped {
    const TYPE: &'static str = "volatile";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, cx: &mut Context) {
        let before = cx
            .private()
            .get("writes")
            .and_then(serde_json::Value::as_i64);
        let writes = before.unwrap_or(0) + 1;
        cx.private().set("writes", writes);
        self.writes = writes.into();
        if self.born_as.is_unknown() {
            self.born_as = self.label.clone().into();
        }
    }
}
