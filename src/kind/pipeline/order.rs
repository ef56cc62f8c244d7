//! Whether prove comes before what is made and shipped, on every path.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lint::{Found, Survey};
use super::command::{Ship, Verb};
use super::path::{Act, Event, Flow, Job};
use super::rules;
use crate::model::{Location, Rule};

/// What is known at one point of a path.
#[derive(Debug, Clone, Default)]
struct State {
    /// prove has come before, here.
    proven: Option<Location>,
    /// It has come before only where this held.
    under: BTreeMap<String, Location>,
    /// Why what it said does not stop this.
    weak: Option<String>,
}

impl State {
    fn meet(&mut self, other: &Self) {
        self.proven = self.proven.take().or_else(|| other.proven.clone());
        let more = other.under.iter().map(|(k, v)| (k.clone(), v.clone()));
        self.under.extend(more);
    }

    /// Goes where a condition holds.
    fn enter(&mut self, condition: &str) {
        if let (None, Some(at)) = (&self.proven, self.under.get(condition)) {
            self.proven = Some(at.clone());
        }
    }

    /// What is left of an inner state outside of its condition.
    fn leave(&mut self, inner: Self, condition: &str) {
        if let (None, Some(at)) = (&self.proven, inner.proven) {
            self.under.insert(condition.to_owned(), at);
        }
        self.under.extend(inner.under);
    }
}

/// Judges one flow.
pub(super) fn judge(flow: &Flow, survey: &mut Survey) {
    let mut walk = Walk {
        flow,
        done: BTreeMap::new(),
        open: BTreeSet::new(),
        survey,
    };
    for job in &flow.jobs {
        walk.job(job);
    }
}

struct Walk<'f, 's> {
    flow: &'f Flow,
    /// What is known at the end of a job.
    done: BTreeMap<String, State>,
    open: BTreeSet<String>,
    survey: &'s mut Survey,
}

impl Walk<'_, '_> {
    fn job(&mut self, job: &Job) -> State {
        if let Some(state) = self.done.get(&job.name) {
            return state.clone();
        }
        if !self.open.insert(job.name.clone()) {
            let why = format!("cannot be judged: the job `{}` waits for itself", job.name);
            self.survey.cannot_judge(&self.flow.file, &why);
            return State::default();
        }
        let mut state = self.before(job);
        let mut outer: Vec<(State, String)> = Vec::new();
        for event in &job.events {
            match &event.act {
                Act::Enter(condition) => {
                    outer.push((state.clone(), condition.clone()));
                    state.enter(condition);
                }
                Act::Leave => {
                    if let Some((mut before, condition)) = outer.pop() {
                        before.leave(state, &condition);
                        state = before;
                    }
                }
                Act::Prove => {
                    self.soft_proof(event, job);
                    state.proven = Some(event.at.clone());
                    state.weak = None;
                }
                Act::Ship(ship) => self.ship(&state, ship, event),
            }
        }
        state.weak = None;
        if let Some(condition) = &job.condition {
            let mut left = State::default();
            left.leave(state, condition);
            state = left;
        }
        self.done.insert(job.name.clone(), state.clone());
        state
    }

    /// What is known before the first step of a job.
    fn before(&mut self, job: &Job) -> State {
        let mut state = State::default();
        let mut vouched = false;
        for name in &job.needs {
            let Some(needed) = self.flow.jobs.iter().find(|other| other.name == *name) else {
                let why = format!(
                    "cannot be judged: `{}` waits for `{name}`, which is not there",
                    job.name
                );
                self.survey.cannot_judge(&self.flow.file, &why);
                continue;
            };
            let after = self.job(needed);
            vouched |= job.vouched.contains(name) && after.proven.is_some();
            state.meet(&after);
        }
        if let Some(condition) = &job.condition {
            state.enter(condition);
        }
        if !vouched {
            state.weak.clone_from(&job.regardless);
        }
        state
    }

    fn say(&mut self, rule: &'static Rule, at: &Location, message: String) {
        let same = |found: &Found| found.rule.id == rule.id && found.at.as_ref() == Some(at);
        if !self.survey.found.iter().any(same) {
            let found = Found::new(rule, message).at(&at.path, at.line, at.column);
            self.survey.found.push(found);
        }
    }

    fn soft_proof(&mut self, event: &Event, job: &Job) {
        let why = event.soft.clone().or_else(|| job.soft.clone());
        if let Some(why) = why {
            let message = format!("what prove says here stops nothing: {why}");
            self.say(&rules::PROOF_IGNORED, &event.at, message);
        }
    }

    fn ship(&mut self, state: &State, ship: &Ship, event: &Event) {
        let (at, told) = (&event.at, &ship.told);
        match &state.proven {
            Some(proof) => {
                if let Some(why) = event.regardless.as_ref().or(state.weak.as_ref()) {
                    let message = format!("`{told}` runs although prove may have refused: {why}");
                    self.say(&rules::RUNS_ANYWAY, at, message);
                }
                if ship.builds {
                    let message = format!(
                        "`{told}` makes the image anew after it was proved at {}:{}",
                        proof.path, proof.line
                    );
                    self.say(&rules::REBUILT, at, message);
                }
            }
            None => self.unproven(state, ship, at),
        }
        if let Some(why) = event.soft.as_ref().filter(|_| ship.verb > Verb::Build) {
            let message = format!("a failure of `{told}` goes unseen: {why}");
            self.say(&rules::FAILURE_HIDDEN, at, message);
        }
    }

    fn unproven(&mut self, state: &State, ship: &Ship, at: &Location) {
        let told = &ship.told;
        if let Some((condition, proof)) = state.under.iter().next() {
            let message = format!(
                "`{told}` is reached without prove, which at {}:{} runs only {condition}",
                proof.path, proof.line
            );
            return self.say(&rules::PROOF_SKIPPED, at, message);
        }
        let (rule, what): (&'static Rule, _) = match ship.verb {
            Verb::Build => (&rules::UNPROVEN_BUILD, "builds an image"),
            Verb::Push => (&rules::UNPROVEN_PUSH, "pushes an image"),
            Verb::Deploy => (&rules::UNPROVEN_DEPLOY, "deploys"),
        };
        self.say(
            rule,
            at,
            format!("`{told}` {what}, and `prove run` does not come before it"),
        );
    }
}
