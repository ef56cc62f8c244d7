//! The verdict table of `run` and `setup`, spoken with canned answers.

use std::collections::BTreeMap;

use super::super::judge::testing::{Desk, image, judged, no, word};
use super::*;
use crate::model::{Collected, Digest, Secret, Stamp, StopCause};
use crate::spec::{ImageProperty, Part, Text};

fn gate(word: &'static str) -> CommandGate {
    CommandGate {
        word,
        line: Line::Argv(vec![Text::literal("npm"), Text::literal("test")]),
        place: Where::Host,
        container: ContainerOptions::default(),
        environment: Environment::default(),
        expect: Expect::default(),
        results: Results::default(),
        keep: Vec::new(),
        files: None,
        creates: Vec::new(),
        jobserver: crate::model::SharedJobs::default(),
    }
}

fn ran(ending: Ending) -> Answer {
    Answer::Ran(Box::new(Ran::ended(ending)))
}

fn exit(code: i32) -> Answer {
    ran(Ending::Exited(code))
}

fn report(code: i32, xml: &str) -> Answer {
    let mut ran = Ran::ended(Ending::Exited(code));
    ran.results.push(Collected {
        path: "r.xml".into(),
        bytes: Some(xml.as_bytes().to_vec()),
        before: None,
        after: Stamp("new".into()),
    });
    Answer::Ran(Box::new(ran))
}

fn told(gate: &CommandGate, answers: &[Answer]) -> Judgement {
    judged(gate.step(&Desk::new().turn(), answers))
}

fn verdict(gate: &CommandGate, answers: &[Answer]) -> &'static str {
    word(&told(gate, answers).verdict)
}

fn reason(judgement: &Judgement) -> &Reason {
    match &judgement.verdict {
        Judged::Failed(reason) | Judged::Errored(reason) => reason,
        Judged::Passed(_) => panic!("passed"),
    }
}

fn request(gate: &CommandGate, desk: &Desk) -> RunRequest {
    let step = gate.step(&desk.turn(), &[]);
    let Step::Ask(mut probes) = step else {
        panic!("judged: {step:?}")
    };
    match probes.pop() {
        Some(Probe::Run(request)) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_verdict_table() {
    let table = [
        (exit(0), "passed", "passed"),
        (exit(1), "failed", "errored"),
        (exit(126), "errored", "errored"),
        (exit(127), "errored", "errored"),
        (ran(Ending::Signaled(11)), "failed", "errored"),
        (ran(Ending::OutOfMemory), "failed", "errored"),
        (
            ran(Ending::Stopped(StopCause::Timeout)),
            "failed",
            "errored",
        ),
        (
            ran(Ending::Stopped(StopCause::RunTimeout)),
            "errored",
            "errored",
        ),
        (
            ran(Ending::Stopped(StopCause::Interrupted)),
            "errored",
            "errored",
        ),
        (
            ran(Ending::Stopped(StopCause::FailFast)),
            "errored",
            "errored",
        ),
        (
            no(NoAnswer::Stopped(StopCause::Timeout)),
            "failed",
            "errored",
        ),
        (
            no(NoAnswer::Stopped(StopCause::RunTimeout)),
            "errored",
            "errored",
        ),
        (no(NoAnswer::CommandNotFound), "errored", "errored"),
        (no(NoAnswer::NotExecutable), "errored", "errored"),
        (no(NoAnswer::CannotStart), "errored", "errored"),
        (no(NoAnswer::ImageMissing), "errored", "errored"),
        (no(NoAnswer::EngineAbsent), "errored", "errored"),
        (no(NoAnswer::EngineGone), "errored", "errored"),
        (no(NoAnswer::ToolMissing), "errored", "errored"),
        (no(NoAnswer::InputChanged), "errored", "errored"),
        (no(NoAnswer::Io), "errored", "errored"),
        (Answer::Tagged, "errored", "errored"),
    ];
    for (answer, run, setup) in table {
        let answers = [answer];
        assert_eq!(verdict(&gate("run"), &answers), run, "{answers:?}");
        assert_eq!(verdict(&gate("setup"), &answers), setup, "{answers:?}");
    }
}

#[test]
fn a_failed_case_outranks_the_exit_code_and_cases_are_brought() {
    let gate = CommandGate {
        results: Results {
            junit: vec!["*.xml".into()],
            ..Results::default()
        },
        ..gate("run")
    };
    let bad = "<testsuite><testcase name='a'/><testcase name='b'><error/></testcase></testsuite>";
    let good = "<testsuite><testcase name='a'/></testsuite>";
    let judgement = told(&gate, &[report(0, bad)]);
    assert_eq!(
        (word(&judgement.verdict), judgement.cases.len()),
        ("failed", 2)
    );
    assert!(
        reason(&judgement)
            .headline
            .contains("1 of 2 test cases failed: b")
    );
    let judgement = told(&gate, &[report(2, bad)]);
    assert_eq!(
        (word(&judgement.verdict), judgement.exit_code),
        ("failed", Some(2))
    );
    assert_eq!(
        reason(&judgement).details.last().map(String::as_str),
        Some("also: exit code 2")
    );
    assert_eq!(verdict(&gate, &[report(0, good)]), "passed");
    assert_eq!(
        reason(&told(&gate, &[report(1, good)])).headline,
        "exit code 1"
    );
    assert_eq!(verdict(&gate, &[report(0, "<testsuites/>")]), "errored");
    assert_eq!(verdict(&gate, &[report(1, "<testsuites/>")]), "failed");
    assert_eq!(verdict(&gate, &[exit(0)]), "errored");
    assert_eq!(verdict(&gate, &[exit(3)]), "failed");
    assert_eq!(verdict(&gate, &[report(127, bad)]), "failed");
}

#[test]
fn files_are_looked_at_before_and_after() {
    let expect = Expect {
        unchanged: vec!["src/**".into()],
        ..Expect::default()
    };
    let gate = CommandGate {
        expect,
        ..gate("run")
    };
    let snapshot = |text: &str| {
        let files = [("src/a".to_owned(), Digest::of(text.as_bytes()))].into();
        Answer::Snapshot(Snapshot { files })
    };
    let desk = Desk::new();
    let ask = Probe::Snapshot {
        cwd: ".".into(),
        patterns: vec!["src/**".into()],
    };
    assert_eq!(gate.step(&desk.turn(), &[]), Step::Ask(vec![ask.clone()]));
    assert!(
        matches!(gate.step(&desk.turn(), &[snapshot("1")]), Step::Ask(p) if matches!(p[..], [Probe::Run(_)]))
    );
    assert_eq!(
        gate.step(&desk.turn(), &[snapshot("1"), exit(0)]),
        Step::Ask(vec![ask])
    );
    assert_eq!(
        verdict(&gate, &[snapshot("1"), exit(0), snapshot("1")]),
        "passed"
    );
    assert_eq!(
        verdict(&gate, &[snapshot("1"), exit(0), snapshot("2")]),
        "failed"
    );
    assert_eq!(
        verdict(&gate, &[snapshot("1"), exit(1)]),
        "failed",
        "nothing more is asked"
    );
    assert_eq!(
        verdict(&gate, &[snapshot("1"), exit(0), no(NoAnswer::Io)]),
        "errored"
    );
    let none = || Answer::Snapshot(Snapshot::default());
    assert_eq!(verdict(&gate, &[none(), exit(0), none()]), "errored");
}

#[test]
fn output_is_captured_and_judged_when_it_is_asked_for() {
    let contains = vec!["ready".to_owned()];
    let rule = TextRule {
        contains,
        ..TextRule::default()
    };
    let gate = CommandGate {
        expect: Expect {
            stdout: Some(rule),
            ..Expect::default()
        },
        ..gate("run")
    };
    let asked = request(&gate, &Desk::new());
    assert_eq!((asked.capture_stdout, asked.capture_stderr), (true, false));
    let said = |code, text: &str, cut| {
        let mut ran = Ran::ended(Ending::Exited(code));
        ran.stdout = Some(text.as_bytes().to_vec());
        ran.capture_cut = cut;
        Answer::Ran(Box::new(ran))
    };
    assert_eq!(verdict(&gate, &[said(0, "ready", false)]), "passed");
    assert_eq!(verdict(&gate, &[said(0, "no", false)]), "failed");
    assert_eq!(verdict(&gate, &[said(0, "ready", true)]), "errored");
    assert_eq!(verdict(&gate, &[exit(0)]), "errored", "not captured");
    assert_eq!(
        verdict(&gate, &[said(127, "no", false)]),
        "errored",
        "did not run"
    );
}

#[test]
fn a_setup_must_make_what_it_says() {
    let gate = CommandGate {
        creates: vec!["node_modules".into()],
        ..gate("setup")
    };
    let list = |kind| {
        let entry = Entry {
            path: "node_modules".into(),
            kind,
            size: 0,
        };
        Answer::Listed(vec![vec![entry]])
    };
    let ask = Probe::List {
        cwd: ".".into(),
        patterns: vec!["node_modules".into()],
    };
    assert_eq!(
        gate.step(&Desk::new().turn(), &[exit(0)]),
        Step::Ask(vec![ask])
    );
    assert_eq!(
        verdict(&gate, &[exit(0), list(EntryKind::Directory)]),
        "passed"
    );
    assert_eq!(
        verdict(&gate, &[exit(0), list(EntryKind::BrokenLink)]),
        "errored"
    );
    assert_eq!(
        verdict(&gate, &[exit(0), Answer::Listed(vec![vec![]])]),
        "errored"
    );
    assert_eq!(
        verdict(&gate, &[exit(0), Answer::Listed(vec![])]),
        "errored"
    );
    assert_eq!(gate.writes(), ["node_modules"]);
}

#[test]
fn the_environment_of_a_container_is_not_the_hosts() {
    let map = |name: &str| BTreeMap::from([(name.to_owned(), "1".to_owned())]);
    let environment = Environment {
        base: map("PATH").into(),
        passed: map("NODE_ENV"),
        vars: [("CI".to_owned(), Text::literal("true"))].into(),
        secrets: [("TOKEN".to_owned(), Secret("x".into()))].into(),
    };
    let host = CommandGate {
        environment: environment.clone(),
        ..gate("run")
    };
    let names = |request: &RunRequest| request.env.keys().cloned().collect::<Vec<_>>();
    let asked = request(&host, &Desk::new());
    assert_eq!(names(&asked), ["CI", "NODE_ENV", "PATH"]);
    assert!(asked.secrets.contains_key("TOKEN"));
    let place = Where::Named(Text::literal("node:20"));
    let inside = CommandGate {
        environment,
        place,
        ..gate("run")
    };
    assert_eq!(names(&request(&inside, &Desk::new())), ["CI", "NODE_ENV"]);
}

#[test]
fn it_runs_in_the_very_image_that_was_built() {
    let app = GateName::segment("app").unwrap();
    let of_app = Part::ImageRef {
        gate: app.clone(),
        property: ImageProperty::Ref,
    };
    let line = Line::Argv(vec![
        Text::literal("check"),
        Text {
            parts: vec![of_app],
        },
    ]);
    let gate = CommandGate {
        line,
        place: Where::Built(app.clone()),
        ..gate("run")
    };
    assert_eq!(gate.uses(), std::slice::from_ref(&app));
    assert_eq!(
        verdict(&gate, &[]),
        "errored",
        "without the image it does not even ask"
    );
    let mut desk = Desk::new();
    desk.images.insert(app, image("abc"));
    let asked = request(&gate, &desk);
    assert_eq!(asked.place, Place::Image(ImageRef::Built(image("abc"))));
    assert_eq!(asked.command.argv(), ["check", "sha256:abc"]);
}

#[test]
fn an_image_without_the_shell_gets_a_remedy() {
    let shell = vec!["bash".to_owned(), "-c".to_owned()];
    let line = Line::Shell {
        shell,
        text: Text::literal("a | b"),
    };
    let place = Where::Named(Text::literal("alpine"));
    let gate = CommandGate {
        line,
        place,
        ..gate("run")
    };
    let judgement = told(&gate, &[no(NoAnswer::CommandNotFound)]);
    let hint = reason(&judgement).hint.clone().unwrap_or_default();
    assert_eq!(word(&judgement.verdict), "errored");
    assert!(
        hint.contains("this image has no `bash`: write `shell: sh -eu`"),
        "{hint}"
    );
}

#[test]
fn more_answers_than_questions_are_no_pass() {
    assert_eq!(verdict(&gate("run"), &[exit(0), exit(0)]), "errored");
}

#[test]
fn notes_of_the_executor_are_said() {
    let mut left = Ran::ended(Ending::Exited(0));
    left.notes
        .push("2 processes were left behind and were stopped".into());
    assert_eq!(
        told(&gate("run"), &[Answer::Ran(Box::new(left))])
            .notes
            .len(),
        1
    );
}
