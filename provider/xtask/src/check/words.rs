//! Text that must not be in the repository: paths of one person's machine, private keys.

/// Every line of a file that holds something it must not.
pub(super) fn violations(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", index + 1);
        if let Some(path) = machine_path(line) {
            found.push(format!("{place}: {path} is a path of one machine"));
        }
    }
    let keys = private_keys(text).into_iter();
    found.extend(keys.map(|line| format!("{file}:{line}: a private key: make keys at run time")));
    found
}

/// A path into somebody's home directory.
fn machine_path(line: &str) -> Option<&str> {
    // Split so that this file is not its own violation.
    let homes = [concat!("/ro", "ot/"), concat!("/ho", "me/")];
    homes.iter().find_map(|home| {
        line.match_indices(home).find_map(|(start, _)| {
            let before = line[..start].chars().next_back();
            let path = line[start..].split(ends_path).next()?;
            // `x/root/y` is a path within something; `/home/` alone is a place, nobody's home.
            let inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/}>".contains(c));
            (!inside && path.len() > home.len()).then_some(path)
        })
    })
}

fn ends_path(c: char) -> bool {
    c.is_whitespace() || "\"'`<>(){}[]$*,;:|".contains(c)
}

/// The numbers of the lines in which a PEM private key begins. A header without a key behind it, as
/// in documentation or in a test of broken input, is not one.
fn private_keys(text: &str) -> Vec<usize> {
    let begin = concat!("-----BE", "GIN ");
    text.match_indices(begin)
        .filter(|(start, _)| {
            let after = &text[start + begin.len()..];
            let mut parts = after.splitn(3, "-----");
            let label = parts.next().unwrap_or_default();
            let body = parts.next().unwrap_or_default();
            label.ends_with("PRIVATE KEY") && longest_base64(body) >= KEY_MATERIAL
        })
        .map(|(start, _)| text[..start].matches('\n').count() + 1)
        .collect()
}

/// Characters of base64 in one piece that no word of prose has.
const KEY_MATERIAL: usize = 40;

fn longest_base64(text: &str) -> usize {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '+' || c == '/'))
        .map(str::len)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_directory_is_found() {
        for path in [concat!("/ro", "ot/.cache/x"), concat!("/ho", "me/ann/x")] {
            let found = violations("a.rs", &format!("fine\nlet p = \"{path}\";"));
            assert_eq!(found, [format!("a.rs:2: {path} is a path of one machine")]);
        }
    }

    #[test]
    fn paths_that_only_look_like_one_are_not() {
        for line in [
            concat!("chroot/ro", "ot/x"),
            concat!("$dir/ro", "ot/x"),
            concat!("below /ho", "me/ on the host"),
            concat!("/ho", "me/<name>/x"),
            concat!("/ho", "me/${var.user}/x"),
        ] {
            let line = line.replace("$dir", "dir");
            assert_eq!(violations("a", &line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn a_private_key_is_found_and_a_public_one_is_not() {
        let begin = concat!("-----BE", "GIN ");
        let material = "Ab0+".repeat(12);
        let key = format!("x\n{begin}OPENSSH PRIVATE KEY-----\n{material}\n-----END");
        assert_eq!(
            violations("k", &key),
            ["k:2: a private key: make keys at run time"]
        );
        let escaped = format!("\"{begin}RSA PRIVATE KEY-----\\n{material}\\n\"");
        assert_eq!(violations("k", &escaped).len(), 1);
        for harmless in [
            format!("{begin}PUBLIC KEY-----\n{material}"),
            format!("{begin}PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n{material}"),
            "a PRIVATE KEY".to_owned(),
        ] {
            assert_eq!(violations("k", &harmless), Vec::<String>::new());
        }
    }
}
