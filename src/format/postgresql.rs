//! `postgresql.conf`: `name = value` or `name value`, a line each. Must not know what settings
//! there are.
//!
//! Names are read without regard to capitals and come out small. Of two values the last one holds,
//! as the server has it.

use super::settings::{self, Line, Names, Settings};
use super::yaml::{Key, Node, Span};

/// Reads a file.
#[must_use]
pub fn parse(source: u32, text: &str) -> Settings {
    let mut out = Settings::empty();
    let mut names = Names::default();
    for line in settings::lines(text) {
        match statement(source, line) {
            Ok(None) => {}
            Ok(Some((key, _))) if is_include(&key.text) => out.includes.push(key.span),
            Ok(Some((key, value))) => {
                if names.put(key.clone(), value) {
                    out.repeated.push(key);
                }
            }
            Err((span, why)) => out.error(span, why),
        }
    }
    out.with(source, text, names.done())
}

fn is_include(name: &str) -> bool {
    matches!(name, "include" | "include_if_exists" | "include_dir")
}

type Statement = Result<Option<(Key, Node)>, (Span, &'static str)>;

fn statement(source: u32, line: Line<'_>) -> Statement {
    let bare = line.text.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return Ok(None);
    }
    let at = line.start + line.text.len() - line.text.trim_start().len();
    let span = |from: usize, to: usize| Span::new(source, at + from, at + to);
    let whole = span(0, bare.len());
    let in_name = |c: char| c.is_ascii_alphanumeric() || "_$.".contains(c) || !c.is_ascii();
    let end = bare.find(|c| !in_name(c)).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err((
            whole,
            "a line that does not begin with the name of a setting",
        ));
    }
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').map_or(rest, str::trim_start);
    let from = bare.len() - rest.len();
    let (text, length, quoted) = value(rest).map_err(|why| (whole, why))?;
    let behind = rest.get(length..).unwrap_or_default().trim_start();
    if !behind.is_empty() && !behind.starts_with('#') {
        return Err((
            whole,
            "something behind the value: one with blanks or signs in it needs quotes",
        ));
    }
    let key = Key {
        span: span(0, end),
        text: name.to_ascii_lowercase(),
    };
    let value = settings::scalar(span(from, from + length), text, quoted);
    Ok(Some((key, value)))
}

/// The value at the start of a text, how long it is as written, and whether it is in quotes.
fn value(text: &str) -> Result<(String, usize, bool), &'static str> {
    if let Some(inner) = text.strip_prefix('\'') {
        let (value, length) = quoted(inner).ok_or("a quote that is not closed in its line")?;
        return Ok((value, length + 1, true));
    }
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-.:/+".contains(c) || !c.is_ascii();
    let length = text.find(|c| !inside(c)).unwrap_or(text.len());
    match text.get(..length).filter(|value| !value.is_empty()) {
        Some(value) => Ok((value.to_owned(), length, false)),
        None => Err("a setting without a value"),
    }
}

/// Up to the closing quote: `''` and `\'` are one quote, a backslash stands for escapes as in C.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                out.push('\'');
            }
            '\'' => return Some((out, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(text: &str, name: &str) -> Option<String> {
        parse(0, text).root.get(name)?.scalar().map(str::to_owned)
    }

    #[test]
    fn a_setting_is_written_with_or_without_a_sign() {
        let text = "# c\nshared_buffers = 512MB # why\nWork_Mem 4MB\nlisten_addresses='*'\n\
                    log_line_prefix = '%m ''x'' \\'y # '\npg_stat_statements.max = -1\n";
        assert_eq!(get(text, "shared_buffers").as_deref(), Some("512MB"));
        assert_eq!(get(text, "work_mem").as_deref(), Some("4MB"));
        assert_eq!(get(text, "listen_addresses").as_deref(), Some("*"));
        assert_eq!(
            get(text, "log_line_prefix").as_deref(),
            Some("%m 'x' 'y # ")
        );
        assert_eq!(get(text, "pg_stat_statements.max").as_deref(), Some("-1"));
        let root = parse(0, text).root;
        let memory = root.entry("work_mem").unwrap();
        assert_eq!(
            (memory.key.span.slice(text), memory.value.span.slice(text)),
            ("Work_Mem", "4MB")
        );
    }

    #[test]
    fn of_two_values_the_last_one_holds_and_includes_are_told() {
        let text = "a = 1\ninclude_dir 'conf.d'\nA = 2\n";
        let out = parse(0, text);
        assert_eq!(get(text, "a").as_deref(), Some("2"));
        assert_eq!(out.repeated.len(), 1);
        assert_eq!(out.includes[0].slice(text), "include_dir");
    }

    #[test]
    fn lines_that_the_server_would_refuse_are_mistakes() {
        for text in [
            "= 1\n",
            "a\n",
            "a = \n",
            "a = 'x\n",
            "a = 1 2\n",
            "a = x,y\n",
            "9a = 1\n",
            "[a]\n",
        ] {
            assert_eq!(parse(0, text).errors.len(), 1, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn total(text in "[a-cé=.'\\\\# \r\n\t0-9]{0,60}") {
            let out = parse(0, &text);
            for entry in out.root.entries() {
                prop_assert!(!entry.value.span.slice(&text).is_empty());
            }
        }
    }
}
