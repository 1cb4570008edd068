//! Authors' types behind one object-safe interface: values are converted once, here.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use plinth_protocol::{Diagnostic, IdentityAttribute, IdentitySchema, Path, Type, Value};

use crate::change::Change;
use crate::context::Context;
use crate::model::Model;
use crate::resource::{Identity, Import, Resource};
use crate::schema::{ObjectSchema, Presence};
use crate::view::View;
use crate::{Diagnostics, Result};

/// A schema with what is derived from it once.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) object: ObjectSchema,
    pub(crate) ty: Type,
    pub(crate) version: i64,
    pub(crate) identity: Option<(IdentitySchema, Type)>,
}

impl Described {
    pub(crate) fn of<M: Model>(version: i64) -> Self {
        let object = M::schema();
        let ty = object.to_type();
        Self {
            object,
            ty,
            version,
            identity: None,
        }
    }
}

fn identity_schema<I: Model>() -> Option<(IdentitySchema, Type)> {
    let object = I::schema();
    if object.attributes.is_empty() {
        return None;
    }
    let attributes = object.attributes.iter().map(|attribute| IdentityAttribute {
        name: attribute.name.to_string(),
        ty: attribute.ty.to_type(),
        required: attribute.presence == Presence::Required,
        description: attribute.doc.to_string(),
    });
    let schema = IdentitySchema {
        version: 0,
        attributes: attributes.collect(),
    };
    let ty = schema.to_type();
    Some((schema, ty))
}

/// A [`Resource`] on values.
#[async_trait]
pub(crate) trait AnyResource: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn timeout(&self) -> Duration;
    fn described(&self) -> &Described;
    fn check(&self, config: &Value, found: &mut Diagnostics);
    async fn plan(
        &self,
        cx: &mut Context,
        prior: &Value,
        config: &Value,
        planned: &mut Value,
        requires_replace: &mut Vec<Path>,
    ) -> Result<()>;
    async fn create(&self, cx: &mut Context, planned: Value) -> Result<Value>;
    async fn read(&self, cx: &mut Context, state: Value) -> Result<Option<Value>>;
    async fn update(&self, cx: &mut Context, prior: Value, planned: Value) -> Result<Value>;
    async fn delete(&self, cx: &mut Context, state: Value) -> Result<()>;
    async fn import(&self, cx: &mut Context, target: Import<Value>) -> Result<Value>;
    fn identity_of(&self, state: &Value) -> Option<Value>;
    fn upgrade(&self, from: i64, json: &[u8]) -> Result<Value>;
    fn move_from(&self, provider: &str, type_name: &str, json: &[u8]) -> Result<Option<Value>>;
}

pub(crate) struct Erased<R> {
    resource: R,
    described: OnceLock<Described>,
}

impl<R> Erased<R> {
    pub(crate) fn new(resource: R) -> Self {
        Self {
            resource,
            described: OnceLock::new(),
        }
    }
}

fn encode<M: Model>(model: &M) -> Value {
    Value::Map(model.to_object())
}

/// A state that does not fit its model is no mistake of the user's configuration.
fn decode<M: Model>(value: Value, what: &str) -> Result<M> {
    M::decode_object(value).map_err(|error| {
        let path = error.path(&Path::root());
        Diagnostic::error(format!("The {what} does not fit the provider's schema"))
            .detail(format!("At {path}: the value {}.", error.message()))
            .at(path)
            .into()
    })
}

#[async_trait]
impl<R: Resource> AnyResource for Erased<R> {
    fn type_name(&self) -> &'static str {
        R::TYPE
    }

    fn timeout(&self) -> Duration {
        R::TIMEOUT
    }

    fn described(&self) -> &Described {
        self.described.get_or_init(|| Described {
            identity: identity_schema::<R::Identity>(),
            ..Described::of::<R::Model>(R::VERSION)
        })
    }

    fn check(&self, config: &Value, found: &mut Diagnostics) {
        self.resource.check(View::new(config), found);
    }

    async fn plan(
        &self,
        cx: &mut Context,
        prior: &Value,
        config: &Value,
        planned: &mut Value,
        requires_replace: &mut Vec<Path>,
    ) -> Result<()> {
        let schema = &self.described().object;
        let mut change = Change::new(schema, prior, config, planned, requires_replace);
        self.resource.plan(cx, &mut change).await
    }

    async fn create(&self, cx: &mut Context, planned: Value) -> Result<Value> {
        let planned = decode(planned, "plan")?;
        self.resource
            .create(cx, planned)
            .await
            .map(|model| encode(&model))
    }

    async fn read(&self, cx: &mut Context, state: Value) -> Result<Option<Value>> {
        let state = decode(state, "state")?;
        Ok(self
            .resource
            .read(cx, state)
            .await?
            .map(|model| encode(&model)))
    }

    async fn update(&self, cx: &mut Context, prior: Value, planned: Value) -> Result<Value> {
        let (prior, planned) = (decode(prior, "state")?, decode(planned, "plan")?);
        self.resource
            .update(cx, prior, planned)
            .await
            .map(|model| encode(&model))
    }

    async fn delete(&self, cx: &mut Context, state: Value) -> Result<()> {
        self.resource.delete(cx, decode(state, "state")?).await
    }

    async fn import(&self, cx: &mut Context, target: Import<Value>) -> Result<Value> {
        let target = match target {
            Import::Id(id) => Import::Id(id),
            Import::Identity(identity) => Import::Identity(decode(identity, "identity")?),
        };
        self.resource
            .import(cx, target)
            .await
            .map(|model| encode(&model))
    }

    fn identity_of(&self, state: &Value) -> Option<Value> {
        self.described().identity.as_ref()?;
        let model = R::Model::decode_object(state.clone()).ok()?;
        Some(encode(&R::Identity::of(&model)))
    }

    fn upgrade(&self, from: i64, json: &[u8]) -> Result<Value> {
        let described = self.described();
        if from > R::VERSION {
            return Err(Diagnostic::error(format!("The state of {} is too new", R::TYPE))
                .detail(format!(
                    "It was written by schema version {from}; this provider knows versions up to \
                     {}.\n\nUse a newer version of the provider.",
                    R::VERSION
                ))
                .into());
        }
        let unreadable = |error: &dyn std::error::Error| {
            Diagnostics::from(
                Diagnostic::error(format!("The state of {} cannot be read", R::TYPE))
                    .detail(format!("It was written by schema version {from}."))
                    .caused_by(error),
            )
        };
        if from == R::VERSION {
            return Value::from_json(json, &described.ty).map_err(|error| unreadable(&error));
        }
        let upgrades = self.resource.upgrades();
        let Some(upgrade) = upgrades.into_iter().find(|upgrade| upgrade.from == from) else {
            return Err(
                Diagnostic::error(format!("The state of {} is too old", R::TYPE))
                    .detail(format!(
                        "It was written by schema version {from}, from which this provider cannot \
                     upgrade to version {}.\n\nApply once with an older version of the provider \
                     first, or remove the object from the state and import it again.",
                        R::VERSION
                    ))
                    .into(),
            );
        };
        let old = Value::from_json(json, &upgrade.ty).map_err(|error| unreadable(&error))?;
        (upgrade.convert)(old).map(|model| encode(&model))
    }

    fn move_from(&self, provider: &str, type_name: &str, json: &[u8]) -> Result<Option<Value>> {
        let moves = self.resource.moves();
        let Some(fitting) = moves.into_iter().find(|m| m.fits(provider, type_name)) else {
            return Ok(None);
        };
        let (old, _ignored) = Value::from_json_lenient(json, &fitting.ty).map_err(|error| {
            Diagnostic::error(format!("The state of {type_name} cannot be read")).caused_by(&error)
        })?;
        (fitting.convert)(old).map(|model| Some(encode(&model)))
    }
}

/// The attributes of an object; of anything else there are none.
pub(crate) fn attributes(value: Value) -> BTreeMap<String, Value> {
    match value {
        Value::Map(attributes) => attributes,
        _ => BTreeMap::new(),
    }
}
