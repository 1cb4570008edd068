//! Texts with several spellings of one meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use plinth_framework::schema::Canonical;
use plinth_framework::{AttributeType, Context, DecodeError, Field, Model, Set, Value};

use crate::stored::Stored;

/// Text whose letter case and outer spaces mean nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl Word {
    fn plain(text: &str) -> String {
        text.trim().to_lowercase()
    }

    fn settle(&mut self) {
        self.0 = Self::plain(&self.0);
    }
}

impl Field for Word {
    type Inner = Self;

    fn ty() -> AttributeType {
        String::ty()
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        String::decode(value).map(Self)
    }

    fn encode(&self) -> Value {
        self.0.encode()
    }

    fn canonical() -> Option<Canonical> {
        Some(Arc::new(|value| match value {
            Value::String(text) => Value::String(Self::plain(text)),
            other => other.clone(),
        }))
    }
}

/// Words everywhere.
#[derive(Model, Clone, Debug)]
pub struct Texts {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// A word.
    pub word: Option<Word>,
    /// Words in order.
    pub list: Option<Vec<Word>>,
    /// Words in no order.
    pub set: Option<Set<Word>>,
    /// Words by name.
    pub map: Option<BTreeMap<String, Word>>,
    /// Words in objects in no order.
    pub nested: Option<Set<Holder>>,
}

/// Holds a word.
#[derive(Model, Clone, Debug)]
pub struct Holder {
    /// The word.
    pub word: Word,
    /// Has a default.
    #[tf(default = 1)]
    pub size: i64,
}

impl Stored for Texts {
    const TYPE: &'static str = "text";

    fn name(&self) -> &str {
        &self.name
    }

    /// The remote side knows the plain form only.
    fn settle(&mut self, _cx: &mut Context) {
        self.word.iter_mut().for_each(Word::settle);
        self.list.iter_mut().flatten().for_each(Word::settle);
        self.set
            .iter_mut()
            .flat_map(|set| &mut set.0)
            .for_each(Word::settle);
        self.map
            .iter_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(Word::settle);
        let holders = self.nested.iter_mut().flat_map(|set| &mut set.0);
        holders.for_each(|holder| holder.word.settle());
    }
}
