//! One line of JSON, of limited length.

use std::fmt::Display;

use crate::codec::write_json_string;

/// Longest line in bytes, its end included. Terraform reads no longer ones.
const MAX_LINE: usize = 64 * 1024;

/// Stands where text was cut.
const CUT: &str = " … (cut)";

/// Kept free for the end of the line and of a cut text.
const RESERVE: usize = 64;

/// A line of JSON that is being written: an object of text, numbers and bools.
#[derive(Debug)]
pub(super) struct Line {
    out: Vec<u8>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { out: vec![b'{'] }
    }

    /// Adds a text, cut where the line would get too long.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.member(name, |out| {
            let left = MAX_LINE.saturating_sub(out.len() + RESERVE);
            let start = out.len();
            write_json_string(text, out);
            if out.len() - start <= left {
                return;
            }
            out.truncate(start);
            // Escapes take up to six bytes for one; cutting by the worst case would waste
            // most of the line, so it is counted.
            let mut end = 0;
            let mut size = CUT.len() + 2;
            for (at, char) in text.char_indices() {
                size += match char {
                    '"' | '\\' | '\n' | '\r' | '\t' => 2,
                    ..' ' => 6,
                    _ => char.len_utf8(),
                };
                if size > left {
                    break;
                }
                end = at + char.len_utf8();
            }
            write_json_string(&format!("{}{CUT}", &text[..end]), out);
        });
    }

    /// Adds a number or bool, which are short.
    pub(super) fn literal(&mut self, name: &str, value: impl Display) {
        let text = value.to_string();
        self.member(name, |out| out.extend_from_slice(text.as_bytes()));
    }

    /// The line with its end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(b"}\n");
        self.out
    }

    /// Adds a member; not one that does not fit any more, even cut.
    fn member(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        if self.out.len() + 6 * name.len() + CUT.len() + 2 * RESERVE > MAX_LINE {
            return;
        }
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        write_json_string(name, &mut self.out);
        self.out.push(b':');
        write(&mut self.out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_and_stay_json() {
        for part in ["x", "\"", "\u{1}", "ö", "\n"] {
            let mut line = Line::new();
            line.text("@level", "info");
            line.text("@message", &part.repeat(100_000));
            line.text("more", &part.repeat(100_000));
            line.literal("count", 1);
            let line = line.finish();
            assert!(
                line.len() <= MAX_LINE && line.len() > MAX_LINE - 1024,
                "{}",
                line.len()
            );
            let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
            assert!(json["@message"].as_str().unwrap().ends_with(CUT));
            assert_eq!(
                line.iter().position(|byte| *byte == b'\n'),
                Some(line.len() - 1)
            );
        }
    }
}
