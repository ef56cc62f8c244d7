//! What lint says to people and machines, and what it amounts to.

use super::*;

fn remark(rule: &str, severity: Severity, at: (u32, u32), line: &str) -> Remark {
    let mut finding = Finding::new(rule, severity, "the base image has no tag")
        .at(Some(Location {
            path: "sub/Dockerfile".to_owned(),
            line: at.0,
            column: at.1,
        }))
        .help("write a tag");
    finding.why = Some("it changes below you".to_owned());
    Remark {
        kind: "dockerfile",
        finding,
        from_root: "repo/sub/Dockerfile".to_owned(),
        line: Some(line.to_owned()),
    }
}

fn lint(remarks: Vec<Remark>) -> Lint {
    Lint {
        version: "0.0.0".to_owned(),
        arguments: vec!["prove".to_owned(), "lint".to_owned()],
        started: "2026-11-21T07:00:00Z".to_owned(),
        threshold: Severity::Warning,
        ignored: Vec::new(),
        overridden: Vec::new(),
        judged: vec![("sub/Dockerfile".to_owned(), "dockerfile")],
        failed: !remarks.is_empty(),
        remarks,
        unjudged: Vec::new(),
        notes: Vec::new(),
    }
}

fn unjudged() -> Unjudged {
    Unjudged {
        file: "x".to_owned(),
        from_root: "repo/x".to_owned(),
        reason: Reason::new("it cannot be read").hint("look at it"),
    }
}

fn shown(lint: &Lint) -> String {
    anstream::adapter::strip_str(&lint.text(false)).to_string()
}

#[test]
fn a_finding_is_shown_in_its_line_with_why_and_what_to_do() {
    let shown = shown(&lint(vec![remark(
        "DL3006",
        Severity::Warning,
        (3, 6),
        "FROM debian AS a",
    )]));
    let expected = "\
warning[DL3006]: the base image has no tag
 --> sub/Dockerfile:3:6
  |
3 | FROM debian AS a
  |      ^^^^^^
  |
  = note: it changes below you
  = help: write a tag

1 file judged: 1 warning (`prove rules ID` explains a rule)
";
    assert_eq!(shown, expected);
}

#[test]
fn why_a_rule_is_there_is_told_once() {
    let one = || remark("DL3006", Severity::Error, (1, 0), "  FROM a");
    let shown = shown(&lint(vec![one(), one()]));
    assert_eq!(shown.matches("it changes below you").count(), 1, "{shown}");
    assert_eq!(shown.matches("help: write a tag").count(), 2, "{shown}");
    assert!(shown.contains("1 |   FROM a\n  |   ^^^^^^"), "{shown}");
}

#[test]
fn quiet_is_a_line_for_what_counts() {
    let mut lint = lint(vec![
        remark("DL3006", Severity::Warning, (3, 6), "FROM debian"),
        remark("DL3059", Severity::Info, (4, 1), "RUN x"),
    ]);
    lint.unjudged = vec![unjudged()];
    let expected = "sub/Dockerfile:3:6: warning: the base image has no tag [DL3006]\n\
                    x: not judged: it cannot be read\n";
    assert_eq!(lint.text(true), expected);
}

#[test]
fn what_could_not_be_judged_is_undecided_unless_something_failed() {
    let mut lint = lint(vec![]);
    assert_eq!(lint.verdict(), RunVerdict::Proved);
    lint.unjudged = vec![unjudged()];
    assert_eq!(lint.verdict(), RunVerdict::Undecided);
    lint.failed = true;
    assert_eq!(lint.verdict(), RunVerdict::Refuted);
    (lint.failed, lint.unjudged, lint.judged) = (false, vec![], vec![]);
    assert_eq!(lint.verdict(), RunVerdict::Undecided);
}

/// A run that is not good has a result of level error in every document that a forge counts.
#[test]
fn what_could_not_be_judged_is_a_result_in_every_form() {
    let mut lint = lint(vec![]);
    lint.unjudged = vec![unjudged()];
    let text = |form| String::from_utf8(lint.forged(form).unwrap()).unwrap();
    let said = "x could not be judged: it cannot be read";
    let sarif: serde_json::Value = serde_json::from_str(&text(Forged::Sarif)).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["level"], "error");
    assert_eq!(result["message"]["text"], said);
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "repo/x");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 3);
    let gitlab: serde_json::Value = serde_json::from_str(&text(Forged::Gitlab)).unwrap();
    assert_eq!(gitlab[0]["severity"], "major");
    assert!(
        text(Forged::Github)
            .contains("::error file=repo/x,line=1,title=lint%3A prove/not-judged::x could")
    );
}

#[test]
fn nothing_judged_is_no_empty_document() {
    let mut lint = lint(vec![]);
    lint.judged.clear();
    for form in [Forged::Sarif, Forged::Gitlab] {
        let text = String::from_utf8(lint.forged(form).unwrap()).unwrap();
        assert!(text.contains("no file was judged"), "{form:?} {text}");
    }
}

#[test]
fn what_makes_the_answer_softer_is_said() {
    let mut lint = lint(vec![]);
    lint.ignored = vec!["DL3008".to_owned()];
    lint.overridden = vec![("DL3006".to_owned(), "info")];
    lint.threshold = Severity::Error;
    let said = "left out by --ignore: DL3008\nother weights by --override: DL3006=info\n\
                what counts begins at error, by --failure-threshold\n1 file judged: nothing found\n";
    assert_eq!(shown(&lint), said);
    let sarif = lint.forged(Forged::Sarif).unwrap();
    assert!(
        String::from_utf8(sarif)
            .unwrap()
            .contains("left out by --ignore: DL3008")
    );
}

#[test]
fn forges_get_paths_from_the_root_of_the_repository() {
    let lint = lint(vec![remark(
        "DL3006",
        Severity::Warning,
        (3, 6),
        "FROM debian",
    )]);
    for form in [Forged::Sarif, Forged::Gitlab, Forged::Github] {
        let text = String::from_utf8(lint.forged(form).unwrap()).unwrap();
        assert!(text.contains("repo/sub/Dockerfile"), "{form:?} {text}");
    }
    assert!(!lint.json().contains("repo/"));
}
