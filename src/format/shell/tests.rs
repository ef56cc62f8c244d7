//! Shell text to commands: what joins them, what is in their words, and that any text ends.

use proptest::prelude::*;

use super::*;

/// Each command as its words, joined by blanks.
fn commands(text: &str) -> Vec<String> {
    let script = read(text);
    assert!(!script.broken, "{text}");
    let words = |command: &Command| {
        let words = command.words.iter().map(|word| word.text.as_str());
        words.collect::<Vec<_>>().join(" ")
    };
    script.commands.iter().map(words).collect()
}

fn links(text: &str) -> Vec<Link> {
    read(text)
        .commands
        .iter()
        .map(|command| command.link)
        .collect()
}

#[test]
fn a_list_is_its_commands_and_what_joins_them() {
    let text = "apt-get update && apt-get install -y a b || exit 1; x | y & z";
    assert_eq!(
        commands(text),
        [
            "apt-get update",
            "apt-get install -y a b",
            "exit 1",
            "x",
            "y",
            "z"
        ]
    );
    assert_eq!(
        links(text),
        [
            Link::Start,
            Link::And,
            Link::Or,
            Link::Then,
            Link::Pipe,
            Link::Background
        ]
    );
}

#[test]
fn an_operator_at_a_lines_end_goes_on_in_the_next() {
    assert_eq!(
        links("a &&\n  b |\n\n c\nd"),
        [Link::Start, Link::And, Link::Pipe, Link::Then]
    );
    assert_eq!(links("\n\na\n\n\nb"), [Link::Start, Link::Then]);
}

#[test]
fn quotes_and_escapes_go_and_variables_stay() {
    assert_eq!(
        commands(r#"echo "a b" 'c d' e\ f "$g" ${h:-i j} \"#),
        ["echo a b c d e f $g ${h:-i j} \\"]
    );
    let script = read(r#"echo plain "$x" 'y' "a$""#);
    let words = &script.commands[0].words;
    let literal: Vec<bool> = words.iter().map(|word| word.literal).collect();
    assert_eq!(literal, [true, true, false, true, true]);
    assert_eq!(words[4].text, "a$");
}

#[test]
fn commands_in_substitutions_are_commands() {
    assert_eq!(
        commands("echo $(date | cut -c1)"),
        ["date", "cut -c1", "echo $(date | cut -c1)"]
    );
    assert_eq!(commands("echo `id -u`"), ["id -u", "echo `id -u`"]);
    assert_eq!(
        commands(r#"a "x $(b "c d" $(e))" f"#)[..2],
        ["e", "b c d $(e)"]
    );
    assert_eq!(commands("diff <(a) <(b)"), ["a", "b", "diff <(a) <(b)"]);
    assert_eq!(commands("echo $((1 + (2))) x"), ["echo $((1 + (2))) x"]);
    assert_eq!(commands("x=${y:-$(z)}"), ["z", ""]);
    assert!(read("echo $(date)").commands[0].nested);
}

#[test]
fn all_branches_count_and_reserved_words_are_no_commands() {
    assert_eq!(
        commands("if ! a; then b; elif c; then d; else e; fi && f"),
        ["a", "b", "c", "d", "e", "f"]
    );
    assert_eq!(
        commands("for i in a $(b) c; do d $i; done; e"),
        ["b", "d $i", "e"]
    );
    assert_eq!(
        commands("while read x; do y; done < z"),
        ["read x", "y", ""]
    );
    assert_eq!(
        commands("case \"$(a)\" in x|y) b; c ;; *) d ;; esac; e"),
        ["a", "b", "c", "d", "e"]
    );
    assert_eq!(
        commands("f() { a; b; }; (c; d); e"),
        ["a", "b", "c", "d", "e"]
    );
    assert_eq!(commands("[[ a && b || c ]] && d"), ["[[", "d"]);
    let script = read("a; if b; then c; fi; d");
    let nested: Vec<bool> = script
        .commands
        .iter()
        .map(|command| command.nested)
        .collect();
    assert_eq!(nested, [false, true, true, false]);
}

#[test]
fn assignments_and_redirections_are_no_arguments() {
    let script = read("A=1 B=\"$c\" run x=1 > out 2>&1 < in");
    let command = &script.commands[0];
    let texts = |words: &[Word]| {
        words
            .iter()
            .map(|word| word.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&command.assigns), ["A=1", "B=$c"]);
    assert_eq!(texts(&command.words), ["run", "x=1"]);
    let redirects: Vec<_> = command
        .redirects
        .iter()
        .map(|r| (&*r.operator, &*r.target.text))
        .collect();
    assert_eq!(redirects, [(">", "out"), (">&", "1"), ("<", "in")]);
    assert_eq!(commands("a=(b c); d"), ["", "d"]);
}

#[test]
fn bodies_of_here_documents_are_no_commands() {
    assert_eq!(
        commands("cat <<EOF > x && a\nrm -rf /\nEOF\nb"),
        ["cat", "a", "b"]
    );
    assert_eq!(commands("cat <<-'E'\n\tx\n\tE\nb"), ["cat", "b"]);
}

#[test]
fn comments_are_none_and_a_sign_in_a_word_is_one() {
    assert_eq!(commands("a # b && c\nd e#f"), ["a", "d e#f"]);
}

#[test]
fn a_word_says_where_it_stands() {
    let text = "a && apt-get install \"x y\"";
    let script = read(text);
    let places: Vec<&str> = script.commands[1]
        .words
        .iter()
        .map(|word| &text[word.range.clone()])
        .collect();
    assert_eq!(places, ["apt-get", "install", "\"x y\""]);
}

#[test]
fn what_is_never_closed_is_said() {
    for text in [
        "echo 'a", "echo \"a", "echo $(a", "echo `a", "(a", "a )", "${a", "x $((1",
    ] {
        assert!(read(text).broken, "{text}");
    }
    assert!(read(&"$(".repeat(10_000)).broken);
    assert!(read(&"(".repeat(10_000)).broken);
}

proptest! {
    #[test]
    fn any_text_ends_and_its_places_are_in_it(text in "[a-z$(){}`'\"\\\\|&;<>=# \n\\[\\]é]{0,60}") {
        for command in read(&text).commands {
            for word in command.words.iter().chain(&command.assigns) {
                prop_assert!(text.get(word.range.clone()).is_some(), "{text:?} {:?}", word.range);
            }
        }
    }

    #[test]
    fn any_text_at_all_ends(text: String) {
        let _ = read(&text);
    }
}
