//! The pipeline: the gate file as meant. Pure data plus the gates' conversations.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::kind::{Kind, Turn};
use super::when::{Applies, When};
use crate::format::yaml::Span;
use crate::model::{GateName, ImageIdentity, Reason, Stage, name};

/// A gate file as meant: groups flattened, packs merged in, templates resolved as far as they can
/// be before anything runs.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// `project:`, or the name of the directory.
    pub project: String,
    /// Every gate, in the order of the file; a pack's gates come first.
    pub gates: Vec<Gate>,
    /// `reports:`: reporter word to path, as written.
    pub reports: BTreeMap<String, String>,
    /// `keep_runs:`, how many recorded runs stay.
    pub keep_runs: usize,
    /// Names in `require_env` and `secrets` that the caller's environment does not have, with the
    /// gate that asks (`None`: the whole file) and where.
    pub missing_env: Vec<MissingEnv>,
    /// All secrets, for masking: name to value.
    pub secrets: BTreeMap<String, crate::model::Secret>,
}

/// A variable that is required and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingEnv {
    /// Its name.
    pub name: String,
    /// The gate that asks; `None` is the whole file.
    pub gate: Option<GateName>,
    /// Where it is asked for.
    pub span: Span,
}

/// A gate as meant.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Its full name.
    pub name: GateName,
    /// The group it is in, `None` at the top.
    pub group: Option<GateName>,
    /// Where its name is written.
    pub span: Span,
    /// The kind, decoded.
    pub kind: Arc<dyn Kind>,
    /// `description:`.
    pub description: Option<String>,
    /// `needs:`, full names that exist, each with where it is written. A group's name stands
    /// for its required members, that of a gate with a matrix for its cells ([`members`]).
    pub needs: Vec<(GateName, Span)>,
    /// `when:`, weighed; `None` is always.
    pub when: Option<When>,
    /// `stages:`; all of them when the file does not say.
    pub stages: Vec<Stage>,
    /// `advisory:`.
    pub advisory: Option<Advisory>,
    /// `timeout:`, per attempt, without queueing.
    pub timeout: Duration,
    /// `retries:`.
    pub retries: Retries,
    /// `locks:`.
    pub locks: Vec<String>,
    /// `cost:`.
    pub cost: Cost,
    /// `cwd:`, relative to the project's root; `.` is the root.
    pub cwd: String,
    /// `inputs:`, globs relative to `cwd`.
    pub inputs: Vec<String>,
    /// `outputs:`, globs relative to `cwd`.
    pub outputs: Vec<String>,
    /// `allow_empty: {reason}`.
    pub allow_empty: Option<String>,
}

impl Gate {
    /// What its kind is told when it is asked.
    #[must_use]
    pub fn turn<'a>(&'a self, images: &'a BTreeMap<GateName, ImageIdentity>) -> Turn<'a> {
        Turn {
            gate: &self.name,
            cwd: &self.cwd,
            outputs: &self.outputs,
            allow_empty: self.allow_empty.as_deref(),
            timeout: self.timeout,
            images,
        }
    }

    /// Why it is not required in this run, when it is not.
    #[must_use]
    pub fn not_applicable(&self) -> Option<&Reason> {
        match &self.when.as_ref()?.applies {
            Applies::No(reason) => Some(reason),
            Applies::Yes | Applies::Unknown(_) => None,
        }
    }
}

/// `advisory: {reason, until}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// Why its outcome does not decide.
    pub reason: String,
    /// The last day on which that holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// `until` is before today: it holds no more, the gate is required.
    pub expired: bool,
}

/// `retries:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Retries {
    /// Attempts after the first.
    pub times: u32,
    /// Pause before each.
    pub backoff: Duration,
    /// Only after these exit codes; empty is any outcome that is no pass.
    pub on_exit: Vec<i32>,
}

/// `cost:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// CPUs; `None` is `all`.
    pub cpus: Option<u32>,
    /// Bytes; `None` is not said.
    pub memory: Option<u64>,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            cpus: Some(1),
            memory: None,
        }
    }
}

/// Where a pipeline came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The gate file.
    pub file: PathBuf,
    /// The project's root: the directory that the gate file is in.
    pub root: PathBuf,
}

/// The gates that these names stand for: of a group its required members, of a gate with a matrix
/// its cells, of `gate[axis=value]` those that agree. What is the name of one gate is passed over.
#[must_use]
pub fn members<'g>(
    gates: &'g [Gate],
    named: &std::collections::BTreeSet<&'g str>,
) -> BTreeMap<&'g str, Vec<usize>> {
    let some = some_cells(named);
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, gate) in gates.iter().enumerate() {
        let name = gate.name.as_str();
        let base = gate.name.base();
        for (slash, _) in base.match_indices('/') {
            if gate.advisory.is_none() && named.contains(&base[..slash]) {
                members.entry(&base[..slash]).or_default().push(at);
            }
        }
        if base.len() == name.len() {
            continue;
        }
        if named.contains(base) {
            members.entry(base).or_default().push(at);
        }
        for axes in some.get(base).into_iter().flatten() {
            let place = gate.name.place().filter(|(axis, _)| axes.contains(axis));
            let agreed = GateName::parse(base).map(|base| base.cell(place));
            let agreed = agreed.ok().filter(|agreed| *agreed != gate.name);
            if let Some(named) = agreed.and_then(|agreed| named.get(agreed.as_str())) {
                members.entry(named).or_default().push(at);
            }
        }
    }
    members
}

/// By gate, the sets of axes that `gate[axis=value]` is written with in these names.
fn some_cells<'g>(
    named: &std::collections::BTreeSet<&'g str>,
) -> BTreeMap<&'g str, std::collections::BTreeSet<Vec<&'g str>>> {
    let mut some: BTreeMap<&str, std::collections::BTreeSet<Vec<&str>>> = BTreeMap::new();
    for (gate, cell) in named.iter().filter_map(|name| name::split_cell(name)) {
        let pairs = name::pairs(cell).unwrap_or_default();
        let axes = pairs.into_iter().map(|(axis, _)| axis).collect();
        some.entry(gate).or_default().insert(axes);
    }
    some
}

/// All names that stand in `needs:` of these gates.
#[must_use]
pub fn needed(gates: &[Gate]) -> std::collections::BTreeSet<&str> {
    let needs = gates.iter().flat_map(|gate| &gate.needs);
    needs.map(|(name, _)| name.as_str()).collect()
}
