//! What a selection takes along, leaves out and refuses; and how a plan is shown.

use super::{names, shown};
use crate::plan::sample::{G, check, plan, plan_of, product, setup};
use crate::plan::{Plan, PlanError, show};

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
