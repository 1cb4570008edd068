//! Small files: split around 400 lines, never more than 800.

const SPLIT: usize = 400;
const LIMIT: usize = 800;

/// Line counts by file, generated files left out.
#[derive(Debug)]
pub(super) struct Sizes {
    lines: Vec<(String, usize)>,
}

/// Counts the lines of these files, given by name and text.
pub(super) fn measure(files: &[(String, String)]) -> Sizes {
    let mut lines: Vec<(String, usize)> = files
        .iter()
        .filter(|(_, text)| !is_generated(text))
        .map(|(file, text)| (file.clone(), text.lines().count()))
        .collect();
    lines.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Sizes { lines }
}

impl Sizes {
    /// Files over the hard limit.
    pub(super) fn violations(&self) -> Vec<String> {
        self.lines
            .iter()
            .filter(|(_, lines)| *lines > LIMIT)
            .map(|(file, lines)| format!("{file}: {lines} lines, the limit is {LIMIT}: split it"))
            .collect()
    }

    /// Files that are within the limit but long, the longest first.
    pub(super) fn worth_splitting(&self) -> impl Iterator<Item = (&str, usize)> {
        self.lines
            .iter()
            .filter(|(_, lines)| (SPLIT + 1..=LIMIT).contains(lines))
            .map(|(file, lines)| (file.as_str(), *lines))
    }

    /// The middle one of all counts.
    pub(super) fn median(&self) -> usize {
        self.lines
            .get(self.lines.len() / 2)
            .map_or(0, |(_, lines)| *lines)
    }
}

/// The mark that generators write into the first lines of their output.
fn is_generated(text: &str) -> bool {
    text.lines().take(5).any(|line| line.contains("@generated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, lines: usize) -> (String, String) {
        (name.to_owned(), "x\n".repeat(lines))
    }

    #[test]
    fn only_a_file_over_the_limit_is_a_violation() {
        let sizes = measure(&[file("a", LIMIT), file("b", LIMIT + 1), file("c", SPLIT)]);
        let violations = sizes.violations();
        assert_eq!(violations.len(), 1);
        assert!(violations[0].starts_with("b: 801 lines"), "{violations:?}");
        assert_eq!(sizes.worth_splitting().collect::<Vec<_>>(), [("a", LIMIT)]);
        assert_eq!(sizes.median(), LIMIT);
    }

    #[test]
    fn a_generated_file_may_be_long() {
        let generated = (
            "a".to_owned(),
            format!("// @generated\n{}", "x\n".repeat(LIMIT)),
        );
        assert!(measure(&[generated]).violations().is_empty());
    }
}
