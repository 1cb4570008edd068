//! Ending early.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use plinth_lab::processes;
use plinth_lab::proxy::FaultProxy;
use plinth_lab::sshd::{Options, Sshd};
use plinth_ssh::{Command, Pool};
use plinth_wait::Scope;

use crate::support::{chain, eventually, lab, login};

/// Generous for a machine that is busy; the promise is one second.
const AT_ONCE: Duration = Duration::from_secs(1);

fn commands(server: &Sshd, name: &str) -> Vec<i32> {
    let connections = server.connections();
    let all = connections
        .iter()
        .flat_map(|pid| processes::descendants(*pid));
    all.filter(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name)
    })
    .collect()
}

/// Cancels once the sleeps of a command run, and returns when they were.
async fn cancel_when_running(server: &Sshd, scope: &Scope, sleeps: usize) -> (Vec<i32>, Instant) {
    eventually("the commands run", || {
        commands(server, "sleep").len() == sleeps
    })
    .await;
    let running = commands(server, "sleep");
    scope.cancel();
    (running, Instant::now())
}

#[tokio::test]
async fn a_cancelled_command_ends_here_and_on_the_host() {
    let lab = lab();
    let scope = Scope::new();
    let command = Command::script("sleep 600 & sleep 600");
    let call = async {
        let result = lab.host.exec(&scope, command).await;
        (result, Instant::now())
    };
    let ((result, ended), (running, cancelled)) =
        join(call, cancel_when_running(&lab.server, &scope, 2)).await;
    let error = result.unwrap_err();
    assert!(
        error.is_interrupted() && chain(&error).contains("cancelled"),
        "{}",
        chain(&error)
    );
    assert!(ended - cancelled < AT_ONCE, "{:?}", ended - cancelled);
    eventually("both sleeps are killed", || {
        running.iter().all(|pid| !processes::is_running(*pid))
    })
    .await;
    // The session lives on.
    let before = lab.server.connections();
    lab.host
        .exec(&Scope::new(), Command::script("true"))
        .await
        .unwrap();
    assert_eq!(lab.server.connections(), before);
}

#[tokio::test]
async fn a_deadline_ends_a_command_that_ignores_being_asked() {
    let lab = lab();
    lab.host
        .exec(&Scope::new(), Command::script("true"))
        .await
        .unwrap();
    let scope = Scope::new().within(Duration::from_millis(700));
    let start = Instant::now();
    let command = Command::script("trap '' TERM HUP; while :; do sleep 1; done");
    let error = lab.host.exec(&scope, command).await.unwrap_err();
    assert!(
        error.is_interrupted() && chain(&error).contains("deadline"),
        "{}",
        chain(&error)
    );
    assert!(start.elapsed() < Duration::from_millis(700) + AT_ONCE);
    eventually("it is killed by force", || {
        commands(&lab.server, "sleep").is_empty()
    })
    .await;
    eventually("its shell, too", || commands(&lab.server, "sh").is_empty()).await;
}

#[tokio::test]
async fn a_dropped_call_ends_its_command() {
    let lab = lab();
    let host = lab.host.clone();
    let task = tokio::spawn(async move {
        host.exec(&Scope::new(), Command::script("sleep 600"))
            .await
            .map(drop)
    });
    eventually("it runs", || commands(&lab.server, "sleep").len() == 1).await;
    task.abort();
    eventually("it is killed", || commands(&lab.server, "sleep").is_empty()).await;
}

#[tokio::test]
async fn cancelling_many_frees_all_their_sessions() {
    let lab = lab();
    let scope = Scope::new();
    let calls = (0..8).map(|_| lab.host.exec(&scope, Command::script("sleep 600")));
    let (results, (running, cancelled)) =
        join(join_all(calls), cancel_when_running(&lab.server, &scope, 8)).await;
    assert!(cancelled.elapsed() < AT_ONCE, "{:?}", cancelled.elapsed());
    assert!(
        results
            .into_iter()
            .all(|result| result.is_err_and(|error| error.is_interrupted()))
    );
    let scope = Scope::new().within(Duration::from_secs(20));
    let calls = (0..16).map(|_| lab.host.exec(&scope, Command::script("true")));
    assert!(
        join_all(calls)
            .await
            .into_iter()
            .all(|result| result.is_ok())
    );
    eventually("all are killed", || {
        running.iter().all(|pid| !processes::is_running(*pid))
    })
    .await;
    assert_eq!(lab.server.connections().len(), 1);
}

#[tokio::test]
async fn a_network_that_stands_still_does_not_hold_a_cancelled_caller() {
    let server = Sshd::start(Options::default()).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    let mut login = login(&server);
    login.target.port = proxy.port();
    login.host_key = plinth_ssh::HostKeyPolicy::Pinned(server.host_key_line().unwrap());
    let host = Pool::default().host(login);
    host.exec(&Scope::new(), Command::script("true"))
        .await
        .unwrap();

    proxy.stall(true);
    let scope = Scope::new();
    // Far more than the buffers in between can hold, so that sending is in the middle of a packet.
    let command = Command::script("cat >/dev/null").stdin(vec![0; 32 * 1024 * 1024]);
    let cancel = async {
        Scope::new()
            .sleep(Duration::from_millis(700))
            .await
            .unwrap();
        scope.cancel();
        Instant::now()
    };
    let call = async { (host.exec(&scope, command).await, Instant::now()) };
    let ((result, ended), cancelled) = join(call, cancel).await;
    assert!(result.unwrap_err().is_interrupted());
    assert!(ended - cancelled < AT_ONCE, "{:?}", ended - cancelled);

    proxy.heal();
    let scope = Scope::new().within(Duration::from_secs(20));
    let output = host.exec(&scope, Command::script("echo on")).await.unwrap();
    assert_eq!(output.stdout, b"on\n");
}

#[tokio::test]
async fn closing_the_pool_right_after_a_cancellation_still_kills_the_command() {
    let lab = lab();
    let scope = Scope::new();
    let call = lab.host.exec(&scope, Command::script("sleep 600"));
    let (result, (running, _)) = join(call, cancel_when_running(&lab.server, &scope, 1)).await;
    assert!(result.unwrap_err().is_interrupted());
    let start = Instant::now();
    lab.pool.close().await;
    assert!(start.elapsed() < Duration::from_secs(2));
    eventually("it is killed", || {
        running.iter().all(|pid| !processes::is_running(*pid))
    })
    .await;
}
