//! What a provider consists of.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

use plinth_protocol::{ProviderSchema, ServerCapabilities};
use plinth_wait::Scope;

use crate::erased::{AnyResource, Erased};
use crate::erased_others::{
    AnyAction, AnyConfigure, AnyDataSource, AnyEphemeral, AnyFunction, AnyList, As, Callable,
};
use crate::{Action, Configure, DataSource, EphemeralResource, Function, ListResource, Resource};

/// A provider: its block, resources, data sources, ephemeral resources, functions, listings
/// and actions. Serves the plugin protocol as it is.
pub struct Registry {
    pub(crate) name: &'static str,
    pub(crate) provider: Arc<dyn AnyConfigure>,
    pub(crate) resources: BTreeMap<String, Arc<dyn AnyResource>>,
    pub(crate) data_sources: BTreeMap<String, Arc<dyn AnyDataSource>>,
    pub(crate) ephemeral: BTreeMap<String, Arc<dyn AnyEphemeral>>,
    pub(crate) lists: BTreeMap<String, Arc<dyn AnyList>>,
    pub(crate) actions: BTreeMap<String, Arc<dyn AnyAction>>,
    pub(crate) functions: BTreeMap<&'static str, Arc<dyn AnyFunction>>,
    pub(crate) running: Mutex<Scope>,
    pub(crate) provider_known: AtomicBool,
    pub(crate) schema: OnceLock<ProviderSchema>,
}

impl Registry {
    /// A provider of this name, which is also the prefix of all its types.
    pub fn new<C: Configure>(name: &'static str, block: C) -> Self {
        Self {
            name,
            provider: Arc::new(As::new::<C::Model>(block)),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral: BTreeMap::new(),
            lists: BTreeMap::new(),
            actions: BTreeMap::new(),
            functions: BTreeMap::new(),
            running: Mutex::new(Scope::new()),
            provider_known: AtomicBool::new(true),
            schema: OnceLock::new(),
        }
    }

    /// With this managed resource.
    pub fn resource<R: Resource>(mut self, resource: R) -> Self {
        let name = self.full_name(R::TYPE);
        self.resources.insert(name, Arc::new(Erased::new(resource)));
        self
    }

    /// With this data source.
    pub fn data_source<D: DataSource>(mut self, data_source: D) -> Self {
        let name = self.full_name(D::TYPE);
        self.data_sources
            .insert(name, Arc::new(As::new::<D::Model>(data_source)));
        self
    }

    /// With this ephemeral resource.
    pub fn ephemeral<E: EphemeralResource>(mut self, ephemeral: E) -> Self {
        let name = self.full_name(E::TYPE);
        self.ephemeral
            .insert(name, Arc::new(As::new::<E::Model>(ephemeral)));
        self
    }

    /// With this listing of a managed resource's objects.
    pub fn list<L: ListResource>(mut self, list: L) -> Self {
        let name = self.full_name(L::Resource::TYPE);
        self.lists
            .insert(name, Arc::new(As::new::<L::Config>(list)));
        self
    }

    /// With this action.
    pub fn action<A: Action>(mut self, action: A) -> Self {
        let name = self.full_name(A::TYPE);
        self.actions
            .insert(name, Arc::new(As::new::<A::Model>(action)));
        self
    }

    /// With this function.
    pub fn function<F: Function>(mut self, function: F) -> Self {
        self.functions
            .insert(F::NAME, Arc::new(Callable::new(function)));
        self
    }

    /// Everything the provider offers.
    pub fn schema(&self) -> ProviderSchema {
        self.schema.get_or_init(|| self.describe()).clone()
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }

    fn describe(&self) -> ProviderSchema {
        macro_rules! schemas {
            ($map:expr) => {
                $map.iter()
                    .map(|(name, one)| {
                        let described = one.described();
                        (name.clone(), described.object.to_wire(described.version))
                    })
                    .collect()
            };
        }
        ProviderSchema {
            provider: self.provider.described().object.to_wire(0),
            resources: schemas!(self.resources),
            data_sources: schemas!(self.data_sources),
            ephemeral_resources: schemas!(self.ephemeral),
            list_resources: schemas!(self.lists),
            actions: schemas!(self.actions),
            functions: self
                .functions
                .iter()
                .map(|(name, function)| ((*name).to_owned(), function.schema()))
                .collect(),
            identities: self
                .resources
                .iter()
                .filter_map(|(name, resource)| {
                    let (schema, _) = resource.described().identity.as_ref()?;
                    Some((name.clone(), schema.clone()))
                })
                .collect(),
            capabilities: ServerCapabilities {
                plan_destroy: true,
                schema_optional: true,
                move_state: true,
                generate_config: true,
            },
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
