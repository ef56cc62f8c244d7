//! Who waits for whom, and why; and what cannot be put in an order.

use super::{names, paths, shown};
use crate::plan::sample::{G, check, name_of, pipeline, plan, product, setup, tool};
use crate::plan::{EdgeReason, Plan, PlanError, Selection};

#[test]
fn gates_that_need_nothing_keep_the_order_of_the_file() {
    let plan = plan(&[check("b"), check("a"), check("c").needs(&["b"])]).unwrap();
    assert_eq!(shown(&plan), ["b:", "a:", "c: b(needs)"]);
    assert!(!plan.is_narrowed() && plan.left_out().is_empty());
}

#[test]
fn checks_come_before_product_builds_and_the_tag_comes_last() {
    let gates = [
        product("app"),
        check("lint"),
        check("app-test").uses(&["app"]),
        check("report").needs(&["app-test"]),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "lint:",
            "app: lint(checks-first)",
            "app-test: app(image)",
            "report: app-test(needs)",
            "app:tag: app(tag-last) app-test(tag-last) report(tag-last)",
        ]
    );
}

#[test]
fn tool_builds_need_nothing_and_are_never_tagged() {
    let gates = [
        setup("deps"),
        tool("tools"),
        check("lint").uses(&["tools"]),
        product("app").untagged(),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "deps:",
            "tools:",
            "lint: tools(image) deps(setup)",
            "app: deps(setup) tools(checks-first) lint(checks-first)",
        ]
    );
}

#[test]
fn nothing_waits_for_an_advisory_gate_until_it_expires() {
    let gates = |expired| {
        [
            check("spelling").advisory(expired),
            product("app"),
            check("soft").uses(&["app"]).advisory(expired),
        ]
    };
    let soft = plan(&gates(false)).unwrap();
    assert_eq!(
        shown(&soft),
        [
            "spelling:",
            "app:",
            "app:tag: app(tag-last)",
            "soft: app(image)"
        ]
    );
    let hard = plan(&gates(true)).unwrap();
    assert_eq!(
        shown(&hard),
        [
            "spelling:",
            "app: spelling(checks-first)",
            "soft: app(image)",
            "app:tag: app(tag-last) soft(tag-last)",
        ]
    );
}

#[test]
fn an_advisory_build_is_never_tagged_and_that_is_said() {
    let plan = plan(&[check("lint"), product("app").advisory(false)]).unwrap();
    assert_eq!(names(&plan), ["lint", "app"]);
    assert_eq!(plan.left_out()[0].gate, name_of("app:tag"));
    assert!(plan.left_out()[0].reason.contains("advisory"));
}

#[test]
fn a_setup_precedes_its_siblings_and_everything_below_them() {
    let gates = [
        check("ui/types"),
        check("ui/deep/unit"),
        setup("ui/install"),
        check("lint"),
        setup("deps"),
        check("soft").advisory(false),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "ui/install:",
            "deps:",
            "ui/types: deps(setup) ui/install(setup)",
            "ui/deep/unit: deps(setup) ui/install(setup)",
            "lint: deps(setup)",
            "soft: deps(setup)",
        ]
    );
}

#[test]
fn a_setup_does_not_precede_what_it_stands_on() {
    let gates = [
        check("probe"),
        tool("tools").needs(&["probe"]),
        setup("deps").uses(&["tools"]),
        setup("db"),
        check("unit"),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "db:",
            "probe: db(setup)",
            "tools: probe(needs)",
            "deps: tools(image)",
            "unit: deps(setup) db(setup)",
        ]
    );
}

#[test]
fn a_group_whose_setup_runs_in_the_image_comes_after_the_build() {
    let gates = [
        check("lint"),
        product("app"),
        setup("e2e/migrate").uses(&["app"]),
        check("e2e/smoke"),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "lint:",
            "app: lint(checks-first)",
            "e2e/migrate: app(image)",
            "e2e/smoke: e2e/migrate(setup)",
            "app:tag: app(tag-last) e2e/migrate(tag-last) e2e/smoke(tag-last)",
        ]
    );
}

#[test]
fn a_setup_at_the_top_cannot_put_the_checks_behind_the_build() {
    let gates = [
        check("lint"),
        product("app"),
        setup("migrate").uses(&["app"]),
    ];
    assert_eq!(paths(&gates), ["lint → migrate → app → lint"]);
}

#[test]
fn a_product_build_may_stand_on_another() {
    let gates = [
        check("lint"),
        product("base").untagged(),
        product("app").uses(&["base"]),
        check("t").uses(&["app"]),
    ];
    let plan = plan(&gates).unwrap();
    assert_eq!(
        shown(&plan),
        [
            "lint:",
            "base: lint(checks-first)",
            "app: base(image) lint(checks-first)",
            "t: app(image)",
            "app:tag: app(tag-last) t(tag-last)",
        ]
    );
}

#[test]
fn cycles_are_told_once_each_with_why_and_where() {
    let gates = [
        check("a").needs(&["c"]),
        check("b").needs(&["a"]),
        check("c").needs(&["b"]),
        check("behind").needs(&["c"]),
        check("me").needs(&["me"]),
    ];
    let Err(PlanError::Cycles(cycles)) = plan(&gates) else {
        panic!("no cycle")
    };
    let paths: Vec<String> = cycles.iter().map(crate::plan::Cycle::path).collect();
    assert_eq!(paths, ["a → c → b → a", "me → me"]);
    let first = &cycles[0].steps[0];
    assert_eq!(
        (first.reason, first.span.map(|s| s.start)),
        (EdgeReason::Needs, Some(1))
    );
    let edges: Vec<_> = cycles[0]
        .edges()
        .map(|(s, on)| format!("{}→{on}", s.gate))
        .collect();
    assert_eq!(edges, ["a→c", "c→b", "b→a"]);
}

#[test]
fn a_check_that_must_come_both_before_and_after_a_build_is_refused() {
    let gates = [product("app").needs(&["x"]), check("x").uses(&["app"])];
    assert_eq!(paths(&gates), ["app → x → app"]);
    let gates = [
        tool("tools").uses(&["app"]),
        product("app").uses(&["tools"]),
    ];
    assert_eq!(paths(&gates), ["tools → app → tools"]);
}

#[test]
fn a_gate_that_names_what_there_is_not_is_refused() {
    let error = plan(&[check("a").uses(&["ghost"]), check("b").needs(&["spirit"])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no such gate: a names ghost; b names spirit"
    );
}

#[test]
fn many_checks_and_many_builds_stay_linear() {
    let mut gates: Vec<G> = (0..300).map(|n| check(&format!("c{n}"))).collect();
    gates.extend((0..300).map(|n| product(&format!("p{n}"))));
    gates.extend((0..3).map(|n| setup(&format!("s{n}"))));
    let plan = Plan::new(&pipeline(&gates), &Selection::All).unwrap();
    let edges: usize = plan.nodes().iter().map(|node| node.after.len()).sum();
    assert!(edges < 2000, "{edges} edges");
}

#[test]
fn a_group_that_needs_a_group_is_no_edge_for_each_pair() {
    let mut gates: Vec<G> = (0..2000).map(|n| check(&format!("a/c{n}"))).collect();
    gates.extend((0..2000).map(|n| check(&format!("b/c{n}")).needs(&["a"])));
    let plan = plan(&gates).unwrap();
    let edges: usize = plan.nodes().iter().map(|node| node.after.len()).sum();
    assert_eq!(edges, 4000);
    let last = plan.nodes().last().unwrap();
    assert_eq!(plan.waits(last).len(), 2000);
}

#[test]
fn a_cycle_through_groups_is_said_gate_by_gate() {
    let gates = [
        check("a/x").needs(&["b"]),
        check("b/y").needs(&["a"]),
        check("c").needs(&["a"]),
    ];
    let Err(PlanError::Cycles(cycles)) = plan(&gates) else {
        panic!("no cycle")
    };
    let steps = |cycle: &crate::plan::Cycle| cycle.path();
    assert_eq!(
        cycles.iter().map(steps).collect::<Vec<_>>(),
        ["a/x → b/y → a/x"]
    );
}
