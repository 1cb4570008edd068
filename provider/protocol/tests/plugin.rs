//! Providers as processes, called the way Terraform calls them.

#![allow(clippy::disallowed_methods, reason = "the tests start providers")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing test may panic"
)]

mod client;

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::time::{Duration, Instant};

use client::{Identity, Plugin, command};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plinth_protocol::wire::health::HealthCheckRequest;
use plinth_protocol::wire::health::health_client::HealthClient;
use plinth_protocol::wire::plugin::Empty;
use plinth_protocol::wire::plugin::grpc_broker_client::GrpcBrokerClient;
use plinth_protocol::wire::plugin::grpc_controller_client::GrpcControllerClient;
use plinth_protocol::wire::plugin::grpc_stdio_client::GrpcStdioClient;
use plinth_protocol::wire::tfplugin6 as wire;
use plinth_protocol::{DynamicValue, Type, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tonic::Code;

fn read(type_name: &str) -> wire::read_data_source::Request {
    wire::read_data_source::Request {
        type_name: type_name.to_owned(),
        ..Default::default()
    }
}

fn pid(plugin: &Plugin) -> Pid {
    Pid::from_raw(plugin.child.id().unwrap().try_into().unwrap())
}

/// Waits for the end, which must be clean, prompt and leave no socket behind.
async fn ends(mut plugin: Plugin) -> String {
    let start = Instant::now();
    let status = plugin.child.wait().await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    assert!(status.success(), "{status}");
    if plugin.fields[2] == "unix" {
        assert!(
            !std::fs::exists(&plugin.fields[3]).unwrap(),
            "the socket is still there"
        );
    }
    let mut log = String::new();
    plugin
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .await
        .unwrap();
    log
}

async fn shut_down(plugin: Plugin, identity: Option<&Identity>) -> String {
    let mut controller = GrpcControllerClient::new(plugin.channel(identity).await);
    // A plugin may be gone before the answer is through.
    controller.shutdown(Empty {}).await.ok();
    ends(plugin).await
}

#[tokio::test]
async fn a_whole_life_over_mutual_tls() {
    let me = Identity::new();
    let plugin = Plugin::start("minimal", Some(&me)).await;
    assert_eq!(plugin.fields[..3], ["1", "6", "unix"]);
    assert_eq!(plugin.fields[4], "grpc");
    assert_eq!(plugin.fields.len(), 6);
    let socket = std::fs::metadata(&plugin.fields[3]).unwrap();
    assert!(socket.file_type().is_socket());
    assert_eq!(socket.permissions().mode() & 0o777, 0o600);

    let channel = plugin.channel(Some(&me)).await;
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let _stdio = stdio.stream_stdio(()).await.unwrap();
    let mut broker = GrpcBrokerClient::new(channel.clone());
    let _broker = broker
        .start_stream(futures_util::stream::pending())
        .await
        .unwrap();
    let mut health = HealthClient::new(channel);
    let asked = HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    assert_eq!(health.check(asked).await.unwrap().into_inner().status, 1);

    let mut provider = plugin.provider(Some(&me)).await;
    let request = wire::get_provider_schema::Request {};
    let schema = provider
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    assert!(
        schema
            .server_capabilities
            .unwrap()
            .get_provider_schema_optional
    );
    let greeting = schema.data_source_schemas["minimal_greeting"]
        .block
        .as_ref()
        .unwrap();
    assert_eq!(greeting.attributes[0].r#type, b"\"string\"");
    assert!(schema.provider.is_some());

    let ty = Type::object([("name", Type::String), ("text", Type::String)]);
    let config = Value::map([("name", Value::from("you")), ("text", Value::Null)]);
    let config = Some(DynamicValue::encode(&config, &ty).into());
    let request = wire::read_data_source::Request {
        config,
        ..read("minimal_greeting")
    };
    let state = provider
        .read_data_source(request)
        .await
        .unwrap()
        .into_inner()
        .state
        .unwrap();
    let state = DynamicValue::from(state).decode(&ty).unwrap();
    assert_eq!(state.get("text"), &"Hello, you!".into());

    let gone = provider
        .read_resource(wire::read_resource::Request::default())
        .await;
    assert_eq!(gone.unwrap_err().code(), Code::Unimplemented);
    let states = provider
        .get_states(wire::get_states::Request::default())
        .await;
    assert_eq!(states.unwrap_err().code(), Code::Unimplemented);

    assert_eq!(shut_down(plugin, Some(&me)).await, "");
}

#[tokio::test]
async fn only_the_client_with_the_certificate_is_let_in() {
    let me = Identity::new();
    let plugin = Plugin::start("minimal", Some(&me)).await;
    let other = Identity::new();
    for stranger in [None, Some(&other)] {
        let bytes = plugin.connect().await;
        let name = "localhost".try_into().unwrap();
        // With TLS 1.3 a client learns only afterwards that it was refused.
        if let Ok(mut stream) = plugin.tls(stranger).connect(name, bytes).await {
            stream
                .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                .await
                .ok();
            let mut answer = Vec::new();
            let error = stream.read_to_end(&mut answer).await.unwrap_err();
            assert!(error.to_string().contains("alert"), "{error}");
            assert!(answer.is_empty());
        }
    }
    // Without TLS nothing is answered either.
    let mut bytes = plugin.connect().await;
    bytes
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    bytes.read_to_end(&mut answer).await.ok();
    assert!(
        answer.len() < 16 && !answer.contains(&4),
        "no HTTP/2 settings: {answer:?}"
    );

    // A connection that never says anything keeps nobody else waiting.
    let _silent = plugin.connect().await;
    let mut provider = plugin.provider(Some(&me)).await;
    provider
        .get_metadata(wire::get_metadata::Request {})
        .await
        .unwrap();
    shut_down(plugin, Some(&me)).await;
}

#[tokio::test]
async fn started_by_hand_it_says_what_it_is() {
    for cookie in [None, Some("wrong")] {
        let mut command = command("minimal");
        command.env_remove("TF_PLUGIN_MAGIC_COOKIE");
        if let Some(cookie) = cookie {
            command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let output = command.output().await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("provider for Terraform and OpenTofu"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_broken_certificate_is_an_error() {
    let output = command("minimal")
        .env("PLUGIN_CLIENT_CERT", "nonsense")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("PLUGIN_CLIENT_CERT"), "{text}");
}

#[tokio::test]
async fn a_long_path_makes_it_listen_on_a_port() {
    let me = Identity::new();
    let plugin = Plugin::start_with("minimal", Some(&me), |command, directory| {
        let long = directory.join("x".repeat(100));
        std::fs::create_dir(&long).unwrap();
        command.env("TMPDIR", long);
    })
    .await;
    assert_eq!(plugin.fields[2], "tcp");
    let port = plugin.fields[3].strip_prefix("127.0.0.1:").unwrap();
    assert!((10_000..=25_000).contains(&port.parse::<u16>().unwrap()));
    let mut provider = plugin.provider(Some(&me)).await;
    provider
        .get_metadata(wire::get_metadata::Request {})
        .await
        .unwrap();
    shut_down(plugin, Some(&me)).await;
}

#[tokio::test]
async fn variables_choose_directory_and_seventh_field() {
    let plugin = Plugin::start_with("minimal", None, |command, directory| {
        let chosen = directory.join("chosen");
        std::fs::create_dir(&chosen).unwrap();
        let group = nix::unistd::getgid().to_string();
        command
            .env("PLUGIN_UNIX_SOCKET_DIR", chosen)
            .env("PLUGIN_UNIX_SOCKET_GROUP", group)
            .env("PLUGIN_MULTIPLEX_GRPC", "true");
    })
    .await;
    assert!(plugin.fields[3].contains("/chosen/plugin"));
    // No certificate, no TLS; and an answer to the question about multiplexing.
    assert_eq!(plugin.fields[4..], ["grpc", "", "false"]);
    let mode = std::fs::metadata(&plugin.fields[3])
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o660);
    shut_down(plugin, None).await;
}

#[tokio::test]
async fn it_ends_in_time_although_a_request_hangs() {
    let mut plugin = Plugin::start_with("misbehaving", None, |command, _| {
        command.env("TF_LOG", "INFO");
    })
    .await;
    let mut provider = plugin.provider(None).await;
    let hanging = tokio::spawn(async move { provider.read_data_source(read("hang")).await });
    let log = BufReader::new(plugin.child.stderr.as_mut().unwrap());
    let begun = log.lines().next_line().await.unwrap().unwrap();
    assert!(begun.contains("hanging"), "{begun}");
    shut_down(plugin, None).await;
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn a_request_outlives_its_caller() {
    let mut plugin = Plugin::start_with("misbehaving", None, |command, _| {
        command.env("TF_LOG", "INFO");
    })
    .await;
    let mut log = BufReader::new(plugin.child.stderr.take().unwrap()).lines();
    let mut provider = plugin.provider(None).await;
    let mut caller = provider.clone();
    let call = tokio::spawn(async move { caller.read_data_source(read("outlive")).await });
    assert!(log.next_line().await.unwrap().unwrap().contains("begun"));
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    // The same connection: the call's reset is read before the next request.
    provider
        .stop_provider(wire::stop_provider::Request {})
        .await
        .unwrap();
    assert!(log.next_line().await.unwrap().unwrap().contains("finished"));
}

#[tokio::test]
async fn interrupts_are_ignored_and_termination_is_not() {
    let plugin = Plugin::start("misbehaving", None).await;
    kill(pid(&plugin), Signal::SIGINT).unwrap();
    let mut provider = plugin.provider(None).await;
    provider
        .stop_provider(wire::stop_provider::Request {})
        .await
        .unwrap();
    kill(pid(&plugin), Signal::SIGINT).unwrap();
    provider.read_data_source(read("echo")).await.unwrap();
    kill(pid(&plugin), Signal::SIGTERM).unwrap();
    ends(plugin).await;
}

#[tokio::test]
async fn it_does_not_outlive_its_parent() {
    let directory = tempfile::tempdir().unwrap();
    let program = command("misbehaving").as_std().get_program().to_owned();
    // A shell that starts the provider and waits is its parent.
    let mut shell = command("misbehaving");
    let mut parent = tokio::process::Command::new("/bin/sh");
    parent.env_clear().envs(
        shell
            .as_std_mut()
            .get_envs()
            .filter_map(|(k, v)| Some((k, v?))),
    );
    parent.env("TMPDIR", directory.path());
    let script = "\"$0\" & echo $!; wait";
    parent.arg("-c").arg(script).arg(program).kill_on_drop(true);
    parent.stdout(std::process::Stdio::piped());
    let mut parent = parent.spawn().unwrap();
    let mut stdout = parent.stdout.take().unwrap();
    let mut text = String::new();
    while text.lines().count() < 2 || !text.ends_with('\n') {
        let mut chunk = [0; 256];
        let read = stdout.read(&mut chunk).await.unwrap();
        text.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
    }
    parent.kill().await.unwrap();
    // Its end closes the other end of the pipe.
    let rest = tokio::time::timeout(Duration::from_secs(5), stdout.read_to_string(&mut text));
    rest.await.expect("it ends by itself").unwrap();
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 0, "the socket is gone");
}

#[tokio::test]
async fn a_panic_fails_one_request_and_is_told() {
    let plugin = Plugin::start_with("misbehaving", None, |command, _| {
        command.env("TF_LOG_PROVIDER", "INFO");
    })
    .await;
    let mut provider = plugin.provider(None).await;
    let panicked = provider.read_data_source(read("panic")).await.unwrap_err();
    assert_eq!(panicked.code(), Code::Internal);
    let failed = provider.read_data_source(read("fail")).await.unwrap_err();
    assert_eq!(
        (failed.code(), failed.message()),
        (Code::Internal, "ReadDataSource: as asked")
    );
    provider.read_data_source(read("log")).await.unwrap();
    let log = shut_down(plugin, None).await;
    assert!(log.starts_with("panic: as asked\n"), "{log}");
    let lines: Vec<serde_json::Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let line = lines
        .iter()
        .find(|line| line["@message"] == "something happened")
        .unwrap();
    assert_eq!(line["@level"], "info");
    assert_eq!(line["@module"], "provider.misbehaving");
    assert_eq!(line["tf_rpc"], "ReadDataSource");
    assert_eq!(line["tf_data_source_type"], "log");
    assert_eq!(
        line["tf_provider_addr"],
        "registry.terraform.io/test/misbehaving"
    );
    assert!(line["tf_req_id"].is_string());
    assert!(
        lines
            .iter()
            .any(|line| line["error"] == "as asked" && line["@level"] == "error")
    );
}

#[tokio::test]
async fn large_messages_and_streams_pass() {
    let me = Identity::new();
    let plugin = Plugin::start("misbehaving", Some(&me)).await;
    let mut provider = plugin.provider(Some(&me)).await;
    let msgpack = vec![0x5a; 80 << 20];
    let config = Some(wire::DynamicValue {
        msgpack: msgpack.clone(),
        json: Vec::new(),
    });
    let request = wire::read_data_source::Request {
        config,
        ..read("echo")
    };
    let state = provider
        .read_data_source(request)
        .await
        .unwrap()
        .into_inner()
        .state
        .unwrap();
    assert!(state.msgpack == msgpack);

    let request = wire::invoke_action::Request::default();
    let mut events = provider.invoke_action(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    while let Some(event) = events.message().await.unwrap() {
        use wire::invoke_action::event::Type;
        told.push(match event.r#type.unwrap() {
            Type::Progress(progress) => progress.message,
            Type::Completed(_) => "end".to_owned(),
        });
    }
    assert_eq!(told, ["one", "two", "end"]);
    shut_down(plugin, Some(&me)).await;
}

#[tokio::test]
async fn every_request_is_answered() {
    let plugin = Plugin::start("misbehaving", None).await;
    let mut provider = plugin.provider(None).await;
    let mut answers = Vec::new();
    macro_rules! call {
        ($($rpc:ident)*) => {
            $(
                let request = wire::$rpc::Request::default();
                let code = provider.$rpc(request).await.map_or_else(|error| error.code(), |_| Code::Ok);
                answers.push((stringify!($rpc), code));
            )*
        };
    }
    call! {
        get_metadata get_provider_schema get_resource_identity_schemas get_functions
        validate_provider_config validate_resource_config validate_data_resource_config
        validate_ephemeral_resource_config validate_list_resource_config validate_action_config
        configure_provider read_data_source plan_action invoke_action stop_provider
    }
    for (rpc, code) in answers.drain(..) {
        assert_eq!(code, Code::Ok, "{rpc}");
    }
    call! {
        upgrade_resource_state upgrade_resource_identity read_resource plan_resource_change
        apply_resource_change import_resource_state move_resource_state generate_resource_config
        open_ephemeral_resource renew_ephemeral_resource close_ephemeral_resource
        list_resource call_function
        validate_state_store_config configure_state_store read_state_bytes lock_state
        unlock_state get_states delete_state
    }
    let chunks = futures_util::stream::iter([wire::write_state_bytes::RequestChunk::default()]);
    let written = provider
        .write_state_bytes(chunks)
        .await
        .map(drop)
        .unwrap_err();
    answers.push(("write_state_bytes", written.code()));
    for (rpc, code) in &answers {
        assert_eq!(*code, Code::Unimplemented, "{rpc}");
    }
    shut_down(plugin, None).await;
}

#[tokio::test]
async fn debug_mode_prints_how_to_reattach() {
    let plugin = Plugin::start_with("misbehaving", None, |command, _| {
        command.arg("--debug").env_remove("TF_PLUGIN_MAGIC_COOKIE");
    })
    .await;
    let line = plugin.fields.join("|");
    let json = line
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    let providers: serde_json::Value = serde_json::from_str(json).unwrap();
    for address in ["registry.terraform.io/test/misbehaving", "example.com/a/b"] {
        let config = &providers[address];
        assert_eq!(config["Protocol"], "grpc");
        assert_eq!(config["ProtocolVersion"].to_string(), "6");
        assert_eq!(
            config["Pid"].to_string(),
            plugin.child.id().unwrap().to_string()
        );
        assert_eq!(config["Test"], true);
        assert_eq!(config["Addr"]["Network"], "unix");
        let socket = config["Addr"]["String"].as_str().unwrap();
        assert!(std::fs::exists(socket).unwrap());
    }
    kill(pid(&plugin), Signal::SIGINT).unwrap();
    let mut child = plugin.child;
    assert!(child.wait().await.unwrap().success());
}
