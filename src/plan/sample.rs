//! Pipelines for tests: gates with made-up kinds, by a few words each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::Plan;
use super::{PlanError, Selection};
use crate::model::{Answer, Evidence, GateName, Judged, Reason, Stage, Step};
use crate::spec::Span;
use crate::spec::{Advisory, Builds, Cost, Gate, Kind, Pipeline, Retries, Turn};

/// A kind that is nothing but what the plan knows of it.
#[derive(Debug, Default, Clone)]
pub struct Made {
    uses: Vec<GateName>,
    builds: Option<Builds>,
    setup: bool,
}

impl Kind for Made {
    fn word(&self) -> &'static str {
        match (&self.builds, self.setup) {
            (Some(_), _) => "build",
            (None, true) => "setup",
            (None, false) => "run",
        }
    }

    fn summary(&self) -> String {
        "made up".to_owned()
    }

    fn uses(&self) -> Vec<GateName> {
        self.uses.clone()
    }

    fn builds(&self) -> Option<Builds> {
        self.builds.clone()
    }

    fn is_setup(&self) -> bool {
        self.setup
    }

    fn step(&self, _: &Turn<'_>, answers: &[Answer]) -> Step {
        Step::judge(
            Evidence::observed(answers)
                .map_or_else(|| Judged::Errored(Reason::new("made up")), Judged::Passed),
        )
    }
}

/// A gate, its place in the file not yet known.
#[derive(Debug, Clone)]
pub struct G {
    name: String,
    needs: Vec<String>,
    made: Made,
    advisory: Option<bool>,
    stages: Vec<Stage>,
}

/// A check.
pub fn check(name: &str) -> G {
    G {
        name: name.to_owned(),
        needs: Vec::new(),
        made: Made::default(),
        advisory: None,
        stages: Stage::ALL.to_vec(),
    }
}

/// A preparation.
pub fn setup(name: &str) -> G {
    let mut gate = check(name);
    gate.made.setup = true;
    gate
}

/// A product build with a tag of its own name.
pub fn product(name: &str) -> G {
    let mut gate = check(name);
    gate.made.builds = Some(Builds {
        tool: false,
        tag: Some(format!("{name}:latest")),
    });
    gate
}

/// A tool build.
pub fn tool(name: &str) -> G {
    let mut gate = check(name);
    gate.made.builds = Some(Builds {
        tool: true,
        tag: None,
    });
    gate
}

impl G {
    pub fn needs(mut self, names: &[&str]) -> Self {
        self.needs
            .extend(names.iter().map(|name| (*name).to_owned()));
        self
    }

    pub fn uses(mut self, names: &[&str]) -> Self {
        self.made
            .uses
            .extend(names.iter().map(|name| name_of(name)));
        self
    }

    pub fn untagged(mut self) -> Self {
        self.made.builds = self.made.builds.map(|builds| Builds {
            tag: None,
            ..builds
        });
        self
    }

    pub fn advisory(mut self, expired: bool) -> Self {
        self.advisory = Some(expired);
        self
    }

    pub fn stages(mut self, stages: &[Stage]) -> Self {
        self.stages = stages.to_vec();
        self
    }

    fn gate(&self, at: u32) -> Gate {
        let span = |start| Span {
            source: 0,
            start,
            end: start + 1,
        };
        let needs = self.needs.iter().enumerate();
        let advisory = |expired| Advisory {
            reason: "new".to_owned(),
            until: None,
            expired,
        };
        Gate {
            name: name_of(&self.name),
            group: self.name.rsplit_once('/').map(|(group, _)| name_of(group)),
            span: span(at * 100),
            kind: Arc::new(self.made.clone()),
            description: None,
            needs: needs
                .map(|(n, on)| (name_of(on), span(at * 100 + 1 + n as u32)))
                .collect(),
            advisory: self.advisory.map(advisory),
            timeout: std::time::Duration::from_secs(1),
            retries: Retries::default(),
            locks: Vec::new(),
            cost: Cost::default(),
            cwd: ".".to_owned(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            allow_empty: None,
            when: None,
            stages: self.stages.clone(),
        }
    }
}

pub fn name_of(text: &str) -> GateName {
    GateName::try_from(text.to_owned()).unwrap()
}

pub fn pipeline(gates: &[G]) -> Pipeline {
    let numbered = gates.iter().enumerate();
    Pipeline {
        project: "sample".to_owned(),
        gates: numbered.map(|(at, gate)| gate.gate(at as u32)).collect(),
        reports: BTreeMap::new(),
        keep_runs: 1,
        missing_env: Vec::new(),
        secrets: BTreeMap::new(),
    }
}

/// The plan of everything.
pub fn plan(gates: &[G]) -> Result<Plan, PlanError> {
    Plan::new(&pipeline(gates), &Selection::All)
}

/// The plan of a selection.
pub fn plan_of(gates: &[G], names: &[&str], only: bool) -> Result<Plan, PlanError> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Plan::new(&pipeline(gates), &Selection::new(names, only))
}

/// The plan of a stage.
pub fn plan_of_stage(gates: &[G], names: &[&str], stage: Stage) -> Result<Plan, PlanError> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let selection = Selection::new(names, false);
    Plan::of_stage(&pipeline(gates), &selection, Some(stage))
}
