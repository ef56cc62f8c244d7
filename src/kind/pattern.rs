//! Regular expressions that a gate file writes. They are looked for anywhere in a text: `^` and `$`
//! hold them to its ends.

use regex::bytes::{Regex, RegexBuilder};

use crate::format::yaml::Node;
use crate::spec::{Decoder, Diagnostic};

/// Reads an expression. With `lines`, `^` and `$` are the ends of every line.
pub(super) fn regex(decoder: &mut Decoder<'_>, node: &Node, lines: bool) -> Option<Regex> {
    let text = decoder.text(node)?;
    match RegexBuilder::new(&text).multi_line(lines).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let told = error.to_string();
            let why = told.lines().last().unwrap_or_default();
            let why = why.trim_start_matches("error: ");
            let message = format!("this is no regular expression: {why}");
            decoder.refuse(Diagnostic::new(node.span, message))
        }
    }
}
