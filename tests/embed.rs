//! prove inside of another program, as `examples/embed.rs` has it. No harness: a run can be started
//! only while the process has one thread.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test says that it failed by a panic, and that it passed on stderr"
)]

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use prove::{
    Body, Event, ExitStatus, Listener, Options, Project, Reason, RunVerdict, Selection, Stage,
};

#[path = "../examples/embed.rs"]
#[expect(dead_code, reason = "its `main` is not called here")]
mod example;

/// Keeps the names of the gates that finished, with their verdicts.
struct Heard {
    lines: Rc<RefCell<Vec<String>>>,
    deaf: bool,
}

impl Listener for Heard {
    fn name(&self) -> String {
        "heard".to_owned()
    }

    fn hear(&mut self, event: &Event) -> Result<(), Reason> {
        if let Body::GateFinished(gate) = &event.body {
            let line = format!("{} {}", gate.gate, gate.verdict.as_str());
            self.lines.borrow_mut().push(line);
        }
        match self.deaf {
            true => Err(Reason::new("it hears nothing")),
            false => Ok(()),
        }
    }
}

/// What a run of this gate file amounts to, and what was heard of it.
fn ran(
    gates: &str,
    selection: &Selection,
    deaf: bool,
) -> Result<(RunVerdict, Vec<String>), prove::Error> {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("version: 1\ngates: {{ {gates} }}\n");
    std::fs::write(dir.path().join("prove.yml"), text).unwrap();
    let lines = Rc::new(RefCell::new(Vec::new()));
    let heard = Heard {
        lines: Rc::clone(&lines),
        deaf,
    };
    let project = Project::open(dir.path())?;
    assert_eq!(project.root(), dir.path().canonicalize().unwrap());
    let summary = project.run(selection, &Options::default(), Box::new(heard))?;
    let mut lines = lines.take();
    lines.sort();
    Ok((summary.verdict(), lines))
}

fn runs_are_heard_and_judged() {
    let all = &Selection::All;
    let (verdict, lines) = ran("a: 'true', b: 'true'", all, false).unwrap();
    assert_eq!(verdict, RunVerdict::Proved);
    assert_eq!(lines, ["a passed", "b passed"]);
    let (verdict, lines) = ran("a: 'true', b: 'false'", all, false).unwrap();
    assert_eq!(verdict, RunVerdict::Refuted);
    assert_eq!(lines, ["a passed", "b failed"]);
    let only = Selection::new(vec!["a".to_owned()], false);
    let (_, lines) = ran("a: 'true', b: 'false'", &only, false).unwrap();
    assert_eq!(lines, ["a passed"]);
}

fn a_listener_that_fails_leaves_the_run_undecided() {
    let (verdict, lines) = ran("a: 'true'", &Selection::All, true).unwrap();
    assert_eq!(verdict, RunVerdict::Undecided);
    assert!(lines.is_empty(), "it was told on: {lines:?}");
}

fn what_is_wrong_is_an_error_with_a_status() {
    let mistaken = ran("a: { rnu: x }", &Selection::All, false).unwrap_err();
    assert_eq!(mistaken.status(), ExitStatus::Usage);
    let text = mistaken.to_string();
    assert!(text.contains("did you mean `run`?"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let typo = Selection::new(vec!["aa".to_owned()], false);
    let unknown = ran("a: 'true'", &typo, false).unwrap_err();
    assert_eq!(unknown.status(), ExitStatus::Usage);
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    let none = Project::open(dir.path()).unwrap_err();
    assert!(none.to_string().contains("there is no gate file"), "{none}");
}

fn a_stage_without_gates_is_undecided() {
    let dir = tempfile::tempdir().unwrap();
    let text = "version: 1\ngates: { a: { run: 'true', stages: ci } }\n";
    std::fs::write(dir.path().join("prove.yml"), text).unwrap();
    let mut options = Options::default();
    options.stage = Some(Stage::Nightly);
    let project = Project::open(dir.path()).unwrap();
    let empty = project.plan(&Selection::All, &options).unwrap_err();
    assert_eq!(empty.status(), ExitStatus::Undecided);
    options.stage = Some(Stage::Ci);
    let planned = project.plan(&Selection::All, &options).unwrap();
    assert_eq!(planned.gates.len(), 1);
}

fn a_process_with_more_threads_is_refused() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || wait.recv());
    let refused = ran("a: 'true'", &Selection::All, false).unwrap_err();
    assert_eq!(refused.status(), ExitStatus::Undecided);
    assert!(refused.to_string().contains("2 threads"), "{refused}");
    go.send(()).unwrap();
    thread.join().unwrap().unwrap();
}

fn the_example_proves_hello() {
    let dir = tempfile::tempdir().unwrap();
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hello");
    for entry in std::fs::read_dir(hello).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
    }
    let git = Command::new("git")
        .args(["init", "-q"])
        .current_dir(&dir)
        .status();
    assert!(git.unwrap().success());
    assert!(example::proved(dir.path()).unwrap());
}

fn main() {
    let tests: [(&str, fn()); 6] = [
        ("runs_are_heard_and_judged", runs_are_heard_and_judged),
        (
            "a_listener_that_fails_leaves_the_run_undecided",
            a_listener_that_fails_leaves_the_run_undecided,
        ),
        (
            "what_is_wrong_is_an_error_with_a_status",
            what_is_wrong_is_an_error_with_a_status,
        ),
        (
            "a_stage_without_gates_is_undecided",
            a_stage_without_gates_is_undecided,
        ),
        ("the_example_proves_hello", the_example_proves_hello),
        // Last: a thread that was there may be gone a moment later only.
        (
            "a_process_with_more_threads_is_refused",
            a_process_with_more_threads_is_refused,
        ),
    ];
    for (name, test) in tests {
        test();
        eprintln!("test {name} ... ok");
    }
}
