//! What a shell makes of it, and what needs one.

use super::*;
use proptest::prelude::*;

fn words(text: &str) -> Vec<String> {
    split(text).unwrap()
}

#[test]
fn splits_as_a_shell_does() {
    assert_eq!(words("npm run  lint\n"), ["npm", "run", "lint"]);
    assert_eq!(words(r#"a 'b c' "d e"f g\ h"#), ["a", "b c", "d ef", "g h"]);
    assert_eq!(words("a '' \"\""), ["a", "", ""]);
    assert_eq!(words(r#""\$x \" \\ \n" '\n'"#), [r#"$x " \ \n"#, r"\n"]);
    assert_eq!(words("a \\\n  b\"c\\\nd\""), ["a", "bcd"]);
    assert_eq!(words("  \t "), Vec::<String>::new());
}

#[test]
fn an_open_end_is_an_error_with_its_place() {
    assert_eq!(
        split("echo it's"),
        Err(WordsError::Unclosed { quote: '\'', at: 7 })
    );
    assert_eq!(
        split("a \"b\\"),
        Err(WordsError::Unclosed { quote: '"', at: 2 })
    );
    assert_eq!(split("a\\"), Err(WordsError::Dangling));
    assert_eq!(split("a\0b"), Err(WordsError::Nul));
}

#[test]
fn plain_commands_need_no_shell() {
    for text in [
        "npm run lint",
        "npm test -- --reporter=junit\n",
        "cargo test --features=a,b -- --nocapture",
        "git diff HEAD~1 --exit-code",
        "grep -r 'a|b && $c *' \"x; y\" src",
        "echo a#b c!d",
        "true",
        "./x --y \\\n  --z",
        r"printf \$HOME\*",
    ] {
        assert_eq!(needs_shell(text), None, "{text}");
    }
}

#[test]
fn shell_syntax_needs_a_shell() {
    for text in [
        "a | b",
        "a && b",
        "a; b",
        "a > b",
        "a <b",
        "(a)",
        "echo $HOME",
        "echo \"$HOME\"",
        "echo `x`",
        "echo \"`x`\"",
        "ls *.rs",
        "ls ?",
        "ls [ab]",
        "ls ~",
        "x --dir=~/y",
        "ls {a,b}",
        "a # b",
        "! a",
        "a\nb",
        "FOO=bar cmd",
        "FOO+=bar",
        "x=",
        "cd src",
        "export A",
        ". env",
        "source x",
        "if true",
        "[ -f x ]",
        "exec a",
        "\"cd\" x",
        "a\u{a0}b",
        "time make",
        "cat <<EOF\nit's\nEOF",
    ] {
        assert!(needs_shell(text).is_some(), "{text}");
    }
}

#[test]
fn an_equals_sign_elsewhere_is_no_assignment() {
    assert_eq!(needs_shell("make A=1"), None);
    assert_eq!(needs_shell("--x=1 y"), None);
    assert_eq!(needs_shell("'A=1' y"), None);
}

#[test]
fn an_open_quote_alone_is_for_split_to_refuse() {
    assert_eq!(needs_shell("echo it's"), None);
    assert!(split("echo it's").is_err());
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = (split(&text), needs_shell(&text));
    }

    #[test]
    fn never_panics_on_shellish_text(text in "[ a'\"\\\\$`|&;=\n#~{}\\[!é]{0,40}") {
        let _ = (split(&text), needs_shell(&text));
    }

    #[test]
    fn quoted_words_come_back(args in prop::collection::vec("[^\0]{0,12}", 1..5)) {
        let line = args.iter().map(|arg| quote(arg)).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(split(&line).unwrap(), args);
    }

    #[test]
    fn quoted_arguments_need_no_shell(args in prop::collection::vec("[^\0]{0,12}", 0..4)) {
        let line = std::iter::once("prog".to_owned())
            .chain(args.iter().map(|arg| quote(arg)))
            .collect::<Vec<_>>()
            .join(" ");
        prop_assert_eq!(needs_shell(&line), None);
    }
}
