//! Dependencies point down only.

use crate::repo::{Package, Repo};

/// One declared dependency.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// The folder of the package that depends.
    from: String,
    /// What it depends on.
    to: Target,
    /// Only its tests do.
    dev: bool,
    /// Whether the dependency's default features are on.
    default_features: bool,
}

/// What is depended on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// A member of the workspace, by its folder.
    Member(String),
    /// A crate from a registry, by name.
    Crate(String),
}

/// A folder and the folders its code may depend on. A pattern ending in `/*` means every folder
/// below. What is not listed here (tests, acceptance, the commands) may depend on anything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("provider/wait", &[]),
    ("provider/protocol", &[]),
    ("provider/framework-derive", &[]),
    (
        "provider/framework",
        &[
            "provider/protocol",
            "provider/framework-derive",
            "provider/wait",
        ],
    ),
    (
        "provider/clients/*",
        &["provider/wait", "provider/clients/*"],
    ),
    (
        "provider/resources",
        &["provider/framework", "provider/clients/*", "provider/wait"],
    ),
    (
        "provider/main",
        &[
            "provider/protocol",
            "provider/framework",
            "provider/resources",
            "provider/wait",
        ],
    ),
    (
        "ansible-bridge/*",
        &["provider/clients/*", "provider/wait", "ansible-bridge/*"],
    ),
];

/// A crate from a registry and the only folders whose code may depend on it.
const CONFINED: &[(&str, &[&str])] = &[
    ("tonic", &["provider/protocol", "tests/*"]),
    ("tonic-prost", &["provider/protocol", "tests/*"]),
    ("prost", &["provider/protocol", "tests/*"]),
    ("ssh2", &["provider/clients/ssh"]),
    (
        "reqwest",
        &["provider/clients/*", "tests/*", "acceptance/*"],
    ),
    ("anyhow", &["provider/xtask", "tests/*", "acceptance/*"]),
];

/// Not part of what is linked into the plugin, although it lies in `provider/`.
const COMMANDS: &str = "provider/xtask";

/// Reads the edges off the manifests.
pub(super) fn edges(repo: &Repo) -> Vec<Edge> {
    let of_package = |package: &Package| {
        let from = repo.folder(package);
        package
            .dependencies
            .iter()
            .map(|dependency| {
                let member = dependency.path.as_ref().and_then(|path| {
                    let folder = path.strip_prefix(&repo.root).ok()?;
                    Some(Target::Member(folder.display().to_string()))
                });
                Edge {
                    from: from.clone(),
                    to: member.unwrap_or_else(|| Target::Crate(dependency.name.clone())),
                    dev: dependency.kind.as_deref() == Some("dev"),
                    default_features: dependency.uses_default_features,
                }
            })
            .collect::<Vec<_>>()
    };
    repo.packages.iter().flat_map(of_package).collect()
}

/// Every edge that must not be.
pub(super) fn violations(edges: &[Edge]) -> Vec<String> {
    let code = || edges.iter().filter(|edge| !edge.dev);
    code()
        .filter_map(points_up)
        .chain(code().filter_map(is_confined))
        .chain(code().filter_map(ships_tests))
        .chain(code().filter_map(pulls_in_the_wire))
        .collect()
}

/// A member may only use what the table lets it use.
fn points_up(edge: &Edge) -> Option<String> {
    let Target::Member(to) = &edge.to else {
        return None;
    };
    let (_, allowed) = ALLOWED.iter().find(|(from, _)| matches(from, &edge.from))?;
    (!allowed.iter().any(|pattern| matches(pattern, to))).then(|| {
        format!(
            "{} depends on {to}, but may only depend on: {}",
            edge.from,
            allowed.join(", ")
        )
    })
}

/// A crate that only one layer may know.
fn is_confined(edge: &Edge) -> Option<String> {
    let Target::Crate(name) = &edge.to else {
        return None;
    };
    let (_, folders) = CONFINED.iter().find(|(confined, _)| confined == name)?;
    (!folders.iter().any(|pattern| matches(pattern, &edge.from))).then(|| {
        format!(
            "{} depends on {name}, which belongs to: {}",
            edge.from,
            folders.join(", ")
        )
    })
}

/// What is linked into the plugin needs nothing that is only for tests.
fn ships_tests(edge: &Edge) -> Option<String> {
    let Target::Member(to) = &edge.to else {
        return None;
    };
    let shipped = edge.from.starts_with("provider/") && edge.from != COMMANDS;
    let test_only = ["tests/*", "acceptance/*", COMMANDS]
        .iter()
        .any(|p| matches(p, to));
    (shipped && test_only)
        .then(|| format!("{} depends on {to}, which is for tests only", edge.from))
}

/// The framework knows the protocol's values, not its server.
fn pulls_in_the_wire(edge: &Edge) -> Option<String> {
    let protocol = Target::Member("provider/protocol".to_owned());
    (edge.from == "provider/framework" && edge.to == protocol && edge.default_features).then(|| {
        format!(
            "{} depends on the protocol with its default features, which hold gRPC",
            edge.from
        )
    })
}

fn matches(pattern: &str, folder: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some(parent) => folder
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with('/')),
        None => pattern == folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(from: &str, to: &str) -> Edge {
        Edge {
            from: from.to_owned(),
            to: Target::Member(to.to_owned()),
            dev: false,
            default_features: false,
        }
    }

    fn external(from: &str, to: &str) -> Edge {
        Edge {
            to: Target::Crate(to.to_owned()),
            ..member(from, "")
        }
    }

    fn count(edge: Edge) -> usize {
        violations(&[edge]).len()
    }

    #[test]
    fn down_is_allowed() {
        for edge in [
            member("provider/resources", "provider/clients/ssh"),
            member("provider/framework", "provider/protocol"),
            member("provider/main", "provider/resources"),
            member("provider/clients/kubernetes", "provider/clients/ssh"),
            member("provider/xtask", "acceptance/lab"),
            external("provider/protocol", "tonic"),
            external("provider/framework", "serde_json"),
        ] {
            assert_eq!(violations(&[edge]), Vec::<String>::new());
        }
    }

    #[test]
    fn up_is_not() {
        assert_eq!(
            count(member("provider/clients/ssh", "provider/framework")),
            1
        );
        assert_eq!(
            count(member("provider/framework", "provider/clients/ssh")),
            1
        );
        assert_eq!(count(member("provider/wait", "provider/protocol")), 1);
        assert_eq!(count(member("provider/resources", "provider/main")), 1);
    }

    #[test]
    fn confined_crates_stay_where_they_belong() {
        assert_eq!(count(external("provider/framework", "tonic")), 1);
        assert_eq!(count(external("provider/framework", "ssh2")), 1);
        assert_eq!(count(external("provider/resources", "anyhow")), 1);
        assert_eq!(count(external("provider/clients/ssh", "ssh2")), 0);
    }

    #[test]
    fn only_tests_of_the_plugin_use_the_lab() {
        let edge = member("provider/protocol", "acceptance/lab");
        // Neither in the table nor a test-only crate for shipped code.
        assert_eq!(count(edge.clone()), 2);
        assert_eq!(count(Edge { dev: true, ..edge }), 0);
    }

    #[test]
    fn the_framework_takes_the_protocol_without_its_server() {
        let edge = member("provider/framework", "provider/protocol");
        assert_eq!(
            count(Edge {
                default_features: true,
                ..edge
            }),
            1
        );
    }
}
