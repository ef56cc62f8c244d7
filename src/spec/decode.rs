//! The decoder: what a kind reads its part of the gate file with.
//!
//! Accessors take a node and give a value; where the node is wrong they report it and give `None`,
//! so a decoder reads to the end and all mistakes are said at once. A mistake that the shape check
//! has said already is not said again. Must not know kinds.

use std::collections::BTreeMap;
use std::time::Duration;

use super::scope::{GateScope, Scope};
use super::shape::Shape;
use super::{
    Diagnostic, Environment, MissingEnv, Script, Text, check, environment, resolve, units,
};
use crate::format::yaml::{Node, Span};
use crate::model::{Facts, GateName, Secret};

/// Collects diagnostics while a gate is decoded.
#[derive(Debug)]
pub struct Decoder<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) gate: Option<GateScope>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What [`Decoder::secret`] gave out: belongs to [`super::Pipeline::secrets`].
    pub(super) secrets: BTreeMap<String, Secret>,
    /// What [`Decoder::secret`] did not find: belongs to [`super::Pipeline::missing_env`].
    pub(super) missing_env: Vec<MissingEnv>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            gate: None,
            diagnostics: Vec::new(),
            secrets: BTreeMap::new(),
            missing_env: Vec::new(),
        }
    }

    /// Says a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says a mistake and gives `None`.
    pub fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.report(diagnostic);
        None
    }

    /// Facts of the world.
    #[must_use]
    pub fn facts(&self) -> &'a Facts {
        self.scope.facts
    }

    /// The gate that is being decoded; `None` above the gates.
    #[must_use]
    pub fn gate_name(&self) -> Option<&GateName> {
        self.gate.as_ref().map(|gate| &gate.name)
    }

    pub(super) fn group(&self) -> Option<&GateName> {
        self.gate.as_ref().and_then(|gate| gate.group.as_ref())
    }

    /// Its environment: file, groups and gate merged. Mistakes in it were said before.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.gate
            .as_ref()
            .map(|gate| gate.environment.clone())
            .unwrap_or_default()
    }

    /// A variable of the caller that a kind uses as a secret outside of `secrets:` (a build's own).
    /// From here on it is masked. When it is not set, or empty, the run will be undecided before
    /// anything starts, so what is given then is never used. A name that came out of a template is
    /// a mistake: what must not reach others is known before templates are filled in.
    pub fn secret(&mut self, name: &str, span: Span) -> Secret {
        if !self.scope.secrets.contains(name) {
            let message = format!("the secret `{name}` is not named in plain text");
            let why = "what must not reach other gates has to be known from the file alone";
            self.report(
                Diagnostic::new(span, message)
                    .why(why)
                    .help("write its name out"),
            );
        }
        if let Some(secret) = environment::secret(self.facts(), name) {
            self.secrets.insert(name.to_owned(), secret.clone());
            return secret;
        }
        let gate = self.gate_name().cloned();
        self.missing_env.push(MissingEnv {
            name: name.to_owned(),
            gate,
            span,
        });
        Secret(String::new())
    }

    /// What is written at a place.
    #[must_use]
    pub fn source(&self, span: Span) -> &'a str {
        self.scope.sources.slice(span)
    }

    /// Checks a node against a shape and says every mistake; `true` when there was none.
    pub fn check(&mut self, node: &Node, shape: Shape) -> bool {
        let before = self.diagnostics.len();
        check::node(self, node, shape, node.span);
        self.diagnostics.len() == before
    }

    /// A text that is known before anything runs.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        let text = self.template(node)?;
        let literal = text.as_literal();
        if literal.is_none() {
            self.report(resolve::too_early(node.span, &text));
        }
        literal
    }

    /// A text that may name images of this run.
    pub fn template(&mut self, node: &Node) -> Option<Text> {
        Some(self.script(node)?.text())
    }

    /// A text with the origin of each part, for shell strings: see [`Decoder::refuse_strange`].
    pub fn script(&mut self, node: &Node) -> Option<Script> {
        let text = check::scalar(self, node, "a text", node.span)?;
        resolve::script(self, text, node.span)
    }

    /// Says the injection that a shell string would be open to: text that a stranger may choose is
    /// code to a shell. `true` when there is none.
    pub fn refuse_strange(&mut self, script: &Script) -> bool {
        let strange: Vec<_> = script.segments.iter().filter(|s| s.strange).collect();
        for segment in &strange {
            self.report(resolve::injection(segment));
        }
        strange.is_empty()
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        check::boolean(self, node, node.span)
    }

    /// A whole number.
    pub fn integer(&mut self, node: &Node) -> Option<i64> {
        check::integer(self, node, (i64::MIN, i64::MAX), node.span)
    }

    /// A whole number from 0 to `u32::MAX`.
    pub fn count(&mut self, node: &Node) -> Option<u32> {
        let number = check::integer(self, node, (0, u32::MAX.into()), node.span)?;
        u32::try_from(number).ok()
    }

    /// A number that may have decimals, in thousandths (`1.5` is 1500).
    pub fn thousandths(&mut self, node: &Node) -> Option<u64> {
        check::parsed(self, node, node.span, units::thousandths)
    }

    /// `10m`, `1h30m`, `90s`, `500ms`.
    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        check::parsed(self, node, node.span, units::duration)
    }

    /// Bytes: `200MB`, `1GiB`, or a plain number.
    pub fn size(&mut self, node: &Node) -> Option<u64> {
        check::parsed(self, node, node.span, units::size)
    }

    /// A day, `YYYY-MM-DD`.
    pub fn date(&mut self, node: &Node) -> Option<String> {
        check::parsed(self, node, node.span, units::date)
    }

    /// A path inside the project, as written: relative to the gate's `cwd`, or `/x` from the root.
    pub fn path(&mut self, node: &Node) -> Option<String> {
        check::path(self, node, node.span)
    }

    /// A glob over such paths, as written.
    pub fn glob(&mut self, node: &Node) -> Option<String> {
        check::glob(self, node, node.span)
    }

    /// One or many texts.
    pub fn texts(&mut self, node: &Node) -> Option<Vec<String>> {
        self.each(node, Self::text)
    }

    /// One or many globs.
    pub fn globs(&mut self, node: &Node) -> Option<Vec<String>> {
        self.each(node, Self::glob)
    }

    /// One or many paths.
    pub fn paths(&mut self, node: &Node) -> Option<Vec<String>> {
        self.each(node, Self::path)
    }

    /// One or many of anything: `None` when one of them is wrong, after all were read.
    pub fn each<T>(
        &mut self,
        node: &Node,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Vec<_> = node.items().iter().map(|item| read(self, item)).collect();
        read.into_iter().collect()
    }

    /// A map of anything, in the order of the file: `None` when one of them is wrong, after all
    /// were read.
    pub fn map<T>(
        &mut self,
        node: &Node,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        let read = |entry: &crate::format::yaml::Entry| {
            read(self, &entry.value).map(|value| (entry.key.text.clone(), value))
        };
        let read: Vec<_> = node.entries().iter().map(read).collect();
        read.into_iter().collect()
    }

    /// The value of a key when it is there: `Some(None)` when it is not, `None` when it is wrong.
    pub fn optional<T>(
        &mut self,
        map: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<Option<T>> {
        match map.get(key) {
            None => Some(None),
            Some(node) => read(self, node).map(Some),
        }
    }

    /// A gate that builds an image, by name: relative to the own group first, then absolute.
    pub fn image_gate(&mut self, node: &Node) -> Option<GateName> {
        let text = self.text(node)?;
        resolve::image_gate(self, &text, node.span)
    }
}
