//! A data source: what lies in the directory.

use plinth_framework::{Computed, Context, DataSource, Model, Result};

use crate::remote::Remote;

/// An object as it lies in the directory.
#[derive(Model, Clone, Debug)]
pub struct Object {
    /// Type name without prefix.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Whether it is there.
    pub exists: Computed<bool>,
    /// Its JSON.
    pub json: Computed<String>,
}

pub struct Objects(pub Remote);

impl DataSource for Objects {
    const TYPE: &'static str = "object";
    type Model = Object;

    async fn read(&self, _cx: &mut Context, config: Object) -> Result<Object> {
        let json = self.0.text(&config.kind, &config.name)?;
        Ok(Object {
            exists: json.is_some().into(),
            json: json.into(),
            ..config
        })
    }
}
