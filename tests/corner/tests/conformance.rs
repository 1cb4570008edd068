//! Every resource in-process, through the checks of Terraform re-expressed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

use plinth_conformance::driver::{Action, configure};
use plinth_conformance::generate::{Holes, any_config, any_config_pair};
use plinth_conformance::{Failure, Instance, oracle};
use plinth_framework::{Deferred, Number, Registry, Type, Value};
use plinth_protocol::{ClientCapabilities, MoveResourceState, Provider, ProviderSchema, RawState};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

/// How many lives each resource lives; `PROPTEST_CASES` says otherwise.
fn cases() -> u32 {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        Config::default().cases
    } else {
        48
    }
}

struct Corner {
    registry: Registry,
    schema: ProviderSchema,
    remote: TempDir,
}

impl Corner {
    async fn new() -> Self {
        let (registry, remote) = (corner::registry(), TempDir::new().unwrap());
        let schema = registry.schema();
        let corner = Self {
            registry,
            schema,
            remote,
        };
        corner
            .configure(Value::String(corner.remote.path().display().to_string()))
            .await;
        corner
    }

    async fn configure(&self, directory: Value) {
        let block = Value::map([("directory", directory)]);
        configure(&self.registry, &self.schema.provider, &block)
            .await
            .unwrap();
    }

    fn instance(&self, type_name: &str) -> Instance<'_> {
        Instance::of_schema(&self.registry, &self.schema, type_name).unwrap()
    }
}

/// Sets attributes of an object.
fn with(mut object: Value, attributes: &[(&str, Value)]) -> Value {
    if let Value::Map(object) = &mut object {
        for (name, value) in attributes {
            object.insert((*name).to_owned(), value.clone());
        }
    }
    object
}

/// Numbers that fit whatever integer they are meant for, and no set element twice.
fn tame(value: &Value, ty: &Type) -> Value {
    fn each(value: &Value) -> Value {
        match value {
            Value::Number(number) => {
                let size = number.to_string().bytes().map(i64::from).sum::<i64>();
                Value::from(size % 101)
            }
            Value::List(elements) => Value::List(elements.iter().map(each).collect()),
            Value::Map(elements) => Value::map(
                elements
                    .iter()
                    .map(|(key, element)| (key.clone(), each(element))),
            ),
            other => other.clone(),
        }
    }
    oracle::canonical(&each(value), ty)
}

/// An object of a resource, everything null but these.
fn object(schema: &ProviderSchema, type_name: &str, attributes: &[(&str, Value)]) -> Value {
    let block = &schema.resources[type_name].block;
    let nulls = block
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), Value::Null));
    with(Value::map(nulls), attributes)
}

#[test]
fn terraform_loads_the_schema() {
    assert_eq!(
        oracle::assert_provider_loads(&corner::registry().schema()),
        []
    );
}

/// Lives through random configurations: unknown at plan, changed in place, gone.
fn any_life(type_name: &str, fixed: &[(&str, Value)]) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let corner = runtime.block_on(Corner::new());
    let schema = &corner.schema.resources[type_name];
    let strategy = (any_config_pair(schema), any_config(schema, Holes::None));
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let ty = schema.block.to_type();
    let fit = |config: Value| {
        let config = if type_name == "corner_number" {
            config
        } else {
            tame(&config, &ty)
        };
        with(config, fixed)
    };
    let mut lived = 0;
    for _ in 0..cases() {
        let mut tree = strategy.new_tree(&mut runner).unwrap();
        let life = |((at_plan, at_apply), then): ((Value, Value), Value)| {
            runtime.block_on(live(
                &corner,
                type_name,
                [fit(at_plan), fit(at_apply), fit(then)],
            ))
        };
        match life(tree.current()) {
            Ok(()) => lived += 1,
            Err(Failure::Refused {
                rpc: "ValidateResourceConfig",
                ..
            }) => {}
            Err(_) => {
                let (mut least, mut why) = (tree.current(), None);
                let mut more = tree.simplify();
                for _ in 0..400 {
                    if !more {
                        break;
                    }
                    let now = tree.current();
                    match life(now.clone()) {
                        Err(failure) if !matches!(failure, Failure::Refused { .. }) => {
                            (least, why) = (now, Some(failure));
                            more = tree.simplify();
                        }
                        _ => more = tree.complicate(),
                    }
                }
                let why = why.or_else(|| life(least.clone()).err());
                panic!(
                    "{type_name}: {}\n{least:#?}",
                    why.map(|why| why.to_string()).unwrap_or_default()
                );
            }
        }
    }
    assert!(
        lived * 2 > cases(),
        "only {lived} configurations of {type_name} were accepted"
    );
}

async fn live(corner: &Corner, type_name: &str, configs: [Value; 3]) -> Result<(), Failure> {
    let [at_plan, at_apply, then] = configs;
    let mut instance = corner.instance(type_name);
    let result = async {
        let applied = instance.apply_resolved(&at_plan, &at_apply).await?;
        assert!(!applied.failed(), "{type_name}: {:?}", applied.diagnostics);
        let applied = instance.apply(&then).await?;
        assert!(!applied.failed(), "{type_name}: {:?}", applied.diagnostics);
        Ok(())
    }
    .await;
    if instance.state().is_some() {
        let gone = instance.destroy().await?;
        assert!(!gone.failed(), "{type_name}: {:?}", gone.diagnostics);
    }
    result
}

macro_rules! lives {
    ($($name:ident { $($attribute:ident: $value:expr),* })*) => {$(
        #[test]
        fn $name() {
            let fixed = [$((stringify!($attribute), Value::from($value))),*];
            any_life(concat!("corner_", stringify!($name)), &fixed);
        }
    )*};
}

lives! {
    bag { name: "x" }
    dynamic { name: "x" }
    history { name: "x" }
    item { name: "x" }
    kept { name: "x" }
    nested { name: "x", either: Value::Null }
    number {
        name: "x", float: Number::parse("1e308").unwrap(), floats: Value::Null, whole: -1, port: 1, ratio: Value::Null,
        ssh_port: Value::Null
    }
    old { name: "x" }
    once { name: "x", seed: "s" }
    planned { name: "x" }
    replace { name: "x" }
    secret { name: "x", delay: Value::Null, password: "canary" }
    text { name: "x" }
    thing { name: "x", zone: "here" }
    volatile { name: "x" }
    faulty { name: "x", fail: Value::Null, delay: Value::Null, timeouts: Value::Null }
}

#[tokio::test]
async fn deferral_needs_leave_and_a_reason() {
    let corner = Corner::new().await;
    let config = object(
        &corner.schema,
        "corner_planned",
        &[("name", "p".into()), ("whom", "you".into())],
    );
    let allowed = ClientCapabilities {
        deferral_allowed: true,
        write_only_attributes_allowed: true,
    };
    for (known, client, expected) in [
        (true, allowed, None),
        (false, allowed, Some(Deferred::ProviderConfigUnknown)),
        (
            false,
            ClientCapabilities {
                deferral_allowed: false,
                ..allowed
            },
            None,
        ),
    ] {
        let directory = Value::String(corner.remote.path().display().to_string());
        corner
            .configure(if known { directory } else { Value::UNKNOWN })
            .await;
        let planned = corner
            .instance("corner_planned")
            .client(client)
            .plan(&config)
            .await
            .unwrap();
        assert_eq!(planned.deferred, expected);
        if expected.is_none() {
            assert_eq!(planned.value.get("greeting"), &"Hello, you!".into());
        }
    }
}

#[tokio::test]
async fn write_only_needs_a_client_that_knows_it() {
    let corner = Corner::new().await;
    let config = object(
        &corner.schema,
        "corner_secret",
        &[("name", "s".into()), ("password", "canary".into())],
    );
    let old = ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: false,
    };
    let refused = corner
        .instance("corner_secret")
        .client(old)
        .plan(&config)
        .await
        .unwrap_err();
    let diagnostics = refused.diagnostics();
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].attribute, Some("password".into()));
    assert!(!refused.to_string().contains("canary"));
}

#[tokio::test]
async fn a_null_resource_becomes_another() {
    let corner = Corner::new().await;
    let request = |type_name: &str| MoveResourceState {
        source_provider_address: "registry.opentofu.org/hashicorp/null".to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: RawState {
            json: br#"{"id":"42","triggers":{"a":"b"}}"#.to_vec(),
            is_flatmap: false,
        },
        target_type_name: "corner_history".to_owned(),
        ..MoveResourceState::default()
    };
    let moved = corner
        .registry
        .move_state(request("null_resource"))
        .await
        .unwrap();
    let ty = corner.schema.resources["corner_history"].block.to_type();
    let state = moved.target_state.decode(&ty).unwrap();
    assert_eq!(state.get("name"), &"42".into());
    assert_eq!(state.get("origin"), &"null_resource".into());
    let refused = corner
        .registry
        .move_state(request("null_thing"))
        .await
        .unwrap();
    assert_eq!(
        refused.diagnostics[0].summary,
        "null_thing cannot become corner_history"
    );
}

#[tokio::test]
async fn stop_ends_what_runs() {
    let corner = Corner::new().await;
    let config = object(
        &corner.schema,
        "corner_faulty",
        &[("name", "slow".into()), ("delay", "10m".into())],
    );
    let mut instance = corner.instance("corner_faulty");
    let planned = instance.plan(&config).await.unwrap();
    let stop = async {
        // The create is polled first, and waits.
        tokio::task::yield_now().await;
        corner.registry.stop();
    };
    let (applied, ()) = tokio::join!(instance.apply_plan(&planned, &config), stop);
    let applied = applied.unwrap();
    assert!(applied.failed() && applied.state.is_null());
    assert_eq!(applied.diagnostics[0].summary, "Interrupted");
    // The provider goes on serving.
    let config = with(config, &[("delay", Value::Null)]);
    let applied = instance.apply(&config).await.unwrap();
    assert_eq!(applied.action, Action::Create);
}
