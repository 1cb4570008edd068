//! `cargo xtask generate`: registry pages and examples from the declarations of the resources.

mod attributes;
mod function;
mod kinds;
mod outputs;
mod page;
mod sources;
mod types;

use anyhow::Context;
use plinth_protocol::ProviderSchema;

use crate::repo::Repo;
use kinds::{KINDS, Kind};
use outputs::Outputs;
use sources::Sources;

/// The provider's name, which is also the prefix of its types.
const PROVIDER: &str = "plinth";

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Changes nothing; fails when a file is not what would be generated.
    #[arg(long)]
    check: bool,
}

/// Writes what is generated, or compares it with what is there.
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.check {
        return check(repo);
    }
    let changes = outputs(repo)?.write(&repo.root)?;
    for change in &changes {
        println!("{change}");
    }
    println!("{} files changed", changes.len());
    Ok(())
}

/// Fails when a file is not what would be generated.
pub(crate) fn check(repo: &Repo) -> anyhow::Result<()> {
    outputs(repo)?.compare(&repo.root)
}

fn outputs(repo: &Repo) -> anyhow::Result<Outputs> {
    let sources = Sources::new(&repo.root);
    generate(&schema(), &sources)
}

/// What the provider offers.
fn schema() -> ProviderSchema {
    plinth_resources::registry().schema()
}

/// Every file, by its path from the root.
fn generate(schema: &ProviderSchema, sources: &Sources) -> anyhow::Result<Outputs> {
    let mut outputs = Outputs::default();
    let provider = sources.provider()?;
    outputs.add("docs/index.md", page::provider(&provider, &schema.provider));
    outputs.add("examples/provider/provider.tf", provider.example);

    for kind in KINDS {
        for (name, object) in kind.schemas(schema) {
            let source = sources
                .object(name, kind, schema)
                .with_context(|| format!("cannot write the page of {name} ({})", kind.title()))?;
            let identity = match kind {
                Kind::Resource => schema.identities.get(name),
                _ => None,
            };
            let short = sources::without_prefix(name);
            outputs.add(
                format!("docs/{}/{short}.md", kind.folder()),
                page::object(kind, name, &source, object, identity),
            );
            let folder = format!("examples/{}/{name}", kind.folder());
            outputs.add(format!("{folder}/{}", kind.example_file()), source.example);
            if let Some(import) = source.import {
                outputs.add(format!("{folder}/import.sh"), import);
            }
        }
    }
    for (name, function) in &schema.functions {
        let source = sources
            .function(name)
            .with_context(|| format!("cannot write the page of the function {name}"))?;
        outputs.add(
            format!("docs/functions/{name}.md"),
            function::page(name, &source, function),
        );
        outputs.add(
            format!("examples/functions/{name}/function.tf"),
            source.example,
        );
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests;
