//! The pipeline: the gate file as meant. Pure data plus the gates' conversations.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::kind::Kind;
use crate::format::yaml::Span;
use crate::model::GateName;

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
    /// for its required members ([`members`]).
    pub needs: Vec<(GateName, Span)>,
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

/// The required members of these groups; what is no group in `named` is passed over.
#[must_use]
pub fn members<'g>(
    gates: &'g [Gate],
    named: &std::collections::BTreeSet<&str>,
) -> BTreeMap<&'g str, Vec<usize>> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, gate) in gates.iter().enumerate() {
        let name = gate.name.as_str();
        for (slash, _) in name.match_indices('/') {
            if gate.advisory.is_none() && named.contains(&name[..slash]) {
                members.entry(&name[..slash]).or_default().push(at);
            }
        }
    }
    members
}

/// All names that stand in `needs:` of these gates.
#[must_use]
pub fn needed(gates: &[Gate]) -> std::collections::BTreeSet<&str> {
    let needs = gates.iter().flat_map(|gate| &gate.needs);
    needs.map(|(name, _)| name.as_str()).collect()
}
