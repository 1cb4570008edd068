//! Data sources, ephemeral resources, functions, listings and actions on values.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use plinth_protocol::{
    ActionEvent, DynamicValue, FunctionError, FunctionSchema, ListEvent, Parameter, Type, Value,
};
use tokio::sync::mpsc::Sender;

use crate::action::{Action, Progress};
use crate::context::Context;
use crate::data_source::DataSource;
use crate::ephemeral::EphemeralResource;
use crate::erased::{AnyResource, Described};
use crate::function::Function;
use crate::list::{ListResource, Sink};
use crate::model::Model;
use crate::provider::Configure;
use crate::schema::{Attribute, Presence};
use crate::view::View;
use crate::{Diagnostics, Field, Result};

/// What every kind of configuration has: a schema, its checks, a time it may take.
pub(crate) trait Configured: Send + Sync {
    fn described(&self) -> &Described;
    fn timeout(&self) -> Duration;
    fn check(&self, config: &Value, found: &mut Diagnostics);
}

/// An author's value with the description of its model.
pub(crate) struct With<T> {
    pub(crate) author: T,
    pub(crate) described: Described,
}

macro_rules! configured {
    ($trait:ident, $model:ident) => {
        fn described(&self) -> &Described {
            &self.described
        }

        fn timeout(&self) -> Duration {
            T::TIMEOUT
        }

        fn check(&self, config: &Value, found: &mut Diagnostics) {
            $trait::check(&self.author, View::<T::$model>::new(config), found);
        }
    };
}

/// Keeps the four kinds apart for coherence: one author's type may be several of them.
pub(crate) struct As<K, T>(pub(crate) With<T>, pub(crate) PhantomData<fn() -> K>);

impl<K, T> As<K, T> {
    pub(crate) fn new<M: Model>(author: T) -> Self {
        Self(
            With {
                author,
                described: Described::of::<M>(0),
            },
            PhantomData,
        )
    }
}

impl<K, T> std::ops::Deref for As<K, T> {
    type Target = With<T>;

    fn deref(&self) -> &With<T> {
        &self.0
    }
}

pub(crate) enum Data {}
pub(crate) enum Ephemeral {}
pub(crate) enum Listing {}
pub(crate) enum Acting {}
pub(crate) enum Block {}

#[async_trait]
pub(crate) trait AnyDataSource: Configured {
    async fn read(&self, cx: &mut Context, config: Value) -> Result<Value>;
}

impl<T: DataSource> Configured for As<Data, T> {
    configured!(DataSource, Model);
}

#[async_trait]
impl<T: DataSource> AnyDataSource for As<Data, T> {
    async fn read(&self, cx: &mut Context, config: Value) -> Result<Value> {
        let config = T::Model::decode_object(config)?;
        Ok(Value::Map(self.author.read(cx, config).await?.to_object()))
    }
}

#[async_trait]
pub(crate) trait AnyEphemeral: Configured {
    async fn open(&self, cx: &mut Context, config: Value) -> Result<(Value, Option<SystemTime>)>;
    async fn renew(&self, cx: &mut Context) -> Result<Option<SystemTime>>;
    async fn close(&self, cx: &mut Context) -> Result<()>;
}

impl<T: EphemeralResource> Configured for As<Ephemeral, T> {
    configured!(EphemeralResource, Model);
}

#[async_trait]
impl<T: EphemeralResource> AnyEphemeral for As<Ephemeral, T> {
    async fn open(&self, cx: &mut Context, config: Value) -> Result<(Value, Option<SystemTime>)> {
        let config = T::Model::decode_object(config)?;
        let opened = self.author.open(cx, config).await?;
        Ok((Value::Map(opened.model.to_object()), opened.renew_at))
    }

    async fn renew(&self, cx: &mut Context) -> Result<Option<SystemTime>> {
        self.author.renew(cx).await
    }

    async fn close(&self, cx: &mut Context) -> Result<()> {
        self.author.close(cx).await
    }
}

#[async_trait]
pub(crate) trait AnyList: Configured {
    async fn list(
        &self,
        cx: &mut Context,
        config: Value,
        resource: &dyn AnyResource,
        wants_objects: bool,
        limit: Option<u64>,
        events: Sender<ListEvent>,
    );
}

impl<T: ListResource> Configured for As<Listing, T> {
    configured!(ListResource, Config);
}

#[async_trait]
impl<T: ListResource> AnyList for As<Listing, T> {
    async fn list(
        &self,
        cx: &mut Context,
        config: Value,
        resource: &dyn AnyResource,
        wants_objects: bool,
        limit: Option<u64>,
        events: Sender<ListEvent>,
    ) {
        let described = resource.described();
        let mut sink = Sink {
            events,
            object_type: described.ty.clone(),
            identity_type: described.identity.as_ref().map_or_else(
                || Type::Object(std::collections::BTreeMap::new()),
                |i| i.1.clone(),
            ),
            wants_objects,
            left: limit,
            of: PhantomData,
        };
        let listed = match T::Config::decode_object(config) {
            Ok(config) => self.author.list(cx, config, &mut sink).await,
            Err(error) => Err(error.into()),
        };
        let mut diagnostics = std::mem::take(&mut cx.warnings);
        if let Err(errors) = listed {
            diagnostics.append(errors);
        }
        if !diagnostics.0.is_empty() {
            sink.fail(diagnostics.0).await;
        }
    }
}

#[async_trait]
pub(crate) trait AnyAction: Configured {
    async fn plan(&self, cx: &mut Context) -> Result<()>;
    async fn invoke(&self, cx: &mut Context, config: Value, events: Sender<ActionEvent>);
}

impl<T: Action> Configured for As<Acting, T> {
    configured!(Action, Model);
}

#[async_trait]
impl<T: Action> AnyAction for As<Acting, T> {
    async fn plan(&self, cx: &mut Context) -> Result<()> {
        self.author.plan(cx).await
    }

    async fn invoke(&self, cx: &mut Context, config: Value, events: Sender<ActionEvent>) {
        let progress = Progress(events);
        let invoked = match T::Model::decode_object(config) {
            Ok(config) => self.author.invoke(cx, config, &progress).await,
            Err(error) => Err(error.into()),
        };
        let mut diagnostics = std::mem::take(&mut cx.warnings);
        if let Err(errors) = invoked {
            diagnostics.append(errors);
        }
        // Nobody listens any more: then nobody misses the end.
        drop(progress.0.send(ActionEvent::Completed(diagnostics.0)).await);
    }
}

#[async_trait]
pub(crate) trait AnyConfigure: Configured {
    async fn configure(&self, cx: &mut Context, config: Value) -> Result<()>;
    fn stop(&self);
}

impl<T: Configure> Configured for As<Block, T> {
    fn described(&self) -> &Described {
        &self.described
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn check(&self, config: &Value, found: &mut Diagnostics) {
        Configure::check(&self.author, View::<T::Model>::new(config), found);
    }
}

#[async_trait]
impl<T: Configure> AnyConfigure for As<Block, T> {
    async fn configure(&self, cx: &mut Context, config: Value) -> Result<()> {
        let config = T::Model::decode_object(config)?;
        self.author.configure(cx, config).await
    }

    fn stop(&self) {
        self.author.stop();
    }
}

pub(crate) trait AnyFunction: Send + Sync {
    fn schema(&self) -> FunctionSchema;
    fn call(&self, arguments: &[DynamicValue]) -> Result<DynamicValue, FunctionError>;
}

pub(crate) struct Callable<T> {
    author: T,
    parameters: Arc<Vec<Attribute>>,
}

impl<T: Function> Callable<T> {
    pub(crate) fn new(author: T) -> Self {
        Self {
            author,
            parameters: Arc::new(T::Arguments::schema().attributes),
        }
    }

    fn failed(&self, text: String, name: Option<&str>) -> FunctionError {
        let position = name.and_then(|name| self.parameters.iter().position(|p| p.name == name));
        FunctionError {
            text,
            argument: position.and_then(|i| i64::try_from(i).ok()),
        }
    }

    fn decode(&self, arguments: &[DynamicValue]) -> Result<Value, FunctionError> {
        let mut object = std::collections::BTreeMap::new();
        let mut given = arguments.iter().enumerate();
        for parameter in self.parameters.iter() {
            let ty = parameter.ty.to_type();
            let decode = |(i, argument): (usize, &DynamicValue), ty: &Type| {
                argument.decode(ty).map_err(|error| FunctionError {
                    text: error.to_string(),
                    argument: i64::try_from(i).ok(),
                })
            };
            let value = match &ty {
                Type::List(element) if parameter.variadic => {
                    let rest = given.by_ref().map(|argument| decode(argument, element));
                    Value::List(rest.collect::<Result<_, _>>()?)
                }
                _ => match given.next() {
                    Some(argument) => decode(argument, &ty)?,
                    None => Value::Null,
                },
            };
            for check in parameter.checks.iter().filter(|_| value.is_wholly_known()) {
                if value.is_null() && parameter.presence != Presence::Required {
                    continue;
                }
                check(&value).map_err(|error| {
                    let text = format!("the argument {}", error.message());
                    self.failed(text, Some(parameter.name.as_ref()))
                })?;
            }
            object.insert(parameter.name.to_string(), value);
        }
        Ok(Value::Map(object))
    }
}

impl<T: Function> AnyFunction for Callable<T> {
    fn schema(&self) -> FunctionSchema {
        let doc = T::Arguments::schema().doc;
        let summary = doc.lines().next().unwrap_or_default().to_owned();
        let parameter = |attribute: &Attribute| Parameter {
            name: attribute.name.to_string(),
            ty: match attribute.ty.to_type() {
                Type::List(element) if attribute.variadic => *element,
                ty => ty,
            },
            allow_null: attribute.presence != Presence::Required,
            allow_unknown: attribute.takes_unknown,
            description: attribute.doc.to_string(),
        };
        let (variadic, fixed): (Vec<_>, Vec<_>) = self
            .parameters
            .iter()
            .partition(|parameter| parameter.variadic);
        FunctionSchema {
            parameters: fixed.into_iter().map(parameter).collect(),
            variadic: variadic.first().copied().map(parameter),
            returns: T::Output::ty().to_type(),
            summary,
            description: doc.to_string(),
            deprecated: None,
        }
    }

    fn call(&self, arguments: &[DynamicValue]) -> Result<DynamicValue, FunctionError> {
        let arguments = self.decode(arguments)?;
        let arguments = T::Arguments::decode_object(arguments).map_err(|error| {
            let path = error.path(&plinth_protocol::Path::root());
            let name = path.0.first().and_then(|step| match step {
                plinth_protocol::Step::Attribute(name) => Some(name.as_str()),
                _ => None,
            });
            self.failed(format!("the argument {}", error.message()), name)
        })?;
        let output = self
            .author
            .call(arguments)
            .map_err(|error| self.failed(error.text, error.argument))?;
        Ok(DynamicValue::encode(
            &output.encode(),
            &T::Output::ty().to_type(),
        ))
    }
}
