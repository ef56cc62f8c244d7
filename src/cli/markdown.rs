//! Text for the pages of Markdown that commands print: markup in it is text.
//!
//! Must not know any page.

/// Text on one line in which nothing is markup, but for what stands between backticks.
pub(super) fn inline(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ").replace('|', "\\|");
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => part
            .replace('<', "&lt;")
            .replace('*', "\\*")
            .replace('[', "\\["),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// A code span, with a fence longer than any row of backticks in it.
pub(super) fn code(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ").replace('|', "\\|");
    match text.contains('`') {
        true => format!("``` {text} ```"),
        false => format!("`{text}`"),
    }
}

/// A block of code, with a fence longer than any row of backticks in it.
pub(super) fn block(text: &str) -> String {
    let rows = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(rows.max().unwrap_or(0).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let said = inline("a  <b>*\n[c](d) | `<e>`");
        assert_eq!(said, "a &lt;b>\\* \\[c](d) \\| `<e>`");
        assert_eq!(code("a`b|c"), "``` a`b\\|c ```");
        assert_eq!(block("x\n```\ny\n"), "````text\nx\n```\ny\n````\n");
    }
}
