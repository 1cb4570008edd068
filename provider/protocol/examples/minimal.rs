//! A whole provider: `data "minimal_greeting" "x" { name = "you" }` has a `text`.

use std::process::ExitCode;

use plinth_protocol::{
    Attribute, Block, Diagnostic, DynamicValue, Options, Provider, ProviderSchema, ReadDataSource,
    ReadDataSourceResponse, RpcError, Schema, Type, Value, async_trait, serve,
};

struct Minimal;

fn greeting() -> Block {
    let name = Attribute::required("name", Type::String).describe("Whom to greet.");
    let text = Attribute::computed("text", Type::String).describe("The greeting.");
    Block {
        attributes: vec![name, text],
        ..Block::default()
    }
}

#[async_trait]
impl Provider for Minimal {
    fn schema(&self) -> ProviderSchema {
        let schema = Schema {
            block: greeting(),
            ..Schema::default()
        };
        let data_sources = [("minimal_greeting".to_owned(), schema)].into();
        ProviderSchema {
            data_sources,
            ..ProviderSchema::default()
        }
    }

    async fn read_data_source(
        &self,
        request: ReadDataSource,
    ) -> Result<ReadDataSourceResponse, RpcError> {
        let ty = greeting().to_type();
        let config = request.config.decode(&ty)?;
        let mut response = ReadDataSourceResponse::default();
        if let Some(name) = config.get("name").as_str().filter(|name| !name.is_empty()) {
            let text = format!("Hello, {name}!");
            let state = Value::map([("name", Value::from(name)), ("text", text.into())]);
            response.state = DynamicValue::encode(&state, &ty);
        } else {
            response
                .diagnostics
                .push(Diagnostic::error("Nobody to greet").at("name"));
        }
        Ok(response)
    }
}

fn main() -> ExitCode {
    serve(
        Minimal,
        &Options::new(["registry.terraform.io/example/minimal"]),
    )
}
