//! What the gate file, the plan and the recorded runs say of a gate, gathered.

use super::{Edge, Figures, Image, InStage, Key, SCHEMA, Story, Went};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::cli::past::Past;
use crate::cli::plan::refused;
use crate::event::Record;
use crate::kind;
use crate::model::{GateName, Reason, Stage};
use crate::plan::{Node, Plan, Selection, Task};
use crate::spec::{self, Applies, Gate, Span};

/// What is known of the gate.
pub(super) struct Known<'p> {
    pub project: &'p Project,
    pub whole: &'p Plan,
    pub node: &'p Node,
}

impl Known<'_> {
    fn gate(&self) -> Option<&Gate> {
        match &self.node.task {
            Task::Gate(gate) => Some(gate),
            Task::Tag { .. } | Task::Join => None,
        }
    }

    pub fn story(&self, past: &Past) -> Result<Story, Failure> {
        let gate = self.gate();
        let heads = self.whole.heads();
        let head = heads.iter().find(|head| head.gate == self.node.name);
        let (runs, why) = self.now();
        let outcomes = past.history.of(&self.node.name);
        Ok(Story {
            schema: SCHEMA,
            gate: self.node.name.to_string(),
            kind: head.map_or_else(String::new, |head| head.kind.clone()),
            summary: head.map_or_else(String::new, |head| head.summary.clone()),
            description: gate.and_then(|gate| gate.description.clone()),
            group: gate.and_then(|gate| gate.group.as_ref().map(GateName::to_string)),
            place: gate.map(|gate| self.place(gate.span)),
            pack: gate.and_then(|gate| self.pack(gate)),
            keys: self.keys(),
            needs: self.needs(),
            needed_by: self.needed_by(),
            images: self.images(),
            runs,
            why,
            stages: self.stages()?,
            record: (!outcomes.is_empty()).then(|| figures(past, &self.node.name)),
            last_runs: outcomes.iter().map(|outcome| went(past, outcome)).collect(),
            skipped_runs: past.skipped.iter().map(|(run, _)| run.clone()).collect(),
        })
    }

    fn place(&self, span: Span) -> String {
        let sources = &self.project.sources;
        let (line, column) = sources.position(span);
        format!("{}:{line}:{column}", sources.name(span.source))
    }

    fn pack(&self, gate: &Gate) -> Option<String> {
        let source = gate.span.source;
        let name = (source != 0).then(|| self.project.sources.name(source))?;
        let known = name
            .strip_prefix("gates/")
            .and_then(|name| name.strip_suffix(".yml"));
        let known = known.filter(|known| kind::registry().pack(known).is_some());
        Some(known.unwrap_or(name).to_owned())
    }

    fn keys(&self) -> Vec<Key> {
        let sources = &self.project.sources;
        let file = spec::GateFile {
            name: sources.name(0),
            bytes: sources.text(0).as_bytes(),
        };
        if self.gate().is_none() {
            return Vec::new();
        }
        let registry = kind::registry();
        let meant = spec::explain(file, &self.project.facts, registry, &self.node.name);
        let elsewhere = |key: &str| matches!(key, "needs" | "description");
        let shown = meant.into_iter().filter(|meant| !elsewhere(meant.key));
        let key = |meant: spec::Meant| Key {
            key: meant.key,
            value: meant.value,
            place: meant.span.map(|span| self.place(span)),
        };
        shown.map(key).collect()
    }

    fn needs(&self) -> Vec<Edge> {
        let written = |name: &GateName| {
            let needs = &self.gate()?.needs;
            let direct = needs.iter().find(|(on, _)| on == name);
            let group = |(on, _): &&(GateName, Span)| {
                name.base() == on.as_str() || name.as_str().starts_with(&format!("{on}/"))
            };
            let found = direct.or_else(|| needs.iter().find(group));
            found.map(|(_, span)| self.place(*span))
        };
        let waits = self.whole.waits(self.node).into_iter();
        let edge = |(on, reason): (&Node, crate::plan::EdgeReason)| Edge {
            gate: on.name.to_string(),
            reason: reason.word(),
            why: reason.text(),
            place: (reason == crate::plan::EdgeReason::Needs)
                .then(|| written(&on.name))
                .flatten(),
        };
        waits.map(edge).collect()
    }

    fn needed_by(&self) -> Vec<Edge> {
        let shown = |node: &&Node| !matches!(node.task, Task::Join);
        let edge = |node: &Node| {
            let waits = self.whole.waits(node).into_iter();
            let mut waits = waits.filter(|(on, _)| on.id == self.node.id);
            let (_, reason) = waits.next()?;
            Some(Edge {
                gate: node.name.to_string(),
                reason: reason.word(),
                why: reason.text(),
                place: None,
            })
        };
        let nodes = self.whole.nodes().iter().filter(shown);
        nodes.filter_map(edge).collect()
    }

    fn images(&self) -> Vec<Image> {
        let image = |role, image: String| Image { role, image };
        let mut images = Vec::new();
        match &self.node.task {
            Task::Gate(gate) => {
                let used = gate.kind.uses().into_iter();
                images.extend(used.map(|gate| image("uses", format!("that of {gate}"))));
                images.extend(gate.kind.names_image().map(|name| image("uses", name)));
                if let Some(builds) = gate.kind.builds() {
                    let what = if builds.tool {
                        "a tool image"
                    } else {
                        "a product image"
                    };
                    images.push(image("builds", what.to_owned()));
                    images.extend(builds.tag.map(|tag| image("tags", tag)));
                }
            }
            Task::Tag { build, reference } => {
                images.push(image("uses", format!("that of {build}")));
                images.push(image("tags", reference.clone()));
            }
            Task::Join => {}
        }
        images
    }

    /// Whether `prove run` would run it, and what there is to say about that.
    fn now(&self) -> (Option<bool>, Vec<String>) {
        let Some(gate) = self.gate() else {
            let why = "tags come with a run of everything, when all of it passed";
            return (Some(true), vec![why.to_owned()]);
        };
        let mut why = Vec::new();
        let applies = gate.when.as_ref().map(|when| (&when.text, &when.applies));
        let mut runs = match applies {
            None => Some(true),
            Some((text, Applies::Yes)) => {
                why.push(format!("its `when` holds: {text}"));
                Some(true)
            }
            Some((text, Applies::No(reason))) => {
                why.push(format!(
                    "not applicable, `when` is {text}: {}",
                    headline(reason)
                ));
                Some(false)
            }
            Some((text, Applies::Unknown(reason))) => {
                why.push(format!("errored, `when` is {text}: {}", headline(reason)));
                None
            }
        };
        let asked = |missing: &&spec::MissingEnv| {
            let by = missing.gate.as_ref();
            by.is_none_or(|by| *by == gate.name && gate.not_applicable().is_none())
        };
        let missing = self.project.pipeline.missing_env.iter().filter(asked);
        for missing in missing {
            let place = self.place(missing.span);
            why.push(format!(
                "undecided before it starts: {} is not set ({place})",
                missing.name
            ));
            runs = Some(false);
        }
        if let Some(advisory) = &gate.advisory {
            let until = advisory.until.as_deref();
            let until = until
                .map(|until| format!(" until {until}"))
                .unwrap_or_default();
            let reason = &advisory.reason;
            why.push(match advisory.expired {
                true => format!("it was advisory{until} ({reason}): it is required now"),
                false => format!("advisory{until}, decides nothing: {reason}"),
            });
        }
        (runs, why)
    }

    fn stages(&self) -> Result<Vec<InStage>, Failure> {
        let pipeline = &self.project.pipeline;
        let mut stages = Vec::new();
        for stage in Stage::ALL {
            let plan = match Plan::of_stage(pipeline, &Selection::All, Some(stage)) {
                Ok(plan) => Some(plan),
                Err(crate::plan::PlanError::Stage(_) | crate::plan::PlanError::Empty(_)) => None,
                Err(error) => return Err(refused(self.project, error)),
            };
            let nodes = plan.iter().flat_map(Plan::nodes);
            let mut nodes = nodes.filter(|node| !matches!(node.task, Task::Join));
            let node = nodes.find(|node| node.name == self.node.name);
            let left = plan.iter().flat_map(Plan::left_out);
            let mut left = left.filter(|left| left.gate == self.node.name);
            stages.push(InStage {
                stage: stage.as_str(),
                runs: node.is_some(),
                because: match node {
                    Some(node) => node.because.clone(),
                    None => left.next().map_or_else(
                        || format!("no gate is of stage {stage}"),
                        |left| left.reason.clone(),
                    ),
                },
            });
        }
        Ok(stages)
    }
}

fn headline(reason: &Reason) -> &str {
    &reason.headline
}

fn went(past: &Past, outcome: &crate::event::Outcome) -> Went {
    let run = past.history.runs.get(outcome.run);
    Went {
        run: run.map_or_else(String::new, |run| run.run.clone()),
        started: run.map_or_else(String::new, |run| run.started.clone()),
        commit: run.and_then(|run| run.commit.clone()),
        verdict: outcome.verdict.as_str(),
        duration_ms: outcome.duration_ms,
        attempts: outcome.attempts,
        flaky: outcome.flaky,
        reason: outcome.reason.clone(),
    }
}

fn figures(past: &Past, gate: &GateName) -> Figures {
    let record = Record::of(past.history.of(gate));
    let since = record.broke.and_then(|at| past.history.runs.get(at));
    Figures {
        judged: record.judged,
        passed: record.passed,
        flaky: record.flaky,
        median_ms: record.median_ms,
        broken_since: since.map(|run| run.run.clone()),
    }
}
