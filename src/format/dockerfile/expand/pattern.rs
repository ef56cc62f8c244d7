//! Shell patterns in `${x#…}`, `${x%…}` and `${x/…/…}`: `*`, `?` and escapes, no brackets.
//!
//! Translated to regular expressions, which match in linear time. Must not know variables.

use regex::{Regex, RegexBuilder};

/// Bytes of a compiled pattern: hundreds of wildcards.
const COMPILED_BYTES: usize = 1 << 20;

/// Takes a start off a value, or an end. The operator is there once already: a second one in front
/// of the pattern means the longest match.
pub(super) fn trim(pattern: &str, value: &str, end: bool) -> Result<String, String> {
    let sign = if end { '%' } else { '#' };
    let (pattern, greedy) = match pattern.strip_prefix(sign) {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    // The shortest end cannot be asked of a regular expression, the shortest start can.
    if end {
        let value = reversed(value);
        let regex = compile(&reversed_pattern(pattern), greedy, true)?;
        return Ok(reversed(without_start(&regex, &value)));
    }
    let regex = compile(pattern, greedy, true)?;
    Ok(without_start(&regex, value).to_owned())
}

/// Replaces the first match or all of them.
pub(super) fn replace(
    pattern: &str,
    value: &str,
    replacement: &str,
    all: bool,
) -> Result<String, String> {
    let regex = compile(pattern, true, false)?;
    if all {
        return Ok(regex.replace_all(value, replacement).into_owned());
    }
    Ok(match regex.find(value) {
        Some(found) => {
            let (before, behind) = (&value[..found.start()], &value[found.end()..]);
            format!("{before}{replacement}{behind}")
        }
        None => value.to_owned(),
    })
}

fn without_start<'v>(regex: &Regex, value: &'v str) -> &'v str {
    regex
        .find(value)
        .map_or(value, |found| &value[found.end()..])
}

fn compile(pattern: &str, greedy: bool, anchored: bool) -> Result<Regex, String> {
    let mut out = String::from(if anchored { "^" } else { "" });
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(if greedy { ".*" } else { ".*?" }),
            '?' => out.push('.'),
            // `}` and `/` are escaped for the braces' sake; the escape is no part of the pattern.
            '\\' if matches!(chars.peek(), Some('}' | '/')) => {}
            '\\' => match chars.next() {
                Some(next @ ('*' | '?' | '\\')) => out.extend(['\\', next]),
                Some(next) => return Err(format!("in a pattern `\\{next}` means nothing")),
                None => return Err("the pattern ends in a backslash".to_owned()),
            },
            _ => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    let regex = RegexBuilder::new(&out).size_limit(COMPILED_BYTES).build();
    regex.map_err(|_| "the pattern is too long".to_owned())
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// Reversed but for the escapes, which stay in front of what they protect.
fn reversed_pattern(pattern: &str) -> String {
    let mut units: Vec<[Option<char>; 2]> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        units.push([Some(c), next]);
    }
    units.into_iter().rev().flatten().flatten().collect()
}
