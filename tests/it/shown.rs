//! What shows gates without running them: `prove list` and `prove graph`.

use crate::support::Project;

const FILE: &str = "version: 1
gates:
  deps: { setup: 'true' }
  ui:
    gates:
      lint: { run: 'true', description: Style. }
      slow: { run: 'true', stages: [nightly] }
  app: { build: { context: . }, stages: [ci, release] }
";

#[test]
fn gates_are_listed_in_the_order_of_the_file() {
    let project = Project::with(FILE);
    let listed = project.prove(&["list"]).expect(0, &[]).text();
    let names: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names, ["deps", "ui/lint", "ui/slow", "app"]);
    project
        .prove(&["list"])
        .expect(0, &["Style.", "(stages nightly)", "(stages ci, release)"]);
    let names = project.prove(&["list", "--names", "ui/*"]);
    assert_eq!(names.expect(0, &[]).text().trim(), "deps\nui/lint\nui/slow");
    let stage = project.prove(&["list", "--names", "--stage", "pre-push"]);
    assert_eq!(stage.expect(0, &[]).text().trim(), "deps\nui/lint");
    let json = project
        .prove(&["list", "--format", "json"])
        .expect(0, &[])
        .text();
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["gates"][1]["group"], "ui");
    assert_eq!(
        document["gates"][2]["stages"],
        serde_json::json!(["nightly"])
    );
}

#[test]
fn a_slip_of_the_pen_is_said_by_both() {
    let project = Project::with(FILE);
    for word in ["list", "graph"] {
        project
            .prove(&[word, "ui/lnit"])
            .expect(2, &["ui/lnit", "ui/lint"]);
        project
            .prove(&[word, "--stage", "pre-psuh"])
            .expect(2, &["pre-push"]);
    }
}

#[test]
fn the_graph_is_drawn_in_three_forms() {
    let project = Project::with(FILE);
    project
        .prove(&["graph"])
        .expect(0, &["ui/lint  <- deps", "app      <- ui/lint, ui/slow"]);
    project
        .prove(&["graph", "--format", "dot"])
        .expect(0, &["digraph", "box3d", "[style=dashed]"]);
    project
        .prove(&["graph", "--format", "mermaid"])
        .expect(0, &["flowchart LR", "-.->"]);
}
