//! The environment of a gate: what the gate file lets through, and nothing else (rule 9).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Text, Turn};
use crate::model::{GateName, Reason, Secret};

/// Variables that every gate on the host gets from the caller, when they are set.
pub const ALWAYS: &[&str] = &["PATH", "HOME", "USER", "LANG", "TMPDIR", "TERM"];

/// The environment of one gate: file, groups and gate merged, nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// [`ALWAYS`], as far as they are set; the same for every gate, so shared by all.
    pub base: Arc<BTreeMap<String, String>>,
    /// What `pass_env` and `require_env` let through.
    pub passed: BTreeMap<String, String>,
    /// `env:`.
    pub vars: BTreeMap<String, Text>,
    /// `secrets:`, as far as they are set.
    pub secrets: BTreeMap<String, Secret>,
}

impl Environment {
    /// The whole environment on a host, without the secrets.
    ///
    /// # Errors
    /// See [`Text::resolve`].
    pub fn host(&self, turn: &Turn<'_>) -> Result<BTreeMap<String, String>, Reason> {
        let mut all = BTreeMap::clone(&self.base);
        all.extend(self.overlay(turn)?);
        Ok(all)
    }

    /// What a container gets on top of its image's own environment, without the secrets: what the
    /// gate file sets or passes by name. The host's PATH and HOME mean nothing in there.
    ///
    /// # Errors
    /// See [`Text::resolve`].
    pub fn overlay(&self, turn: &Turn<'_>) -> Result<BTreeMap<String, String>, Reason> {
        let mut all = self.passed.clone();
        for (name, text) in &self.vars {
            all.insert(name.clone(), text.resolve(turn)?);
        }
        Ok(all)
    }

    /// The gates whose images it names: edges of the plan.
    #[must_use]
    pub fn gates(&self) -> Vec<GateName> {
        let mut gates: Vec<_> = self.vars.values().flat_map(Text::gates).collect();
        gates.sort();
        gates.dedup();
        gates
    }
}
