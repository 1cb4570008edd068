//! The framework's plan engine against Terraform's rules, over generated schemas.
//!
//! Each schema becomes one of the framework, with random defaults, replacement, volatile
//! attributes and spellings that mean the same. A provider made of nothing but the engine
//! then lives through create, update and destroy.

#![allow(clippy::expect_used, reason = "a test fails by it")]

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use plinth_conformance::Instance;
use plinth_conformance::driver::Action;
use plinth_conformance::generate::{
    Holes, Shape, any_config, any_config_pair, any_schema, any_state, any_value,
};
use plinth_conformance::oracle::{
    assert_object_compatible, assert_plan_valid, assert_requires_replace_paths, assert_schema_loads,
};
use plinth_framework::plan::plan;
use plinth_framework::schema::Canonical;
use plinth_framework::{Attribute, AttributeType, ObjectSchema, Presence};
use plinth_protocol as wire;
use plinth_protocol::{
    ApplyResourceChange, ApplyResourceChangeResponse, DynamicValue, PlanResourceChange,
    PlanResourceChangeResponse, Provider, ProviderSchema, ReadResource, ReadResourceResponse,
    RpcError, Type, Upgrade, Upgraded, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Nested blocks are no thing of the framework.
const SHAPE: Shape = Shape {
    depth: 2,
    blocks: false,
    write_only: true,
    dynamic: true,
    optional_computed: true,
    set_defaults: false,
};

/// What is thrown for an attribute.
type Die = (u8, Value);

fn any_object() -> impl Strategy<Value = ObjectSchema> {
    let die = (any::<u8>(), any_value(&Type::String, Holes::None));
    (any_schema(SHAPE), vec(die, 16)).prop_map(|(schema, dice)| {
        let mut dice = dice.into_iter().cycle();
        object(&schema.block.attributes, &mut dice)
    })
}

fn object(attributes: &[wire::Attribute], dice: &mut impl Iterator<Item = Die>) -> ObjectSchema {
    let attributes = attributes
        .iter()
        .map(|attribute| convert(attribute, dice))
        .collect();
    ObjectSchema {
        attributes,
        ..ObjectSchema::default()
    }
}

fn convert(attribute: &wire::Attribute, dice: &mut impl Iterator<Item = Die>) -> Attribute {
    let (die, text) = dice.next().expect("dice go on for ever");
    let presence = match (attribute.required, attribute.optional, attribute.computed) {
        (true, ..) => Presence::Required,
        (_, true, true) => Presence::OptionalComputed,
        (_, true, false) => Presence::Optional,
        (_, false, _) => Presence::Computed,
    };
    let text_attribute = attribute.ty == wire::AttributeType::Plain(Type::String);
    let ty = match &attribute.ty {
        wire::AttributeType::Plain(ty) => AttributeType::Plain(ty.clone()),
        wire::AttributeType::Nested(nesting, inner) => {
            AttributeType::Nested(*nesting, Arc::new(object(inner, dice)))
        }
    };
    let has_default = text_attribute && presence == Presence::OptionalComputed && die & 1 == 1;
    Attribute {
        default: has_default.then_some(text),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        replace: die & 0b110 == 0b110,
        // A volatile attribute with a default would never come to rest.
        volatile: attribute.computed && !has_default && die & 0b1_1000 == 0b1_1000,
        canonical: (text_attribute && die & 0b10_0000 == 0b10_0000)
            .then(|| Arc::new(first_letter) as Canonical),
        ..Attribute::new(Cow::Owned(attribute.name.clone()), ty, presence)
    }
}

/// Texts with the same first letter mean the same.
fn first_letter(value: &Value) -> Value {
    let letter = |text: &str| text.chars().take(1).collect::<String>();
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| letter(text).into())
}

fn any_case() -> impl Strategy<Value = (ObjectSchema, Value, (Value, Value))> {
    any_object().prop_flat_map(|object| {
        let schema = object.to_wire(0);
        let for_state = schema.clone();
        let state = any_config(&schema, Holes::Null)
            .prop_flat_map(move |config| any_state(&for_state, &config));
        (Just(object), state, any_config_pair(&schema))
    })
}

/// A provider of one resource that is nothing but the engine; its API is a variable.
struct Engine {
    object: ObjectSchema,
    api: Mutex<Value>,
}

impl Engine {
    fn new(object: ObjectSchema) -> Self {
        Self {
            object,
            api: Mutex::new(Value::Null),
        }
    }

    fn decode(&self, value: &DynamicValue) -> Result<Value, RpcError> {
        let decoded = value.decode(&self.object.to_type());
        decoded.map_err(|error| RpcError::Internal(error.to_string()))
    }

    fn encode(&self, value: &Value) -> DynamicValue {
        DynamicValue::encode(value, &self.object.to_type())
    }
}

#[wire::async_trait]
impl Provider for Engine {
    fn schema(&self) -> ProviderSchema {
        let mut schema = ProviderSchema::default();
        schema
            .resources
            .insert("engine".to_owned(), self.object.to_wire(0));
        schema
    }

    async fn upgrade_state(&self, request: Upgrade) -> Result<Upgraded, RpcError> {
        let value = Value::from_json(&request.raw.json, &self.object.to_type());
        let value = value.map_err(|error| RpcError::Internal(error.to_string()))?;
        Ok(Upgraded {
            value: self.encode(&value),
            diagnostics: Vec::new(),
        })
    }

    async fn read_resource(&self, request: ReadResource) -> Result<ReadResourceResponse, RpcError> {
        let new_state = self.encode(&self.api.lock().expect("lock"));
        let private = request.private;
        Ok(ReadResourceResponse {
            new_state,
            private,
            ..ReadResourceResponse::default()
        })
    }

    async fn plan_resource(
        &self,
        request: PlanResourceChange,
    ) -> Result<PlanResourceChangeResponse, RpcError> {
        let config = self.decode(&request.config)?;
        if config.is_null() {
            return Ok(PlanResourceChangeResponse::default());
        }
        let planned = plan(&self.object, &self.decode(&request.prior_state)?, &config);
        Ok(PlanResourceChangeResponse {
            planned_state: self.encode(&planned.state),
            requires_replace: planned.requires_replace,
            ..PlanResourceChangeResponse::default()
        })
    }

    async fn apply_resource(
        &self,
        request: ApplyResourceChange,
    ) -> Result<ApplyResourceChangeResponse, RpcError> {
        let planned = self.decode(&request.planned_state)?;
        let state = settle_object(&self.object, &planned);
        self.api.lock().expect("lock").clone_from(&state);
        let new_state = self.encode(&state);
        Ok(ApplyResourceChangeResponse {
            new_state,
            ..ApplyResourceChangeResponse::default()
        })
    }
}

/// What the API makes of a plan: every unknown value gets known.
fn settle_object(schema: &ObjectSchema, planned: &Value) -> Value {
    if planned.is_null() {
        return Value::Null;
    }
    Value::map(schema.attributes.iter().map(|attribute| {
        let value = if planned.is_unknown() {
            &Value::UNKNOWN
        } else {
            planned.get(&attribute.name)
        };
        (attribute.name.to_string(), settle(attribute, value))
    }))
}

fn settle(attribute: &Attribute, planned: &Value) -> Value {
    use plinth_protocol::Nesting;
    match (&attribute.ty, planned) {
        _ if attribute.write_only => Value::Null,
        (AttributeType::Plain(ty), Value::Unknown(_)) => made_up(ty),
        (AttributeType::Nested(Nesting::List | Nesting::Set, _), Value::Unknown(_)) => {
            Value::List(Vec::new())
        }
        (AttributeType::Nested(Nesting::Map, _), Value::Unknown(_)) => Value::map::<&str>([]),
        (AttributeType::Nested(Nesting::Single, inner), _) => settle_object(inner, planned),
        (AttributeType::Nested(_, inner), Value::List(elements)) => Value::List(
            elements
                .iter()
                .map(|element| settle_object(inner, element))
                .collect(),
        ),
        (AttributeType::Nested(_, inner), Value::Map(elements)) => Value::map(
            elements
                .iter()
                .map(|(key, element)| (key, settle_object(inner, element))),
        ),
        _ => planned.clone(),
    }
}

fn made_up(ty: &Type) -> Value {
    match ty {
        Type::String => "made up".into(),
        Type::Number => 7.into(),
        Type::Bool => true.into(),
        Type::Dynamic => Value::Dynamic(Box::new((Type::Bool, true.into()))),
        Type::List(_) | Type::Set(_) => Value::List(Vec::new()),
        Type::Map(_) => Value::map::<&str>([]),
        Type::Tuple(types) => Value::List(types.iter().map(made_up).collect()),
        Type::Object(types) => Value::map(types.iter().map(|(name, ty)| (name, made_up(ty)))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schemas_load(object in any_object()) {
        prop_assert_eq!(assert_schema_loads(&object.to_wire(0)), []);
    }

    #[test]
    fn plans_are_valid((object, state, (config, _)) in any_case()) {
        let schema = object.to_wire(0);
        for prior in [Value::Null, state] {
            let planned = plan(&object, &prior, &config);
            prop_assert_eq!(assert_plan_valid(&schema, &prior, &config, &planned.state), []);
            let replace = &planned.requires_replace;
            let lost = assert_requires_replace_paths(&schema, &prior, &planned.state, replace);
            prop_assert_eq!(lost, []);
        }
    }

    #[test]
    fn final_plans_complete_the_first((object, state, (at_plan, at_apply)) in any_case()) {
        let schema = object.to_wire(0);
        for prior in [Value::Null, state] {
            let first = plan(&object, &prior, &at_plan).state;
            let last = plan(&object, &prior, &at_apply).state;
            prop_assert_eq!(assert_object_compatible(&schema, &first, &last), []);
        }
    }

    #[test]
    fn objects_live_by_the_rules(
        (object, pairs) in any_object().prop_flat_map(|object| {
            let pairs = vec(any_config_pair(&object.to_wire(0)), 3);
            (Just(object), pairs)
        }),
    ) {
        let engine = Engine::new(object);
        live(&engine, &pairs).map_err(TestCaseError::fail)?;
    }
}

/// Applies one configuration after another, and destroys.
fn live(engine: &Engine, configs: &[(Value, Value)]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("runtime");
    runtime.block_on(async {
        let mut instance = Instance::new(engine, "engine").map_err(|error| error.to_string())?;
        for (at_plan, at_apply) in configs {
            let applied = instance.apply_resolved(at_plan, at_apply).await;
            let applied = applied.map_err(|error| error.to_string())?;
            assert_ne!(applied.action, Action::Delete);
        }
        instance
            .destroy()
            .await
            .map_err(|error| error.to_string())?;
        Ok(())
    })
}
