//! Stages, as sentences.

use crate::model::Stage::{self, Ci, Nightly, PreCommit, PrePush, Release};
use crate::plan::sample::{G, check, pipeline, plan_of_stage, product, setup};
use crate::plan::{Plan, PlanError, Selection, Task};

fn names(plan: &Plan) -> Vec<&str> {
    let gates = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, Task::Join));
    gates.map(|node| node.name.as_str()).collect()
}

fn left(plan: &Plan) -> Vec<String> {
    let left = plan.left_out().iter();
    left.map(|left| format!("{}: {}", left.gate, left.reason))
        .collect()
}

fn because<'p>(plan: &'p Plan, name: &str) -> &'p str {
    let mut nodes = plan.nodes().iter();
    let node = nodes.find(|node| node.name.as_str() == name).unwrap();
    &node.because
}

fn of(gates: &[G], stage: Stage) -> Plan {
    plan_of_stage(gates, &[], stage).unwrap()
}

#[test]
fn a_gate_that_is_not_of_the_stage_is_left_out_with_the_reason_and_the_run_is_narrowed() {
    let gates = [check("lint"), check("e2e").stages(&[Ci, Release])];
    let plan = of(&gates, PrePush);
    assert_eq!(names(&plan), ["lint"]);
    assert_eq!(left(&plan), ["e2e: not of stage pre-push"]);
    assert!(plan.is_narrowed());
    assert_eq!(plan.selection(), ["stage pre-push takes lint"]);
    assert_eq!(because(&plan, "lint"), "it is of stage pre-push");
    assert_eq!(names(&of(&gates, Ci)), ["lint", "e2e"]);
}

#[test]
fn a_stage_that_leaves_nothing_out_is_the_whole_pipeline_and_tags() {
    let gates = [
        check("lint").stages(&[PrePush, Ci]),
        product("app").stages(&[Ci, Release]),
        check("app-test").uses(&["app"]).stages(&[Ci]),
    ];
    let plan = of(&gates, Ci);
    assert_eq!(names(&plan), ["lint", "app", "app-test", "app:tag"]);
    assert!(!plan.is_narrowed() && plan.left_out().is_empty());
    let plan = of(&gates, PrePush);
    assert_eq!(names(&plan), ["lint"]);
    assert_eq!(plan.left_out().len(), 3, "{:?}", plan.left_out());
}

#[test]
fn before_a_push_nothing_is_tagged_even_when_no_gate_names_its_stages() {
    let gates = [check("lint"), product("app")];
    for stage in [PreCommit, PrePush, Nightly] {
        let plan = of(&gates, stage);
        assert_eq!(names(&plan), ["lint", "app"], "{stage}");
        let why = format!("app:tag: a run of stage {stage} never tags");
        assert_eq!(left(&plan), [why]);
        assert!(plan.is_narrowed());
    }
    for stage in [Ci, Release] {
        let plan = of(&gates, stage);
        assert_eq!(names(&plan), ["lint", "app", "app:tag"], "{stage}");
        assert!(!plan.is_narrowed() && plan.left_out().is_empty());
    }
    let untagged = of(&gates[..1], PrePush);
    assert!(!untagged.is_narrowed() && untagged.left_out().is_empty());
}

#[test]
fn what_a_gate_of_the_stage_needs_or_uses_comes_along() {
    let gates = [
        check("slow").stages(&[Nightly]),
        product("app").stages(&[Ci]),
        check("quick").needs(&["slow"]).stages(&[PreCommit]),
        check("app-test").uses(&["app"]).stages(&[Release]),
        check("other").stages(&[Ci]).needs(&["app"]),
    ];
    let plan = of(&gates, PreCommit);
    assert_eq!(names(&plan), ["slow", "quick"]);
    assert_eq!(because(&plan, "slow"), "quick needs it");
    let plan = of(&gates, Release);
    assert_eq!(names(&plan), ["slow", "quick", "app", "app-test"]);
}

#[test]
fn no_stage_makes_a_product_build_wait_for_less() {
    let gates = [
        check("lint").stages(&[PreCommit]),
        check("unit").stages(&[Nightly]),
        product("app").stages(&[Ci]),
    ];
    let plan = of(&gates, Ci);
    assert_eq!(names(&plan), ["lint", "unit", "app", "app:tag"]);
    assert_eq!(
        because(&plan, "unit"),
        "app needs it (structural: checks come before product builds)"
    );
}

#[test]
fn a_setup_comes_with_those_that_wait_for_it_and_not_by_itself() {
    let gates = [
        setup("ui/deps"),
        check("ui/types").stages(&[Ci]),
        check("lint"),
    ];
    let plan = of(&gates, PrePush);
    assert_eq!(names(&plan), ["lint"]);
    let why = "ui/deps: nothing that is of stage pre-push waits for it";
    assert_eq!(left(&plan)[0], why);
    assert_eq!(names(&of(&gates, Ci)), ["ui/deps", "ui/types", "lint"]);
    let alone = [setup("deps"), check("lint").stages(&[Ci])];
    assert!(matches!(
        plan_of_stage(&alone, &[], PrePush),
        Err(PlanError::Stage(PrePush))
    ));
}

#[test]
fn names_and_a_stage_take_what_is_both() {
    let gates = [check("a/x").stages(&[Ci]), check("a/y"), check("b")];
    let plan = plan_of_stage(&gates, &["a"], PrePush).unwrap();
    assert_eq!(names(&plan), ["a/y"]);
    assert_eq!(
        left(&plan),
        [
            "a/x: not of stage pre-push",
            "b: not selected, and nothing selected waits for it"
        ]
    );
    let only = Selection::new(vec!["a/*".to_owned()], true);
    let plan = Plan::of_stage(&pipeline(&gates), &only, Some(PrePush)).unwrap();
    assert_eq!(names(&plan), ["a/y"]);
}

#[test]
fn a_stage_that_nothing_is_of_is_no_plan() {
    let gates = [check("a").stages(&[Ci]), check("b").stages(&[Ci, Nightly])];
    for names in [&[][..], &["a"], &["a", "b"]] {
        let plan = plan_of_stage(&gates, names, Release);
        assert!(matches!(plan, Err(PlanError::Stage(Release))), "{names:?}");
    }
    let plan = plan_of_stage(&gates, &["a"], Nightly);
    assert!(matches!(plan, Err(PlanError::Stage(Nightly))));
    let typo = plan_of_stage(&gates, &["aa"], Nightly);
    assert!(
        matches!(typo, Err(PlanError::Names(_))),
        "a typo is said first"
    );
}
