use std::fs;

use plinth_protocol::{
    Attribute, AttributeType, FunctionSchema, IdentityAttribute, IdentitySchema, Nesting,
    Parameter, ProviderSchema, Schema, Type,
};

use super::*;

fn attribute(name: &str, ty: AttributeType) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ty,
        description: format!("The\n{name}."),
        required: false,
        optional: true,
        computed: false,
        sensitive: false,
        write_only: false,
        deprecated: None,
    }
}

fn text(name: &str) -> Attribute {
    attribute(name, AttributeType::Plain(Type::String))
}

fn provider() -> ProviderSchema {
    let mut path = text("path");
    (path.required, path.optional) = (true, false);
    let mut secret = text("content_wo");
    (secret.sensitive, secret.write_only) = (true, true);
    let mut digest = text("digest");
    (digest.computed, digest.optional) = (true, false);
    let mut old = text("old");
    old.deprecated = Some("use path".to_owned());
    let inner = attribute(
        "via",
        AttributeType::Nested(Nesting::List, vec![text("port")]),
    );
    let host = attribute("host", AttributeType::Nested(Nesting::Single, vec![inner]));

    let mut resource = Schema::default();
    resource.block.attributes = vec![secret, path, host, digest, old, text("timeouts")];
    let identity = IdentityAttribute {
        name: "path".to_owned(),
        ty: Type::String,
        required: true,
        description: "The path.".to_owned(),
    };
    let parameter = |name: &str, ty| Parameter {
        name: name.to_owned(),
        ty,
        allow_null: false,
        allow_unknown: false,
        description: "Text.".to_owned(),
    };
    let function = FunctionSchema {
        parameters: vec![parameter("first", Type::list(Type::String))],
        variadic: Some(parameter("more", Type::Bool)),
        returns: Type::object([("a", Type::Number)]),
        summary: String::new(),
        description: String::new(),
        deprecated: None,
    };
    let mut provider = ProviderSchema::default();
    let name = "plinth_host_file".to_owned();
    provider.resources.insert(name.clone(), resource.clone());
    provider.ephemeral_resources.insert(name.clone(), resource);
    provider.identities.insert(
        name,
        IdentitySchema {
            version: 0,
            attributes: vec![identity],
        },
    );
    provider.functions.insert("diff".to_owned(), function);
    provider
}

fn checkout() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in [
        (
            "provider/xtask/templates/provider/doc.md",
            "The provider.\n",
        ),
        (
            "provider/xtask/templates/provider/example.tf",
            "provider \"plinth\" {}\n",
        ),
        (
            "provider/resources/src/host/file/doc.md",
            "A file.\n\nMore.\n\n## Notes\n\nNote.\n",
        ),
        ("provider/resources/src/host/file/example.tf", "resource\n"),
        (
            "provider/resources/src/host/file/import.sh",
            "terraform import x y\n",
        ),
        (
            "provider/resources/src/host/file/doc.ephemeral.md",
            "A file's content.\n",
        ),
        (
            "provider/resources/src/host/file/example.ephemeral.tf",
            "ephemeral\n",
        ),
        ("provider/resources/src/functions/diff/doc.md", "Differs.\n"),
        (
            "provider/resources/src/functions/diff/example.tf",
            "output\n",
        ),
    ] {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    root
}

fn outputs(root: &tempfile::TempDir) -> anyhow::Result<Outputs> {
    generate(&provider(), &Sources::new(root.path()))
}

#[test]
fn every_page_and_example_lies_where_the_registry_looks() {
    let root = checkout();
    let outputs = outputs(&root).unwrap();
    let paths: Vec<&str> = outputs.files().keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "docs/ephemeral-resources/host_file.md",
            "docs/functions/diff.md",
            "docs/index.md",
            "docs/resources/host_file.md",
            "examples/ephemeral-resources/plinth_host_file/ephemeral-resource.tf",
            "examples/functions/diff/function.tf",
            "examples/provider/provider.tf",
            "examples/resources/plinth_host_file/import.sh",
            "examples/resources/plinth_host_file/resource.tf",
        ]
    );
    let ephemeral = &outputs.files()["docs/ephemeral-resources/host_file.md"];
    assert!(
        ephemeral.contains("description: |-\n  A file's content.\n"),
        "{ephemeral}"
    );
    assert!(
        ephemeral.contains("```terraform\nephemeral\n```"),
        "{ephemeral}"
    );
}

#[test]
fn a_page_tells_everything_of_the_schema() {
    let page = outputs(&checkout()).unwrap().files()["docs/resources/host_file.md"].clone();
    let expected = r#"---
# @generated by `cargo xtask generate`
page_title: "plinth_host_file Resource - plinth"
subcategory: "Hosts (SSH)"
description: |-
  A file.
---

# plinth_host_file (Resource)

A file.

More.

## Example Usage

```terraform
resource
```

## Notes

Note.

## Schema

### Required

- `path` (String) The path.

### Optional

- `content_wo` (String, Sensitive, Write-only) The content_wo.
- `host` (Attributes) The host. (see [below for nested schema](#nestedatt--host))
- `old` (String, Deprecated) The old. **Deprecated:** use path
- `timeouts` (String) The timeouts.

### Read-Only

- `digest` (String) The digest.

<a id="nestedatt--host"></a>
### Nested Schema for `host`

Optional:

- `via` (Attributes List) The via. (see [below for nested schema](#nestedatt--host--via))

<a id="nestedatt--host--via"></a>
### Nested Schema for `host.via`

Optional:

- `port` (String) The port.

-> Write-only"#;
    assert!(page.starts_with(expected), "{page}");
    assert!(page.contains("-> Timeouts are durations"), "{page}");
    assert!(
        page.contains("## Import\n\n```shell\nterraform import x y\n```\n"),
        "{page}"
    );
    assert!(
        page.ends_with("- `path` (String, Required) The path.\n"),
        "{page}"
    );
}

#[test]
fn a_function_page_has_its_signature() {
    let page = outputs(&checkout()).unwrap().files()["docs/functions/diff.md"].clone();
    let signature = "```text\ndiff(first list(string), more bool...) object({ a = number })\n```";
    assert!(page.contains(signature), "{page}");
    let arguments = "1. `first` (List of String) Text.\n1. `more` (Variadic, Boolean) Text.\n";
    assert!(page.ends_with(arguments), "{page}");
}

#[test]
fn a_missing_source_is_named() {
    let root = checkout();
    fs::remove_file(
        root.path()
            .join("provider/resources/src/host/file/example.tf"),
    )
    .unwrap();
    let error = format!("{:#}", outputs(&root).unwrap_err());
    assert!(error.contains("plinth_host_file (Resource)"), "{error}");
    assert!(error.contains("host/file/example.tf"), "{error}");
}

#[test]
fn a_page_without_a_summary_is_refused() {
    let root = checkout();
    let doc = root.path().join("provider/resources/src/host/file/doc.md");
    fs::write(doc, "# Heading\n").unwrap();
    assert!(format!("{:#}", outputs(&root).unwrap_err()).contains("first line of doc.md"));
}

#[test]
fn writing_makes_the_comparison_succeed_and_a_change_makes_it_fail() {
    let root = checkout();
    let outputs = outputs(&root).unwrap();
    assert!(outputs.compare(root.path()).is_err());
    assert_eq!(
        outputs.write(root.path()).unwrap().len(),
        outputs.files().len()
    );
    outputs.compare(root.path()).unwrap();
    assert_eq!(outputs.write(root.path()).unwrap(), Vec::<String>::new());

    let page = root.path().join("docs/resources/host_file.md");
    fs::write(
        &page,
        fs::read_to_string(&page).unwrap().replace("More.", "Less."),
    )
    .unwrap();
    fs::write(root.path().join("docs/resources/gone.md"), "x").unwrap();
    let error = outputs.compare(root.path()).unwrap_err().to_string();
    assert!(
        error.contains("docs/resources/host_file.md: line 13: is \"Less.\""),
        "{error}"
    );
    assert!(
        error.contains("docs/resources/gone.md: no longer generated"),
        "{error}"
    );
    assert!(error.contains("cargo xtask generate"), "{error}");
    assert_eq!(outputs.write(root.path()).unwrap().len(), 2);
    outputs.compare(root.path()).unwrap();
}
