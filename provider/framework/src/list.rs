//! Listing objects that Terraform may not know yet (`terraform query`, Terraform ≥ 1.14).

use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::time::Duration;

use plinth_protocol::{Diagnostic, DynamicValue, ListEvent, Type, Value};
use tokio::sync::mpsc::Sender;

use crate::context::Context;
use crate::model::Model;
use crate::resource::{Identity, Resource};
use crate::view::View;
use crate::{Diagnostics, Result};

/// Finds the objects of a managed resource that has an identity.
pub trait ListResource: Send + Sync + 'static {
    /// How long a listing may take.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// The managed resource whose objects are listed.
    type Resource: Resource;

    /// The configuration.
    type Config: Model;

    /// Checks what types and rules cannot say; parts of the configuration may be unknown.
    fn check(&self, _config: View<'_, Self::Config>, _found: &mut Diagnostics) {}

    /// Gives each object to `sink`, until that breaks off.
    fn list(
        &self,
        cx: &mut Context,
        config: Self::Config,
        sink: &mut Sink<Self::Resource>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Where the objects found go, one by one, as they are found.
#[derive(Debug)]
pub struct Sink<R> {
    pub(crate) events: Sender<ListEvent>,
    pub(crate) object_type: Type,
    pub(crate) identity_type: Type,
    pub(crate) wants_objects: bool,
    pub(crate) left: Option<u64>,
    pub(crate) of: PhantomData<fn() -> R>,
}

impl<R: Resource> Sink<R> {
    /// Whether whole objects are wanted, or identities only.
    pub fn wants_objects(&self) -> bool {
        self.wants_objects
    }

    /// An object was found. Breaks when enough were found or nobody listens any more.
    pub async fn found(&mut self, display_name: &str, object: &R::Model) -> ControlFlow<()> {
        let resource_object = self
            .wants_objects
            .then(|| DynamicValue::encode(&Value::Map(object.to_object()), &self.object_type));
        self.send(display_name, &R::Identity::of(object), resource_object)
            .await
    }

    /// An object was found of which no more is known than its identity.
    pub async fn found_identity(
        &mut self,
        display_name: &str,
        identity: &R::Identity,
    ) -> ControlFlow<()> {
        self.send(display_name, identity, None).await
    }

    pub(crate) async fn fail(&mut self, diagnostics: Vec<Diagnostic>) {
        let event = ListEvent {
            diagnostics,
            ..ListEvent::default()
        };
        // Nobody listens any more: then nobody misses it.
        drop(self.events.send(event).await);
    }

    async fn send(
        &mut self,
        display_name: &str,
        identity: &R::Identity,
        resource_object: Option<DynamicValue>,
    ) -> ControlFlow<()> {
        if self.left == Some(0) {
            return ControlFlow::Break(());
        }
        let identity = Value::Map(identity.to_object());
        let event = ListEvent {
            identity: Some(DynamicValue::encode(&identity, &self.identity_type)),
            display_name: display_name.to_owned(),
            resource_object,
            diagnostics: Vec::new(),
        };
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        if self.events.send(event).await.is_err() || self.left == Some(0) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}
