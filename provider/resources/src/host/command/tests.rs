//! The contract of configuration steps.

use plinth_contract::{Contract, Expected};
use serde_json::json;

use crate::host::tests::{CANARY, Lab};

#[tokio::test]
async fn contract() {
    let lab = Lab::start();
    let path = lab.path("step");
    let config = |trigger: &str, version: i64| {
        json!({
            "host": lab.host(),
            "create": format!("umask 077; cat > {path}"),
            "update": format!("cat > {path}; echo again >> {path}"),
            "delete": format!("rm -f {path}"),
            "read": format!("wc -l < {path}"),
            "creates": path,
            "stdin_wo": CANARY,
            "stdin_wo_version": version,
            "triggers": { "why": trigger },
        })
    };
    Contract::of("plinth_host_command", config("a", 1))
        .change(config("b", 1), Expected::Update)
        .change(config("b", 2), Expected::Update)
        .secret(CANARY)
        .check(&lab)
        .await
        .unwrap();
}

#[tokio::test]
async fn contract_without_update() {
    let lab = Lab::start();
    let path = lab.path("step");
    let config = |text: &str| {
        json!({
            "host": lab.host(),
            "create": format!("echo \"$TEXT\" > {path}"),
            "delete": format!("rm -f {path}"),
            "read": format!("cat {path}"),
            "environment": { "TEXT": text },
        })
    };
    Contract::of("plinth_host_command", config("one"))
        .change(config("two"), Expected::Replace)
        .check(&lab)
        .await
        .unwrap();
}
