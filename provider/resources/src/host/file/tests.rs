//! The contract of files.

use plinth_contract::{Contract, Expected};
use serde_json::{Value as Json, json};

use crate::host::tests::{CANARY, Lab};

fn with(mut base: Json, more: &Json) -> Json {
    let (Some(base_map), Some(more)) = (base.as_object_mut(), more.as_object()) else {
        unreachable!("configurations are objects")
    };
    base_map.extend(more.clone());
    base
}

#[tokio::test]
async fn contract() {
    let lab = Lab::start();
    let at = |name: &str| json!({ "host": lab.host(), "path": lab.path(name) });
    let file = at("motd");
    Contract::of(
        "plinth_host_file",
        with(file.clone(), &json!({ "content": "hello\n" })),
    )
    .respelled(with(
        file.clone(),
        &json!({ "content": "hello\n", "mode": "644" }),
    ))
    .change(
        with(file.clone(), &json!({ "content": "ä\n", "mode": "600" })),
        Expected::Update,
    )
    .change(
        with(at("other"), &json!({ "content": "ä\n" })),
        Expected::Replace,
    )
    .import(lab.import_id("motd"), &["host"])
    .check(&lab)
    .await
    .unwrap();
}

#[tokio::test]
async fn contract_of_write_only_content() {
    let lab = Lab::start();
    let secret = |version: i64| {
        json!({
            "host": lab.host(),
            "path": lab.path("secret"),
            "content_wo": CANARY,
            "content_wo_version": version,
        })
    };
    Contract::of("plinth_host_file", secret(1))
        .change(secret(2), Expected::Update)
        .secret(CANARY)
        .check(&lab)
        .await
        .unwrap();
}
