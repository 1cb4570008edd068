//! What the objects are kept in: a directory with a JSON file per object.

use std::fs;
use std::io;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use plinth_framework::{Diagnostic, Maybe, Model, Result, Value};

/// The directory that the provider block names. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Remote(Arc<RwLock<Maybe<String>>>);

impl Remote {
    /// Takes the directory of a provider block.
    pub fn set(&self, directory: Maybe<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = directory;
    }

    /// Whether there is a directory, as far as can be told now.
    pub fn is_known(&self) -> bool {
        !self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_unknown()
    }

    /// Puts an object down.
    ///
    /// # Errors
    /// No directory, or the file cannot be written.
    pub fn write<M: Model>(&self, kind: &str, name: &str, object: &M) -> Result<()> {
        let json = Value::Map(object.to_object())
            .to_json(&M::schema().to_type())
            .map_err(|error| failed("write", kind, name, &error))?;
        fs::write(self.file(kind, name)?, json).map_err(|error| failed("write", kind, name, &error))
    }

    /// The object, if it is there.
    ///
    /// # Errors
    /// No directory, or the file cannot be read.
    pub fn load<M: Model>(&self, kind: &str, name: &str) -> Result<Option<M>> {
        let Some(json) = self.text(kind, name)? else {
            return Ok(None);
        };
        let value = Value::from_json(json.as_bytes(), &M::schema().to_type())
            .map_err(|error| failed("read", kind, name, &error))?;
        Ok(Some(M::decode_object(value)?))
    }

    /// The object as it lies there, if it does.
    ///
    /// # Errors
    /// No directory, or the file cannot be read.
    pub fn text(&self, kind: &str, name: &str) -> Result<Option<String>> {
        match fs::read_to_string(self.file(kind, name)?) {
            Ok(json) => Ok(Some(json)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", kind, name, &error)),
        }
    }

    /// Takes an object away; one that is gone already is fine.
    ///
    /// # Errors
    /// No directory, or the file cannot be deleted.
    pub fn remove(&self, kind: &str, name: &str) -> Result<()> {
        match fs::remove_file(self.file(kind, name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("delete", kind, name, &error))
            }
            _ => Ok(()),
        }
    }

    /// Adds a line to a log, by which a test sees what was called.
    ///
    /// # Errors
    /// No directory, or the file cannot be written.
    pub fn log(&self, kind: &str, name: &str, line: &str) -> Result<()> {
        let path = self.directory()?.join(format!("{kind}-{name}.log"));
        let appended = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| writeln!(file, "{line}"));
        appended.map_err(|error| failed("write", kind, name, &error))
    }

    /// The names of all objects of a kind, sorted.
    ///
    /// # Errors
    /// No directory, or it cannot be read.
    pub fn names(&self, kind: &str) -> Result<Vec<String>> {
        let prefix = format!("{kind}-");
        let mut names = Vec::new();
        let entries =
            fs::read_dir(self.directory()?).map_err(|error| failed("list", kind, "*", &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed("list", kind, "*", &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = name
                .strip_prefix(&prefix)
                .and_then(|name| name.strip_suffix(".json"));
            names.extend(name.map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    fn file(&self, kind: &str, name: &str) -> Result<PathBuf> {
        Ok(self.directory()?.join(format!("{kind}-{name}.json")))
    }

    fn directory(&self) -> Result<PathBuf> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Maybe::Known(directory) => Ok(PathBuf::from(directory)),
            Maybe::Unknown => Err(
                Diagnostic::error("The provider's directory is not known yet")
                    .detail("Apply first what it depends on.")
                    .into(),
            ),
            Maybe::Null => Err(Diagnostic::error("The provider has no directory")
                .detail("Set directory in the provider block.")
                .into()),
        }
    }
}

fn failed(
    verb: &str,
    kind: &str,
    name: &str,
    error: &dyn std::error::Error,
) -> plinth_framework::Diagnostics {
    Diagnostic::error(format!("Cannot {verb} {kind} {name}"))
        .caused_by(error)
        .into()
}
