//! A provider's process, from handshake to shutdown, seen by the client.

#![allow(clippy::expect_used, reason = "a test fails by it")]

use std::time::Duration;

use futures_util::StreamExt as _;
use plinth_conformance::client::{Address, ClientError, Launch, Security};
use plinth_conformance::driver::{self, Action};
use plinth_conformance::probe::{ITEM, Probe, item_type};
use plinth_conformance::{Client, Instance};
use plinth_protocol::wire::tfplugin6 as tf;
use plinth_protocol::{
    ActionEvent, ActionRequest, CallFunction, DynamicValue, HeldEphemeralResource, ListResource,
    MoveResourceState, OpenEphemeralResource, Provider, ReadDataSource, ReadResource, RpcError,
    Type, Upgrade, ValidateConfig, Value,
};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");

async fn start() -> Client {
    Client::start(PROBE).await.expect("the probe starts")
}

fn config(name: &str, size: impl Into<Value>) -> Value {
    Value::map([
        ("id", Value::Null),
        ("name", name.into()),
        ("size", size.into()),
        ("note", "n".into()),
        ("secret", "canary".into()),
        ("tags", Value::List(vec!["a".into(), "b".into()])),
    ])
}

fn reading(key: &str) -> (Type, DynamicValue) {
    let ty = Type::object([("key", Type::String), ("value", Type::String)]);
    let config = Value::map([("key", key.into()), ("value", Value::Null)]);
    let config = DynamicValue::encode(&config, &ty);
    (ty, config)
}

#[tokio::test]
async fn a_whole_life_over_grpc() {
    let client = start().await;
    let schema = client.schema();
    let provider = Value::map([("endpoint", Value::UNKNOWN)]);
    driver::configure(&client, &schema.provider, &provider)
        .await
        .expect("configure");
    let mut instance = Instance::new(&client, ITEM).expect("type");
    let created = instance
        .apply(&config("a", Value::Null))
        .await
        .expect("create");
    assert_eq!(created.action, Action::Create);
    assert_eq!(created.state.get("id"), &"id-a".into());
    assert_eq!(created.private, b"planned");
    let updated = instance.apply(&config("a", 2)).await.expect("update");
    assert_eq!(updated.action, Action::Update);
    let replaced = instance.apply(&config("b", 2)).await.expect("replace");
    assert_eq!(replaced.action, Action::Replace);
    let identity = Value::map([("name", Value::from("b"))]);
    assert_eq!(replaced.identity, Some(identity.clone()));
    let mut other = Instance::new(&client, ITEM).expect("type");
    other.import_identity(&identity).await.expect("import");
    assert_eq!(other.state().expect("state").value, replaced.state);
    instance.destroy().await.expect("destroy");
    assert!(other.refresh().await.expect("refresh").is_none());
    let refused = instance.plan(&config("", 2)).await.expect_err("refused");
    assert_eq!(refused.diagnostics()[0].attribute, Some("name".into()));
}

#[tokio::test]
async fn the_schema_comes_over_as_it_is() {
    assert_eq!(start().await.schema(), Probe::default().schema());
}

#[tokio::test]
async fn serves_and_ends_as_terraform_wants() {
    let (process, handshake, identity) = Launch::new(PROBE).spawn().await.expect("start");
    assert!(handshake.certificate.is_some());
    assert_eq!(handshake.multiplexed, None);
    let Address::Unix(socket) = &handshake.address else {
        panic!("no unix socket")
    };
    assert!(std::fs::exists(socket).expect("socket"));
    let client = Client::over(&handshake, identity.as_ref())
        .await
        .expect("connect");
    assert!(client.healthy().await.expect("health"));
    assert!(client.streams_open());
    client.stop_running().await.expect("stop");
    assert!(client.healthy().await.expect("still serves"));
    assert!(matches!(
        client.shutdown().await,
        Err(ClientError::Reattach(_))
    ));
    drop(process);

    let client = start().await;
    let ended = client.shutdown().await.expect("graceful end");
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.took < Duration::from_secs(2));
    assert_eq!(ended.stdout, Vec::<String>::new());
}

#[tokio::test]
async fn only_the_announced_client_is_let_in() {
    for security in [Security::NoCertificate, Security::WrongCertificate] {
        let client = Launch::new(PROBE).security(security).start().await;
        assert!(client.is_err(), "{security:?} was let in");
    }
    let plain = Launch::new(PROBE)
        .security(Security::None)
        .start()
        .await
        .expect("no TLS");
    assert!(plain.healthy().await.expect("health"));
}

#[tokio::test]
async fn a_person_is_told_what_it_is() {
    for launch in [
        Launch::new(PROBE).without_env("TF_PLUGIN_MAGIC_COOKIE"),
        Launch::new(PROBE).env("TF_PLUGIN_MAGIC_COOKIE", "wrong"),
    ] {
        match launch.start().await {
            Err(ClientError::Exited { status, stderr }) => {
                assert_eq!(status.code(), Some(1));
                assert!(stderr.concat().contains("Terraform"), "{stderr:?}");
            }
            other => panic!("did not end: {other:?}"),
        }
    }
    let missing = Launch::new("/nonexistent/provider").start().await;
    assert!(matches!(missing, Err(ClientError::Start(_))));
}

#[tokio::test]
async fn a_long_temporary_path_means_tcp() {
    let base = tempfile::tempdir().expect("directory");
    let long = base.path().join("d".repeat(150));
    std::fs::create_dir(&long).expect("directory");
    let (_process, handshake, identity) = Launch::new(PROBE)
        .env("TMPDIR", &long)
        .spawn()
        .await
        .expect("start");
    let Address::Tcp(address) = &handshake.address else {
        panic!("{handshake:?}")
    };
    let port: u16 = address
        .strip_prefix("127.0.0.1:")
        .expect("host")
        .parse()
        .expect("port");
    assert!((10_000..=25_000).contains(&port));
    let client = Client::over(&handshake, identity.as_ref())
        .await
        .expect("connect");
    assert!(client.healthy().await.expect("health"));
}

#[tokio::test]
async fn multiplexing_is_declined_when_asked_for() {
    let launch = Launch::new(PROBE).env("PLUGIN_MULTIPLEX_GRPC", "true");
    let (_process, handshake, _) = launch.spawn().await.expect("start");
    assert_eq!(handshake.multiplexed, Some(false));
}

#[tokio::test]
async fn messages_may_be_large() {
    let client = start().await;
    let Value::Map(mut large) = config("a", 1) else {
        unreachable!("an object")
    };
    large.insert("note".into(), "x".repeat(20 << 20).into());
    let mut instance = Instance::new(&client, ITEM).expect("type");
    instance.apply(&Value::Map(large)).await.expect("apply");
}

#[tokio::test]
async fn log_lines_are_json_and_tell_no_secret() {
    let client = Launch::new(PROBE)
        .env("TF_LOG", "TRACE")
        .start()
        .await
        .expect("start");
    let mut instance = Instance::new(&client, ITEM).expect("type");
    instance.apply(&config("a", 1)).await.expect("apply");
    let ended = client.shutdown().await.expect("end");
    assert!(!ended.stderr.is_empty());
    for line in &ended.stderr {
        let json: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        assert!(
            json["@message"].is_string() && json["@level"].is_string(),
            "{line}"
        );
        assert!(!line.contains("canary"), "{line}");
    }
}

#[tokio::test]
async fn a_running_provider_is_reattached() {
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
    let mut child = tokio::process::Command::new(PROBE)
        .arg("--debug")
        .kill_on_drop(true)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("start");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout").take(1 << 16)).lines();
    let json = loop {
        let line = lines
            .next_line()
            .await
            .expect("read")
            .expect("TF_REATTACH_PROVIDERS");
        if let Some((_, rest)) = line.split_once("TF_REATTACH_PROVIDERS='") {
            break rest.trim_end().trim_end_matches('\'').to_owned();
        }
    };
    for address in [
        "registry.terraform.io/plinth/probe",
        "registry.opentofu.org/plinth/probe",
    ] {
        let client = Client::reattach(&json, address).await.expect("reattach");
        let mut instance = Instance::new(&client, ITEM).expect("type");
        // The objects of the first one are there for the second: it is one process.
        match instance.import("a").await {
            Ok(state) => assert_eq!(state.value.get("id"), &"id-a".into()),
            Err(_) => drop(instance.apply(&config("a", 1)).await.expect("apply")),
        }
        let refused = client.shutdown().await;
        assert!(matches!(refused, Err(ClientError::Reattach(_))));
    }
    let error = Client::reattach(&json, "registry.terraform.io/plinth/other").await;
    assert!(matches!(
        error,
        Err(ClientError::Reattach("no such provider"))
    ));
}

#[tokio::test]
async fn data_ephemeral_and_functions() {
    let client = start().await;
    let (ty, config) = reading("k");
    let request = ReadDataSource {
        type_name: "probe_reading".into(),
        config: config.clone(),
        ..Default::default()
    };
    let read = client.read_data_source(request).await.expect("read");
    assert_eq!(
        read.state.decode(&ty).expect("value").get("value"),
        &"read".into()
    );

    let type_name = || "probe_lease".to_owned();
    let request = OpenEphemeralResource {
        type_name: type_name(),
        config,
        ..Default::default()
    };
    let opened = client.open_ephemeral_resource(request).await.expect("open");
    let renew_at = std::time::UNIX_EPOCH + Duration::new(1_900_000_000, 500);
    assert_eq!(opened.renew_at, Some(renew_at));
    let held = HeldEphemeralResource {
        type_name: type_name(),
        private: opened.private,
    };
    let renewed = client.renew_ephemeral_resource(held).await.expect("renew");
    assert_eq!(
        (renewed.private.as_deref(), renewed.renew_at),
        (Some(&b"lease"[..]), None)
    );
    let held = HeldEphemeralResource {
        type_name: type_name(),
        private: renewed.private,
    };
    assert_eq!(
        client.close_ephemeral_resource(held).await.expect("close"),
        []
    );
    let held = HeldEphemeralResource {
        type_name: type_name(),
        private: None,
    };
    assert!(!client.close_ephemeral_resource(held).await.expect("close")[0].is_error());

    let join = async |arguments: &[Value]| {
        let encode = |value| DynamicValue::encode(value, &Type::String);
        let arguments = arguments.iter().map(encode).collect();
        client
            .call_function(CallFunction {
                name: "join".into(),
                arguments,
            })
            .await
            .expect("call")
    };
    let joined = join(&["-".into(), "a".into(), "b".into()])
        .await
        .expect("result");
    assert_eq!(joined.decode(&Type::String).expect("text"), "a-b".into());
    let error = join(&["-".into(), "a".into(), Value::Null])
        .await
        .expect_err("null");
    assert_eq!(error.argument, Some(2));
}

#[tokio::test]
async fn lists_and_actions_stream() {
    let client = start().await;
    for name in ["a", "b", "c"] {
        let mut instance = Instance::new(&client, ITEM).expect("type");
        instance.apply(&config(name, 1)).await.expect("apply");
    }
    let list = async |limit, include_resource_object| {
        let config = DynamicValue::encode(&Value::map::<&str>([]), &Type::object::<&str>([]));
        let type_name = ITEM.to_owned();
        let request = ListResource {
            type_name,
            config,
            include_resource_object,
            limit,
        };
        client
            .list_resource(request)
            .await
            .expect("list")
            .collect::<Vec<_>>()
            .await
    };
    let all = list(0, true).await;
    assert_eq!(
        all.iter()
            .map(|event| &event.display_name)
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    let object = all[1].resource_object.as_ref().expect("object");
    assert_eq!(
        object.decode(&item_type()).expect("item").get("id"),
        &"id-b".into()
    );
    let two = list(2, false).await;
    assert_eq!(two.len(), 2);
    assert!(
        two.iter()
            .all(|event| event.resource_object.is_none() && event.identity.is_some())
    );

    let request = ActionRequest {
        type_name: "probe_ping".into(),
        ..ActionRequest::default()
    };
    client.plan_action(request.clone()).await.expect("plan");
    let events = client
        .invoke_action(request)
        .await
        .expect("invoke")
        .collect::<Vec<_>>()
        .await;
    let [ActionEvent::Progress(line), ActionEvent::Completed(end)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (line.as_str(), end[0].summary.as_str()),
        ("ping", "slow answer")
    );
}

#[tokio::test]
async fn the_rest_is_answered_too() {
    let client = start().await;
    let (_, config) = reading("k");
    let request = |type_name: &str| ValidateConfig {
        type_name: type_name.to_owned(),
        config: config.clone(),
        ..ValidateConfig::default()
    };
    let checked = [
        client.validate_data_source(request("probe_reading")).await,
        client
            .validate_ephemeral_resource(request("probe_lease"))
            .await,
        client.validate_list_resource(request(ITEM)).await,
        client.validate_action(request("probe_ping")).await,
    ];
    assert!(
        checked
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(Vec::is_empty)),
        "{checked:?}"
    );
    let unimplemented = [
        client.upgrade_identity(Upgrade::default()).await.err(),
        client.move_state(MoveResourceState::default()).await.err(),
        client
            .generate_config(plinth_protocol::GenerateResourceConfig::default())
            .await
            .err(),
    ];
    assert_eq!(unimplemented, [const { Some(RpcError::Unimplemented) }; 3]);
    // What the provider takes for a defect of the caller reaches it as an error.
    let nonsense = DynamicValue {
        msgpack: vec![0xc1],
        json: Vec::new(),
    };
    let request = ReadResource {
        current_state: nonsense,
        ..ReadResource::default()
    };
    assert!(matches!(
        client.read_resource(request).await,
        Err(RpcError::Internal(_))
    ));

    let mut raw = client.raw();
    let metadata = raw
        .get_metadata(tf::get_metadata::Request {})
        .await
        .expect("metadata");
    assert_eq!(metadata.into_inner().resources[0].type_name, ITEM);
    let functions = raw
        .get_functions(tf::get_functions::Request {})
        .await
        .expect("functions");
    assert!(functions.into_inner().functions.contains_key("join"));
    client.stop();
}

#[tokio::test]
async fn state_stores_are_not_there() {
    use tonic::Code::Unimplemented;
    let client = start().await;
    let mut raw = client.raw();
    macro_rules! code {
        ($method:ident) => {
            raw.$method(tf::$method::Request::default())
                .await
                .map(drop)
                .expect_err("none")
                .code()
        };
    }
    assert_eq!(code!(validate_state_store_config), Unimplemented);
    assert_eq!(code!(configure_state_store), Unimplemented);
    assert_eq!(code!(read_state_bytes), Unimplemented);
    assert_eq!(code!(lock_state), Unimplemented);
    assert_eq!(code!(unlock_state), Unimplemented);
    assert_eq!(code!(get_states), Unimplemented);
    assert_eq!(code!(delete_state), Unimplemented);
    let chunks = tokio_stream::iter([tf::write_state_bytes::RequestChunk::default()]);
    let written = raw
        .write_state_bytes(chunks)
        .await
        .map(drop)
        .expect_err("none");
    assert_eq!(written.code(), Unimplemented);
}
