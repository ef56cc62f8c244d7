//! From the text of a gate file to a [`Pipeline`], or to all that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::flatten::{self, Gates};
use super::packs::{self, Pack};
use super::scope::{Scope, Var};
use super::{
    Decoder, Diagnostic, Diagnostics, Gate, Pipeline, Registry, Sources, check, claims, common,
    empty, environment, keys, matrix, needs, outputs, vars, version,
};
use crate::format::yaml::{self, Document, Node, Span, Value, YamlError};
use crate::model::{Facts, GateName, Secret, limits};

/// A gate file as it lies on the disk.
#[derive(Debug, Clone, Copy)]
pub struct GateFile<'a> {
    /// What diagnostics call it.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// A gate file that was understood.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What it means.
    pub pipeline: Pipeline,
    /// What its spans point into, for what is found out later (a cycle).
    pub sources: Sources,
}

/// Loads a gate file. `project` is its name when the file does not say one.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn load(
    file: GateFile<'_>,
    facts: &Facts,
    registry: &dyn Registry,
    project: &str,
) -> Result<Loaded, Diagnostics> {
    let read = yaml::parse(0, file.bytes);
    load_read(file, read, facts, registry, project)
}

/// As [`load`], for a file that was read already, as source 0.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn load_read(
    file: GateFile<'_>,
    read: Result<Document, Vec<YamlError>>,
    facts: &Facts,
    registry: &dyn Registry,
    project: &str,
) -> Result<Loaded, Diagnostics> {
    let mut sources = Sources::default();
    let mut mistakes = Vec::new();
    sources.add(file.name, String::from_utf8_lossy(file.bytes));
    let document = match read {
        Ok(document) => document,
        Err(errors) => {
            let errors = errors.into_iter().map(Diagnostic::from).collect();
            return Err(Diagnostics::new(sources, errors));
        }
    };
    mistakes.extend(document.mistakes.into_iter().map(Diagnostic::from));
    let root = document.root;
    if !matches!(root.value, Value::Mapping(_)) {
        let message = format!("a gate file is a map, this is {}", root.what());
        mistakes.push(Diagnostic::new(root.span, message).help(START));
        return Err(Diagnostics::new(sources, mistakes));
    }
    let packs = packs::read(&root, (registry, facts), &mut sources, &mut mistakes);
    let pipeline = Loader {
        sources: &sources,
        facts,
        registry,
        root: &root,
        packs: &packs,
    }
    .pipeline(project, &mut mistakes);
    if mistakes.is_empty() {
        return Ok(Loaded { pipeline, sources });
    }
    Err(Diagnostics::new(sources, mistakes))
}

const START: &str = "the smallest one is `version: 1`, then `gates: { test: <command> }`";

struct Loader<'a> {
    sources: &'a Sources,
    facts: &'a Facts,
    registry: &'a dyn Registry,
    root: &'a Node,
    packs: &'a [Pack],
}

impl Loader<'_> {
    fn pipeline(&self, project: &str, mistakes: &mut Vec<Diagnostic>) -> Pipeline {
        let merged = packs::merge(self.packs, self.root, self.registry, mistakes);
        let defaults = self.root.get("defaults").map_or(&[][..], Node::entries);
        let mut gates = flatten::flatten(self.registry, &merged, defaults);
        let mut scope = self.scope();
        scope.vars = self.vars(&scope, mistakes);
        scope.vars_known = true;
        scope.pack_vars = self.pack_vars(&scope, mistakes);
        scope.gates.clone_from(&gates.index);
        mistakes.append(&mut gates.mistakes);
        mistakes.extend(empty::check(&gates));
        let (flat, matrices) = matrix::multiply(&scope, gates.flat, mistakes);
        gates.flat = flat;
        for (name, known) in &mut scope.gates {
            known.matrix = matrices.get(name).cloned();
        }
        self.check_gates_key(mistakes);
        let mut pipeline = self.top(&scope, project, mistakes);
        self.gates(&scope, &gates, &mut pipeline, mistakes);
        pipeline
    }

    fn scope(&self) -> Scope<'_> {
        let mut secrets = BTreeSet::new();
        let packs = self.packs.iter().map(|pack| &pack.root);
        for root in packs.chain([self.root]) {
            environment::all_secrets(root, self.registry, &mut secrets);
        }
        Scope {
            sources: self.sources,
            facts: self.facts,
            base: environment::base(self.facts).into(),
            vars: BTreeMap::new(),
            vars_known: false,
            pack_vars: BTreeMap::new(),
            secrets,
            gates: BTreeMap::new(),
        }
    }

    /// The file's own variables.
    fn vars(&self, scope: &Scope<'_>, mistakes: &mut Vec<Diagnostic>) -> BTreeMap<String, Var> {
        let own = self.root.get("vars").map_or(&[][..], Node::entries);
        let mut decoder = Decoder::new(scope);
        let vars = vars::read(&mut decoder, own.iter());
        mistakes.append(&mut decoder.diagnostics);
        vars
    }

    /// Holds each pack against its shape, and gives its variables by the number of its source.
    fn pack_vars(
        &self,
        scope: &Scope<'_>,
        mistakes: &mut Vec<Diagnostic>,
    ) -> BTreeMap<u32, BTreeMap<String, Var>> {
        let mut decoder = Decoder::new(scope);
        let variables = |pack: &Pack| {
            packs::check(&mut decoder, pack);
            (pack.source, packs::variables(&mut decoder, pack))
        };
        let vars = self.packs.iter().map(variables).collect();
        mistakes.append(&mut decoder.diagnostics);
        vars
    }

    fn check_gates_key(&self, mistakes: &mut Vec<Diagnostic>) {
        let Some(entry) = self.root.entry("gates") else {
            return;
        };
        let wrong = match &entry.value.value {
            Value::Mapping(gates) if !gates.is_empty() => return,
            Value::Mapping(_) | Value::Null if !self.packs.is_empty() => return,
            Value::Mapping(_) | Value::Null => "there are no gates: nothing would be proved",
            _ => "`gates` is a map from names to gates",
        };
        mistakes.push(Diagnostic::new(entry.key.span, wrong).help("such as `test: <command>`"));
    }

    /// Everything but the gates.
    fn top(&self, scope: &Scope<'_>, project: &str, mistakes: &mut Vec<Diagnostic>) -> Pipeline {
        let mut decoder = Decoder::new(scope);
        let start = Span {
            end: self.root.span.start,
            ..self.root.span
        };
        let required: Vec<_> = keys::TOP
            .iter()
            .copied()
            .map(|mut field| {
                // With a pack, the file may go without gates of its own.
                field.required &= field.name != "gates" || self.packs.is_empty();
                field
            })
            .collect();
        check::record(&mut decoder, self.root, &[&required], start);
        let name = decoder
            .optional(self.root, "project", Decoder::text)
            .flatten();
        self.check_version(&mut decoder);
        environment::read(&mut decoder, &[self.root]);
        let reports = self
            .root
            .get("reports")
            .and_then(|node| decoder.map(node, Decoder::path));
        // What is wrong with it was said above, and is said once.
        let keep_runs = self.root.get("keep_runs");
        let keep_runs = keep_runs.filter(|_| decoder.diagnostics.is_empty());
        let keep_runs = keep_runs.and_then(|node| decoder.integer(node));
        let keep_runs = keep_runs.and_then(|count| count.try_into().ok());
        mistakes.append(&mut decoder.diagnostics);
        Pipeline {
            project: name.unwrap_or_else(|| project.to_owned()),
            gates: Vec::new(),
            keep_runs: keep_runs.unwrap_or(limits::KEEP_RUNS),
            reports: reports.unwrap_or_default().into_iter().collect(),
            missing_env: environment::missing(self.facts, self.root, None),
            secrets: self.secrets(scope),
        }
    }

    fn secrets(&self, scope: &Scope<'_>) -> BTreeMap<String, Secret> {
        let value = |name: &String| {
            environment::secret(self.facts, name).map(|secret| (name.clone(), secret))
        };
        scope.secrets.iter().filter_map(value).collect()
    }

    fn check_version(&self, decoder: &mut Decoder<'_>) {
        let Some(node) = self.root.get("requires") else {
            return;
        };
        let Some(range) = decoder.text(node) else {
            return;
        };
        let own = env!("CARGO_PKG_VERSION");
        match version::matches(&range, own) {
            Ok(true) => {}
            Ok(false) => {
                let message = format!("this file asks for prove {range}, this is prove {own}");
                decoder.report(Diagnostic::new(node.span, message));
            }
            Err(form) => decoder.report(Diagnostic::new(node.span, form)),
        }
    }

    fn gates(
        &self,
        scope: &Scope<'_>,
        gates: &Gates,
        pipeline: &mut Pipeline,
        mistakes: &mut Vec<Diagnostic>,
    ) {
        let mut decoder = Decoder::new(scope);
        let fields = flatten::all_fields(self.registry);
        for group in &gates.groups {
            common::group(&mut decoder, group, &fields);
        }
        for flat in &gates.flat {
            let decoded = common::gate(&mut decoder, flat, self.root);
            for layer in &flat.layers {
                pipeline
                    .missing_env
                    .extend(self.missing(&layer.map, &flat.name));
            }
            let wrong = &mut decoder.diagnostics;
            let needs = needs::resolve(scope, flat, &decoded.needs, wrong);
            if let Some(gate) = decoded.gate {
                pipeline.gates.push(Gate { needs, ..gate });
            }
        }
        pipeline.secrets.append(&mut decoder.secrets);
        pipeline.missing_env.append(&mut decoder.missing_env);
        mistakes.append(&mut decoder.diagnostics);
        if mistakes.is_empty() {
            let matrices = scope.gates.values().filter_map(|gate| gate.matrix.as_ref());
            matrices.for_each(|matrix| matrix::unused(matrix, mistakes));
        }
        outputs::check(&pipeline.gates, mistakes);
        claims::check(&pipeline.gates, mistakes);
    }

    fn missing(&self, layer: &Node, gate: &GateName) -> Vec<super::MissingEnv> {
        environment::missing(self.facts, layer, Some(gate))
    }
}
