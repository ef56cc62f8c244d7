//! Faults while the engine is cleared up at the end of a run: what stays there is never passed over.

use std::sync::mpsc;

use rustix::process::Signal;

use crate::faults_engine::{built_by, obliging};
use crate::support::docker::Reply;
use crate::support::{Ran, signal};

#[test]
fn an_engine_that_dies_at_the_removal_leaves_a_doubt_that_names_what_stayed() {
    let dies = obliging(|request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| Reply::Break("[".to_owned()))
    });
    let project = built_by(&dies, "");
    let ran = project.run();
    ran.expect(3, &["doubt", "prove-tmp/", "rmi", "undecided"]);
    assert_eq!(
        project.verdicts()["app"],
        "passed",
        "the gate itself is good"
    );
    project
        .prove(&["replay", "last"])
        .expect(3, &["prove-tmp/"]);
}

#[test]
fn what_a_refusal_leaves_is_a_doubt_too() {
    let refuses = obliging(|request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| Reply::Json(500, r#"{"message":"device busy"}"#.to_owned()))
    });
    built_by(&refuses, "")
        .run()
        .expect(3, &["prove-tmp/", "device busy"]);
}

#[test]
fn signals_are_heard_while_the_engine_hangs_at_the_removal() {
    let (asked, hangs) = mpsc::channel();
    let hanging = obliging(move |request| {
        let removes = request.starts_with("DELETE");
        removes.then(|| {
            asked.send(()).unwrap();
            Reply::Hang
        })
    });
    let project = built_by(&hanging, "");
    let child = project.command(&["run"]).spawn().unwrap();
    hangs.recv().unwrap();
    for with in [Signal::TERM, Signal::INT, Signal::HUP] {
        signal(child.id(), with);
    }
    let ran = Ran::of(child.wait_with_output().unwrap());
    // Which of the three is heard first is not ours to say.
    assert!(ran.code > 128, "{}: {}", ran.code, ran.text());
    ran.expect(ran.code, &["interrupted", "doubt", "prove-tmp/"]);
}
