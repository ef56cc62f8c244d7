//! A plan for people and for machines. Pure: writes into what it is handed.

use std::fmt::{Result, Write};

use serde::Serialize;

use super::types::{EdgeReason, Node, Plan, Task};
use crate::event::{GateHead, LeftOut};
use crate::model::Reason;
use crate::spec::Applies;

/// Version of the JSON form.
pub const SCHEMA: u32 = 1;

/// Names that a line of the text form lists before it counts.
const LISTED: usize = 6;

/// The JSON form, whole.
#[derive(Debug, Serialize)]
struct Document<'p> {
    schema: u32,
    project: &'p str,
    /// Only part of the pipeline runs: nothing is tagged.
    narrowed: bool,
    selection: &'p [String],
    gates: Vec<Row<'p>>,
    left_out: &'p [LeftOut],
}

/// A gate or tag step.
#[derive(Debug, Serialize)]
struct Row<'p> {
    /// Everything in one wave may run at once; 1 waits for nothing.
    wave: usize,
    gate: String,
    kind: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advisory: Option<String>,
    because: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Condition>,
    after: Vec<Wait<'p>>,
}

/// `when:` and what it comes to.
#[derive(Debug, Serialize)]
struct Condition {
    condition: String,
    /// `None` cannot be decided.
    applies: Option<bool>,
    /// Why not, when it does not apply or cannot be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

#[derive(Debug, Serialize)]
struct Wait<'p> {
    gate: &'p str,
    /// [`EdgeReason::word`].
    reason: &'static str,
    #[serde(skip)]
    why: EdgeReason,
}

/// The plan as JSON, one document.
#[must_use]
pub fn json(plan: &Plan, project: &str) -> serde_json::Value {
    let document = Document {
        schema: SCHEMA,
        project,
        narrowed: plan.is_narrowed(),
        selection: plan.selection(),
        gates: rows(plan),
        left_out: plan.left_out(),
    };
    serde_json::json!(document)
}

/// The plan as a table, in the order in which things can start.
///
/// # Errors
/// When the writer refuses.
pub fn text(plan: &Plan, project: &str, out: &mut dyn Write) -> Result {
    let rows = rows(plan);
    let waves = rows.iter().map(|row| row.wave).max().unwrap_or(0);
    let tags = rows.iter().filter(|row| row.kind == "tag").count();
    write!(out, "{project}: {}", count(rows.len() - tags, "gate"))?;
    if tags > 0 {
        write!(out, ", {}", count(tags, "tag step"))?;
    }
    writeln!(out, ", {}", count(waves, "wave"))?;
    for line in plan.selection() {
        writeln!(out, "  {line}")?;
    }
    if plan.is_narrowed() {
        writeln!(out, "  only part of the pipeline: nothing is tagged")?;
    }
    let names = rows
        .iter()
        .map(|row| row.gate.chars().count())
        .max()
        .unwrap_or(0)
        .min(40);
    let kinds = rows.iter().map(|row| row.kind.len()).max().unwrap_or(0);
    let mut wave = 0;
    for row in &rows {
        if row.wave != wave {
            wave = row.wave;
            writeln!(out, "\nwave {wave}")?;
        }
        writeln!(
            out,
            "  {:names$}  {:kinds$}  {}",
            row.gate, row.kind, row.summary
        )?;
        details(row, plan, out)?;
    }
    text_left_out(plan.left_out(), out)
}

fn details(row: &Row<'_>, plan: &Plan, out: &mut dyn Write) -> Result {
    if let Some(description) = &row.description {
        writeln!(out, "      {description}")?;
    }
    for reason in REASONS {
        let on: Vec<&str> = row
            .after
            .iter()
            .filter(|w| w.why == reason)
            .map(|w| w.gate)
            .collect();
        if !on.is_empty() {
            writeln!(out, "      waits for {} ({})", list(&on), reason.text())?;
        }
    }
    if !plan.selection().is_empty() {
        writeln!(out, "      here because {}", because_clause(&row.because))?;
    }
    if let Some(when) = &row.when {
        let comes_to = match (when.applies, &when.reason) {
            (Some(true), _) => "holds".to_owned(),
            (Some(false), Some(why)) => format!("not applicable: {}", why.headline),
            (_, why) => why
                .as_ref()
                .map_or_else(String::new, |why| why.headline.clone()),
        };
        writeln!(out, "      when {} ({comes_to})", when.condition)?;
    }
    if let Some(reason) = &row.advisory {
        writeln!(out, "      advisory, decides nothing: {reason}")?;
    }
    Ok(())
}

fn because_clause(because: &str) -> String {
    if because.starts_with("selected") {
        format!("it is {because}")
    } else {
        because.to_owned()
    }
}

fn text_left_out(left_out: &[LeftOut], out: &mut dyn Write) -> Result {
    if left_out.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nleft out")?;
    for same in left_out.chunk_by(|one, next| one.reason == next.reason) {
        let names: Vec<&str> = same.iter().map(|left| left.gate.as_str()).collect();
        let reason = same.first().map_or("", |left| left.reason.as_str());
        writeln!(out, "  {}: {reason}", names.join(", "))?;
    }
    Ok(())
}

const REASONS: [EdgeReason; 5] = [
    EdgeReason::Needs,
    EdgeReason::Image,
    EdgeReason::Setup,
    EdgeReason::ChecksFirst,
    EdgeReason::TagLast,
];

fn list(names: &[&str]) -> String {
    if names.len() <= LISTED {
        return names.join(", ");
    }
    let shown = LISTED - 1;
    format!(
        "{} and {} more",
        names[..shown].join(", "),
        names.len() - shown
    )
}

fn count(n: usize, thing: &str) -> String {
    if n == 1 {
        format!("1 {thing}")
    } else {
        format!("{n} {thing}s")
    }
}

/// The gates and steps, by wave and then in the plan's order.
fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let waves = waves(plan);
    let titled = plan.nodes().iter();
    let titled = titled.filter_map(|node| Some((node, plan.title(node)?)));
    let mut rows: Vec<Row<'_>> = titled
        .map(|(node, title)| row(plan, node, title, waves[node.id.index()]))
        .collect();
    rows.sort_by_key(|row| row.wave);
    rows
}

fn row<'p>(plan: &'p Plan, node: &Node, head: GateHead, wave: usize) -> Row<'p> {
    let waits = plan.waits(node).into_iter();
    let after = waits.map(|(on, why)| Wait {
        gate: on.name.as_str(),
        reason: why.word(),
        why,
    });
    Row {
        wave,
        gate: head.gate.to_string(),
        kind: head.kind,
        summary: head.summary,
        description: head.description,
        advisory: head.advisory,
        because: node.because.clone(),
        when: condition(node),
        after: after.collect(),
    }
}

fn condition(node: &Node) -> Option<Condition> {
    let Task::Gate(gate) = &node.task else {
        return None;
    };
    let when = gate.when.as_ref()?;
    let (applies, reason) = match &when.applies {
        Applies::Yes => (Some(true), None),
        Applies::No(reason) => (Some(false), Some(reason.clone())),
        Applies::Unknown(reason) => (None, Some(reason.clone())),
    };
    Some(Condition {
        condition: when.text.clone(),
        applies,
        reason,
    })
}

/// The wave of each node: one behind the last thing it waits for; joins take no wave.
fn waves(plan: &Plan) -> Vec<usize> {
    let mut waves: Vec<usize> = Vec::with_capacity(plan.nodes().len());
    for node in plan.nodes() {
        let last = node
            .after
            .iter()
            .map(|edge| waves[edge.on.index()])
            .max()
            .unwrap_or(0);
        waves.push(if matches!(node.task, Task::Join) {
            last
        } else {
            last + 1
        });
    }
    waves
}
