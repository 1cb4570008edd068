//! Logging in, and being sure of the host.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command as Program, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use plinth_lab::proxy::FaultProxy;
use plinth_lab::sshd::{KeyType, Options, Sshd};
use plinth_ssh::{
    Auth, Command, Error, HostKeyPolicy, Login, Pool, Reason, Secret, Settings, Step, fingerprint,
};
use plinth_wait::Scope;

use crate::support::{chain, eventually, key, login, login_with, target};

async fn try_login(login: Login) -> Result<String, Error> {
    let pool = Pool::new(Settings::default());
    let host = pool.host(login);
    let scope = Scope::new().within(Duration::from_secs(60));
    let result = host.exec(&scope, Command::script("echo in")).await;
    pool.close().await;
    result.map(|output| output.stdout_text())
}

async fn refused(login: Login) -> Error {
    try_login(login).await.unwrap_err()
}

#[tokio::test]
async fn keys_of_every_kind_log_in() {
    let server = Sshd::start(Options::default()).unwrap();
    for text in [
        server.client_key().unwrap(),
        server.client_key_of(KeyType::Ecdsa).unwrap(),
        server.client_key_of(KeyType::Rsa).unwrap(),
        // As if pasted without the line break at its end.
        server.client_key().unwrap().trim().to_owned(),
    ] {
        assert_eq!(
            try_login(login_with(&server, key(&text))).await.unwrap(),
            "in\n"
        );
    }
    let from_file = Auth {
        private_key_path: Some(server.client_key_path()),
        ..Auth::default()
    };
    assert_eq!(
        try_login(login_with(&server, from_file)).await.unwrap(),
        "in\n"
    );
}

#[tokio::test]
async fn a_passphrase_opens_the_key_and_a_wrong_one_is_told_without_asking_the_server() {
    let server = Sshd::start(Options::default()).unwrap();
    let with = |passphrase: Option<&str>| Auth {
        passphrase: passphrase.map(Secret::new),
        ..key(&server.encrypted_client_key().unwrap())
    };
    assert_eq!(
        try_login(login_with(&server, with(Some(&server.passphrase()))))
            .await
            .unwrap(),
        "in\n"
    );

    let contacts = || server.log().matches("Connection from").count();
    let before = contacts();
    let error = refused(login_with(&server, with(Some("canary wrong")))).await;
    assert!(
        matches!(error.reason(), Reason::PassphraseWrong),
        "{}",
        chain(&error)
    );
    assert!(error.is_auth() && !chain(&error).contains("canary"));
    let error = refused(login_with(&server, with(None))).await;
    assert!(
        matches!(error.reason(), Reason::PassphraseMissing),
        "{}",
        chain(&error)
    );
    assert_eq!(contacts(), before);
}

#[tokio::test]
async fn a_refused_key_is_an_error_at_once_that_tells_what_was_tried() {
    let server = Sshd::start(Options::default()).unwrap();
    let mut login = login_with(&server, key(&server.stranger_key().unwrap()));
    // Waiting for a host to come up must not mean to try a wrong key again.
    login.wait_for = Some(Duration::from_secs(60));
    let start = Instant::now();
    let error = refused(login).await;
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(error.is_auth() && !error.is_unreachable());
    let text = chain(&error);
    let place = format!("127.0.0.1 port {} as {}", server.port(), server.user());
    assert!(text.contains(&place), "{text}");
    assert!(text.contains("private key ssh-ed25519 SHA256:"), "{text}");
    assert!(text.contains("publickey"), "{text}");
}

#[tokio::test]
async fn a_wrong_password_is_an_error_at_once_without_the_password() {
    let options = Options {
        password_authentication: true,
        ..Options::default()
    };
    let server = Sshd::start(options).unwrap();
    let auth = Auth {
        password: Some(Secret::new("canary-password")),
        ..key(&server.stranger_key().unwrap())
    };
    let error = refused(login_with(&server, auth)).await;
    assert!(error.is_auth(), "{}", chain(&error));
    let text = format!("{} {error:?}", chain(&error));
    let (key, password) = (text.find("private key"), text.find("password"));
    assert!(
        key.is_some() && key < password,
        "the key is tried before the password: {text}"
    );
    assert!(!text.contains("canary"));
}

/// Only root can run a server that knows a password; everybody else has the test above.
#[tokio::test]
async fn the_right_password_lets_in_after_a_refused_key() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let options = Options {
        password: Some("right-password".to_owned()),
        ..Options::default()
    };
    let server = Sshd::start(options).unwrap();
    let auth = |password: &str| Auth {
        password: Some(Secret::new(password)),
        ..key(&server.stranger_key().unwrap())
    };
    let login = login_with(&server, auth("right-password"));
    assert_eq!(try_login(login).await.unwrap(), "in\n");
    let error = refused(login_with(&server, auth("canary-password"))).await;
    assert!(
        error.is_auth() && !chain(&error).contains("canary"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn an_agent_is_asked() {
    let server = Sshd::start(Options::default()).unwrap();
    let socket = server.dir().join("agent");
    let mut agent = Program::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the agent listens", || socket.exists()).await;
    let auth = Auth {
        agent: true,
        agent_socket: Some(socket.clone()),
        ..Auth::default()
    };

    let error = refused(login_with(&server, auth.clone())).await;
    assert!(
        chain(&error).contains("agent (it has no key)"),
        "{}",
        chain(&error)
    );

    for name in ["stranger", "client-rsa"] {
        let added = Program::new("ssh-add")
            .arg("-q")
            .arg(server.dir().join(name))
            .env("SSH_AUTH_SOCK", &socket)
            .stderr(Stdio::null())
            .status();
        assert!(added.unwrap().success());
    }
    let result = try_login(login_with(&server, auth.clone())).await;
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(result.unwrap(), "in\n");

    let error = refused(login_with(&server, auth)).await;
    assert!(
        error.is_auth() && chain(&error).contains("agent ("),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn an_unknown_host_is_refused_with_the_line_to_add() {
    let server = Sshd::start(Options::default()).unwrap();
    let mut login = login(&server);
    login.host_key = HostKeyPolicy::KnownHosts("other.example ssh-ed25519 AAAA\n".into());
    let error = refused(login.clone()).await;
    assert!(error.is_host_key() && *error.step() == Step::Handshake);
    let line = server.host_key_line().unwrap();
    assert!(chain(&error).contains(&line), "{}", chain(&error));
    assert!(chain(&error).contains(&fingerprint(&line).unwrap()));
    // Nothing was offered to a host that may be anybody.
    assert!(!server.log().contains("Accepted"));

    login.host_key = HostKeyPolicy::KnownHosts(line);
    assert_eq!(try_login(login).await.unwrap(), "in\n");
}

#[tokio::test]
async fn a_host_known_by_any_type_of_key_is_known() {
    let server = Sshd::start(Options::default()).unwrap();
    for key_type in [KeyType::Ed25519, KeyType::Ecdsa, KeyType::Rsa] {
        let line = server.host_key_line_of(key_type).unwrap();
        let mut login = login(&server);
        login.host_key = HostKeyPolicy::KnownHosts(line.clone());
        assert_eq!(
            try_login(login.clone()).await.unwrap(),
            "in\n",
            "{key_type:?}"
        );
        login.host_key = HostKeyPolicy::Pinned(line.clone());
        assert_eq!(
            try_login(login.clone()).await.unwrap(),
            "in\n",
            "{key_type:?}"
        );
        login.host_key = HostKeyPolicy::Pinned(fingerprint(&line).unwrap());
        assert_eq!(
            try_login(login).await.unwrap(),
            "in\n",
            "{key_type:?} by fingerprint"
        );
    }
}

#[tokio::test]
async fn the_first_contact_is_recorded_and_a_changed_key_is_an_error_with_both_fingerprints() {
    let mut server = Sshd::start(Options::default()).unwrap();
    let pool = Pool::new(Settings::default());
    let mut login = login(&server);
    login.host_key = HostKeyPolicy::AcceptNew(None);
    let scope = Scope::new();
    let recorded = pool
        .host(login.clone())
        .host_key_line(&scope)
        .await
        .unwrap();
    assert_eq!(recorded, server.host_key_line().unwrap());
    login.host_key = HostKeyPolicy::AcceptNew(Some(recorded.clone()));
    assert_eq!(try_login(login.clone()).await.unwrap(), "in\n");

    server.rotate_host_keys().unwrap();
    let new = server.host_key_line().unwrap();
    login.wait_for = Some(Duration::from_secs(60));
    for policy in [
        HostKeyPolicy::AcceptNew(Some(recorded.clone())),
        HostKeyPolicy::Pinned(recorded.clone()),
        HostKeyPolicy::KnownHosts(recorded.clone()),
    ] {
        login.host_key = policy;
        let error = refused(login.clone()).await;
        assert!(error.is_host_key());
        for line in [&recorded, &new] {
            let fingerprint = fingerprint(line).unwrap();
            assert!(chain(&error).contains(&fingerprint), "{}", chain(&error));
        }
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named_with_the_reason() {
    let mut server = Sshd::start(Options::default()).unwrap();
    let login = login(&server);
    server.stop();
    let error = refused(login.clone()).await;
    assert!(error.is_unreachable() && *error.step() == Step::Connect);
    let text = chain(&error);
    assert!(
        text.contains(&format!("127.0.0.1 port {}", server.port())),
        "{text}"
    );
    assert!(text.to_lowercase().contains("connection refused"), "{text}");

    let mut unknown = login.clone();
    unknown.target.address = "host.invalid".into();
    let error = refused(unknown).await;
    assert!(
        matches!(error.reason(), Reason::UnknownName(_)),
        "{}",
        chain(&error)
    );
    assert!(chain(&error).contains("host.invalid"));

    // With `wait_for`, the host may come up later.
    let waiting = Login {
        wait_for: Some(Duration::from_secs(30)),
        ..login
    };
    let (result, ()) = futures_util::future::join(try_login(waiting), async {
        Scope::new()
            .sleep(Duration::from_millis(500))
            .await
            .unwrap();
        server.restart().unwrap();
    })
    .await;
    assert_eq!(result.unwrap(), "in\n");
}

#[tokio::test]
async fn a_silent_server_does_not_hold_anybody_longer_than_the_timeout() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = Sshd::start(Options::default()).unwrap();
    let mut login = login(&server);
    login.target = target(&server).with_port(listener.local_addr().unwrap().port());
    login.timeouts.handshake = Duration::from_millis(500);
    let start = Instant::now();
    let error = refused(login.clone()).await;
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    assert!(
        matches!(error.reason(), Reason::Timeout(_)),
        "{}",
        chain(&error)
    );
    assert!(error.is_unreachable() && *error.step() == Step::Handshake);

    // The caller's own deadline is told apart from the step's.
    login.timeouts.handshake = Duration::from_secs(20);
    let host = Pool::default().host(login);
    let scope = Scope::new().within(Duration::from_millis(300));
    let start = Instant::now();
    let error = host
        .exec(&scope, Command::script("true"))
        .await
        .unwrap_err();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    assert!(
        error.is_interrupted() && chain(&error).contains("deadline"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn callers_of_a_host_that_is_away_share_one_failure() {
    let server = Sshd::start(Options::default()).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    proxy.refuse(true);
    let mut login = login(&server);
    login.target.port = proxy.port();
    let host = Pool::default().host(login);
    let scope = Scope::new();
    let calls = (0..10).map(|_| host.exec(&scope, Command::script("true")));
    for result in join_all(calls).await {
        assert!(result.unwrap_err().is_unreachable());
    }
    assert_eq!(proxy.accepted(), 1);
}

#[tokio::test]
async fn a_server_with_nothing_but_old_algorithms_is_refused() {
    for line in [
        "KexAlgorithms diffie-hellman-group14-sha1",
        "Ciphers aes128-cbc",
        "MACs hmac-sha1",
    ] {
        let mut extra_lines = vec![line.to_owned()];
        if line.starts_with("MACs") {
            // The others authenticate by themselves.
            extra_lines.push("Ciphers aes128-ctr".into());
        }
        let server = Sshd::start(Options {
            extra_lines,
            ..Options::default()
        })
        .unwrap();
        let error = refused(login(&server)).await;
        assert_eq!(*error.step(), Step::Handshake, "{line}: {}", chain(&error));
        eventually("the server tells why", || {
            server.log().contains("no matching")
        })
        .await;
    }
}

#[tokio::test]
async fn the_same_login_is_one_session_and_another_login_another() {
    let server = Sshd::start(Options::default()).unwrap();
    let pool = Pool::new(Settings::default());
    let scope = Scope::new();
    let run = async |login: Login| {
        pool.host(login)
            .exec(&scope, Command::script("true"))
            .await
            .unwrap();
    };
    for _ in 0..3 {
        run(login(&server)).await;
    }
    assert_eq!(server.connections().len(), 1);
    run(login_with(
        &server,
        key(&server.client_key_of(KeyType::Ecdsa).unwrap()),
    ))
    .await;
    assert_eq!(server.connections().len(), 2);
    pool.close().await;
    eventually("the sessions end", || server.connections().is_empty()).await;
    run(login(&server)).await;
    assert_eq!(server.connections().len(), 1);
}
