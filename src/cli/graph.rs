//! `prove graph`: what waits for what, as a text or for a program that draws.

use clap::{Args, ValueEnum};

use super::args::Common;
use super::failure::Failure;
use super::gatefile;
use super::output::{Terminal, visible};
use super::plan::{Chosen, make};
use crate::model::ExitStatus;
use crate::plan::draw;

/// Options of `prove graph`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove graph                                   a line for each gate
  prove graph --format dot | dot -Tsvg > g.svg  a picture, by Graphviz
  prove graph --format mermaid app              for Markdown: what `prove run app` would take

Dashed edges are not written in the gate file: setups come first, checks come before images,
tags come last. What follows from other edges is not drawn.")]
pub(super) struct Graph {
    #[command(flatten)]
    pub chosen: Chosen,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Form,
}

/// The form of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A line for each gate.
    Text,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
}

pub(super) fn graph(
    graph: &Graph,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let project = gatefile::load(common)?;
    let plan = make(&project, &graph.chosen)?;
    let drawn = match graph.format {
        Form::Text => draw::text(&plan),
        Form::Dot => draw::dot(&plan, &project.pipeline.project),
        Form::Mermaid => draw::mermaid(&plan),
    };
    terminal.print(&visible(&drawn))?;
    Ok(ExitStatus::Proved)
}
