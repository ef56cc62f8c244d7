//! Made-up gates, and a kind that judges by the ending.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::format::yaml::Span;
use crate::model::{
    Answer, BuildRequest, Built, Case, CaseStatus, Collect, Command, ContainerOptions, Ending,
    Evidence, Finding, GateName, Judged, Judgement, NoAnswer, Place, Probe, Product, Reason,
    RunRequest, Severity, Step, StopCause, Unanswered,
};
use crate::spec::{Advisory, Builds, Cost, Gate, Kind, Retries, Turn};

/// What a made-up gate does.
#[derive(Clone, Debug)]
pub enum Does {
    /// Runs something and judges its ending.
    Run,
    /// Builds a product image.
    Build,
    /// Asks for ever.
    Chatter,
    /// Asks for nothing at all.
    Nothing,
}

#[derive(Debug)]
struct Made {
    does: Does,
    secret: String,
}

impl Kind for Made {
    fn word(&self) -> &'static str {
        "made"
    }

    fn summary(&self) -> String {
        format!("says {}", self.secret)
    }

    fn builds(&self) -> Option<Builds> {
        let builds = Builds {
            tool: false,
            tag: Some("app:1".to_owned()),
        };
        matches!(self.does, Does::Build).then_some(builds)
    }

    fn step(&self, _: &Turn<'_>, answers: &[Answer]) -> Step {
        match (&self.does, answers.last()) {
            (Does::Nothing, _) => Step::Ask(vec![]),
            (Does::Run | Does::Chatter, None) | (Does::Chatter, Some(_)) => {
                Step::Ask(vec![Probe::Run(Box::new(request()))])
            }
            (Does::Build, None) => {
                let build = BuildRequest {
                    product: true,
                    ..BuildRequest::default()
                };
                Step::Ask(vec![Probe::Build(Box::new(build))])
            }
            (_, Some(answer)) => Step::Judge(Box::new(self.judge(answer, answers))),
        }
    }
}

impl Made {
    fn judge(&self, answer: &Answer, answers: &[Answer]) -> Judgement {
        let failed = |text: String| Judgement::new(Judged::Failed(Reason::new(text)));
        let passed = || match Evidence::observed(answers) {
            Some(evidence) => Judgement::new(Judged::Passed(evidence)),
            None => failed("no evidence".to_owned()),
        };
        match answer {
            Answer::Ran(ran) => match ran.ending {
                Ending::Exited(0) => passed(),
                Ending::Exited(code) => Judgement {
                    exit_code: Some(code),
                    cases: vec![self.case()],
                    findings: vec![self.finding()],
                    notes: vec![format!("note {}", self.secret)],
                    ..failed(format!("exit code {code} {}", self.secret))
                },
                other => failed(format!("{other:?}")),
            },
            Answer::Built(Built::Image { image, .. }) => {
                let product = Some(Product::Image(image.clone()));
                Judgement {
                    product,
                    ..passed()
                }
            }
            Answer::Unanswered(Unanswered {
                why: NoAnswer::Stopped(StopCause::Timeout),
                ..
            }) => failed("timed out".to_owned()),
            Answer::Unanswered(gone) => {
                Judgement::new(Judged::Errored(Reason::new(gone.message.clone())))
            }
            _ => failed("another answer".to_owned()),
        }
    }

    fn case(&self) -> Case {
        let text = || format!("case {}", self.secret);
        let (suite, name, message) = (text(), text(), text());
        Case {
            suite,
            name,
            message,
            status: CaseStatus::Failed,
            duration_ms: None,
        }
    }

    fn finding(&self) -> Finding {
        let text = format!("finding {}", self.secret);
        Finding {
            why: Some(text.clone()),
            source: Some(text.clone()),
            waived: Some(text.clone()),
            ..Finding::new(text.clone(), Severity::Error, text.clone()).help(text)
        }
    }
}

fn request() -> RunRequest {
    RunRequest {
        place: Place::Host,
        command: Command::Argv(vec!["x".to_owned()]),
        cwd: ".".to_owned(),
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        container: ContainerOptions::default(),
        capture_stdout: false,
        capture_stderr: false,
        collect: Collect::default(),
        jobserver: crate::model::SharedJobs::default(),
    }
}

/// A gate called this that runs something.
pub fn gate(name: &str) -> Gate {
    does(name, Does::Run)
}

/// A gate called this.
pub fn does(name: &str, does: Does) -> Gate {
    let span = Span {
        source: 0,
        start: 0,
        end: 1,
    };
    Gate {
        name: name_of(name),
        group: None,
        span,
        kind: Arc::new(Made {
            does,
            secret: "hunter2".to_owned(),
        }),
        description: None,
        needs: Vec::new(),
        advisory: None,
        timeout: Duration::from_secs(600),
        retries: Retries::default(),
        locks: Vec::new(),
        cost: Cost::default(),
        cwd: ".".to_owned(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        allow_empty: None,
        when: None,
        stages: crate::model::Stage::ALL.to_vec(),
    }
}

/// The gate, needing these.
pub fn needs(gate: Gate, names: &[&str]) -> Gate {
    let span = gate.span;
    let needs = names.iter().map(|name| (name_of(name), span)).collect();
    Gate { needs, ..gate }
}

/// The gate, advisory.
pub fn advisory(gate: Gate) -> Gate {
    let advisory = Advisory {
        reason: "new".to_owned(),
        until: None,
        expired: false,
    };
    Gate {
        advisory: Some(advisory),
        ..gate
    }
}

pub fn name_of(text: &str) -> GateName {
    GateName::try_from(text.to_owned()).unwrap()
}
