//! What is read: checked by hand against BuildKit's source and, where it can say, a real engine.

use super::super::{Command, Dockerfile, Form, Healthcheck, ProblemKind, parse};
use super::{good, kinds, only};

#[test]
fn a_file_is_stages_of_instructions() {
    let file = good("ARG TAG=3\nFROM alpine:$TAG AS base\nRUN a\nfrom base as Last\nCMD [\"x\"]\n");
    assert_eq!(file.global_args.len(), 1);
    let [base, last] = &*file.stages else {
        panic!("{:?}", file.stages)
    };
    assert_eq!((&*base.image.text, base.index), ("alpine:$TAG", 0));
    assert!(base.is_named("BASE") && last.is_named("last"));
    assert_eq!(last.image.span.slice(&file.text), "base");
    assert_eq!(last.as_keyword.as_ref().unwrap().text, "as");
    assert_eq!(last.instructions[0].keyword(), "CMD");
}

#[test]
fn directives_stand_at_the_top_and_nowhere_else() {
    let file =
        good("# syntax = docker/dockerfile:1 \n#ESCAPE=`\n# check=skip=all\nFROM a`\n AS b\n");
    let names: Vec<_> = file.directives.iter().map(|d| &*d.name).collect();
    assert_eq!(names, ["syntax", "escape", "check"]);
    assert_eq!(file.directives[0].value.text, "docker/dockerfile:1");
    assert_eq!(
        file.directives[0].value.span.slice(&file.text),
        "docker/dockerfile:1"
    );
    assert!(file.stages[0].is_named("b"));
    for ended in ["# hello\n", "\n", "# unknown=1\n", "FROM a\n"] {
        let file = parse(0, format!("{ended}# escape=`\nFROM a\n").as_bytes());
        assert_eq!((file.escape, file.directives.len()), ('\\', 0), "{ended:?}");
    }
    assert_eq!(
        kinds("#escape=`\n# escape=\\\nFROM a"),
        [ProblemKind::DuplicateDirective]
    );
    assert_eq!(kinds("# escape=x\nFROM a"), [ProblemKind::BadEscape]);
}

#[test]
fn continuations_leave_comments_and_empty_lines_out() {
    let text = "FROM a\nRUN x \\  \n  # why\n\n  y \\\n\tz\n";
    let file = parse(0, text.as_bytes());
    let run = only(&file);
    assert_eq!(form(run), "x   y \tz");
    assert_eq!(
        run.head.span.slice(text),
        "RUN x \\  \n  # why\n\n  y \\\n\tz"
    );
    assert_eq!((run.head.lines.first, run.head.lines.last), (2, 6));
    assert_eq!(file.warnings[0].kind, ProblemKind::EmptyContinuation);
    assert!(file.comments[0].inside);
    assert_eq!((&*file.comments[0].text, file.comments[0].line), ("why", 3));
}

#[test]
fn an_escaped_escape_continues_nothing() {
    let file = parse(0, b"FROM a\nRUN x \\\\\nUSER y\n");
    assert_eq!(file.stages[0].instructions.len(), 2);
}

#[test]
fn a_file_may_end_in_a_continuation_and_start_with_a_mark() {
    let file = good("\u{feff}FROM a\r\nRUN b \\\r\n");
    assert_eq!(form(only(&file)), "b");
    assert_eq!(file.place(file.stages[0].head.span.start).0, 1);
}

#[test]
fn comments_right_before_an_instruction_belong_to_it() {
    let file = good("# old\n#\n# base the base\nFROM a AS base\n# x\n\nRUN b\n");
    let of = |comments: &[super::super::Comment]| -> Vec<String> {
        comments.iter().map(|c| c.text.clone()).collect()
    };
    assert_eq!(of(&file.stages[0].head.comments), ["base the base"]);
    assert_eq!(of(&only(&file).head.comments), ["x"]);
}

#[test]
fn heredocs_are_read_wherever_their_markers_stand() {
    for (line, name, expand, chomp) in [
        ("RUN <<EOF", "EOF", true, false),
        ("RUN <<EOF cat > /x", "EOF", true, false),
        ("RUN cat <<EOF > /x", "EOF", true, false),
        ("RUN a && cat << EOF", "EOF", true, false),
        (
            "RUN --mount=type=cache,target=/c <<'EOF'",
            "EOF",
            false,
            false,
        ),
        ("RUN <<\"EO\"F", "EOF", false, false),
        ("RUN \\\n  <<-EOF", "EOF", true, true),
        ("ONBUILD RUN <<EOF", "EOF", true, false),
        ("COPY <<EOF /x", "EOF", true, false),
        ("ADD --chmod=600 a <<-'E' /x", "E", false, true),
    ] {
        let end = if name == "E" { "\tE" } else { "EOF" };
        let text = format!("FROM a\n{line}\nRUN \tone\n# two\n\n{end}\nUSER x\n");
        if chomp && end == "EOF" {
            assert!(parse(0, text.as_bytes()).errors.is_empty());
        }
        let file = good(&text);
        let [first, user] = &*file.stages[0].instructions else {
            panic!("{line}: {:?}", file.stages[0].instructions)
        };
        assert_eq!(user.keyword(), "USER", "{line}");
        let inner = match &first.command {
            Command::Onbuild(inner) => inner,
            _ => first,
        };
        let [heredoc] = &*inner.head.heredocs else {
            panic!("{line}: {:?}", inner.head)
        };
        assert_eq!(heredoc.name, name, "{line}");
        assert_eq!((heredoc.expand, heredoc.chomp), (expand, chomp), "{line}");
        assert_eq!(heredoc.content, "RUN \tone\n# two\n\n", "{line}");
        assert_eq!(heredoc.body.slice(&text), heredoc.content, "{line}");
        assert!(heredoc.marker.slice(&text).starts_with("<<"), "{line}");
        assert_eq!(heredoc.terminator.unwrap().slice(&text), name, "{line}");
    }
}

#[test]
fn several_heredocs_follow_each_other() {
    let file = good("FROM a\nRUN 3<<A cat <<-B\na\nA\n\tb\n\tB\nCOPY <<x <<y /d\n1\nx\ny\n");
    let [run, copy] = &*file.stages[0].instructions else {
        panic!()
    };
    assert_eq!(run.head.heredocs[0].descriptor, Some(3));
    assert_eq!(run.head.heredocs[1].text(), "b\n");
    let Command::Copy(transfer) = &copy.command else {
        panic!()
    };
    assert!(transfer.sources.is_empty());
    assert_eq!((transfer.inline.len(), &*transfer.dest.text), (2, "/d"));
    assert_eq!(copy.head.heredocs[1].content, "");
}

#[test]
fn what_is_no_heredoc_is_none() {
    for line in [
        "RUN cat <<< EOF",
        "RUN echo '<<EOF'",
        "RUN echo \"x <<EOF\"",
        "RUN [\"a\", \"<<EOF\"]",
        "CMD cat <<EOF",
        "RUN echo 'open <<EOF",
        "RUN echo $((1 <<2<3))",
    ] {
        let file = good(&format!("FROM a\n{line}\nUSER x\n"));
        assert_eq!(file.stages[0].instructions.len(), 2, "{line}");
    }
    let open = parse(0, b"FROM a\nRUN <<EOF\nx\nUSER y\n");
    assert_eq!(open.errors[0].kind, ProblemKind::UnterminatedHeredoc);
    assert_eq!(only(&open).head.heredocs[0].terminator, None);
}

#[test]
fn json_that_is_none_is_the_shells() {
    for (text, exec) in [
        ("[\"a\", \"b\"]", true),
        ("[]", true),
        ("['a']", false),
        ("[\"a\"", false),
        ("[\"a\"] b", false),
        ("[\"a\",]", false),
        ("[\"\\x\"]", false),
        ("[\"\\ud800\"]", true),
    ] {
        let file = good(&format!("FROM a\nCMD {text}\n"));
        let Command::Cmd(form) = &only(&file).command else {
            panic!()
        };
        assert_eq!(matches!(form, Form::Exec { .. }), exec, "{text}");
    }
    assert_eq!(kinds("FROM a\nCMD [\"a\", 1]"), [ProblemKind::JsonNotTexts]);
    assert_eq!(kinds("FROM a\nRUN [[\"a\"]]"), [ProblemKind::JsonNotTexts]);
}

#[test]
fn words_of_the_exec_form_know_their_place() {
    let text = "FROM a\nCMD [ \"a\\\n b\", \"\\u0041\" ]\n";
    let file = good(text);
    let Command::Cmd(form) = &only(&file).command else {
        panic!()
    };
    assert_eq!(form.words()[0].text, "a b");
    assert_eq!(form.words()[0].span.slice(text), "\"a\\\n b\"");
    assert_eq!(form.words()[1].text, "A");
}

#[test]
fn healthchecks_have_options() {
    let file = good("FROM a\nHEALTHCHECK --interval=1m30s --retries=3 --timeout=0s CMD curl x\n");
    let Command::Healthcheck(Healthcheck::Cmd { form, options }) = &only(&file).command else {
        panic!()
    };
    assert_eq!(form.words()[0].text, "curl x");
    assert_eq!(options.interval.unwrap().as_secs(), 90);
    assert_eq!((options.retries, options.timeout), (Some(3), None));
    assert!(matches!(
        only(&good("FROM a\nHEALTHCHECK none\n")).command,
        Command::Healthcheck(Healthcheck::None)
    ));
}

#[test]
fn mounts_have_fields() {
    let file = good(
        "FROM a\nRUN --mount=type=cache,dst=/c,ro --mount=type=secret,id=x --network=none y\n",
    );
    let Command::Run(run) = &only(&file).command else {
        panic!()
    };
    assert_eq!(run.mounts[0].kind(), "cache");
    assert_eq!(run.mounts[0].get("target"), Some("/c"));
    assert_eq!(run.mounts[1].get("id"), Some("x"));
    assert_eq!(run.network.as_ref().unwrap().text, "none");
}

fn form(instruction: &super::super::Instruction) -> &str {
    match &instruction.command {
        Command::Run(run) => &run.form.words()[0].text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn places_are_lines_and_columns() {
    let file: Dockerfile = good("FROM a\nRUN é x\n");
    let run = only(&file);
    let Command::Run(run) = &run.command else {
        panic!()
    };
    assert_eq!(file.place(run.form.words()[0].span.start), (2, 5));
    assert_eq!(file.place(run.form.words()[0].span.end), (2, 8));
}
