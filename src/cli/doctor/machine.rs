//! What the machine must have besides programs: git, an engine, variables, hooks, room.

use std::path::Path;

use super::{Check, State};
use crate::cli::failure::Failure;
use crate::cli::gatefile::Project;
use crate::exec::container;
use crate::hook::install::{self, Standing};
use crate::hook::{Hook, Repository};
use crate::model::{GateName, Unanswered};
use crate::report::text::{count, some};
use crate::spec::Gate;
use crate::store;
use crate::sys;
use crate::sys::git::Git;

/// Gates that are named before the rest is counted.
const NAMED: usize = 4;
/// Free room below which a warning comes: logs, reports and what tests write.
const PROJECT_ROOM: u64 = 1 << 30;
/// The same where images are kept: a build, its cache and the image under test.
const IMAGE_ROOM: u64 = 4 << 30;
const MIB: u64 = 1 << 20;

/// The program and the repository.
pub(super) fn git(project: &Project) -> Vec<Check> {
    let root = &project.origin.root;
    let missing = match project.facts.git {
        Some(_) => State::Missing,
        None => State::Warning,
    };
    let version = match Git::at(root).text(&["--version"]) {
        Ok(version) => version,
        Err(error) => {
            let check = Check::new("git", missing, error.to_string());
            return vec![check.remedy("install git")];
        }
    };
    let mut checks = vec![Check::new("git", State::Ok, version)];
    checks.push(
        match Git::at(root).path(&["rev-parse", "--show-toplevel"]) {
            Ok(top) => Check::new("repository", State::Ok, top.display().to_string()),
            Err(error) => Check::new("repository", missing, error.to_string()).remedy("git init"),
        },
    );
    checks
}

/// The container engine, when a gate needs one.
pub(super) fn engine(project: &Project) -> Result<Vec<Check>, Failure> {
    let needs = |gate: &&Gate| {
        let kind = &gate.kind;
        let image = kind.builds().is_some() || !kind.uses().is_empty();
        (image || kind.names_image().is_some()) && gate.not_applicable().is_none()
    };
    let asking: Vec<&Gate> = project.pipeline.gates.iter().filter(needs).collect();
    let names: Vec<&GateName> = asking.iter().map(|gate| &gate.name).collect();
    if asking.is_empty() {
        return Ok(vec![Check::new("engine", State::Ok, "no gate needs one")]);
    }
    let by = some(&names, NAMED);
    let runtime = crate::cli::run::runtime()?;
    let root = &project.origin.root;
    let looked = runtime.block_on(container::look(&project.facts.env, root));
    runtime.shutdown_background();
    let engine = match looked {
        Ok(engine) => engine,
        Err(why) => return Ok(vec![unanswered("engine", &by, &asking, why)]),
    };
    let text = format!("{} at {} ({by})", engine.version, engine.endpoint);
    let mut checks = vec![Check::new("engine", State::Ok, text)];
    let building: Vec<&Gate> = asking
        .into_iter()
        .filter(|gate| gate.kind.builds().is_some())
        .collect();
    if !building.is_empty() {
        checks.push(match engine.builder {
            Ok(builder) => Check::new("builder", State::Ok, builder),
            Err(why) => {
                let names: Vec<&GateName> = building.iter().map(|gate| &gate.name).collect();
                unanswered("builder", &some(&names, NAMED), &building, why)
            }
        });
    }
    // Behind a socket there may be another machine all the same: a path that is not here says nothing.
    let data = engine.data.filter(|data| data.exists());
    checks.extend(data.map(|data| room("room for images", &data, IMAGE_ROOM)));
    Ok(checks)
}

/// What these gates need does not answer.
fn unanswered(what: &str, by: &str, asking: &[&Gate], why: Unanswered) -> Check {
    let decides = |gate: &&Gate| {
        let advisory = gate.advisory.as_ref();
        advisory.is_none_or(|advisory| advisory.expired)
    };
    let state = match asking.iter().any(decides) {
        true => State::Missing,
        false => State::Warning,
    };
    let check = Check::new(what, state, format!("{} ({by})", why.message));
    check.remedy(
        why.hint
            .unwrap_or_else(|| "look after the engine".to_owned()),
    )
}

/// Free room where the project lies.
pub(super) fn project_room(project: &Project) -> Check {
    room("room", &project.origin.root, PROJECT_ROOM)
}

fn room(what: &str, path: &Path, least: u64) -> Check {
    let shown = path.display();
    let (state, text) = match sys::fs::room(path) {
        Ok(free) => {
            let state = match free < least {
                true => State::Warning,
                false => State::Ok,
            };
            let (free, least) = (free / MIB, least / MIB);
            (
                state,
                format!("{free} MiB free at {shown} (least: {least})"),
            )
        }
        Err(error) => (State::Warning, format!("not known at {shown}: {error}")),
    };
    let check = Check::new(what, state, text);
    match state {
        State::Ok => check,
        _ => check.remedy("make room on that disk: a run that finds none is undecided"),
    }
}

/// Variables that are required and not set.
pub(super) fn variables(project: &Project) -> Vec<Check> {
    let gates = &project.pipeline.gates;
    let idle = |name: &GateName| {
        let mut gates = gates.iter().filter(|gate| gate.name == *name);
        gates.any(|gate| gate.not_applicable().is_some())
    };
    let missing = project.pipeline.missing_env.iter();
    let missing = missing.filter(|missing| !missing.gate.as_ref().is_some_and(idle));
    let check = |missing: &crate::spec::MissingEnv| {
        let (line, column) = project.sources.position(missing.span);
        let file = project.sources.name(missing.span.source);
        let by = missing.gate.as_ref();
        let by = by.map_or_else(|| "every gate".to_owned(), ToString::to_string);
        let text = format!("not set ({by}, {file}:{line}:{column})");
        let check = Check::new(format!("${}", missing.name), State::Missing, text);
        check.remedy("set it (a secret that is empty is not set)")
    };
    missing.map(check).collect()
}

/// Whether prove stands before `git push`.
pub(super) fn hooks(project: &Project) -> Vec<Check> {
    let Ok(repository) = Repository::find(&project.origin.root) else {
        return Vec::new();
    };
    let looked = repository
        .hooks()
        .and_then(|folder| install::look(&folder.join(Hook::PrePush.as_str())));
    let check = |state, text: &str| Check::new("hook pre-push", state, text);
    vec![match looked {
        Ok(Standing::Ours(_)) => check(State::Ok, "installed"),
        Ok(Standing::Absent) => check(State::Warning, "not installed").remedy("prove hook install"),
        Ok(Standing::Foreign) => check(State::Warning, "a hook of somebody else")
            .remedy("prove hook install (keeps it, and it runs too)"),
        Err(error) => check(State::Warning, &error.to_string()).remedy(
            error
                .hint()
                .unwrap_or_else(|| "prove hook status".to_owned()),
        ),
    }]
}

/// What is recorded, and how much room that takes.
pub(super) fn records(project: &Project) -> Check {
    let root = &project.origin.root;
    let runs = match store::list(root) {
        Ok(runs) => runs,
        Err(error) => {
            let check = Check::new(".prove", State::Missing, error.to_string());
            return check.remedy(error.hint().unwrap_or_else(|| "move it away".to_owned()));
        }
    };
    let bytes = sys::fs::size(&root.join(".prove"));
    let text = format!(
        "{}, {} MiB",
        count(runs.len(), "recorded run"),
        bytes.div_ceil(MIB)
    );
    Check::new(".prove", State::Ok, text)
}
