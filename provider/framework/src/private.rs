//! What a provider keeps beside the state.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The provider's own data of one object: kept by Terraform beside the state, never shown.
///
/// No secret belongs here: the state file holds it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    /// From what Terraform kept. Data of another provider, after a move, counts as none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map(Self).unwrap_or_default()
    }

    /// What Terraform shall keep; nothing for nothing.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// What was kept under this key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// The text that was kept under this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Json::as_str)
    }

    /// Keeps a value under this key.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<Json>) {
        self.0.insert(key.into(), value.into());
    }

    /// Forgets the value under this key.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }
}
