//! What is known while gates are decoded: facts, variables, the names of all gates.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::matrix::{Matrix, Place};
use super::{Environment, Sources};
use crate::format::yaml::Span;
use crate::model::{Facts, GateName};

/// What holds for the whole file.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub sources: &'a Sources,
    pub facts: &'a Facts,
    /// What every gate gets of the caller's environment.
    pub base: Arc<BTreeMap<String, String>>,
    pub vars: BTreeMap<String, Var>,
    /// False while the variables themselves are read.
    pub vars_known: bool,
    /// The variables of each pack, by the number of its source: only its own text sees them.
    pub pack_vars: BTreeMap<u32, BTreeMap<String, Var>>,
    /// Every name below any `secrets:`.
    pub secrets: BTreeSet<String>,
    pub gates: BTreeMap<GateName, Known>,
}

/// A variable of the gate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Var {
    /// `None` when it could not be had, which has been said.
    pub value: Option<String>,
    /// It comes out of the environment: a stranger may have chosen it.
    pub strange: bool,
}

/// A gate or group that the file has. The cells of a gate are in its matrix.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Where its name is written.
    pub span: Span,
    /// It builds an image.
    pub builds: bool,
    /// It is a group.
    pub group: bool,
    /// It is advisory by the word of the file, whether that still holds or not.
    pub advisory: bool,
    /// What it is multiplied by.
    pub matrix: Option<Rc<Matrix>>,
}

/// What holds for one gate.
#[derive(Debug, Clone)]
pub(super) struct GateScope {
    pub name: GateName,
    /// Which cell of a matrix it is.
    pub place: Option<Place>,
    pub group: Option<GateName>,
    pub cwd: String,
    pub environment: Environment,
    /// It is not applicable: what is not defined here matters to nobody.
    pub idle: bool,
}

impl Scope<'_> {
    /// The variables that a text of this source sees.
    pub(super) fn vars_of(&self, source: u32) -> &BTreeMap<String, Var> {
        self.pack_vars.get(&source).unwrap_or(&self.vars)
    }

    /// The gate that a name means: relative to this group or one around it, then absolute.
    pub(super) fn find(&self, name: &str, group: Option<&GateName>) -> Option<(&GateName, &Known)> {
        let mut around = group.map(GateName::as_str);
        while let Some(prefix) = around {
            let full = GateName::parse(&format!("{prefix}/{name}")).ok()?;
            if let Some(found) = self.gates.get_key_value(&full) {
                return Some(found);
            }
            around = prefix.rsplit_once('/').map(|(outer, _)| outer);
        }
        self.gates.get_key_value(&GateName::parse(name).ok()?)
    }
}
