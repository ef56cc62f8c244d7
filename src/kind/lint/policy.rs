//! What a project makes of the rules: from which weight on a finding fails the gate, other weights
//! for single rules, and waivers. Every static kind has these three keys.

use std::collections::BTreeMap;

use crate::format::yaml::Node;
use crate::model::{Rule, Severity};
use crate::spec::{Decoder, Diagnostic, Field, Shape, Span};

/// From which weight on a finding fails the gate.
pub(in crate::kind) const THRESHOLD: Field = Field::new(
    "failure_threshold",
    Shape::Word(&["info", "warning", "error"]),
    "The least weight of a finding that fails the gate; what is lighter is only shown.",
)
.default("warning");

/// Other weights.
pub(in crate::kind) const OVERRIDE: Field = Field::new(
    "override",
    Shape::Map(&Shape::Word(&["off", "info", "warning", "error"])),
    "Other weights for single rules, by any of their names; `off` leaves a rule out.",
);

/// Waivers.
pub(in crate::kind) const WAIVE: Field = Field::new(
    "waive",
    Shape::OneOrMany(&Shape::Record(WAIVER)),
    "Findings that are known and do not count. They are shown as waived, and a waiver that matches \
     nothing any more is said.",
);

const WAIVER: &[Field] = &[
    Field::new("rule", Shape::Text, "The rule, by any of its names.").required(),
    Field::new("reason", Shape::Text, "Why it does not count here.").required(),
    Field::new("until", Shape::Date, "The last day on which this holds."),
    Field::new("path", Shape::Glob, "Only in these files."),
    Field::new("line", Shape::COUNT, "Only in this line."),
    Field::new(
        "on",
        Shape::Text,
        "Only for this one: the name of a service, a stage, a target.",
    ),
];

/// What a project makes of the rules.
#[derive(Clone, Debug)]
pub(in crate::kind) struct Policy {
    /// From this weight on a finding fails the gate.
    pub threshold: Severity,
    /// By the rule's own id; `None` is `off`.
    pub levels: BTreeMap<&'static str, Option<Severity>>,
    /// In the order of the file.
    pub waivers: Vec<Waiver>,
}

/// A finding that is known and does not count.
#[derive(Clone, Debug)]
pub(in crate::kind) struct Waiver {
    /// The rule's own id.
    pub rule: &'static str,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<String>,
    /// That day is over.
    pub expired: bool,
    /// Only in files that match, seen from the gate's `cwd`.
    pub path: Option<String>,
    /// Only in this line.
    pub line: Option<u32>,
    /// Only for this service, stage or target.
    pub on: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            threshold: Severity::Warning,
            levels: BTreeMap::new(),
            waivers: Vec::new(),
        }
    }
}

impl Policy {
    /// Out of the map behind the kind's word; anything else has none of these keys.
    pub fn decode(decoder: &mut Decoder<'_>, map: &Node, rules: &[&'static Rule]) -> Option<Self> {
        let threshold = decoder.optional(map, "failure_threshold", |decoder, node| {
            level(&decoder.text(node)?)
        });
        let levels = map
            .get("override")
            .map_or(Some(BTreeMap::new()), |node| levels(decoder, node, rules));
        let waivers = decoder.optional(map, "waive", |decoder, node| {
            decoder.each(node, |decoder, waiver| one_waiver(decoder, waiver, rules))
        });
        Some(Self {
            threshold: threshold?.unwrap_or(Severity::Warning),
            levels: levels?,
            waivers: waivers?.unwrap_or_default(),
        })
    }

    /// The weight of a rule; `None` when it is off.
    pub fn level(&self, rule: &Rule) -> Option<Severity> {
        self.levels
            .get(rule.id)
            .copied()
            .unwrap_or(Some(rule.severity))
    }
}

fn level(word: &str) -> Option<Severity> {
    Severity::ALL
        .into_iter()
        .find(|level| level.as_str() == word)
}

fn levels(
    decoder: &mut Decoder<'_>,
    map: &Node,
    rules: &[&'static Rule],
) -> Option<BTreeMap<&'static str, Option<Severity>>> {
    let mut levels = Some(BTreeMap::new());
    for entry in map.entries() {
        let word = decoder.text(&entry.value);
        match (
            known(decoder, &entry.key.text, entry.key.span, rules),
            word,
            &mut levels,
        ) {
            (Some(rule), Some(word), Some(levels)) => {
                levels.insert(rule, level(&word));
            }
            _ => levels = None,
        }
    }
    levels
}

fn one_waiver(decoder: &mut Decoder<'_>, map: &Node, rules: &[&'static Rule]) -> Option<Waiver> {
    let rule = map.get("rule").and_then(|node| {
        let name = decoder.text(node)?;
        known(decoder, &name, node.span, rules)
    });
    let reason = map.get("reason").and_then(|node| {
        let text = decoder.text(node)?;
        if text.trim().is_empty() {
            return decoder.refuse(Diagnostic::new(node.span, "the reason says nothing"));
        }
        Some(text)
    });
    let until = decoder.optional(map, "until", Decoder::date);
    let path = decoder.optional(map, "path", Decoder::glob);
    let line = decoder.optional(map, "line", Decoder::count);
    let on = decoder.optional(map, "on", Decoder::text);
    let until = until?;
    let today = &decoder.facts().today;
    Some(Waiver {
        rule: rule?,
        reason: reason?,
        expired: until.as_ref().is_some_and(|until| until < today),
        until,
        path: path?,
        line: line?,
        on: on?,
    })
}

/// The id of a rule that is named.
fn known(
    decoder: &mut Decoder<'_>,
    name: &str,
    span: Span,
    rules: &[&'static Rule],
) -> Option<&'static str> {
    if let Some(rule) = rules.iter().find(|rule| rule.is_called(name)) {
        return Some(rule.id);
    }
    let names = rules
        .iter()
        .flat_map(|rule| std::iter::once(&rule.id).chain(rule.aliases))
        .copied();
    let diagnostic = Diagnostic::new(span, format!("there is no rule `{name}`"))
        .help("`prove rules` lists them")
        .did_you_mean(name, names);
    decoder.refuse(diagnostic)
}
