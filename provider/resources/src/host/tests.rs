//! A real sshd on loopback for the contracts of what is on hosts.

use std::time::Duration;

use plinth_contract::System;
use plinth_framework::Value;
use plinth_lab::proxy::FaultProxy;
use plinth_lab::sshd::{Options, Sshd};
use plinth_protocol::Provider;
use serde_json::{Value as Json, json};

/// The text that stands for a secret in contracts.
pub(crate) const CANARY: &str = "canary-7f3a91";

/// A host, and a folder on it.
pub(crate) struct Lab {
    sshd: Sshd,
    proxy: FaultProxy,
    folder: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn start() -> Self {
        let sshd = Sshd::start(Options::default()).expect("sshd starts");
        let proxy = FaultProxy::start(sshd.address()).expect("the proxy starts");
        let folder = tempfile::tempdir().expect("a folder for the test");
        Self {
            sshd,
            proxy,
            folder,
        }
    }

    /// `host` of a resource. It goes through the proxy, so that it is the same host whether the
    /// proxy is slow or not.
    pub(crate) fn host(&self) -> Json {
        json!({ "address": "127.0.0.1", "port": self.proxy.port() })
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// The id by which what is at a path is imported.
    pub(crate) fn import_id(&self, name: &str) -> String {
        format!("default@127.0.0.1:{}{}", self.proxy.port(), self.path(name))
    }
}

impl System for Lab {
    fn provider(&self) -> Box<dyn Provider> {
        Box::new(crate::registry())
    }

    fn block(&self) -> Json {
        self.proxy.heal();
        let line = self.sshd.host_key_line().expect("the host has a key");
        let (_, key) = line.split_once(' ').expect("a line of known_hosts");
        json!({ "ssh": { "default": {
            "user": self.sshd.user(),
            "private_key": self.sshd.client_key().expect("there is a key"),
            "known_hosts": format!("[127.0.0.1]:{} {key}", self.proxy.port()),
        } } })
    }

    fn slow_block(&self) -> Json {
        let block = self.block();
        self.proxy.delay(Duration::from_millis(60));
        block
    }

    fn connections(&self) -> &'static [&'static str] {
        &["ssh"]
    }

    async fn remove(&self, state: &Value) -> anyhow::Result<()> {
        for path in self.traces(state).await? {
            let path = self.folder.path().join(path);
            if path.is_dir() {
                std::fs::remove_dir_all(path)?;
            } else {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    async fn traces(&self, _state: &Value) -> anyhow::Result<Vec<String>> {
        let entries = std::fs::read_dir(self.folder.path())?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect()
    }
}
