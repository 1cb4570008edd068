//! The contract of directories.

use plinth_contract::{Contract, Expected};
use serde_json::json;

use crate::host::tests::Lab;

#[tokio::test]
async fn contract() {
    let lab = Lab::start();
    let config = |name: &str, mode: &str| json!({ "host": lab.host(), "path": lab.path(name), "mode": mode });
    Contract::of("plinth_host_directory", config("app", "0750"))
        .respelled(config("app", "750"))
        .change(config("app", "0700"), Expected::Update)
        .change(config("other", "0700"), Expected::Replace)
        .import(lab.import_id("app"), &["host"])
        .check(&lab)
        .await
        .unwrap();
}
