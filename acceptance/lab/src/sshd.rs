//! A throw-away OpenSSH server on loopback.
//!
//! It runs as the current user, root or not, and only lets that user in, with the keys made for it.
//!
//! A password is only right when it is in `/etc/shadow`, which only root may read. So as root, and
//! only then, a server can have a password: it runs in a mount namespace of its own, in which a
//! file of ours is in that place. Nothing of the machine is changed.

mod config;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

pub use config::{KeyType, Options};

use crate::processes;

const START_TIMEOUT: Duration = Duration::from_secs(10);
const PORT_ATTEMPTS: usize = 5;

/// A running server. Dropping it ends the server, every connection and every command run through
/// it, and removes its files.
#[derive(Debug)]
pub struct Sshd {
    program: PathBuf,
    dir: TempDir,
    options: Options,
    user: String,
    port: u16,
    child: Option<Child>,
}

impl Sshd {
    /// Makes keys and starts a server on a free port of 127.0.0.1. Returns when it answers.
    ///
    /// # Errors
    /// When `sshd` or `ssh-keygen` is not installed (the error tells which package to install) or
    /// the server does not start (the error has its log).
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let program = find_program("sshd").context(
            "the OpenSSH server (sshd) is not installed: on Debian and Ubuntu it is in the package \
             `openssh-server`",
        )?;
        let user = nix::unistd::User::from_uid(nix::unistd::geteuid())
            .context("cannot read the user database")?
            .context("the current user is not in the user database")?
            .name;
        let dir = tempfile::Builder::new().prefix("plinth-sshd-").tempdir()?;
        if nix::unistd::geteuid().is_root() {
            // Compiled into sshd as the place its unprivileged half is locked into.
            fs::create_dir_all("/run/sshd").context("cannot create /run/sshd")?;
            fs::set_permissions("/run/sshd", fs::Permissions::from_mode(0o755))?;
        }
        fs::create_dir(dir.path().join("tmp"))?;
        // Empty, so that no start-up file of the user's own shell takes part in a test.
        fs::create_dir(dir.path().join("home"))?;
        let mut server = Self {
            program,
            dir,
            options,
            user,
            port: 0,
            child: None,
        };
        server.make_client_keys()?;
        server.make_host_keys()?;
        server.launch_on_free_port()?;
        Ok(server)
    }

    /// The port on 127.0.0.1; it stays the same over [`Sshd::rotate_host_keys`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The only user who may log in: the one who runs the tests.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The server's temporary directory. Commands see its `tmp` as `TMPDIR` and its empty `home`
    /// as `HOME`.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process id of the server, if it runs.
    pub fn pid(&self) -> Option<i32> {
        self.child
            .as_ref()
            .and_then(|child| i32::try_from(child.id()).ok())
    }

    /// A `known_hosts` line (without a newline) with the server's Ed25519 key.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn host_key_line(&self) -> anyhow::Result<String> {
        self.host_key_line_of(KeyType::Ed25519)
    }

    /// A `known_hosts` line (without a newline) with one of the server's keys.
    ///
    /// # Errors
    /// When the key cannot be read, as when the server was started without one of that type.
    pub fn host_key_line_of(&self, key_type: KeyType) -> anyhow::Result<String> {
        let public = fs::read_to_string(self.host_key(key_type).with_extension("pub"))?;
        let mut words = public.split_whitespace();
        let (Some(name), Some(key)) = (words.next(), words.next()) else {
            bail!("the public key has no two words: {public}");
        };
        Ok(format!("[127.0.0.1]:{} {name} {key}", self.port))
    }

    /// The file of a private key (Ed25519, no passphrase) that may log in.
    pub fn client_key_path(&self) -> PathBuf {
        self.dir.path().join("client")
    }

    /// The text of [`Sshd::client_key_path`].
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn client_key(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.client_key_path())?)
    }

    /// The passphrase of [`Self::encrypted_client_key`], another one for each server: a test may
    /// look for it where it must not be.
    pub fn passphrase(&self) -> String {
        let name = self.dir.path().file_name().unwrap_or_default();
        format!("open sesame {}", name.to_string_lossy())
    }

    /// Text of a private key that may log in, protected by [`Self::passphrase`].
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn encrypted_client_key(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(
            self.dir.path().join("client-encrypted"),
        )?)
    }

    /// Text of a private key of another type that may log in, without a passphrase.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn client_key_of(&self, key_type: KeyType) -> anyhow::Result<String> {
        Ok(fs::read_to_string(
            self.dir.path().join(format!("client-{}", key_type.name())),
        )?)
    }

    /// Text of a valid private key that may not log in.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stranger_key(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.dir.path().join("stranger"))?)
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// The process ids of the connections that are open now.
    pub fn connections(&self) -> Vec<i32> {
        self.pid().map(processes::children).unwrap_or_default()
    }

    /// Ends every connection from the server's side, without a goodbye. The server goes on.
    pub fn kill_connections(&self) {
        for connection in self.connections() {
            // The connection may have helpers between it and the sessions, which must not survive;
            // the commands are not theirs to be killed, they shall see their input end.
            for pid in processes::descendants(connection) {
                if is_server_process(pid) {
                    kill_now(pid);
                }
            }
            kill_now(connection);
        }
    }

    /// Restarts the server on the same port with new host keys.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn rotate_host_keys(&mut self) -> anyhow::Result<()> {
        self.stop();
        self.make_host_keys()?;
        self.launch()
    }

    /// Ends the server, its connections and their commands. The port refuses connections then.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            if let Ok(pid) = i32::try_from(child.id()) {
                processes::kill_tree(pid);
            }
            child.wait().ok();
        }
    }

    /// Starts the server again after [`Sshd::stop`], on the same port with the same keys.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop();
        self.launch()
    }

    fn host_key(&self, key_type: KeyType) -> PathBuf {
        self.dir.path().join(format!("host-{}", key_type.name()))
    }

    fn make_host_keys(&self) -> anyhow::Result<()> {
        for key_type in &self.options.host_key_types {
            make_key(&self.host_key(*key_type), *key_type, "")?;
        }
        Ok(())
    }

    fn make_client_keys(&self) -> anyhow::Result<()> {
        let dir = self.dir.path();
        make_key(&dir.join("client"), KeyType::Ed25519, "")?;
        make_key(
            &dir.join("client-encrypted"),
            KeyType::Ed25519,
            &self.passphrase(),
        )?;
        make_key(&dir.join("client-ecdsa"), KeyType::Ecdsa, "")?;
        make_key(&dir.join("client-rsa"), KeyType::Rsa, "")?;
        make_key(&dir.join("stranger"), KeyType::Ed25519, "")?;
        let mut authorized = String::new();
        for name in ["client", "client-encrypted", "client-ecdsa", "client-rsa"] {
            authorized.push_str(&fs::read_to_string(dir.join(name).with_extension("pub"))?);
        }
        fs::write(dir.join("authorized_keys"), authorized)?;
        Ok(())
    }

    /// Another program may take the port between the look and the server's start: tried again.
    fn launch_on_free_port(&mut self) -> anyhow::Result<()> {
        for _ in 1..PORT_ATTEMPTS {
            self.port = free_port()?;
            if self.launch().is_ok() {
                return Ok(());
            }
            if !self.log().contains("Address already in use") {
                break;
            }
        }
        self.port = free_port()?;
        self.launch()
    }

    fn launch(&mut self) -> anyhow::Result<()> {
        let config = self.dir.path().join("sshd_config");
        fs::write(&config, self.options.render(self.dir.path(), self.port))?;
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))?;
        let child = self
            .command()?
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot run sshd")?;
        self.child = Some(child);
        let ready = self.wait_until_ready();
        if ready.is_err() {
            self.stop();
        }
        ready
    }

    /// The server's program, in a mount namespace of its own where it has a password to check.
    fn command(&self) -> anyhow::Result<Command> {
        const IN_NAMESPACE: &str = "mount --bind \"$0\" /etc/shadow && exec \"$@\"";
        let Some(password) = &self.options.password else {
            return Ok(Command::new(&self.program));
        };
        ensure!(
            nix::unistd::geteuid().is_root(),
            "only root can run a server that knows a password"
        );
        let shadow = self.dir.path().join("shadow");
        fs::write(
            &shadow,
            format!("{}:{}:1::::::\n", self.user, hash(password)?),
        )?;
        fs::set_permissions(&shadow, fs::Permissions::from_mode(0o600))?;
        let mut command = Command::new("unshare");
        command.args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            IN_NAMESPACE,
        ]);
        command.arg(shadow).arg(&self.program);
        Ok(command)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            if greets(self.address()) {
                return Ok(());
            }
            let exited = self
                .child
                .as_mut()
                .map(Child::try_wait)
                .transpose()?
                .flatten();
            if let Some(status) = exited {
                bail!("sshd ended with {status}; its log:\n{}", self.log());
            }
            ensure!(
                start.elapsed() < START_TIMEOUT,
                "sshd does not answer on port {}; its log:\n{}",
                self.port,
                self.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A password as it stands in `/etc/shadow`.
fn hash(password: &str) -> anyhow::Result<String> {
    let mut openssl = Command::new("openssl")
        .args(["passwd", "-6", "-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run openssl: on Debian and Ubuntu it is in `openssl`")?;
    if let Some(mut stdin) = openssl.stdin.take() {
        writeln!(stdin, "{password}")?;
    }
    let output = openssl.wait_with_output()?;
    ensure!(
        output.status.success(),
        "openssl made no hash of the password"
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Whether an SSH server says hello there.
fn greets(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok();
    let mut hello = [0; 4];
    stream.read_exact(&mut hello).is_ok() && &hello == b"SSH-"
}

fn is_server_process(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("sshd"))
}

fn kill_now(pid: i32) {
    let pid = nix::unistd::Pid::from_raw(pid);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).ok();
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// sshd must be started by its absolute path, and it is often outside an ordinary user's `PATH`.
fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|program| program.is_absolute() && program.is_file())
}

fn make_key(path: &Path, key_type: KeyType, passphrase: &str) -> anyhow::Result<()> {
    // ssh-keygen would ask whether to overwrite.
    fs::remove_file(path).ok();
    let output = Command::new("ssh-keygen")
        .args([
            "-q",
            "-t",
            key_type.name(),
            "-b",
            key_type.bits(),
            "-C",
            "plinth-lab",
        ])
        .args(["-N", passphrase, "-f"])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .context("cannot run ssh-keygen: on Debian and Ubuntu it is in `openssh-client`")?;
    ensure!(
        output.status.success(),
        "ssh-keygen failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
