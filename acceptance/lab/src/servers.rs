//! Programs written in Go, built from the modules in `acceptance/servers` into the user's cache.
//!
//! What is built, how, and under which key it is kept is said in `acceptance/servers/servers.toml`
//! and in the README beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The list of servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Servers {
    /// Arguments of `go build` that all servers share.
    flags: Vec<String>,
    /// Environment of `go build` that all servers share.
    env: BTreeMap<String, String>,
    server: Vec<Server>,
}

/// One program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    name: String,
    package: String,
    output: String,
    ldflags: String,
    inputs: Vec<String>,
}

/// Builds a server, unless it is built already, and returns the program's path.
///
/// `repo_root` is the checkout. The output of `go` goes to this process' stderr: a first build
/// downloads modules and takes minutes.
///
/// # Errors
/// When the list does not have the server, Go is missing (the error says what to install), a file
/// is missing or the build fails.
pub fn build(repo_root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let folder = repo_root.join("acceptance/servers");
    let servers = Servers::read(&folder.join("servers.toml"))?;
    let go = go_version().with_context(|| {
        format!("cannot build {name} without Go: install Go 1.26.6 or newer (https://go.dev/dl)")
    })?;
    servers.build(&folder, name, &go, &cache_dir()?.join("servers"))
}

/// The folder `plinth` in the user's cache directory: `$XDG_CACHE_HOME`, else `~/.cache`.
///
/// # Errors
/// When neither that variable nor `HOME` is set.
pub fn cache_dir() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache")))
        .context("there is no cache directory: set HOME or XDG_CACHE_HOME")?;
    Ok(base.join("plinth"))
}

/// The line that `go version` prints; `None` without a Go toolchain.
pub fn go_version() -> Option<String> {
    let output = Command::new("go")
        .arg("version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    (output.status.success()).then(|| line.trim_end().to_owned())
}

impl Servers {
    /// Reads the list.
    ///
    /// # Errors
    /// When the file cannot be read or says something that is not understood.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the list of servers {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("cannot understand {}", file.display()))
    }

    /// `go` is the compiler's version line, `cache` the folder that all programs are kept in.
    fn build(&self, folder: &Path, name: &str, go: &str, cache: &Path) -> anyhow::Result<PathBuf> {
        let server = self.find(name)?;
        let module = folder.join(name);
        let arguments = self.arguments(server);
        let key = key(&module, &server.inputs, &arguments, go)?;
        let dir = cache.join(format!("{name}-{key}"));
        let program = dir.join(&server.output);
        if program.is_file() {
            return Ok(program);
        }
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        // Beside the result, so that the rename stays within one file system. Removed on failure.
        let temporary = tempfile::Builder::new()
            .prefix(".build-")
            .tempdir_in(&dir)?;
        let fresh = temporary.path().join(&server.output);
        let status = Command::new("go")
            .current_dir(&module)
            .envs(&self.env)
            .args(&arguments)
            .arg("-o")
            .arg(&fresh)
            .arg(&server.package)
            .stdin(Stdio::null())
            .stdout(Stdio::from(std::io::stderr()))
            .status()
            .context("cannot run go")?;
        ensure!(
            status.success(),
            "go build of {name} failed ({status}) in {}",
            module.display()
        );
        fs::rename(&fresh, &program)
            .with_context(|| format!("cannot move {name} to {}", program.display()))?;
        Ok(program)
    }

    fn find(&self, name: &str) -> anyhow::Result<&Server> {
        let found = self.server.iter().find(|server| server.name == name);
        let Some(server) = found else {
            let names: Vec<&str> = self.server.iter().map(|s| s.name.as_str()).collect();
            bail!(
                "there is no server {name}: the list has {}",
                names.join(", ")
            );
        };
        Ok(server)
    }

    /// The arguments of `go` up to and without `-o`.
    fn arguments(&self, server: &Server) -> Vec<String> {
        let ldflags = ["-ldflags".to_owned(), server.ldflags.clone()];
        std::iter::once("build".to_owned())
            .chain(self.flags.iter().cloned())
            .chain(ldflags)
            .collect()
    }
}

/// What the program depends on, as 16 hexadecimal digits.
fn key(module: &Path, inputs: &[String], arguments: &[String], go: &str) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(bytes);
        hash.update([0]);
    };
    for input in inputs {
        let file = module.join(input);
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        part(&content);
    }
    // "build" itself is the same for all and not part of the documented key.
    part(arguments.get(1..).unwrap_or_default().join(" ").as_bytes());
    part(go.as_bytes());
    let digest = hash.finalize();
    Ok(digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo_list() -> (PathBuf, Servers) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../servers");
        let servers = Servers::read(&folder.join("servers.toml")).unwrap();
        (folder, servers)
    }

    #[test]
    fn every_server_of_the_list_has_its_inputs_and_a_key_of_its_own() {
        let (folder, servers) = repo_list();
        let mut keys = std::collections::BTreeSet::new();
        for server in &servers.server {
            let arguments = servers.arguments(server);
            let key = key(&folder.join(&server.name), &server.inputs, &arguments, "go").unwrap();
            assert_eq!(key.len(), 16);
            assert!(keys.insert(key), "{} shares its key", server.name);
        }
        assert!(keys.len() >= 3);
    }

    #[test]
    fn the_key_follows_inputs_arguments_and_compiler() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("go.mod"), "module a").unwrap();
        let inputs = ["go.mod".to_owned()];
        let arguments = ["build".to_owned(), "-trimpath".to_owned()];
        let first = key(dir.path(), &inputs, &arguments, "go 1").unwrap();
        assert_eq!(first, key(dir.path(), &inputs, &arguments, "go 1").unwrap());
        assert_ne!(first, key(dir.path(), &inputs, &arguments, "go 2").unwrap());
        assert_ne!(
            first,
            key(dir.path(), &inputs, &arguments[..1], "go 1").unwrap()
        );
        fs::write(dir.path().join("go.mod"), "module b").unwrap();
        assert_ne!(first, key(dir.path(), &inputs, &arguments, "go 1").unwrap());
    }

    #[test]
    fn a_name_that_is_not_in_the_list_is_refused_with_those_that_are() {
        let (folder, servers) = repo_list();
        let cache = tempfile::tempdir().unwrap();
        let error = servers
            .build(&folder, "nothing", "go", cache.path())
            .unwrap_err();
        assert!(error.to_string().contains("opentofu"), "{error}");
    }

    #[test]
    fn a_program_that_is_there_is_not_built_again() {
        let (folder, mut servers) = repo_list();
        servers
            .env
            .insert("GOFLAGS".to_owned(), "-refuse-to-build".to_owned());
        let cache = tempfile::tempdir().unwrap();
        let server = servers.find("reference-provider").unwrap();
        let arguments = servers.arguments(server);
        let key = key(&folder.join(&server.name), &server.inputs, &arguments, "go").unwrap();
        let dir = cache.path().join(format!("reference-provider-{key}"));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(&server.output), "a program").unwrap();
        let program = servers
            .build(&folder, "reference-provider", "go", cache.path())
            .unwrap();
        assert_eq!(program, dir.join(&server.output));

        fs::remove_file(&program).unwrap();
        servers
            .build(&folder, "reference-provider", "go", cache.path())
            .unwrap_err();
        assert_eq!(
            fs::read_dir(&dir).unwrap().count(),
            0,
            "a failed build left files behind"
        );
    }
}
