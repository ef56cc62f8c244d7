//! The live view on a real terminal: it is painted while a gate runs, and however the run ends,
//! the terminal is as it was.

use std::fs::File;
use std::process::{Child, Stdio};

use rustix::process::Signal;

use crate::support::terminal::{read_until, terminal};
use crate::support::{Project, ended, fifo, signal};

/// Starts `prove run` in a terminal.
fn start(project: &Project, arguments: &[&str]) -> (Child, File) {
    let (ours, theirs) = terminal();
    let mut command = project.command(&[&["run"], arguments].concat());
    let child = command.stdout(Stdio::from(theirs)).spawn().unwrap();
    (child, ours)
}

/// What happens to a run when its first frame is there.
enum Then {
    /// Its gate goes on.
    GoesOn,
    /// It is interrupted; its gate does not go on by itself, or it might be done before.
    Interrupted,
}

/// What a run showed and how it ended.
fn watched(last: &str, then: &Then) -> (String, Option<i32>) {
    let gates = format!("version: 1\ngates:\n  slow: {{ run: 'read go < down; {last}' }}\n");
    let mut project = Project::with(&gates);
    fifo(&project.path().join("down"));
    let (child, mut terminal) = start(project.env("TERM", "xterm"), &[]);
    let mut shown = read_until(&mut terminal, "\u{1b}[?2026l");
    match then {
        Then::GoesOn => std::fs::write(project.path().join("down"), "go\n").unwrap(),
        Then::Interrupted => signal(child.id(), Signal::INT),
    }
    shown.push_str(&read_until(&mut terminal, ""));
    (shown, ended(child))
}

/// What was switched on is off, nothing was hidden, and the verdict is the last line.
#[track_caller]
fn is_well(shown: &str, verdict: &str) {
    assert!(shown.contains("0 of 1, 0:00"), "no frame: {shown:?}");
    let count = |what: &str| shown.matches(what).count();
    assert_eq!(count("\u{1b}[?2026h"), count("\u{1b}[?2026l"), "{shown:?}");
    for state in [
        "\u{1b}[?25l",
        "\u{1b}[?1049h",
        "\u{1b}[?7l",
        "\u{1b}]2;",
        "\u{7}",
    ] {
        assert!(!shown.contains(state), "{state:?} in {shown:?}");
    }
    let last = shown.trim_end().lines().last().unwrap();
    assert!(last.contains(verdict) && shown.ends_with('\n'), "{shown:?}");
}

#[test]
fn the_terminal_is_as_it_was_after_success_and_failure() {
    for (last, verdict, code) in [("true", "proved", 0), ("exit 1", "refuted", 1)] {
        let (shown, ended) = watched(last, &Then::GoesOn);
        is_well(&shown, verdict);
        assert_eq!(ended, Some(code));
    }
}

#[test]
fn and_after_a_gate_that_was_killed() {
    let (shown, ended) = watched("kill -9 $$", &Then::GoesOn);
    is_well(&shown, "refuted");
    assert_eq!(ended, Some(1));
}

#[test]
fn and_after_an_interrupt() {
    let (shown, ended) = watched("true", &Then::Interrupted);
    is_well(&shown, "undecided");
    assert_eq!(ended, Some(130));
}

#[test]
fn a_dumb_terminal_a_ci_and_whoever_wants_it_get_the_plain_report() {
    let plain = |name: &str, value: &str, arguments: &[&str]| {
        let mut project = Project::with("version: 1\ngates: { a: 'true' }\n");
        let (child, mut terminal) = start(project.env("TERM", "xterm").env(name, value), arguments);
        let shown = read_until(&mut terminal, "");
        assert_eq!(ended(child), Some(0));
        assert!(
            shown.contains("passed") && !shown.contains("?2026"),
            "{shown:?}"
        );
    };
    plain("TERM", "dumb", &[]);
    plain("CI", "true", &[]);
    plain("A", "b", &["--report", "plain"]);
}

#[test]
fn what_gates_print_is_shown_with_their_names_when_that_is_asked_for() {
    let project = Project::with("version: 1\ngates: { a: 'printf \"one\\ntwo\"' }\n");
    let ran = project.prove(&["run", "-v"]);
    assert!(
        ran.stdout.contains("a | one\na | two\n") || ran.stdout.contains("a │ one\na │ two\n"),
        "{}",
        ran.stdout
    );
}
