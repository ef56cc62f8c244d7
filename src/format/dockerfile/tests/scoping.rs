//! What words come to: arguments, environments, stages.

use super::super::parse;
use super::super::scope::{Base, Evaluation, Given, evaluate};

fn with(text: &str, args: &[(&str, &str)]) -> Evaluation {
    let mut given = Given::default();
    for (name, value) in args {
        given.args.insert((*name).to_owned(), (*value).to_owned());
    }
    evaluate(&parse(0, text.as_bytes()), &given)
}

/// What the last word of the last stage comes to.
fn last(text: &str, args: &[(&str, &str)]) -> String {
    let all = with(text, args);
    let steps = &all.stages.last().unwrap().steps;
    let value = steps.last().unwrap().values.last().unwrap();
    value.text.clone().unwrap_or_else(|error| error.message)
}

#[test]
fn a_from_sees_global_arguments_only() {
    let text = "ARG V=1\nARG W=$V.2\nFROM a:$W\nARG V=9\nFROM b:$V-$TARGETARCH\n";
    let bases = |args| -> Vec<Base> {
        let all = with(text, args);
        all.stages.into_iter().map(|stage| stage.base).collect()
    };
    let image = |name: &str| Base::Image(name.to_owned());
    assert_eq!(bases(&[]), [image("a:1.2"), image("b:1-amd64")]);
    assert_eq!(bases(&[("V", "3")]), [image("a:3.2"), image("b:3-amd64")]);
}

#[test]
fn a_stage_sees_what_it_declares() {
    assert_eq!(last("ARG V=1\nFROM a\nUSER u$V\n", &[]), "u");
    assert_eq!(last("ARG V=1\nFROM a\nARG V\nUSER u$V\n", &[]), "u1");
    assert_eq!(last("ARG V=1\nFROM a\nARG V=2\nUSER u$V\n", &[]), "u2");
    assert_eq!(
        last("ARG V=1\nFROM a\nARG V=2\nUSER u$V\n", &[("V", "3")]),
        "u3"
    );
    assert_eq!(last("FROM a\nARG TARGETOS\nUSER $TARGETOS\n", &[]), "linux");
    assert_eq!(
        last(
            "FROM a\nARG HTTP_PROXY\nUSER x$HTTP_PROXY\n",
            &[("HTTP_PROXY", "y")]
        ),
        "xy"
    );
    assert_eq!(
        last("FROM a\nUSER x$HTTP_PROXY\n", &[("HTTP_PROXY", "y")]),
        "x"
    );
}

#[test]
fn a_stage_goes_on_with_what_its_base_has() {
    let text = "FROM x AS a\nENV E=1\nARG G=2\nFROM a\nUSER $E$G\n";
    assert_eq!(last(text, &[]), "12");
    assert_eq!(last("FROM x AS a\nENV E=1\nFROM x\nUSER u$E\n", &[]), "u");
    assert_eq!(
        last("FROM x AS a\nONBUILD ENV E=1\nFROM a\nUSER u$E\n", &[]),
        "u1"
    );
    assert_eq!(
        with("FROM x AS a\nFROM A\n", &[]).stages[1].base,
        Base::Image("A".to_owned())
    );
    assert_eq!(
        with("FROM a AS a\n", &[]).stages[0].base,
        Base::Image("a".to_owned())
    );
}

#[test]
fn names_of_one_env_do_not_see_each_other() {
    assert_eq!(last("FROM a\nENV A=1\nENV A=2 B=$A\nUSER $B\n", &[]), "1");
    assert_eq!(last("FROM a\nARG A=1 B=$A\nUSER $B\n", &[]), "1");
}

#[test]
fn heredocs_are_expanded_but_for_quoted_ones() {
    assert_eq!(
        last("FROM a\nENV A=1\nCOPY <<E /x\n'$A' \\$A\nE\n", &[]),
        "'1' $A\n"
    );
    assert_eq!(last("FROM a\nENV A=1\nCOPY <<'E' /$A\n$A\nE\n", &[]), "/1");
}

#[test]
fn what_is_not_set_is_said_with_its_place() {
    let text = "FROM scratch\nARG d\nUSER a$x${y:-z}$d$PATH\n";
    let all = with(text, &[]);
    assert!(all.stages[0].base_known);
    let unset = &all.stages[0].steps[1].values[0].unset;
    let said: Vec<_> = unset
        .iter()
        .map(|one| (&*one.name, one.span.slice(text)))
        .collect();
    assert_eq!(said, [("x", "$x"), ("y", "${y:-z}")]);
    assert!(!with("FROM a\n", &[]).stages[0].base_known);
}

#[test]
fn what_grows_beyond_measure_is_an_error() {
    let text = format!(
        "FROM a\nENV a=xxxxxxxx\n{}USER $a\n",
        "ENV a=$a$a\n".repeat(40)
    );
    let all = with(&text, &[]);
    assert!(
        all.stages[0]
            .steps
            .iter()
            .any(|step| step.values.iter().any(|v| v.text.is_err()))
    );
}

#[test]
fn modifiers_do_what_a_shells_do() {
    for (word, value) in [
        ("${f#*.}", "b.c"),
        ("${f##*.}", "c"),
        ("${f%.*}", "a.b"),
        ("${f%%.*}", "a"),
        ("${f/./-}", "a-b.c"),
        ("${f//./-}", "a-b-c"),
        ("${f//[b]/x}", "a.b.c"),
        ("${f/\\/x/y}", "a.b.c"),
        ("${f:+y}", "y"),
        ("${g+y}", ""),
        ("${f?}", "a.b.c"),
        ("${f%?}", "a.b."),
        ("'$f'", "$f"),
        ("\\$f", "$f"),
    ] {
        assert_eq!(
            last(&format!("FROM a\nENV f=a.b.c\nUSER {word}\n"), &[]),
            value,
            "{word}"
        );
    }
    assert_eq!(last("FROM a\nUSER ${g?no g}\n", &[]), "g: no g");
}
