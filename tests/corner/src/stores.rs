//! Named connections, some made from others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use plinth_framework::connections::{Connections, Derived, Lineage, NoConnection};
use plinth_framework::{Computed, Context, DataSource, Maybe, Model, Result};

const KIND: &str = "stores";

/// A connection to a directory.
#[derive(Model, Clone, Debug)]
pub struct Store {
    /// Where it is; for a store below another one, a relative path.
    pub path: Maybe<String>,
    /// The store that it lies below.
    pub below: Maybe<String>,
}

#[derive(Clone)]
pub struct Stores {
    configured: Arc<Connections<Store>>,
    opened: Arc<Derived<PathBuf>>,
}

impl Default for Stores {
    fn default() -> Self {
        Self {
            configured: Arc::new(Connections::new(KIND)),
            opened: Arc::default(),
        }
    }
}

impl Stores {
    pub fn configure(&self, stores: Maybe<BTreeMap<String, Maybe<Store>>>) {
        self.opened.forget();
        self.configured.configure(stores, |store| {
            !store.path.is_unknown() && !store.below.is_unknown()
        });
    }

    async fn open(&self, lineage: Lineage, name: Option<&str>) -> Result<PathBuf, NoConnection> {
        let (name, store) = self.configured.find(name)?;
        let make = async |inner| {
            let path = PathBuf::from(store.path.as_known().cloned().unwrap_or_default());
            match store.below.as_known() {
                Some(base) => Ok(Box::pin(self.open(inner, Some(base))).await?.join(path)),
                None => Ok::<_, NoConnection>(path),
            }
        };
        self.opened
            .get(&lineage, KIND, &name, make)
            .await
            .map(|path| path.as_ref().clone())
    }
}

/// A store, opened.
#[derive(Model, Clone, Debug)]
pub struct Opened {
    /// Name of the connection.
    pub name: Option<String>,
    /// The directory.
    pub path: Computed<String>,
}

pub struct OpenStore(pub Stores);

impl DataSource for OpenStore {
    const TYPE: &'static str = "store";
    type Model = Opened;

    async fn read(&self, _cx: &mut Context, config: Opened) -> Result<Opened> {
        let opened = self.0.open(Lineage::new(), config.name.as_deref()).await;
        let path = opened.map_err(|missing| missing.into_diagnostic(Opened::AT.name))?;
        Ok(Opened {
            path: path.display().to_string().into(),
            ..config
        })
    }
}
