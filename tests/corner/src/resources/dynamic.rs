//! Values that bring their type along, and change it.

use plinth_framework::{Computed, Context, Dynamic, Model};

use crate::stored::Stored;

/// A value of any type.
#[derive(Model, Clone, Debug)]
pub struct Anything {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// Anything.
    pub value: Option<Dynamic>,
    /// The same, from the remote side.
    #[tf(volatile)]
    pub echo: Computed<Dynamic>,
}

impl Stored for Anything {
    const TYPE: &'static str = "dynamic";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        self.echo = self.value.clone().into();
    }
}
