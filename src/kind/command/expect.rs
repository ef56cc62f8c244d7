//! `expect: {stdout: …, stderr: …}`: what was captured, judged as bytes, so that output in any
//! encoding can be judged.

use regex::bytes::Regex;

use crate::model::{Judged, Reason, limits};

/// Characters of captured text that a reason shows.
const SHOWN: usize = 300;

/// What is expected of one stream; every part must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct TextRule {
    /// The whole text, line ends at its end aside (as `$(…)` takes them off).
    pub(super) equals: Option<String>,
    /// Each must occur.
    pub(super) contains: Vec<String>,
    /// Each must match somewhere.
    pub(super) matches: Vec<Regex>,
    /// `true`: nothing may come; `false`: something must.
    pub(super) empty: Option<bool>,
}

/// What is wrong with a stream, or `None`.
pub(super) fn judge(
    stream: &str,
    rule: &TextRule,
    captured: Option<&[u8]>,
    cut: bool,
) -> Option<Judged> {
    let Some(bytes) = captured else {
        return Some(Judged::Errored(Reason::new(format!(
            "{stream} was not captured"
        ))));
    };
    if cut {
        let limit = limits::CAPTURE_BYTES >> 20;
        return Some(Judged::Errored(
            Reason::new(format!(
                "{stream} cannot be judged: the output is longer than {limit} MiB and was cut, or \
                 was not read to its end"
            ))
            .hint("let the command write less, or write to a file and check that")
            .hint("let it wait for what it starts: nothing may hold its output open"),
        ));
    }
    let wrong = first_wrong(rule, bytes)?;
    let reason = Reason::new(format!("{stream} {wrong}")).detail(shown(stream, bytes));
    Some(Judged::Failed(reason))
}

fn first_wrong(rule: &TextRule, bytes: &[u8]) -> Option<String> {
    let is_empty = trimmed(bytes).is_empty();
    match rule.empty {
        Some(true) if !is_empty => return Some("is not empty".to_owned()),
        Some(false) if is_empty => return Some("is empty".to_owned()),
        _ => {}
    }
    if let Some(text) = rule
        .equals
        .as_ref()
        .filter(|t| trimmed(t.as_bytes()) != trimmed(bytes))
    {
        return Some(format!("is not {text:?}"));
    }
    if let Some(text) = rule
        .contains
        .iter()
        .find(|text| !occurs(text.as_bytes(), bytes))
    {
        return Some(format!("does not contain {text:?}"));
    }
    let regex = rule.matches.iter().find(|regex| !regex.is_match(bytes))?;
    Some(format!("does not match /{regex}/"))
}

fn occurs(needle: &[u8], hay: &[u8]) -> bool {
    needle.is_empty() || hay.windows(needle.len()).any(|window| window == needle)
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
        .map_or(0, |at| at + 1);
    &bytes[..end]
}

fn shown(stream: &str, bytes: &[u8]) -> String {
    if trimmed(bytes).is_empty() {
        return format!("{stream} was empty");
    }
    let text = String::from_utf8_lossy(trimmed(bytes));
    let head: String = text.chars().take(SHOWN).collect();
    let cut = if head.len() < text.len() { " …" } else { "" };
    let odd = if std::str::from_utf8(bytes).is_err() {
        " (not UTF-8)"
    } else {
        ""
    };
    format!("{stream}{odd} was: {head}{cut}")
}

#[cfg(test)]
mod tests {
    use super::super::super::judge::testing::word;
    use super::*;

    fn verdict(rule: &TextRule, bytes: &[u8]) -> &'static str {
        judge("stdout", rule, Some(bytes), false)
            .as_ref()
            .map_or("good", word)
    }

    #[test]
    fn every_part_must_hold() {
        let rule = TextRule {
            contains: vec!["ready".into(), "port".into()],
            matches: vec![Regex::new(r"port \d+").unwrap()],
            ..TextRule::default()
        };
        assert_eq!(verdict(&rule, b"ready on port 80\n"), "good");
        assert_eq!(verdict(&rule, b"ready on port x"), "failed");
        assert_eq!(verdict(&rule, b"port 80"), "failed");
    }

    #[test]
    fn equals_does_not_mind_the_last_line_end() {
        let rule = TextRule {
            equals: Some("v1\nv2".into()),
            ..TextRule::default()
        };
        assert_eq!(verdict(&rule, b"v1\nv2\n"), "good");
        assert_eq!(verdict(&rule, b" v1\nv2"), "failed");
    }

    #[test]
    fn empty_and_not_empty() {
        let rule = |empty| TextRule {
            empty: Some(empty),
            ..TextRule::default()
        };
        assert_eq!(verdict(&rule(true), b"\n"), "good");
        assert_eq!(verdict(&rule(true), b"warning"), "failed");
        assert_eq!(verdict(&rule(false), b""), "failed");
        assert_eq!(verdict(&rule(false), b"x"), "good");
    }

    #[test]
    fn other_encodings_are_judged_by_their_bytes() {
        let rule = TextRule {
            contains: vec!["ok".into()],
            ..TextRule::default()
        };
        assert_eq!(verdict(&rule, b"\xff\xfe ok"), "good");
        let Some(Judged::Failed(reason)) = judge("stdout", &rule, Some(b"\xff no"), false) else {
            panic!("not failed")
        };
        assert!(reason.details[0].contains("not UTF-8"), "{reason:?}");
    }

    #[test]
    fn what_was_cut_or_not_captured_cannot_be_judged() {
        let rule = TextRule {
            contains: vec!["ok".into()],
            ..TextRule::default()
        };
        let told = judge("stdout", &rule, Some(b"ok"), true);
        assert_eq!(told.as_ref().map(word), Some("errored"));
        assert_eq!(
            judge("stdout", &rule, None, false).as_ref().map(word),
            Some("errored")
        );
    }
}
