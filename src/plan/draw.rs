//! A plan as a graph: a text, DOT (Graphviz), Mermaid. Pure.
//!
//! Only edges that say something new are drawn: what follows from others is left out (the
//! transitive reduction), so that a hundred checks in front of an image stay readable.

use std::fmt::Write as _;

use super::types::{EdgeReason, Node, Plan, Task};

/// A node of the drawing.
struct Drawn<'p> {
    node: &'p Node,
    /// Places of what it waits for in the drawing, each with the reason.
    after: Vec<(usize, EdgeReason)>,
}

/// One line for each gate: its name and what it waits for.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let boxes = reduced(plan);
    let names = || boxes.iter().map(|one| one.node.name.as_str());
    let wide = names().map(|name| name.chars().count()).max().unwrap_or(0);
    let wide = wide.min(40);
    let mut out = String::new();
    for one in &boxes {
        let name = one.node.name.as_str();
        let on: Vec<&str> = one
            .after
            .iter()
            .map(|(on, _)| name_of(&boxes, *on))
            .collect();
        let line = match on.is_empty() {
            true => name.to_owned(),
            false => format!("{name:wide$}  <- {}", on.join(", ")),
        };
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// For Graphviz: `prove graph --format dot | dot -Tsvg`.
#[must_use]
pub fn dot(plan: &Plan, project: &str) -> String {
    let boxes = reduced(plan);
    let mut out = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n",
        dot_text(project)
    );
    for (place, one) in boxes.iter().enumerate() {
        let shape = match shape(one.node) {
            Shape::Image => ", shape=box3d",
            Shape::Tag => ", shape=cds",
            Shape::Setup => ", shape=hexagon",
            Shape::Check => "",
        };
        let label = dot_text(one.node.name.as_str());
        let _ = writeln!(out, "  n{place} [label={label}{shape}];");
    }
    for (place, one) in boxes.iter().enumerate() {
        for (on, reason) in &one.after {
            let style = if is_written(*reason) {
                ""
            } else {
                " [style=dashed]"
            };
            let _ = writeln!(out, "  n{on} -> n{place}{style};");
        }
    }
    out.push_str("}\n");
    out
}

/// For Markdown: GitHub and GitLab draw a block ```` ```mermaid ````.
#[must_use]
pub fn mermaid(plan: &Plan) -> String {
    let boxes = reduced(plan);
    let mut out = String::from("flowchart LR\n");
    for (place, one) in boxes.iter().enumerate() {
        let (open, close) = match shape(one.node) {
            Shape::Image => ("[[", "]]"),
            Shape::Tag => ("([", "])"),
            Shape::Setup => ("{{", "}}"),
            Shape::Check => ("[", "]"),
        };
        let label = mermaid_text(one.node.name.as_str());
        let _ = writeln!(out, "  n{place}{open}\"{label}\"{close}");
    }
    for (place, one) in boxes.iter().enumerate() {
        for (on, reason) in &one.after {
            let arrow = if is_written(*reason) { "-->" } else { "-.->" };
            let _ = writeln!(out, "  n{on} {arrow} n{place}");
        }
    }
    out
}

enum Shape {
    Check,
    Setup,
    Image,
    Tag,
}

fn shape(node: &Node) -> Shape {
    match &node.task {
        Task::Tag { .. } => Shape::Tag,
        Task::Gate(gate) if gate.kind.builds().is_some() => Shape::Image,
        Task::Gate(gate) if gate.kind.is_setup() => Shape::Setup,
        Task::Gate(_) | Task::Join => Shape::Check,
    }
}

/// The file says so; other edges follow from what things are.
fn is_written(reason: EdgeReason) -> bool {
    matches!(reason, EdgeReason::Needs | EdgeReason::Image)
}

fn name_of<'p>(boxes: &[Drawn<'p>], place: usize) -> &'p str {
    boxes.get(place).map_or("", |one| one.node.name.as_str())
}

fn dot_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace(char::is_control, " "))
}

/// Mermaid has entity codes; all but plain letters become such.
fn mermaid_text(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=, ".contains(c);
    let mut out = String::new();
    for c in text.chars() {
        if plain(c) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

/// The gates and steps in the plan's order, with the edges that do not follow from others.
fn reduced(plan: &Plan) -> Vec<Drawn<'_>> {
    let shown = plan
        .nodes()
        .iter()
        .filter(|node| !matches!(node.task, Task::Join));
    let shown: Vec<&Node> = shown.collect();
    let mut places = vec![usize::MAX; plan.nodes().len()];
    for (place, node) in shown.iter().enumerate() {
        places[node.id.index()] = place;
    }
    let mut before: Vec<Set> = Vec::with_capacity(shown.len());
    let mut boxes = Vec::with_capacity(shown.len());
    for node in shown {
        let mut waits: Vec<(usize, EdgeReason)> = plan
            .waits(node)
            .into_iter()
            .map(|(on, reason)| (places[on.id.index()], reason))
            .collect();
        // The latest first: whatever is before it follows from it.
        waits.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        let mut all = Set::of(boxes.len());
        let mut after = Vec::new();
        for (on, reason) in waits {
            if !all.has(on) {
                after.push((on, reason));
                all.add(on);
                all.union(&before[on]);
            }
        }
        after.sort_by_key(|(place, _)| *place);
        before.push(all);
        boxes.push(Drawn { node, after });
    }
    boxes
}

/// A set of places, a bit each.
struct Set(Vec<u64>);

impl Set {
    /// Room for places below this one.
    fn of(places: usize) -> Self {
        Self(vec![0; places.div_ceil(64)])
    }

    fn has(&self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_some_and(|bits| bits >> (place % 64) & 1 == 1)
    }

    fn add(&mut self, place: usize) {
        if let Some(bits) = self.0.get_mut(place / 64) {
            *bits |= 1 << (place % 64);
        }
    }

    fn union(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Selection;
    use crate::plan::sample::{check, pipeline, product, setup};

    fn plan() -> Plan {
        let gates = [
            setup("deps"),
            check("lint"),
            check("unit").needs(&["lint"]),
            product("app"),
            check("app-test").uses(&["app"]),
        ];
        Plan::new(&pipeline(&gates), &Selection::All).unwrap()
    }

    #[test]
    fn what_follows_from_others_is_left_out() {
        insta::assert_snapshot!(text(&plan()), @r#"
        deps
        lint      <- deps
        unit      <- lint
        app       <- unit
        app-test  <- app
        app:tag   <- app-test
        "#);
    }

    #[test]
    fn dot_draws_what_things_are_and_dashes_what_the_file_does_not_say() {
        insta::assert_snapshot!(dot(&plan(), "a \"b\""), @r#"
        digraph "a \"b\"" {
          rankdir=LR;
          node [shape=box];
          n0 [label="deps", shape=hexagon];
          n1 [label="lint"];
          n2 [label="unit"];
          n3 [label="app", shape=box3d];
          n4 [label="app-test"];
          n5 [label="app:tag", shape=cds];
          n0 -> n1 [style=dashed];
          n1 -> n2;
          n2 -> n3 [style=dashed];
          n3 -> n4;
          n4 -> n5 [style=dashed];
        }
        "#);
    }

    #[test]
    fn mermaid_draws_the_same() {
        insta::assert_snapshot!(mermaid(&plan()), @r#"
        flowchart LR
          n0{{"deps"}}
          n1["lint"]
          n2["unit"]
          n3[["app"]]
          n4["app-test"]
          n5(["app:tag"])
          n0 -.-> n1
          n1 --> n2
          n2 -.-> n3
          n3 --> n4
          n4 -.-> n5
        "#);
    }

    #[test]
    fn no_text_takes_effect() {
        assert_eq!(
            mermaid_text("a[\"<b>\"];click"),
            "a#91;#34;#60;b#62;#34;#93;#59;click"
        );
        assert_eq!(dot_text("a\"];\n\\"), "\"a\\\"]; \\\\\"");
    }
}
