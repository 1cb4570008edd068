use super::*;
use crate::Rule;
use crate::probe::{Fault, ITEM, Probe};

fn config(name: &str, size: impl Into<Value>) -> Value {
    Value::map([
        ("id", Value::Null),
        ("name", name.into()),
        ("size", size.into()),
        ("note", "n".into()),
        ("secret", "canary".into()),
        ("tags", Value::List(vec!["b".into(), "a".into()])),
    ])
}

fn rules(failure: &Failure) -> Vec<Rule> {
    failure
        .violations()
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

/// What applying fails with.
async fn fault(fault: Fault) -> Failure {
    let probe = Probe::breaking(fault);
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    match instance.apply(&config("a", 3)).await {
        Err(failure) => failure,
        Ok(applied) => panic!("{fault:?} not noticed: {applied:?}"),
    }
}

#[tokio::test]
async fn a_whole_life() {
    let probe = Probe::default();
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let created = instance
        .apply(&config("a", Value::Null))
        .await
        .expect("create");
    assert_eq!(created.action, Action::Create);
    assert_eq!(created.state.get("id"), &"id-a".into());
    assert_eq!(created.state.get("size"), &1.into());
    assert_eq!(created.private, b"planned");
    let requests = [
        "validate", "plan", // plan
        "validate", "plan", "apply", // apply
        "validate", "upgrade", "read", "plan", // nothing left to do
    ];
    assert_eq!(probe.requests(), requests);

    let updated = instance.apply(&config("a", 2)).await.expect("update");
    assert_eq!(updated.action, Action::Update);
    assert_eq!(
        instance.plan(&config("a", 2)).await.expect("plan").action,
        Action::NoOp
    );

    let before = probe.requests().len();
    let replaced = instance.apply(&config("b", 2)).await.expect("replace");
    assert_eq!(replaced.action, Action::Replace);
    assert_eq!(replaced.state.get("id"), &"id-b".into());
    let requests = [
        "validate", "upgrade", "read", "plan", "plan", // the second without prior
        "validate", "apply", "plan", "apply", // deletes, then creates
        "validate", "upgrade", "read", "plan",
    ];
    assert_eq!(probe.requests()[before..], requests);

    assert_eq!(
        instance.destroy().await.expect("destroy").action,
        Action::Delete
    );
    assert!(instance.state().is_none());
    assert!(matches!(instance.destroy().await, Err(Failure::NoObject)));
}

#[tokio::test]
async fn unknown_parts_come_true() {
    let probe = Probe::default();
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let at_plan = config("a", Value::UNKNOWN);
    let planned = instance.plan(&at_plan).await.expect("plan");
    assert!(planned.value.get("size").is_unknown());
    let applied = instance
        .apply_resolved(&at_plan, &config("a", 9))
        .await
        .expect("apply");
    assert_eq!(applied.state.get("size"), &9.into());
}

#[tokio::test]
async fn drift_and_disappearance_are_seen() {
    let probe = Probe::default();
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    instance.apply(&config("a", 3)).await.expect("create");
    probe.tamper("a", Some(|item| drop(item.insert("size".into(), 4.into()))));
    let planned = instance.plan(&config("a", 3)).await.expect("plan");
    assert_eq!(planned.action, Action::Update);
    assert_eq!(
        instance.state().expect("state").value.get("size"),
        &4.into()
    );
    probe.tamper("a", None);
    let planned = instance.plan(&config("a", 3)).await.expect("plan");
    assert_eq!(planned.action, Action::Create);
}

#[tokio::test]
async fn imports_by_id_and_identity() {
    let probe = Probe::default();
    let mut created = Instance::new(&probe, ITEM).expect("type");
    created.apply(&config("a", 3)).await.expect("create");
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let state = instance.import("a").await.expect("import");
    assert_eq!(state.value, created.state().expect("state").value);
    assert_eq!(state.private, b"imported");
    let identity = Value::map([("name", Value::from("a"))]);
    let state = instance.import_identity(&identity).await.expect("import");
    assert_eq!(state.identity, Some(identity));
    assert_eq!(
        instance.plan(&config("a", 3)).await.expect("plan").action,
        Action::NoOp
    );
}

#[tokio::test]
async fn old_states_are_upgraded() {
    let probe = Probe::default();
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let json = br#"{"id": "id-a", "name": "a", "size": 1.50, "gone": true}"#;
    let state = instance.upgrade(0, json).await.expect("upgrade");
    assert_eq!(state.value.get("name"), &"a".into());
    assert_eq!(state.value.get("tags"), &Value::Null);
}

#[tokio::test]
async fn errors_of_the_user_are_told() {
    let probe = Probe::default();
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let failure = instance.plan(&config("", 3)).await.expect_err("refused");
    assert_eq!(failure.diagnostics()[0].summary, "empty name");
    assert!(matches!(
        Instance::new(&probe, "probe_other"),
        Err(Failure::NoType(_))
    ));
    let schema = probe.schema().provider;
    let provider = |endpoint: &str| Value::map([("endpoint", endpoint.into())]);
    assert_eq!(
        configure(&probe, &schema, &provider("good"))
            .await
            .expect("configure"),
        []
    );
    let failure = configure(&probe, &schema, &provider("bad"))
        .await
        .expect_err("refused");
    assert_eq!(
        failure.to_string(),
        "ConfigureProvider refused: \n  endpoint: no such endpoint bad"
    );
}

#[tokio::test]
async fn half_done_objects_are_tainted_and_replaced() {
    let probe = Probe::breaking(Fault::FailsHalfway);
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let applied = instance.apply(&config("a", 3)).await.expect("apply");
    assert!(applied.failed() && applied.tainted);
    let planned = instance.plan(&config("a", 3)).await.expect("plan");
    assert_eq!(planned.action, Action::Replace);

    let probe = Probe::breaking(Fault::FailsWithoutTrace);
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let applied = instance.apply(&config("a", 3)).await.expect("apply");
    assert!(applied.failed() && !applied.tainted);
    assert!(instance.state().is_none());
}

#[tokio::test]
async fn deferral_must_be_allowed() {
    assert_eq!(rules(&fault(Fault::DefersUnasked).await), [Rule::Deferral]);
    let probe = Probe::breaking(Fault::DefersUnasked);
    let client = ClientCapabilities {
        deferral_allowed: true,
        write_only_attributes_allowed: true,
    };
    let mut instance = Instance::new(&probe, ITEM).expect("type").client(client);
    let planned = instance.plan(&config("a", 3)).await.expect("plan");
    assert_eq!(planned.deferred, Some(Deferred::AbsentPrerequisite));
}

#[tokio::test]
async fn broken_rules_of_an_apply_are_noticed() {
    for (broken, rule) in [
        (Fault::PlansOtherSize, Rule::NotConfigured),
        (Fault::PlansSecret, Rule::WriteOnly),
        (Fault::LeavesUnknown, Rule::Unknown),
        (Fault::ReturnsOtherSize, Rule::Changed),
        (Fault::ReturnsNull, Rule::StateNull),
        (Fault::UpgradeChanges, Rule::Upgrade),
        (Fault::DriftsAtOnce, Rule::NotEmpty),
    ] {
        assert_eq!(rules(&fault(broken).await)[0], rule, "{broken:?}");
    }
}

#[tokio::test]
async fn a_final_plan_that_differs_is_noticed() {
    let probe = Probe::breaking(Fault::FinalPlanDiffers);
    let mut instance = Instance::new(&probe, ITEM).expect("type");
    let with_note = |note: Value| {
        let Value::Map(mut config) = config("a", 3) else {
            unreachable!("an object")
        };
        config.insert("note".into(), note);
        Value::Map(config)
    };
    let planned = instance.plan(&with_note("n".into())).await.expect("plan");
    // Right for the configuration it is given now, but not what was planned before.
    let failure = instance
        .apply_plan(&planned, &with_note("other".into()))
        .await;
    assert_eq!(rules(&failure.expect_err("differs")), [Rule::Changed]);
}

#[tokio::test]
async fn broken_rules_of_an_update_are_noticed() {
    for (broken, rule) in [
        (Fault::ChangesIdentity, Rule::IdentityChanged),
        (Fault::PlansUnknownReplacePath, Rule::ReplacePath),
    ] {
        let probe = Probe::default();
        let mut instance = Instance::new(&probe, ITEM).expect("type");
        instance.apply(&config("a", 3)).await.expect("create");
        let state = instance.state().expect("state").clone();
        let probe = Probe::breaking(broken).taking_over(&probe);
        let mut instance = Instance::new(&probe, ITEM).expect("type").with_state(state);
        let failure = instance.apply(&config("a", 4)).await.expect_err("noticed");
        assert_eq!(rules(&failure), [rule], "{broken:?}");
    }
}

#[tokio::test]
async fn broken_rules_of_a_destroy_are_noticed() {
    for (broken, rule) in [
        (Fault::PlansToKeep, Rule::DestroyPlan),
        (Fault::KeepsDeleted, Rule::DestroyState),
    ] {
        let probe = Probe::breaking(broken);
        let mut instance = Instance::new(&probe, ITEM).expect("type");
        instance.apply(&config("a", 3)).await.expect("create");
        assert_eq!(
            rules(&instance.destroy().await.expect_err("noticed")),
            [rule]
        );
    }
}

#[tokio::test]
async fn broken_rules_of_an_import_are_noticed() {
    for (broken, rule) in [
        (Fault::ImportsTwo, Rule::Imported),
        (Fault::ImportsNothingReadable, Rule::ImportedGone),
    ] {
        let probe = Probe::breaking(broken);
        let mut instance = Instance::new(&probe, ITEM).expect("type");
        instance.apply(&config("a", 3)).await.expect("create");
        assert_eq!(
            rules(&instance.import("a").await.expect_err("noticed")),
            [rule]
        );
    }
}
