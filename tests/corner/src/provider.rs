//! The provider block.

use plinth_framework::{Configure, Context, Maybe, Model, Result};

use crate::remote::Remote;

/// A provider of corner cases, for tests only.
#[derive(Model, Clone, Debug)]
pub struct BlockModel {
    /// Directory that holds a JSON file per object; must exist.
    pub directory: Maybe<String>,
}

pub struct Block(pub Remote);

impl Configure for Block {
    type Model = BlockModel;

    async fn configure(&self, _cx: &mut Context, config: BlockModel) -> Result<()> {
        self.0.set(config.directory);
        Ok(())
    }
}
