//! Cells in a plan: who waits for whom, and what can be asked for.

use crate::plan::sample::{G, check, plan, plan_of, product};
use crate::plan::{Plan, PlanError, Task};

fn names(plan: &Plan) -> Vec<&str> {
    let shown = |node: &&crate::plan::Node| !matches!(node.task, Task::Join);
    let nodes = plan.nodes().iter().filter(shown);
    nodes.map(|node| node.name.as_str()).collect()
}

fn waits(plan: &Plan, gate: &str) -> Vec<String> {
    let node = plan.nodes().iter().find(|node| node.name.as_str() == gate);
    let mut waits: Vec<String> = plan
        .waits(node.unwrap())
        .into_iter()
        .map(|(on, why)| format!("{}({})", on.name, why.word()))
        .collect();
    waits.sort();
    waits
}

fn shop() -> [G; 7] {
    [
        check("unit[node=20,os=linux]"),
        check("unit[node=20,os=mac]"),
        check("unit[node=22,os=linux]"),
        check("ui/types[node=20]"),
        check("ui/types[node=22]"),
        check("lint"),
        check("sum").needs(&["unit[node=20]", "ui"]),
    ]
}

#[test]
fn a_need_of_some_cells_waits_for_those_that_agree() {
    let plan = plan(&shop()).unwrap();
    assert_eq!(
        waits(&plan, "sum"),
        [
            "ui/types[node=20](needs)",
            "ui/types[node=22](needs)",
            "unit[node=20,os=linux](needs)",
            "unit[node=20,os=mac](needs)",
        ]
    );
}

#[test]
fn a_need_of_all_cells_waits_for_every_one() {
    let gates = [check("b[n=1]"), check("b[n=2]"), check("a").needs(&["b"])];
    let plan = plan(&gates).unwrap();
    assert_eq!(waits(&plan, "a"), ["b[n=1](needs)", "b[n=2](needs)"]);
}

#[test]
fn every_cell_of_a_product_build_waits_for_every_check_and_has_its_own_tag() {
    let gates = [
        product("app[n=1]"),
        product("app[n=2]"),
        check("lint[n=1]"),
        check("lint[n=2]"),
        check("test[n=1]").uses(&["app[n=1]"]),
        check("test[n=2]").uses(&["app[n=2]"]),
    ];
    let plan = plan(&gates).unwrap();
    for build in ["app[n=1]", "app[n=2]"] {
        let lints = ["lint[n=1](checks-first)", "lint[n=2](checks-first)"];
        assert_eq!(waits(&plan, build), lints);
    }
    assert_eq!(
        waits(&plan, "app[n=2]:tag"),
        ["app[n=2](tag-last)", "test[n=2](tag-last)"]
    );
}

#[track_caller]
fn takes(typed: &str, expected: &[&str]) {
    let plan = plan_of(&shop(), &[typed], true).unwrap();
    assert_eq!(names(&plan), expected, "{typed}");
}

#[test]
fn cells_are_asked_for_by_name_value_and_glob() {
    let unit = [
        "unit[node=20,os=linux]",
        "unit[node=20,os=mac]",
        "unit[node=22,os=linux]",
    ];
    takes("unit", &unit);
    takes("un*", &unit);
    takes("unit[node=20]", &unit[..2]);
    takes("unit[os=linux,node=20]", &unit[..1]);
    takes("unit[os=l*]", &[unit[0], unit[2]]);
    takes("*[os=mac]", &unit[1..2]);
    takes("ui[node=22]", &["ui/types[node=22]"]);
    takes("ui/types[node=22]", &["ui/types[node=22]"]);
    takes("ui/*", &["ui/types[node=20]", "ui/types[node=22]"]);
    takes("{unit,ui/types}[node=22]", &[unit[2], "ui/types[node=22]"]);
    takes("[l]int", &["lint"]);
}

#[test]
fn cells_that_there_are_not_are_refused_or_empty() {
    for (typed, what) in [
        ("unit[node=18]", "there is no cell `unit[node=18]`"),
        ("unit[nod=20]", "`unit` has no axis `nod`"),
        ("lint[node=20]", "`lint` has no matrix, so it has no cells"),
        ("unti[node=20]", "there is no gate `unti`"),
    ] {
        match plan_of(&shop(), &[typed], false) {
            Err(PlanError::Names(bad)) => assert_eq!(bad[0].what, what),
            other => panic!("{typed}: {other:?}"),
        }
    }
    for typed in ["unit[node=3*]", "x*[node=20]", "*[nod=20]"] {
        match plan_of(&shop(), &[typed], false) {
            Err(PlanError::Empty(globs)) => assert_eq!(globs, [typed]),
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn many_cells_that_need_many_stay_linear() {
    let cell = |gate: &str, at: usize| format!("{gate}[a={},b={}]", at / 50, at % 50);
    let gates: Vec<G> = (0..2_000)
        .map(|at| check(&cell("x", at)))
        .chain((0..2_000).map(|at| check(&cell("y", at)).needs(&["x"])))
        .chain((0..40).map(|a| check(&format!("z[a={a}]")).needs(&[&format!("y[a={a}]")])))
        .collect();
    let plan = plan(&gates).unwrap();
    let edges: usize = plan.nodes().iter().map(|node| node.after.len()).sum();
    assert_eq!(plan.nodes().len(), 4_040 + 1 + 40);
    assert_eq!(edges, 2_000 + 2_000 + 2_000 + 40);
}
