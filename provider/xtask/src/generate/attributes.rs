//! The schema section of a page: attributes by class, then the nested ones.

use std::collections::VecDeque;
use std::fmt::Write as _;

use plinth_protocol::{Attribute, AttributeType, Block, NestedBlock};

use crate::generate::types;

/// The schema section, with its heading.
pub(super) fn section(block: &Block) -> String {
    let mut text = "## Schema\n".to_owned();
    let mut nested = VecDeque::new();
    push_groups(&mut text, &Level::of_block(block), &[], "### ", &mut nested);
    while let Some((path, level)) = nested.pop_front() {
        let title = path.join(".");
        write!(
            text,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{title}`\n",
            anchor(level.kind, &path)
        )
        .ok();
        // Before what waits already, so that a parent's children follow it.
        let mut inner = VecDeque::new();
        push_groups(&mut text, &level, &path, "", &mut inner);
        while let Some(one) = inner.pop_back() {
            nested.push_front(one);
        }
    }
    text
}

/// Attributes and blocks of one object.
struct Level<'a> {
    kind: &'static str,
    attributes: &'a [Attribute],
    blocks: &'a [NestedBlock],
}

impl<'a> Level<'a> {
    fn of_block(block: &'a Block) -> Self {
        Self {
            kind: "nestedblock",
            attributes: &block.attributes,
            blocks: &block.blocks,
        }
    }
}

/// One entry of a list, and what is nested in it.
struct Entry<'a> {
    name: &'a str,
    line: String,
    nested: Option<Level<'a>>,
}

type Waiting<'a> = VecDeque<(Vec<String>, Level<'a>)>;

fn push_groups<'a>(
    text: &mut String,
    level: &Level<'a>,
    path: &[String],
    heading: &str,
    waiting: &mut Waiting<'a>,
) {
    let attributes = |wanted: fn(&Attribute) -> bool| {
        level
            .attributes
            .iter()
            .filter(move |attribute| wanted(attribute))
            .map(|attribute| of_attribute(attribute, path))
    };
    let blocks = |required: bool| {
        level
            .blocks
            .iter()
            .filter(move |block| (block.min_items > 0) == required)
            .map(|block| of_block(block, path))
    };
    let groups: [(&str, Vec<Entry<'a>>); 3] = [
        (
            "Required",
            attributes(|a| a.required).chain(blocks(true)).collect(),
        ),
        (
            "Optional",
            attributes(|a| a.optional).chain(blocks(false)).collect(),
        ),
        (
            "Read-Only",
            attributes(|a| !a.required && !a.optional).collect(),
        ),
    ];
    for (group, mut entries) in groups {
        if entries.is_empty() {
            continue;
        }
        entries.sort_by_key(|entry| entry.name);
        let colon = if heading.is_empty() { ":" } else { "" };
        write!(text, "\n{heading}{group}{colon}\n\n").ok();
        for entry in entries {
            writeln!(text, "- {}", entry.line).ok();
            if let Some(nested) = entry.nested {
                waiting.push_back((below(path, entry.name), nested));
            }
        }
    }
}

fn of_attribute<'a>(attribute: &'a Attribute, path: &[String]) -> Entry<'a> {
    let mut class = types::of_attribute(&attribute.ty);
    for (holds, word) in [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.deprecated.is_some(), ", Deprecated"),
    ] {
        if holds {
            class.push_str(word);
        }
    }
    let nested = match &attribute.ty {
        AttributeType::Nested(_, attributes) => Some(Level {
            kind: "nestedatt",
            attributes,
            blocks: &[],
        }),
        AttributeType::Plain(_) => None,
    };
    let text = with_deprecation(&attribute.description, attribute.deprecated.as_deref());
    Entry {
        name: &attribute.name,
        line: line(&attribute.name, &class, &text, nested.as_ref(), path),
        nested,
    }
}

fn of_block<'a>(block: &'a NestedBlock, path: &[String]) -> Entry<'a> {
    let mut class = format!("Block{}", types::nested_suffix(block.nesting));
    for (count, word) in [(block.min_items, "Min"), (block.max_items, "Max")] {
        if count > 0 {
            write!(class, ", {word}: {count}").ok();
        }
    }
    let nested = Some(Level::of_block(&block.block));
    let text = with_deprecation(&block.block.description, block.block.deprecated.as_deref());
    Entry {
        name: &block.name,
        line: line(&block.name, &class, &text, nested.as_ref(), path),
        nested,
    }
}

fn with_deprecation(description: &str, deprecated: Option<&str>) -> String {
    let description = one_line(description);
    match deprecated {
        Some(why) if description.is_empty() => format!("**Deprecated:** {}", one_line(why)),
        Some(why) => format!("{description} **Deprecated:** {}", one_line(why)),
        None => description,
    }
}

fn line(
    name: &str,
    class: &str,
    text: &str,
    nested: Option<&Level<'_>>,
    path: &[String],
) -> String {
    let mut line = format!("`{name}` ({class})");
    if !text.is_empty() {
        write!(line, " {text}").ok();
    }
    if let Some(level) = nested {
        let anchor = anchor(level.kind, &below(path, name));
        write!(line, " (see [below for nested schema](#{anchor}))").ok();
    }
    line
}

/// A description on one line, as an entry of a list has to be.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn below(path: &[String], name: &str) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(name.to_owned());
    path
}

fn anchor(kind: &str, path: &[String]) -> String {
    format!("{kind}--{}", path.join("--"))
}
