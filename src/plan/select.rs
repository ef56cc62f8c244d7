//! Selection: which gates were asked for, by name, group, cell or glob. Must not know edges.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use super::cells;
use crate::model::GateName;
use crate::spec::Pipeline;

/// What a run was asked to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything.
    All,
    /// These names, groups, cells and globs, and all that they wait for.
    Closed(Vec<String>),
    /// These and nothing else (`--only`).
    Exactly(Vec<String>),
    /// These, everything downstream of them (`--from`), and all that those wait for.
    From(Vec<String>),
}

impl Selection {
    /// What was typed, as meant: no names are everything, unless `only` was asked for, which then
    /// comes out empty.
    #[must_use]
    pub fn new(names: Vec<String>, only: bool) -> Self {
        match (names.is_empty(), only) {
            (_, true) => Self::Exactly(names),
            (true, false) => Self::All,
            (false, false) => Self::Closed(names),
        }
    }

    pub(super) fn requests(&self) -> &[String] {
        match self {
            Self::All => &[],
            Self::Closed(names) | Self::Exactly(names) | Self::From(names) => names,
        }
    }
}

/// A requested name that stands for no gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadName {
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub what: String,
    /// What was probably meant.
    pub hint: Option<String>,
}

/// Requests resolved: for each gate of the pipeline the first request that takes it.
#[derive(Debug)]
pub(super) struct Chosen {
    /// By the gate's index.
    pub by: BTreeMap<usize, String>,
    /// One line per request.
    pub lines: Vec<String>,
    /// Globs that match nothing.
    pub barren: Vec<String>,
}

/// Resolves requests.
///
/// # Errors
/// All names that stand for no gate.
pub(super) fn choose(pipeline: &Pipeline, requests: &[String]) -> Result<Chosen, Vec<BadName>> {
    let mut chosen = Chosen {
        by: BTreeMap::new(),
        lines: Vec::new(),
        barren: Vec::new(),
    };
    let mut bad = Vec::new();
    let catalogue = Catalogue::of(pipeline);
    for typed in requests {
        match catalogue.find(pipeline, typed) {
            Ok(taken) if taken.is_empty() => chosen.barren.push(typed.clone()),
            Ok(taken) => {
                chosen
                    .lines
                    .push(line(pipeline, &format!("`{typed}`"), &taken));
                for at in taken {
                    chosen.by.entry(at).or_insert_with(|| typed.clone());
                }
            }
            Err(name) => bad.push(name),
        }
    }
    if bad.is_empty() { Ok(chosen) } else { Err(bad) }
}

/// `WHAT takes a, b and 3 more`.
pub(super) fn line(pipeline: &Pipeline, what: &str, taken: &BTreeSet<usize>) -> String {
    const SHOWN: usize = 5;
    let names = taken
        .iter()
        .take(SHOWN)
        .map(|at| pipeline.gates[*at].name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    match taken.len().saturating_sub(SHOWN) {
        0 => format!("{what} takes {names}"),
        more => format!("{what} takes {names} and {more} more"),
    }
}

/// Everything that can be named.
struct Catalogue<'p> {
    gates: BTreeMap<&'p str, usize>,
    groups: BTreeMap<&'p str, Vec<usize>>,
    tags: BTreeSet<GateName>,
}

impl<'p> Catalogue<'p> {
    fn of(pipeline: &'p Pipeline) -> Self {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut tags = BTreeSet::new();
        for (at, gate) in pipeline.gates.iter().enumerate() {
            let name = gate.name.as_str();
            for (slash, _) in name.match_indices('/') {
                groups.entry(&name[..slash]).or_default().push(at);
            }
            if gate.name.base().len() < name.len() {
                groups.entry(gate.name.base()).or_default().push(at);
            }
            if super::graph::tag_of(gate).is_some() {
                tags.insert(gate.name.step("tag"));
            }
        }
        let gates = pipeline.gates.iter().enumerate();
        let gates = gates.map(|(at, gate)| (gate.name.as_str(), at)).collect();
        Self {
            gates,
            groups,
            tags,
        }
    }

    fn find(&self, pipeline: &Pipeline, typed: &str) -> Result<BTreeSet<usize>, BadName> {
        if let Some((gate, cell)) = cells::asked(typed) {
            return self.cells(pipeline, gate, &cell);
        }
        if is_glob(typed) {
            return Ok(self.matching(&glob(typed)?));
        }
        if let Some(at) = self.gates.get(typed) {
            return Ok(BTreeSet::from([*at]));
        }
        if let Some(members) = self.groups.get(typed) {
            return Ok(members.iter().copied().collect());
        }
        Err(self.unknown(typed))
    }

    /// `unit[node=20]`: those cells of a gate, or of all gates of a group, that agree.
    fn cells(
        &self,
        pipeline: &Pipeline,
        typed: &str,
        cell: &cells::Asked<'_>,
    ) -> Result<BTreeSet<usize>, BadName> {
        let among = self.find(pipeline, typed)?;
        let names = || among.iter().map(|at| &pipeline.gates[*at].name);
        let taken = among
            .iter()
            .filter(|at| cell.takes(&pipeline.gates[**at].name));
        let taken: BTreeSet<usize> = taken.copied().collect();
        if taken.is_empty() && !is_glob(typed) && !cell.is_glob() {
            return Err(cell.refused(typed, names()));
        }
        Ok(taken)
    }

    /// A glob that matches a group takes all of its members, one that matches a gate with a matrix
    /// all of its cells.
    fn matching(&self, glob: &GlobMatcher) -> BTreeSet<usize> {
        let gates = self.gates.iter().filter(|(name, _)| glob.is_match(name));
        let groups = self.groups.iter().filter(|(name, _)| glob.is_match(name));
        let members = groups.flat_map(|(_, members)| members.iter().copied());
        gates.map(|(_, at)| *at).chain(members).collect()
    }

    fn unknown(&self, typed: &str) -> BadName {
        if self.tags.iter().any(|tag| tag.as_str() == typed) {
            return BadName {
                typed: typed.to_owned(),
                what: format!("`{typed}` cannot be asked for: tags come only with a full run"),
                hint: Some("run `prove run` without names".to_owned()),
            };
        }
        let names = self.gates.keys().chain(self.groups.keys());
        let near = names
            .map(|name| (strsim::damerau_levenshtein(typed, name), *name))
            .filter(|(distance, name)| *distance <= typed.len().max(name.len()).div_ceil(3))
            .min();
        BadName {
            typed: typed.to_owned(),
            what: format!("there is no gate `{typed}`"),
            hint: Some(near.map_or_else(
                || "`prove plan` lists the gates".to_owned(),
                |(_, name)| format!("did you mean `{name}`?"),
            )),
        }
    }
}

fn is_glob(typed: &str) -> bool {
    typed.contains(['*', '?', '[', '{'])
}

pub(super) fn glob(typed: &str) -> Result<GlobMatcher, BadName> {
    let glob = GlobBuilder::new(typed).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| BadName {
            typed: typed.to_owned(),
            what: format!("`{typed}` is not a glob: {}", error.kind()),
            hint: None,
        })
}
