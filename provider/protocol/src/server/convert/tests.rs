use std::time::Duration;

use super::schema::Answers;
use super::*;
use crate::wire::tfplugin6::attribute_path::step::Selector::{
    AttributeName, ElementKeyInt, ElementKeyString,
};
use crate::{
    ActionEvent, Attribute, AttributeType, Block, FunctionSchema, IdentityAttribute,
    IdentitySchema, NestedBlock, Nesting, OpenEphemeralResourceResponse, Parameter,
    PlanResourceChange, PlanResourceChangeResponse, ProviderSchema, Schema, Type, Upgrade,
};

fn bytes(byte: u8) -> wire::DynamicValue {
    wire::DynamicValue {
        msgpack: vec![byte],
        json: Vec::new(),
    }
}

#[test]
fn every_part_of_a_schema_arrives() {
    let inner = Attribute {
        sensitive: true,
        ..Attribute::optional("in", Type::Bool)
    };
    let nested = Attribute {
        ty: AttributeType::Nested(Nesting::Map, vec![inner]),
        deprecated: Some("use another".to_owned()),
        ..Attribute::computed("nested", Type::Bool)
    };
    let secret = Attribute {
        write_only: true,
        ..Attribute::required("secret", Type::list(Type::String)).describe("A *secret*.")
    };
    let list = NestedBlock {
        name: "list".to_owned(),
        block: Block::default(),
        nesting: Nesting::List,
        min_items: 1,
        max_items: 2,
    };
    let block = Block {
        attributes: vec![nested, secret],
        blocks: vec![list],
        ..Block::default()
    };
    let identity = |name: &str, required| IdentityAttribute {
        name: name.to_owned(),
        ty: Type::String,
        required,
        description: String::new(),
    };
    let identities = IdentitySchema {
        version: 4,
        attributes: vec![identity("a", true), identity("b", false)],
    };
    let parameter = Parameter {
        name: "p".to_owned(),
        ty: Type::Dynamic,
        allow_null: true,
        allow_unknown: false,
        description: String::new(),
    };
    let function = FunctionSchema {
        parameters: vec![parameter.clone()],
        variadic: Some(parameter),
        returns: Type::Number,
        summary: "sum".to_owned(),
        description: String::new(),
        deprecated: None,
    };
    let answers = Answers::from(ProviderSchema {
        resources: [("t_r".to_owned(), Schema { version: 3, block })].into(),
        actions: [("t_a".to_owned(), Schema::default())].into(),
        functions: [("f".to_owned(), function)].into(),
        identities: [("t_r".to_owned(), identities)].into(),
        ..ProviderSchema::default()
    });

    let resource = &answers.schema.resource_schemas["t_r"];
    let block = resource.block.as_ref().unwrap();
    assert_eq!((resource.version, block.version), (3, 3));
    let [nested, secret] = block.attributes.as_slice() else {
        panic!("two attributes")
    };
    assert!(nested.r#type.is_empty() && nested.computed && nested.deprecated);
    assert_eq!(nested.deprecation_message, "use another");
    let object = nested.nested_type.as_ref().unwrap();
    assert_eq!(object.nesting(), wire::schema::object::NestingMode::Map);
    assert!(object.attributes[0].sensitive && object.attributes[0].optional);
    assert!(secret.nested_type.is_none() && secret.write_only && secret.required);
    assert_eq!(secret.r#type, b"[\"list\",\"string\"]");
    assert_eq!(secret.description_kind(), wire::StringKind::Markdown);
    let list = &block.block_types[0];
    assert_eq!(
        list.nesting(),
        wire::schema::nested_block::NestingMode::List
    );
    assert_eq!((list.min_items, list.max_items), (1, 2));

    assert!(answers.schema.action_schemas["t_a"].schema.is_some());
    let function = &answers.schema.functions["f"];
    assert!(function.parameters[0].allow_null_value && function.variadic_parameter.is_some());
    assert_eq!(function.r#return.as_ref().unwrap().r#type, b"\"number\"");
    let identity = &answers.identities.identity_schemas["t_r"];
    assert_eq!(identity.version, 4);
    let importable = identity.identity_attributes.iter();
    let importable: Vec<_> = importable
        .map(|a| (a.required_for_import, a.optional_for_import))
        .collect();
    assert_eq!(importable, [(true, false), (false, true)]);
    assert_eq!(answers.metadata.resources[0].type_name, "t_r");
    assert_eq!(answers.metadata.functions[0].name, "f");
}

#[test]
fn requests_are_unpacked() {
    let request = PlanResourceChange::from(wire::plan_resource_change::Request {
        type_name: "t_r".to_owned(),
        prior_state: None,
        proposed_new_state: Some(bytes(1)),
        config: Some(bytes(2)),
        prior_private: vec![3],
        client_capabilities: Some(wire::ClientCapabilities {
            deferral_allowed: true,
            ..Default::default()
        }),
        prior_identity: Some(wire::ResourceIdentityData {
            identity_data: Some(bytes(4)),
        }),
        ..Default::default()
    });
    assert!(request.prior_state.is_null());
    assert_eq!(request.proposed_new_state.msgpack, [1]);
    assert_eq!(request.config.msgpack, [2]);
    assert_eq!(request.prior_private, [3]);
    assert!(request.client.deferral_allowed && !request.client.write_only_attributes_allowed);
    assert_eq!(request.prior_identity.unwrap().msgpack, [4]);

    let flatmap = [("id".to_owned(), "1".to_owned())].into();
    for (json, is_flatmap) in [(Vec::new(), true), (b"{}".to_vec(), false)] {
        let flatmap = std::collections::HashMap::clone(&flatmap);
        let raw_state = Some(wire::RawState {
            json: json.clone(),
            flatmap,
        });
        let request = wire::upgrade_resource_state::Request {
            version: 2,
            raw_state,
            ..Default::default()
        };
        let request = Upgrade::from(request);
        assert_eq!((request.version, request.raw.is_flatmap), (2, is_flatmap));
        assert_eq!(request.raw.json, json);
    }
}

#[test]
fn responses_are_packed() {
    let path = Path::from("map").key("k").attribute("list").index(7);
    let response = wire::plan_resource_change::Response::from(PlanResourceChangeResponse {
        requires_replace: vec![path.clone()],
        diagnostics: vec![
            Diagnostic::warning("look").detail("here").at(path),
            Diagnostic::error("no").at(Path::root()),
        ],
        deferred: Some(Deferred::AbsentPrerequisite),
        planned_identity: Some(DynamicValue {
            msgpack: vec![5],
            json: Vec::new(),
        }),
        ..PlanResourceChangeResponse::default()
    });
    let [warning, error] = response.diagnostics.as_slice() else {
        panic!("two diagnostics")
    };
    assert_eq!(warning.severity(), wire::diagnostic::Severity::Warning);
    assert_eq!(
        (warning.summary.as_str(), warning.detail.as_str()),
        ("look", "here")
    );
    assert_eq!(error.severity(), wire::diagnostic::Severity::Error);
    assert!(error.attribute.is_none());
    let steps = &response.requires_replace[0].steps;
    assert_eq!(warning.attribute.as_ref().unwrap().steps, *steps);
    let steps: Vec<_> = steps
        .iter()
        .filter_map(|step| step.selector.clone())
        .collect();
    let name = |name: &str| AttributeName(name.to_owned());
    let expected = [
        name("map"),
        ElementKeyString("k".to_owned()),
        name("list"),
        ElementKeyInt(7),
    ];
    assert_eq!(steps, expected);
    assert_eq!(
        response.deferred.unwrap().reason(),
        wire::deferred::Reason::AbsentPrereq
    );
    assert_eq!(
        response
            .planned_identity
            .unwrap()
            .identity_data
            .unwrap()
            .msgpack,
        [5]
    );
    assert!(!response.legacy_type_system);

    let renew_at = Some(UNIX_EPOCH + Duration::new(60, 5));
    let opened = OpenEphemeralResourceResponse {
        renew_at,
        ..Default::default()
    };
    let opened = wire::open_ephemeral_resource::Response::from(opened);
    assert_eq!(
        opened.renew_at,
        Some(Timestamp {
            seconds: 60,
            nanos: 5
        })
    );
    assert_eq!(opened.private, None);

    let error = FunctionError {
        text: "no".to_owned(),
        argument: Some(1),
    };
    let failed = wire::call_function::Response::from(Err::<DynamicValue, _>(error));
    assert_eq!(failed.error.unwrap().function_argument, Some(1));
    assert!(failed.result.is_none());
    let end = wire::invoke_action::Event::from(ActionEvent::Completed(Vec::new()));
    assert!(matches!(
        end.r#type,
        Some(wire::invoke_action::event::Type::Completed(_))
    ));
}
