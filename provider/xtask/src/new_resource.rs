//! `cargo xtask new-resource`: the folder of a new resource.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::repo::Repo;

/// What can be said on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// System and object, such as `host_user`: the type without the provider's name.
    name: String,
}

/// The files of a resource and what is in them, with `@…@` to be filled in.
const FILES: [(&str, &str); 6] = [
    ("mod.rs", include_str!("../templates/resource/mod.rs.txt")),
    (
        "model.rs",
        include_str!("../templates/resource/model.rs.txt"),
    ),
    (
        "tests.rs",
        include_str!("../templates/resource/tests.rs.txt"),
    ),
    (
        "example.tf",
        include_str!("../templates/resource/example.tf.txt"),
    ),
    (
        "import.sh",
        include_str!("../templates/resource/import.sh.txt"),
    ),
    ("doc.md", include_str!("../templates/resource/doc.md.txt")),
];

/// Writes the folder and says what is left to do.
pub(crate) fn run(repo: &Repo, arguments: &Arguments) -> anyhow::Result<()> {
    let name = Name::parse(&arguments.name)?;
    write(&repo.root.join("provider/resources/src"), &name)?;
    let Name { system, object } = &name;
    println!("wrote provider/resources/src/{system}/{object}/");
    println!("\nIn provider/resources/src/{system}.rs add:\n");
    println!("    mod {object};");
    println!(
        "    .resource({object}::{}::new(systems))    // in `register`",
        name.type_name()
    );
    println!("\nThen write model.rs, mod.rs and doc.md, and run `cargo xtask generate`.");
    Ok(())
}

/// The name of a type without the provider's.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    system: String,
    object: String,
}

impl Name {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.strip_prefix("plinth_").unwrap_or(text);
        let Some((system, object)) = text.split_once('_') else {
            bail!("{text:?} has no system: give <system>_<object>, such as host_user");
        };
        for word in std::iter::once(system).chain(object.split('_')) {
            let letters = word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            let begins = word.starts_with(|c: char| c.is_ascii_lowercase());
            ensure!(
                letters && begins,
                "{text:?} is not lower-case words joined by underscores"
            );
        }
        Ok(Self {
            system: system.to_owned(),
            object: object.to_owned(),
        })
    }

    /// The Rust type, such as `HostUser`.
    fn type_name(&self) -> String {
        let capitalised = |word: &str| {
            let (first, rest) = word.split_at(1.min(word.len()));
            format!("{}{rest}", first.to_uppercase())
        };
        std::iter::once(self.system.as_str())
            .chain(self.object.split('_'))
            .map(capitalised)
            .collect()
    }

    fn fill_in(&self, template: &str) -> String {
        template
            .replace("@SYSTEM@", &self.system)
            .replace("@OBJECT@", &self.object)
            .replace("@OBJECT_WORDS@", &self.object.replace('_', " "))
            .replace("@TYPE@", &self.type_name())
    }
}

fn write(resources: &Path, name: &Name) -> anyhow::Result<()> {
    let folder = resources.join(&name.system).join(&name.object);
    ensure!(!folder.exists(), "{} is there already", folder.display());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (file, template) in FILES {
        let file = folder.join(file);
        fs::write(&file, name.fill_in(template))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_system_and_an_object() {
        let name = Name::parse("plinth_host_ssh_key").unwrap();
        assert_eq!(
            name,
            Name {
                system: "host".to_owned(),
                object: "ssh_key".to_owned()
            }
        );
        assert_eq!(name.type_name(), "HostSshKey");
        for wrong in [
            "host",
            "host_",
            "Host_user",
            "host__user",
            "host_../x",
            "host_1st",
        ] {
            assert!(Name::parse(wrong).is_err(), "{wrong} was accepted");
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in_and_nothing_is_overwritten() {
        let resources = tempfile::tempdir().unwrap();
        let name = Name::parse("host_user").unwrap();
        write(resources.path(), &name).unwrap();
        for (file, _) in FILES {
            let text = fs::read_to_string(resources.path().join("host/user").join(file)).unwrap();
            assert!(!text.contains('@'), "{file}: {text}");
        }
        let error = write(resources.path(), &name).unwrap_err();
        assert!(error.to_string().contains("there already"), "{error}");
    }
}
