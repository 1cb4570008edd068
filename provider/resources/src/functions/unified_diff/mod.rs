//! `unified_diff`: how one text becomes another.

use plinth_framework::{CallError, Function, Model};
use similar::TextDiff;

/// The function.
#[derive(Debug)]
pub(crate) struct UnifiedDiff;

/// The difference between two texts.
///
/// Gives the lines that change in the format of `diff -u`, with three lines around each
/// change; nothing when the texts are the same.
#[derive(Model, Debug)]
pub(crate) struct Arguments {
    /// The text as it was.
    before: String,
    /// The text as it shall be.
    after: String,
    /// At most one: what to call the text in the heading, such as a path.
    #[tf(variadic)]
    name: Vec<String>,
}

impl Function for UnifiedDiff {
    const NAME: &'static str = "unified_diff";
    type Arguments = Arguments;
    type Output = String;

    fn call(&self, arguments: Arguments) -> Result<String, CallError> {
        if arguments.name.len() > 1 {
            return Err(CallError::at(Arguments::AT.name, "give at most one name"));
        }
        let name = arguments.name.first().map_or("text", String::as_str);
        Ok(unified_diff(&arguments.before, &arguments.after, name))
    }
}

/// The change from `before` to `after` as `diff -u` prints it; empty when there is none.
pub(crate) fn unified_diff(before: &str, after: &str, name: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("before/{name}"), &format!("after/{name}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::unified_diff;

    #[test]
    fn only_what_changes_is_shown_with_its_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = before.replace('6', "six");
        let expected = "--- before/etc/motd\n+++ after/etc/motd\n@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n\
                        +six\n 7\n 8\n 9\n";
        assert_eq!(unified_diff(before, &after, "etc/motd"), expected);
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(unified_diff("a\n", "a\n", "x"), "");
    }

    #[test]
    fn a_missing_newline_at_the_end_is_told() {
        assert!(unified_diff("a", "a\n", "x").contains("\\ No newline at end of file"));
    }
}
