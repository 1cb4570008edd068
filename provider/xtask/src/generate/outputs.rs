//! Generated files: written, or compared with what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

/// Folders in which every file is generated.
const FOLDERS: [&str; 12] = [
    "docs/resources",
    "docs/data-sources",
    "docs/ephemeral-resources",
    "docs/list-resources",
    "docs/actions",
    "docs/functions",
    "examples/resources",
    "examples/data-sources",
    "examples/ephemeral-resources",
    "examples/list-resources",
    "examples/actions",
    "examples/functions",
];

/// Files by their path from the root.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    files: BTreeMap<String, String>,
}

impl Outputs {
    /// One more file.
    pub(super) fn add(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// The files.
    #[cfg(test)]
    pub(super) fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Writes what differs and removes what is no longer generated; tells what it did.
    pub(super) fn write(&self, root: &Path) -> anyhow::Result<Vec<String>> {
        let mut changes = Vec::new();
        for path in self.different(root) {
            let file = root.join(path);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create {}", folder.display()))?;
            }
            let text = self.files.get(path).map_or("", String::as_str);
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            changes.push(format!("wrote {path}"));
        }
        for path in self.stale(root)? {
            let file = root.join(&path);
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            // Fails, as it should, while the folder holds something else.
            file.parent().map(fs::remove_dir);
            changes.push(format!("removed {path}"));
        }
        Ok(changes)
    }

    /// Fails when something would be written or removed, with the first line that differs.
    pub(super) fn compare(&self, root: &Path) -> anyhow::Result<()> {
        let mut found = Vec::new();
        for path in self.different(root) {
            let there = fs::read_to_string(root.join(path)).unwrap_or_default();
            let wanted = self.files.get(path).map_or("", String::as_str);
            found.push(format!("{path}: {}", first_difference(&there, wanted)));
        }
        let stale = self.stale(root)?;
        found.extend(
            stale
                .iter()
                .map(|path| format!("{path}: no longer generated")),
        );
        if found.is_empty() {
            return Ok(());
        }
        bail!(
            "{} generated files are out of date (`cargo xtask generate` mends it):\n{}",
            found.len(),
            found.join("\n")
        );
    }

    fn different(&self, root: &Path) -> Vec<&str> {
        self.files
            .iter()
            .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(*text))
            .map(|(path, _)| path.as_str())
            .collect()
    }

    /// Files in generated folders that are not generated any more.
    fn stale(&self, root: &Path) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for folder in FOLDERS {
            walk(root, Path::new(folder), &mut found)?;
        }
        found.retain(|path| !self.files.contains_key(path));
        found.sort();
        Ok(found)
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(path.display().to_string());
        }
    }
    Ok(())
}

fn first_difference(there: &str, wanted: &str) -> String {
    if there.is_empty() {
        return "missing".to_owned();
    }
    let mut lines = there.lines().zip(wanted.lines()).enumerate();
    match lines.find(|(_, (there, wanted))| there != wanted) {
        Some((index, (there, wanted))) => {
            format!("line {}: is {there:?}, should be {wanted:?}", index + 1)
        }
        None => "one is longer than the other".to_owned(),
    }
}
