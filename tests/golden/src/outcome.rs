//! What came out of a run.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was run.
    pub command: String,
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Outcome {
    /// Checks that it succeeded.
    ///
    /// # Panics
    /// It did not.
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed\n{self}");
        self
    }

    /// Checks that it failed.
    ///
    /// # Panics
    /// It did not.
    pub fn failed(self) -> Self {
        assert_eq!(self.code, Some(1), "it did not fail\n{self}");
        self
    }

    /// Checks that a plan has something to do.
    ///
    /// # Panics
    /// It has not.
    pub fn has_changes(self) -> Self {
        assert_eq!(self.code, Some(2), "no plan with changes\n{self}");
        self
    }

    /// Everything it said in one line: frames, line breaks and indentation make no
    /// difference.
    pub fn text(&self) -> String {
        let text = format!("{}\n{}", self.stdout, self.stderr);
        let frame = |letter: char| matches!(letter, '│' | '╷' | '╵');
        let words = text.split(|letter: char| letter.is_whitespace() || frame(letter));
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Checks that it said all of this.
    ///
    /// # Panics
    /// It did not.
    pub fn says(self, parts: &[&str]) -> Self {
        let text = self.text();
        for part in parts {
            assert!(text.contains(part), "it did not say {part:?}\n{self}");
        }
        self
    }

    /// Checks that it said nothing of this.
    ///
    /// # Panics
    /// It did.
    pub fn conceals(self, parts: &[&str]) -> Self {
        let text = self.text();
        for part in parts {
            assert!(!text.contains(part), "it said {part:?}\n{self}");
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "$ {command}\n{stdout}{stderr}(exit code {code:?})")
    }
}

/// The resources of a state.
#[derive(Clone, Debug)]
pub struct Found(BTreeMap<String, Json>);

impl Found {
    pub(crate) fn in_state(state: &Json) -> Self {
        let resources = state["values"]["root_module"]["resources"].as_array();
        let by_address = resources.into_iter().flatten().map(|resource| {
            let address = resource["address"].as_str().unwrap_or_default();
            (address.to_owned(), resource.clone())
        });
        Self(by_address.collect())
    }

    /// The values of a resource.
    ///
    /// # Panics
    /// It is not there.
    pub fn values(&self, address: &str) -> &Json {
        &self.resource(address)["values"]
    }

    /// All that the state has of a resource.
    ///
    /// # Panics
    /// It is not there.
    pub fn resource(&self, address: &str) -> &Json {
        self.0
            .get(address)
            .unwrap_or_else(|| panic!("{address} is not in the state"))
    }

    /// The addresses.
    pub fn addresses(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// A value inside JSON, by JSON pointer, as JSON text: numbers are compared as they are
/// written.
///
/// # Panics
/// It is not there.
pub fn at(json: &Json, pointer: &str) -> String {
    let value = json
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer} in {json}"));
    value.to_string()
}
