//! Doc comments and `#[tf(…)]`.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments, without the space that follows each `///`.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    let lines: Vec<String> = lines
        .map(|line| line.strip_prefix(' ').map_or(line.clone(), str::to_owned))
        .collect();
    lines.join("\n").trim().to_owned()
}

/// Calls `take` for each word of each `#[tf(…)]`; what it does not take is an error that
/// names the known words.
pub(crate) fn each(
    attributes: &[Attribute],
    known: &[&str],
    mut take: impl FnMut(&str, &ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("tf"))
    {
        attribute.parse_nested_meta(|meta| {
            let word = meta
                .path
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default();
            if known.contains(&word.as_str()) {
                return take(&word, &meta);
            }
            Err(meta.error(unknown(&word, known)))
        })?;
    }
    Ok(())
}

fn unknown(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .min_by_key(|candidate| distance(word, candidate));
    match nearest {
        Some(nearest) if distance(word, nearest) <= 2 => {
            format!("unknown word `{word}`. Did you mean `{nearest}`?")
        }
        _ => format!("unknown word `{word}`; known here: {}", known.join(", ")),
    }
}

/// How many letters must change to get from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let substitute = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
