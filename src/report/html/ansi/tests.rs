//! Which styles come through, and that nothing else does.

use super::*;
use crate::report::hostile::HOSTILE;
use proptest::prelude::*;

fn shown(text: &str) -> String {
    let mut out = String::new();
    tidy(text.as_bytes(), &mut out);
    out.replace(ESC, "|")
}

#[test]
fn the_sixteen_colours_and_the_flags() {
    assert_eq!(shown("\x1b[31mred\x1b[0m plain"), "|f1|red|| plain\n");
    assert_eq!(shown("\x1b[1;4;92mok"), "|b u f10|ok\n");
    assert_eq!(shown("\x1b[2;3;9;7mx\x1b[22;23;29;27my"), "|d i s v|x||y\n");
    assert_eq!(shown("\x1b[101;30mx\x1b[49;39my"), "|f#d3d6da k9|x||y\n");
    assert_eq!(shown("\x1b[mx"), "x\n");
}

#[test]
fn two_hundred_and_fifty_six_and_exact_colours() {
    assert_eq!(shown("\x1b[38;5;9mx"), "|f9|x\n");
    assert_eq!(shown("\x1b[38;5;208mx"), "|f#ff8700|x\n");
    assert_eq!(shown("\x1b[48;5;232mx"), "|k#080808|x\n");
    assert_eq!(shown("\x1b[38;2;201;202;203;1mx"), "|b f#c9cacb|x\n");
    assert_eq!(shown("\x1b[38:2:201:202:203mx"), "|f#c9cacb|x\n");
    assert_eq!(shown("\x1b[38:2::201:202:203mx"), "|f#c9cacb|x\n");
    assert_eq!(shown("\x1b[7;38;5;208mx"), "|v k#ff8700|x\n");
    assert_eq!(shown("\x1b[38;5;999mx\x1b[38;2;1mx\x1b[38mx"), "xxx\n");
    assert_eq!(
        shown("\x1b[4:3mx\x1b[4:0my\x1b[58;5;1;1mz"),
        "|u|x||y|b|z\n"
    );
}

#[test]
fn dark_grey_on_a_dark_ground_can_be_read() {
    assert_eq!(shown("\x1b[38;2;20;20;20mx"), "|f#898989|x\n");
}

#[test]
fn a_style_that_goes_on_is_said_again_in_each_line() {
    assert_eq!(shown("\x1b[31ma\nb\n\x1b[0mc"), "|f1|a\n|f1|b\nc\n");
}

#[test]
fn every_other_sequence_is_dropped() {
    assert_eq!(
        shown("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\l\x1b]8;;\x1b\\"),
        "al\n"
    );
    assert_eq!(
        shown("\x1b[2J\x1b[Ha\x1b[?25l\x1b(Bb\x1bc\x08\x00c"),
        "abc\n"
    );
    assert_eq!(shown("\u{9b}31mred\u{202e}x"), "|f1|redx\n");
    assert_eq!(shown("\x1b]never ends\nb\tc"), "\nb    c\n");
    assert_eq!(shown("\x1b[<31mx\x1b[1"), "x\n");
}

#[test]
fn an_overwritten_line_is_what_stood_there_last() {
    assert_eq!(shown("10%\r50%\r100%\r\ndone"), "100%\ndone\n");
    assert_eq!(shown("\x1b[32m50%\rend\r\x1b[K"), "|f2|end\n");
}

#[test]
fn a_very_long_line_is_cut_and_that_is_said() {
    let long = shown(&"é".repeat(LINE_CHARS + 7));
    assert!(long.ends_with("é|d| … 7 more characters\n"), "{long}");
}

#[test]
fn lines_are_counted_as_people_count_them() {
    let count = |text: &str| tidy(text.as_bytes(), &mut String::new());
    assert_eq!(
        [
            count(""),
            count("\n"),
            count("a"),
            count("a\n"),
            count("a\n\nb\n")
        ],
        [0, 0, 1, 1, 3]
    );
}

#[test]
fn pieces_are_styles_with_their_text() {
    let mut out = String::new();
    tidy(b"a\x1b[1;31mb\x1b[0m c", &mut out);
    let found: Vec<_> = pieces(out.trim_end()).collect();
    assert_eq!(found, [("", "a"), ("b f1", "b"), ("", " c")]);
}

/// Escapes stand in pairs around words that the page knows, and no other control is left.
fn is_tame(out: &str) -> bool {
    out.lines().all(|line| {
        let words: Vec<&str> = line.split(ESC).skip(1).step_by(2).collect();
        let known = |word: &str| {
            let colour = |rest: &str| {
                rest.parse::<u8>().is_ok_and(|n| n < 16)
                    || rest.len() == 7 && rest[1..].chars().all(|c| c.is_ascii_hexdigit())
            };
            ["b", "d", "i", "u", "s", "v"].contains(&word)
                || word.strip_prefix(['f', 'k']).is_some_and(colour)
        };
        line.matches(ESC).count() % 2 == 0
            && words
                .iter()
                .all(|words| words.split_whitespace().all(known))
            && !line
                .chars()
                .any(|c| c != ESC && (c.is_control() || turns_text(c)))
    })
}

#[test]
fn no_hostile_text_comes_through() {
    for text in HOSTILE {
        let mut out = String::new();
        tidy(text.as_bytes(), &mut out);
        assert!(is_tame(&out), "{out:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_printed_is_tame(parts in prop::collection::vec(
        prop_oneof![any::<Vec<u8>>(), "\u{1b}\\[[0-9;:]{0,12}m".prop_map(String::into_bytes)], 0..12)
    ) {
        let mut out = String::new();
        let count = tidy(&parts.concat(), &mut out);
        prop_assert!(is_tame(&out), "{:?}", out);
        prop_assert_eq!(out.matches('\n').count(), count);
    }
}
