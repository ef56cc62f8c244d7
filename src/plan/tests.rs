//! The plan, as sentences.

use super::sample::{G, check, name_of, pipeline, plan, plan_of, product, setup, tool};
use super::{EdgeReason, Plan, PlanError, Selection, show};

/// `name: a(reason) b(reason)` for each gate and step, in the plan's order.
fn shown(plan: &Plan) -> Vec<String> {
    let nodes = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, super::Task::Join));
    let line = |node| {
        let waits = plan.waits(node).into_iter();
        let waits = waits.map(|(on, why)| format!(" {}({})", on.name, why.word()));
        format!("{}:{}", node.name, waits.collect::<String>())
    };
    nodes.map(line).collect()
}

fn names(plan: &Plan) -> Vec<&str> {
    let nodes = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, super::Task::Join));
    nodes.map(|node| node.name.as_str()).collect()
}

fn paths(gates: &[G]) -> Vec<String> {
    match plan(gates) {
        Err(PlanError::Cycles(cycles)) => cycles.iter().map(super::Cycle::path).collect(),
        other => panic!("no cycle: {other:?}"),
    }
}

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
    let paths: Vec<String> = cycles.iter().map(super::Cycle::path).collect();
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

fn shop() -> [G; 7] {
    [
        setup("deps"),
        check("lint"),
        check("unit-a"),
        check("ui/types"),
        product("app"),
        check("app-test").uses(&["app"]),
        check("app-policy").uses(&["app"]),
    ]
}

#[test]
fn a_selection_takes_along_what_it_waits_for() {
    let plan = plan_of(&shop(), &["app-test"], false).unwrap();
    assert_eq!(
        names(&plan),
        ["deps", "lint", "unit-a", "ui/types", "app", "app-test"]
    );
    assert!(plan.is_narrowed());
    let because: Vec<_> = plan
        .nodes()
        .iter()
        .map(|n| format!("{}: {}", n.name, n.because))
        .collect();
    assert!(
        because.contains(&"app-test: selected by `app-test`".to_owned()),
        "{because:?}"
    );
    assert!(
        because.contains(&"app: app-test uses its image".to_owned()),
        "{because:?}"
    );
    let lint = "lint: app needs it (structural: checks come before product builds)";
    assert!(because.contains(&lint.to_owned()), "{because:?}");
    let left: Vec<_> = plan.left_out().iter().map(|l| l.gate.as_str()).collect();
    assert_eq!(left, ["app-policy", "app:tag"]);
}

#[test]
fn groups_and_globs_name_gates() {
    let of = |names: &[&str]| {
        let plan = plan_of(&shop(), names, true).unwrap();
        plan.nodes()
            .iter()
            .map(|node| node.name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(of(&["ui"]), "ui/types");
    assert_eq!(of(&["ui/*"]), "ui/types");
    assert_eq!(of(&["app-*"]), "app-test app-policy");
    assert_eq!(of(&["u*"]), "unit-a ui/types");
    assert_eq!(of(&["{lint,deps}"]), "deps lint");
}

#[test]
fn only_takes_nothing_along_and_never_tags() {
    let plan = plan_of(&shop(), &["app", "lint"], true).unwrap();
    assert_eq!(shown(&plan), ["lint:", "app: lint(checks-first)"]);
    let whole = plan_of(&shop(), &["*"], true).unwrap();
    assert!(whole.is_narrowed());
    assert!(
        whole
            .left_out()
            .iter()
            .any(|l| l.gate.as_str() == "app:tag")
    );
}

#[test]
fn only_still_waits_through_what_is_left_out() {
    let chain = [
        check("a"),
        check("b").needs(&["a"]),
        check("b2").needs(&["b"]),
        check("c").needs(&["b2"]),
        check("d").needs(&["c"]),
    ];
    let plan = plan_of(&chain, &["a", "c"], true).unwrap();
    assert_eq!(shown(&plan), ["a:", "c: a(needs)"]);
    let left: Vec<_> = plan.left_out().iter().map(|l| l.gate.as_str()).collect();
    assert_eq!(
        left,
        ["b", "b2", "d"],
        "what stands between is still left out"
    );
}

#[test]
fn names_that_come_to_the_whole_pipeline_are_a_full_run() {
    let plan = plan_of(&shop(), &["app-*"], false).unwrap();
    assert!(!plan.is_narrowed() && plan.left_out().is_empty());
    assert_eq!(names(&plan).last(), Some(&"app:tag"));
}

#[test]
fn all_bad_names_are_told_at_once() {
    let error = plan_of(&shop(), &["lnit", "lint", "app:tag", "zzzzzz", "["], false).unwrap_err();
    let PlanError::Names(bad) = error else {
        panic!("{error}")
    };
    let told: Vec<_> = bad
        .iter()
        .map(|b| (b.typed.as_str(), b.hint.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("lnit", Some("did you mean `lint`?")),
            ("app:tag", Some("run `prove run` without names")),
            ("zzzzzz", Some("`prove plan` lists the gates")),
            ("[", None),
        ]
    );
}

#[test]
fn what_comes_out_empty_is_no_plan() {
    let empty = |result: Result<Plan, PlanError>| matches!(result, Err(PlanError::Empty(_)));
    assert!(empty(plan_of(&shop(), &["lint", "zz*"], false)));
    assert!(empty(plan_of(&shop(), &[], true)));
    assert!(empty(plan(&[])));
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
fn the_table_says_what_waits_for_what_and_why() {
    let plan = plan_of(&shop(), &["app-test", "ui"], false).unwrap();
    let mut text = String::new();
    show::text(&plan, "shop", &mut text).unwrap();
    insta::assert_snapshot!(text, @r"
    shop: 6 gates, 4 waves
      `app-test` takes app-test
      `ui` takes ui/types
      only part of the pipeline: nothing is tagged

    wave 1
      deps      setup  made up
          here because ui/types needs it (structural: a setup precedes its siblings)

    wave 2
      lint      run    made up
          waits for deps (a setup precedes its siblings)
          here because app needs it (structural: checks come before product builds)
      unit-a    run    made up
          waits for deps (a setup precedes its siblings)
          here because app needs it (structural: checks come before product builds)
      ui/types  run    made up
          waits for deps (a setup precedes its siblings)
          here because it is selected by `ui`

    wave 3
      app       build  made up
          waits for deps (a setup precedes its siblings)
          waits for lint, unit-a, ui/types (checks come before product builds)
          here because app-test uses its image

    wave 4
      app-test  run    made up
          waits for app (it uses its image)
          waits for deps (a setup precedes its siblings)
          here because it is selected by `app-test`

    left out
      app-policy: not selected, and nothing selected waits for it
      app:tag: this run takes only part of the pipeline, and such a run never tags
    ");
}

#[test]
fn the_json_form_has_every_wait_with_its_reason() {
    let plan = plan(&[check("lint"), product("app")]).unwrap();
    let json = show::json(&plan, "shop");
    assert_eq!(json["schema"], 1);
    assert_eq!(json["gates"][1]["after"][0]["reason"], "checks-first");
    assert_eq!(json["gates"][2]["gate"], "app:tag");
    assert_eq!(json["gates"][2]["wave"], 3);
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
    let steps = |cycle: &super::Cycle| cycle.path();
    assert_eq!(
        cycles.iter().map(steps).collect::<Vec<_>>(),
        ["a/x → b/y → a/x"]
    );
}
