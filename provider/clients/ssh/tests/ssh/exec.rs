//! Commands: output, input, how they end, many at a time.

use std::time::{Duration, Instant};

use futures_util::future::{join_all, try_join_all};
use plinth_lab::proxy::FaultProxy;
use plinth_lab::sshd::{Options, Sshd};
use plinth_ssh::{Command, Exit, HostKeyPolicy, Pool, Reason, Secret, Settings};
use plinth_wait::Scope;

use crate::support::{chain, eventually, lab, lab_with, login};

#[tokio::test]
async fn output_error_and_status_come_separately() {
    let lab = lab();
    let scope = Scope::new();
    let run = async |script: &str| {
        lab.host
            .exec(&scope, Command::script(script))
            .await
            .unwrap()
    };

    let output = run("echo out; echo err >&2; exit 3").await;
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
    assert_eq!(output.exit, Exit::Status(3));
    assert!(!output.success());

    let output = run("printf 'no line break'").await;
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.len()),
        (&b"no line break"[..], 0)
    );
    assert!(output.success());

    assert_eq!(run("kill -KILL $$").await.exit, Exit::Signal("KILL".into()));
    assert_eq!(run("nonexistent-program").await.exit, Exit::Status(127));
    assert_eq!(lab.server.connections().len(), 1);
}

#[tokio::test]
async fn scripts_arrive_byte_for_byte() {
    let lab = lab();
    let scope = Scope::new();
    // U+00C1, U+0101 and U+2041 have bytes in UTF-8 that some shells use for their own ends.
    let text =
        "it's \"quoted\" $HOME `x` \\n \\\\ %s ! * \t\u{c1}\u{101}\u{2041}\u{1f600}\n  two  ";
    let script = format!("printf %s {}", plinth_ssh::quote(text));
    let output = lab
        .host
        .exec(&scope, Command::script(script))
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), text);

    let output = lab
        .host
        .exec(&scope, Command::argv(["printf", "%s|", text, ""]))
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), format!("{text}||"));

    let command = Command::script("printf %s \"$A_B\"").env("A_B", Secret::new(text));
    assert_eq!(
        lab.host.exec(&scope, command).await.unwrap().stdout_text(),
        text
    );

    let long = ": line\n".repeat(2000);
    let output = lab
        .host
        .exec(&scope, Command::script(long + "echo end"))
        .await
        .unwrap();
    assert_eq!(output.stdout, b"end\n");
}

#[tokio::test]
async fn the_process_list_shows_no_part_of_a_command() {
    let lab = lab();
    let script = "secret=canary-script; for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; done; \
                  cat >/dev/null; echo $TOKEN | wc -c";
    let command = Command::script(script)
        .env("TOKEN", Secret::new("canary-token"))
        .stdin("canary-input");
    let output = lab.host.exec(&Scope::new(), command).await.unwrap();
    let list = output.stdout_text();
    assert!(
        list.contains("plinth_s"),
        "the list has our own shell in it"
    );
    assert!(!list.contains("canary"));
    assert!(list.ends_with("13\n"), "the variable was there");
}

#[tokio::test]
async fn a_flood_on_one_stream_does_not_block_the_other() {
    let lab = lab();
    let script = "head -c 8388608 /dev/zero >&2; echo done; head -c 4194304 /dev/zero";
    let output = lab
        .host
        .exec(&Scope::new(), Command::script(script))
        .await
        .unwrap();
    assert_eq!(output.stderr.len(), 8_388_608);
    assert_eq!(output.stdout.len(), 4_194_304 + 5);
}

#[tokio::test]
async fn large_input_comes_back_whole() {
    let lab = lab();
    let input: Vec<u8> = (0..16 * 1024 * 1024_u32)
        .map(|n| (n ^ (n >> 8)).to_le_bytes()[0])
        .collect();
    let command = Command::script("cat")
        .stdin(input.clone())
        .output_limit(input.len());
    let output = lab.host.exec(&Scope::new(), command).await.unwrap();
    assert!(output.stdout == input, "{} bytes", output.stdout.len());
}

#[tokio::test]
async fn input_that_nobody_reads_does_not_hang() {
    let lab = lab();
    let command = Command::script("exit 4").stdin(vec![0; 8 * 1024 * 1024]);
    let scope = Scope::new().within(Duration::from_secs(20));
    let output = lab.host.exec(&scope, command).await.unwrap();
    assert_eq!(output.exit, Exit::Status(4));
}

#[tokio::test]
async fn too_much_output_is_an_error_and_ends_the_command() {
    let lab = lab();
    let scope = Scope::new().within(Duration::from_secs(20));
    let command = Command::script("exec yes canary-flood").output_limit(1 << 20);
    let error = lab.host.exec(&scope, command).await.unwrap_err();
    assert!(matches!(error.reason(), Reason::OutputTooLong(limit) if *limit == 1 << 20));
    // The session is as good as before.
    assert!(
        lab.host
            .exec(&scope, Command::script("true"))
            .await
            .unwrap()
            .success()
    );
    eventually("the flood ends", || {
        let sessions = lab.server.connections();
        !sessions
            .iter()
            .flat_map(|pid| plinth_lab::processes::descendants(*pid))
            .any(|pid| {
                std::fs::read_to_string(format!("/proc/{pid}/comm"))
                    .is_ok_and(|name| name == "yes\n")
            })
    })
    .await;
}

#[tokio::test]
async fn many_commands_share_one_session() {
    let lab = lab();
    let scope = Scope::new();
    let start = Instant::now();
    let sleeps = (0..24).map(|n| {
        let command = Command::script(format!("sleep 0.5; echo {n}"));
        lab.host.exec(&scope, command)
    });
    let outputs = try_join_all(sleeps).await.unwrap();
    for (n, output) in outputs.iter().enumerate() {
        assert_eq!(output.stdout_text(), format!("{n}\n"));
    }
    // Three rounds of eight; one after the other would take 12 s.
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(lab.server.connections().len(), 1);
}

#[tokio::test]
async fn a_server_with_fewer_sessions_only_makes_commands_wait() {
    let options = Options {
        max_sessions: 2,
        ..Options::default()
    };
    let lab = lab_with(options, Settings::default());
    let scope = Scope::new().within(Duration::from_secs(30));
    let commands = (0..8).map(|n| {
        let command = Command::script(format!("sleep 0.2; echo {n}"));
        lab.host.exec(&scope, command)
    });
    for (n, result) in join_all(commands).await.into_iter().enumerate() {
        assert_eq!(result.unwrap().stdout_text(), format!("{n}\n"));
    }

    let options = Options {
        max_sessions: 0,
        ..Options::default()
    };
    let lab = lab_with(options, Settings::default());
    let error = lab
        .host
        .exec(&scope, Command::script("true"))
        .await
        .unwrap_err();
    assert!(
        matches!(error.reason(), Reason::NoChannel(_)),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_is_an_error_and_the_next_command_gets_a_new_one() {
    let lab = lab();
    let scope = Scope::new().within(Duration::from_secs(20));
    lab.host
        .exec(&scope, Command::script("true"))
        .await
        .unwrap();
    let command = lab.host.exec(&scope, Command::script("sleep 60"));
    let cut = async {
        eventually("the command runs", || {
            let sessions = lab.server.connections();
            sessions
                .iter()
                .any(|pid| plinth_lab::processes::descendants(*pid).len() > 1)
        })
        .await;
        lab.server.kill_connections();
    };
    let (result, ()) = futures_util::future::join(command, cut).await;
    let error = result.unwrap_err();
    assert!(error.is_unreachable(), "{}", chain(&error));
    assert!(
        chain(&error).contains("the connection was lost"),
        "{}",
        chain(&error)
    );

    let output = lab
        .host
        .exec(&scope, Command::script("echo again"))
        .await
        .unwrap();
    assert_eq!(output.stdout, b"again\n");
}

#[tokio::test]
async fn a_session_that_died_while_idle_is_replaced() {
    let lab = lab();
    let scope = Scope::new().within(Duration::from_secs(20));
    for _ in 0..3 {
        lab.host
            .exec(&scope, Command::script("true"))
            .await
            .unwrap();
        lab.server.kill_connections();
        let output = lab
            .host
            .exec(&scope, Command::script("echo $((6 * 7))"))
            .await
            .unwrap();
        assert_eq!(output.stdout, b"42\n");
    }
}

#[tokio::test]
async fn a_silent_command_outlives_many_keepalives_and_a_silent_network_does_not() {
    let server = Sshd::start(Options::default()).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    let settings = Settings {
        keepalive: Duration::from_secs(2),
        ..Settings::default()
    };
    let mut login = login(&server);
    login.target.port = proxy.port();
    login.host_key = HostKeyPolicy::Pinned(server.host_key_line().unwrap());
    let host = Pool::new(settings).host(login);
    let scope = Scope::new().within(Duration::from_secs(60));
    let output = host
        .exec(&scope, Command::script("sleep 11; echo done"))
        .await
        .unwrap();
    assert_eq!(output.stdout, b"done\n");

    let stall = async {
        scope.sleep(Duration::from_secs(1)).await.unwrap();
        proxy.stall(true);
        Instant::now()
    };
    let command = host.exec(&scope, Command::script("sleep 600"));
    let (result, start) = futures_util::future::join(command, stall).await;
    let error = result.unwrap_err();
    assert!(chain(&error).contains("silent"), "{}", chain(&error));
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn an_idle_session_answers_the_servers_keepalives_and_sends_its_own() {
    let options = Options {
        extra_lines: vec![
            "ClientAliveInterval 1".into(),
            "ClientAliveCountMax 3".into(),
        ],
        ..Options::default()
    };
    let settings = Settings {
        keepalive: Duration::from_secs(2),
        ..Settings::default()
    };
    let lab = lab_with(options, settings);
    let scope = Scope::new();
    lab.host
        .exec(&scope, Command::script("true"))
        .await
        .unwrap();
    let before = lab.server.connections();
    scope.sleep(Duration::from_secs(11)).await.unwrap();
    lab.host
        .exec(&scope, Command::script("true"))
        .await
        .unwrap();
    assert_eq!(
        lab.server.connections(),
        before,
        "a new connection: {}",
        lab.server.log()
    );
}

#[tokio::test]
async fn what_is_no_shell_is_told_without_what_it_was_sent() {
    for (program, says) in [
        ("cat", "not shown"),
        ("echo this account is closed", "this account is closed"),
    ] {
        let options = Options {
            extra_lines: vec![format!("ForceCommand {program}")],
            ..Options::default()
        };
        let lab = lab_with(options, Settings::default());
        let command = Command::script("true")
            .env("TOKEN", Secret::new("canary-token"))
            .stdin("canary-input\n");
        let error = lab.host.exec(&Scope::new(), command).await.unwrap_err();
        let text = chain(&error);
        assert!(matches!(error.reason(), Reason::NoShell { .. }), "{text}");
        assert!(text.contains(says) && !text.contains("canary"), "{text}");
    }
}
