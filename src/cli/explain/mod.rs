//! `prove explain`: all there is to know about one gate. Runs nothing.

mod known;
mod text;

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde::Serialize;

use super::args::{Common, Format};
use super::failure::Failure;
use super::gatefile::{self, Project};
use super::output::{Terminal, visible};
use super::past;
use super::plan::refused;
use crate::model::ExitStatus;
use crate::plan::{Node, Plan, Selection, Task};
use known::Known;

/// Version of the JSON form.
const SCHEMA: u32 = 1;
/// The newest runs that are looked at.
const RUNS: usize = 20;

/// Options of `prove explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove explain unit                   what it does, what it waits for and why, how it went
  prove explain 'unit[node=20]'        a cell of a matrix
  prove explain unit --format json | jq '.needed_by[].gate'")]
pub(super) struct Explain {
    /// The gate's full name.
    #[arg(value_name = "GATE", add = ArgValueCompleter::new(super::completions::gates))]
    pub gate: String,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

pub(super) fn explain(
    explain: &Explain,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let project = gatefile::load(common)?;
    let whole =
        Plan::new(&project.pipeline, &Selection::All).map_err(|error| refused(&project, error))?;
    let node = find(&project, &whole, &explain.gate)?;
    let past = past::read(&project.origin.root, RUNS)?;
    past.warn(*terminal);
    let known = Known {
        project: &project,
        whole: &whole,
        node,
    };
    let story = known.story(&past)?;
    let shown = match explain.format {
        Format::Text => text::text(&story),
        Format::Json => {
            let document = serde_json::to_value(&story)
                .map_err(|error| Failure::undecided("cannot show the gate").because(error))?;
            format!("{document:#}\n")
        }
    };
    terminal.print(&visible(&shown))?;
    Ok(ExitStatus::Proved)
}

/// All that is said.
#[derive(Debug, Serialize)]
struct Story {
    schema: u32,
    gate: String,
    kind: String,
    summary: String,
    description: Option<String>,
    group: Option<String>,
    /// Where it is defined, `prove.yml:4:3`.
    place: Option<String>,
    /// The pack that brings it, when it is not the file.
    pack: Option<String>,
    keys: Vec<Key>,
    needs: Vec<Edge>,
    needed_by: Vec<Edge>,
    images: Vec<Image>,
    /// Whether `prove run` would run it: `true`, `false`, or `null` when that cannot be decided.
    runs: Option<bool>,
    why: Vec<String>,
    stages: Vec<InStage>,
    record: Option<Figures>,
    last_runs: Vec<Went>,
    skipped_runs: Vec<String>,
}

/// A key as meant.
#[derive(Debug, Serialize)]
struct Key {
    key: &'static str,
    value: serde_json::Value,
    /// `None` is a default.
    place: Option<String>,
}

/// Something that is waited for, or that waits.
#[derive(Debug, Serialize)]
struct Edge {
    gate: String,
    /// [`crate::plan::EdgeReason::word`].
    reason: &'static str,
    why: &'static str,
    /// Where `needs` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// An image that it has to do with.
#[derive(Debug, Serialize)]
struct Image {
    /// `uses`, `builds` or `tags`.
    role: &'static str,
    /// A gate, or a reference.
    image: String,
}

/// What `prove run --stage` does with it.
#[derive(Debug, Serialize)]
struct InStage {
    stage: &'static str,
    runs: bool,
    because: String,
}

/// How it went in a run.
#[derive(Debug, Serialize)]
struct Went {
    run: String,
    started: String,
    commit: Option<String>,
    verdict: &'static str,
    duration_ms: u64,
    attempts: u32,
    flaky: bool,
    reason: Option<String>,
}

/// What its runs amount to.
#[derive(Debug, Serialize)]
struct Figures {
    judged: usize,
    passed: usize,
    flaky: usize,
    median_ms: Option<u64>,
    /// The run since which it does not pass.
    broken_since: Option<String>,
}

/// The node with this name; what is no gate is told from what is several.
///
/// # Errors
/// There is none, or there are several.
pub(super) fn find<'p>(
    project: &Project,
    whole: &'p Plan,
    typed: &str,
) -> Result<&'p Node, Failure> {
    let shown = |node: &&Node| !matches!(node.task, Task::Join);
    let mut nodes = whole.nodes().iter().filter(shown);
    if let Some(node) = nodes.find(|node| node.name.as_str() == typed) {
        return Ok(node);
    }
    let selection = Selection::Exactly(vec![typed.to_owned()]);
    let taken = Plan::new(&project.pipeline, &selection);
    let taken = taken.map_err(|error| refused(project, error))?;
    let names: Vec<&str> = taken
        .nodes()
        .iter()
        .filter(shown)
        .map(|node| node.name.as_str())
        .collect();
    match names[..] {
        [one] => Ok(whole
            .nodes()
            .iter()
            .find(|node| node.name.as_str() == one)
            .ok_or_else(|| Failure::usage(format!("there is no gate `{typed}`")))?),
        _ => {
            let some = crate::report::text::some(&names, 6);
            Err(
                Failure::usage(format!("`{typed}` stands for {} gates", names.len()))
                    .detail(some)
                    .hint("name one of them"),
            )
        }
    }
}
