//! Every pair of colours in which the page sets text can be read, in both themes and in print.

use std::collections::BTreeMap;

use super::*;
use crate::report::html::STYLE;

/// `#rgb` or `#rrggbb`.
fn colour(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#')?;
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    let part = |at: usize| u8::from_str_radix(wide.get(at..at + 2)?, 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

/// The variables of the block that follows this selector.
fn variables(selector: &str) -> BTreeMap<String, Rgb> {
    let block = STYLE.split_once(selector).unwrap().1;
    let block = block.split_once('}').unwrap().0;
    let pairs = block.split([';', '{']).filter_map(|declaration| {
        let (name, value) = declaration.trim().split_once(':')?;
        Some((name.strip_prefix("--")?.to_owned(), colour(value)?))
    });
    pairs.collect()
}

/// Light, dark by the system, dark by choice, and print: the later over the first.
fn themes() -> [(&'static str, BTreeMap<String, Rgb>); 4] {
    let light = variables(":root{");
    let over = |selector: &str| {
        let mut all = light.clone();
        all.extend(variables(selector));
        all
    };
    let system = over(":root:not([data-theme=light]){");
    let chosen = over(":root[data-theme=dark]{");
    let print = over(":root,:root[data-theme=dark]{");
    [
        ("light", light),
        ("dark by the system", system),
        ("dark by choice", chosen),
        ("print", print),
    ]
}

/// A text's colour and what it stands on.
const TEXTS: &[(&str, &str)] = &[
    ("ink", "bg"),
    ("ink", "card"),
    ("ink", "soft"),
    ("muted", "bg"),
    ("muted", "card"),
    ("link", "bg"),
    ("link", "card"),
    ("link", "errored-bg"),
    // Words of verdicts, in headings and in cards.
    ("passed", "bg"),
    ("failed", "bg"),
    ("errored", "bg"),
    ("passed", "card"),
    ("failed", "card"),
    ("errored", "card"),
    ("skipped", "card"),
    // Badges, boxes of the graph with their second line, bars of the timeline.
    ("passed", "passed-bg"),
    ("failed", "failed-bg"),
    ("errored", "errored-bg"),
    ("skipped", "skipped-bg"),
    ("ink", "passed-bg"),
    ("ink", "failed-bg"),
    ("ink", "errored-bg"),
    ("ink", "skipped-bg"),
    ("muted", "passed-bg"),
    ("muted", "failed-bg"),
    ("muted", "errored-bg"),
    ("muted", "skipped-bg"),
    // The seal, and the cells of the wall that did not pass.
    ("bg", "passed"),
    ("bg", "failed"),
    ("bg", "errored"),
    ("card", "failed"),
    ("card", "errored"),
    ("term-ink", "term"),
    ("term-muted", "term"),
    ("term-muted", "term-hit"),
    ("term-ink", "term-hit"),
];

#[test]
fn every_text_can_be_read_in_every_theme() {
    let mut bad = Vec::new();
    for (theme, colours) in themes() {
        for (ink, ground) in TEXTS {
            // Logs are printed black on white: a rule of their own.
            if theme == "print" && ink.starts_with("term-") {
                continue;
            }
            let found = ratio(colours[*ink], colours[*ground]);
            if found < TEXT {
                bad.push(format!("{theme}: {ink} on {ground} is {found:.2}"));
            }
        }
    }
    assert_eq!(bad, Vec::<String>::new());
}

#[test]
fn the_ring_of_the_focus_can_be_seen() {
    let pairs = [("focus", "bg"), ("focus", "card"), ("term-focus", "term")];
    for (theme, colours) in &themes()[..3] {
        for (ring, ground) in pairs {
            let found = ratio(colours[ring], colours[ground]);
            // What is no text needs 3 (WCAG 2, 1.4.11).
            assert!(found >= 3.0, "{theme}: {ring} on {ground} is {found:.2}");
        }
    }
}

#[test]
fn the_two_dark_themes_are_the_same() {
    let [_, system, chosen, _] = themes();
    assert_eq!(system.1, chosen.1);
}

#[test]
fn a_ratio_is_that_of_the_standard() {
    assert!((ratio(BLACK, WHITE) - 21.0).abs() < 0.001);
    assert!((ratio(WHITE, WHITE) - 1.0).abs() < 0.001);
    // The grey that is known to be just enough on white.
    assert!((ratio((0x76, 0x76, 0x76), WHITE) - 4.54).abs() < 0.01);
}

#[test]
fn what_cannot_be_read_is_mended_and_nothing_else() {
    assert_eq!(mended(WHITE, BLACK), None);
    for ground in [BLACK, WHITE, (127, 127, 127), (0xa8, 0x30, 0x29)] {
        let found = mended(ground, ground).unwrap();
        assert!(ratio(found, ground) >= TEXT, "{found:?} on {ground:?}");
    }
}
