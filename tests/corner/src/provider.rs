//! The provider block.

use std::collections::BTreeMap;

use plinth_framework::{Configure, Context, Maybe, Model, Result};

use crate::remote::Remote;
use crate::stores::{Store, Stores};

/// A provider of corner cases, for tests only.
#[derive(Model, Clone, Debug)]
pub struct BlockModel {
    /// Directory that holds a JSON file per object; must exist.
    pub directory: Maybe<String>,
    /// Named connections, each to a directory of its own or to one below another store.
    pub stores: Maybe<BTreeMap<String, Maybe<Store>>>,
}

pub struct Block {
    pub remote: Remote,
    pub stores: Stores,
}

impl Configure for Block {
    type Model = BlockModel;

    async fn configure(&self, _cx: &mut Context, config: BlockModel) -> Result<()> {
        self.remote.set(config.directory);
        self.stores.configure(config.stores);
        Ok(())
    }
}
