//! Good files: what they mean.

use std::time::Duration;

use super::{good, messages, try_load};
use crate::model::GateName;
use crate::spec::{Gate, Pipeline};

pub(super) fn gate<'p>(pipeline: &'p Pipeline, name: &str) -> &'p Gate {
    pipeline
        .gates
        .iter()
        .find(|gate| gate.name.as_str() == name)
        .unwrap()
}

fn needs(gate: &Gate) -> Vec<&str> {
    gate.needs.iter().map(|(name, _)| name.as_str()).collect()
}

fn whole() -> Pipeline {
    good(include_str!("whole.yml"))
}

#[test]
fn gates_come_in_the_order_of_the_file_with_the_packs_first() {
    let names: Vec<_> = whole()
        .gates
        .into_iter()
        .map(|gate| gate.name.to_string())
        .collect();
    let expected = "dockerfile image deps lint unit ui/types ui/fresh soft app-test";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn the_common_keys_arrive() {
    let pipeline = whole();
    let unit = gate(&pipeline, "unit");
    assert_eq!(unit.timeout, Duration::from_secs(300));
    assert_eq!(
        (unit.retries.times, unit.retries.backoff),
        (2, Duration::from_secs(1))
    );
    assert_eq!(unit.retries.on_exit, [75]);
    assert_eq!((unit.cost.cpus, unit.cost.memory), (None, Some(1 << 30)));
    assert_eq!(unit.locks, ["db"]);
    assert_eq!(unit.inputs, ["src/**", "package*.json"]);
    assert_eq!(pipeline.reports["junit"], "target/prove.xml");
    assert_eq!(pipeline.project, "dental-mvp");
}

#[test]
fn a_group_hands_its_keys_down_and_the_nearest_wins() {
    let pipeline = whole();
    let types = gate(&pipeline, "ui/types");
    assert_eq!(types.cwd, "packages/ui");
    assert_eq!(needs(types), ["lint"]);
    let fresh = gate(&pipeline, "ui/fresh");
    assert_eq!(fresh.cwd, ".");
    assert_eq!(needs(fresh), ["lint", "ui/types"]);
    assert_eq!(types.group.as_ref().map(GateName::as_str), Some("ui"));
}

#[test]
fn a_group_in_needs_stands_for_its_members() {
    let pipeline = whole();
    assert_eq!(needs(gate(&pipeline, "app-test")), ["ui"]);
    let members = crate::spec::members(&pipeline.gates, &crate::spec::needed(&pipeline.gates));
    let names = members["ui"]
        .iter()
        .map(|at| pipeline.gates[*at].name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["ui/types", "ui/fresh"]);
}

#[test]
fn the_environment_is_what_the_file_lets_through() {
    let pipeline = whole();
    let environment = format!("{:?}", gate(&pipeline, "ui/types").kind);
    for there in [
        "\"PATH\": \"/bin\"",
        "\"npm_config_a\"",
        "Lit(\"ui\")",
        "Lit(\"0777\")",
        "Lit(\"1.20\")",
        "x; rm -rf /",
    ] {
        assert!(environment.contains(there), "{there} in {environment}");
    }
    assert!(
        !environment.contains("hush") && !environment.contains("TOKEN"),
        "{environment}"
    );
    let unit = format!("{:?}", gate(&pipeline, "unit").kind);
    assert!(unit.contains("\"TOKEN\": ***"), "{unit}");
    assert_eq!(pipeline.secrets.len(), 1);
}

#[test]
fn what_the_caller_lacks_is_not_a_mistake_of_the_file() {
    let missing: Vec<_> = whole()
        .missing_env
        .into_iter()
        .map(|missing| (missing.name, missing.gate.map(|gate| gate.to_string())))
        .collect();
    assert_eq!(
        missing,
        [
            ("DATABASE_URL".to_owned(), None),
            ("MISSING".to_owned(), Some("unit".to_owned()))
        ]
    );
}

#[test]
fn an_image_in_a_text_is_an_edge_of_the_plan() {
    let pipeline = whole();
    let test = gate(&pipeline, "app-test");
    assert_eq!(test.kind.uses(), [GateName::segment("image").unwrap()]);
    assert_eq!(test.kind.summary(), "test ${{ image.ref }}");
}

#[test]
fn an_advisory_holds_until_its_last_day() {
    let text = |until| {
        format!(
            "version: 1\ngates: {{ a: {{ run: x, advisory: {{ reason: r, until: {until} }} }} }}"
        )
    };
    let expired = |until| {
        good(&text(until)).gates[0]
            .advisory
            .clone()
            .unwrap()
            .expired
    };
    assert!(expired("2026-11-20"));
    assert!(!expired("2026-11-21"));
}

#[test]
fn a_gate_of_the_file_overrides_that_of_a_pack_key_by_key() {
    let text = "version: 1\nuse: docker\nvars: { file: Other }\ngates:\n  dockerfile: { timeout: 1s }\n  image: make image\n";
    let pipeline = good(text);
    let dockerfile = gate(&pipeline, "dockerfile");
    assert_eq!(dockerfile.timeout, Duration::from_secs(1));
    assert_eq!(dockerfile.description.as_deref(), Some("there is one"));
    assert_eq!(gate(&pipeline, "image").kind.word(), "run");
}

#[test]
fn a_pack_alone_is_enough() {
    assert_eq!(good("version: 1\nuse: docker\n").gates.len(), 2);
}

#[test]
fn anchors_and_merge_keys_work() {
    let text = "version: 1\ngates:\n  a: &a { run: x, timeout: 5s }\n  b: { <<: *a, run: y }\n";
    let pipeline = good(text);
    assert_eq!(gate(&pipeline, "b").timeout, Duration::from_secs(5));
    assert_eq!(gate(&pipeline, "b").kind.summary(), "y");
}

#[test]
fn a_template_is_filled_in_and_can_be_escaped() {
    let text = "version: 1\nvars: { v: { file: package.json, path: a.0.b } }\ngates: { a: \"x ${{ vars.v }} $${{ vars.v }}\" }\n";
    assert_eq!(good(text).gates[0].kind.summary(), "x 1.10 ${{ vars.v }}");
}

#[test]
fn outputs_may_overlap_along_an_edge() {
    let text = "version: 1\ngates: { a: { run: x, outputs: [dist] }, b: { run: y, outputs: [dist/b], needs: a } }\n";
    assert_eq!(good(text).gates.len(), 2);
}

#[test]
fn ten_thousand_gates_load() {
    let mut text = "version: 1\ngates:\n".to_owned();
    for n in 0..10_000 {
        text += &format!(
            "  g{n}: {{ run: \"true {n}\", inputs: [src/{n}/**], outputs: [out/{n}], needs: [g{}] }}\n",
            n / 2 + 10_000 / 2 * usize::from(n == 0)
        );
    }
    let started = std::time::Instant::now();
    let loaded = try_load(&text).map_err(|d| d.list().len());
    eprintln!("10,000 gates: {:?}", started.elapsed());
    assert_eq!(loaded.unwrap().pipeline.gates.len(), 10_000);
}

#[test]
fn an_empty_secret_is_a_missing_one() {
    let facts = crate::model::Facts {
        env: [("TOKEN".to_owned(), String::new())].into(),
        ..super::facts()
    };
    let text = "version: 1\ngates: { a: { run: x, secrets: [TOKEN] } }\n";
    let file = super::GateFile {
        name: "prove.yml",
        bytes: text.as_bytes(),
    };
    let loaded = super::load(file, &facts, &super::Kinds, "dir").unwrap();
    assert_eq!(loaded.pipeline.missing_env.len(), 1);
    assert!(loaded.pipeline.secrets.is_empty());
}

#[test]
fn a_file_says_how_many_runs_stay_and_one_is_the_least() {
    let with = |line: &str| format!("version: 1\n{line}gates: {{ a: x }}\n");
    assert_eq!(good(&with("")).keep_runs, 20);
    assert_eq!(good(&with("keep_runs: 1\n")).keep_runs, 1);
    for (wrong, said) in [
        ("0", "expected a whole number from 1 to 10000, found 0"),
        ("-3", "expected a whole number from 1 to 10000, found -3"),
        (
            "10001",
            "expected a whole number from 1 to 10000, found 10001",
        ),
        ("all", "expected a whole number, found `all`"),
        ("[1]", "expected a whole number, found a list"),
    ] {
        let said_now = messages(&with(&format!("keep_runs: {wrong}\n")));
        assert_eq!(said_now, [said], "{wrong}");
    }
}
