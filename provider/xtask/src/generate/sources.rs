//! What people write beside a resource: prose, an example, an import command.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use plinth_protocol::ProviderSchema;

use crate::generate::PROVIDER;
use crate::generate::kinds::{KINDS, Kind};

/// Where the sources of pages lie.
#[derive(Debug)]
pub(super) struct Sources {
    resources: PathBuf,
    provider: PathBuf,
}

/// The sources of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The part of the registry's menu.
    pub(super) subcategory: String,
    /// One sentence.
    pub(super) summary: String,
    /// What stands before the example: everything up to the first section, the summary first.
    pub(super) prose: String,
    /// The sections, from their heading on; may be empty.
    pub(super) sections: String,
    /// A configuration.
    pub(super) example: String,
    /// A command that imports an object.
    pub(super) import: Option<String>,
}

impl Sources {
    /// The sources in a checkout.
    pub(super) fn new(root: &Path) -> Self {
        Self {
            resources: root.join("provider/resources/src"),
            provider: root.join("provider/xtask/templates/provider"),
        }
    }

    /// The sources of the provider's own page.
    pub(super) fn provider(&self) -> anyhow::Result<Source> {
        let doc = read(&self.provider.join("doc.md"))?;
        let example = read(&self.provider.join("example.tf"))?;
        Source::new(String::new(), &doc, example, None)
    }

    /// The sources of a resource or another thing with a type name.
    pub(super) fn object(
        &self,
        name: &str,
        kind: Kind,
        schema: &ProviderSchema,
    ) -> anyhow::Result<Source> {
        let short = without_prefix(name);
        let (system, object) = short.split_once('_').unwrap_or((short, ""));
        let folder = self.resources.join(system).join(object);
        ensure!(folder.is_dir(), "there is no folder {}", folder.display());
        // A file without a kind in its name speaks for the first kind that the folder serves.
        let first = KINDS
            .into_iter()
            .find(|kind| kind.schemas(schema).contains_key(name));
        let named = |stem: &str, extension: &str| {
            let own = folder.join(format!("{stem}.{}.{extension}", kind.infix()));
            let shared = folder.join(format!("{stem}.{extension}"));
            let choice = if own.is_file() || first != Some(kind) {
                own
            } else {
                shared
            };
            read(&choice)
        };
        let example = named("example", "tf")?;
        let doc = named("doc", "md")?;
        let import = folder.join("import.sh");
        let import = (kind == Kind::Resource && import.is_file())
            .then(|| read(&import))
            .transpose()?;
        Source::new(subcategory(system), &doc, example, import)
    }

    /// The sources of a function.
    pub(super) fn function(&self, name: &str) -> anyhow::Result<Source> {
        let folder = self.resources.join("functions").join(name);
        let doc = read(&folder.join("doc.md"))?;
        let example = read(&folder.join("example.tf"))?;
        Source::new(String::new(), &doc, example, None)
    }
}

impl Source {
    fn new(
        subcategory: String,
        doc: &str,
        example: String,
        import: Option<String>,
    ) -> anyhow::Result<Self> {
        let (prose, sections) = match doc.find("\n## ") {
            Some(heading) => doc.split_at(heading),
            None => (doc, ""),
        };
        let summary = prose.lines().next().unwrap_or_default().trim();
        if summary.is_empty() || summary.starts_with('#') {
            bail!("the first line of doc.md has to be a sentence that says what it is");
        }
        Ok(Self {
            subcategory,
            summary: summary.to_owned(),
            prose: prose.trim().to_owned(),
            sections: sections.trim().to_owned(),
            example,
            import,
        })
    }
}

/// A type name without the provider's name.
pub(super) fn without_prefix(name: &str) -> &str {
    name.strip_prefix(PROVIDER)
        .and_then(|rest| rest.strip_prefix('_'))
        .unwrap_or(name)
}

/// The part of the registry's menu that a system's pages are in.
fn subcategory(system: &str) -> String {
    let known = match system {
        "host" => "Hosts (SSH)",
        "ansible" => "Ansible",
        "bmc" => "BMC (Redfish, IPMI)",
        "baremetal" => "Bare metal",
        "talos" => "Talos Linux",
        "kubernetes" => "Kubernetes",
        "cilium" => "Cilium",
        "ceph" => "Ceph",
        "rook" => "Rook",
        "mayastor" => "Mayastor",
        "cnpg" => "CloudNativePG",
        other => other,
    };
    known.to_owned()
}

fn read(file: &Path) -> anyhow::Result<String> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(format!("{}\n", text.trim_end()))
}
