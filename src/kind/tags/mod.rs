//! `tags:`, the tags that an image would get, computed before anything is built and judged.
//!
//! Lines are docker/metadata-action's, as far as what they ask for can be known here. The tags that
//! come out are said in every report. A fact that is missing leaves the gate undecided.

mod compute;
mod fill;
mod line;
mod rules;
#[cfg(test)]
mod tests;
mod version;

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use self::compute::{Flavor, Outcome, Tag, World};
use self::fill::Names;
use self::line::{Line, Wrong};
use super::judge;
use super::lint::{Found, OVERRIDE, Policy, Survey, THRESHOLD, WAIVE};
use crate::format::reference::check_tag;
use crate::format::yaml::{Node, Span};
use crate::model::{Answer, Probe, Rule, Step};
use crate::spec::{Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Turn};

/// Characters of a tag; the engine's own limit.
const TAG_CHARS: usize = 128;

/// The word `tags`.
pub(super) struct TagsSpec;

const FIELDS: &[Field] = &[
    Field::new(
        "image",
        Shape::TEXTS,
        "The image's name without a tag, or several.",
    )
    .required(),
    Field::new(
        "tags",
        Shape::TEXTS,
        "Lines as docker/metadata-action has them: `type=sha`, `type=semver,pattern={{version}}`, \
         `type=ref,event=branch`, `type=raw,value=latest,enable={{is_default_branch}}`, \
         `type=schedule`, `type=edge`, `type=match`.",
    )
    .required(),
    Field::new(
        "flavor",
        Shape::Record(FLAVOR),
        "What stands around every tag that says nothing else, and when `latest` is given.",
    ),
    Field::new(
        "default_branch",
        Shape::Text,
        "The default branch. Without it, git's `origin/HEAD` or the CI's variable.",
    ),
    Field::new(
        "forbid",
        Shape::TEXTS,
        "Tags that must not come out; `*` is any text.",
    ),
    Field::new(
        "immutable",
        Shape::Bool,
        "No tag may come out that moves on to the next image: `latest`, a branch, `1.2`.",
    )
    .default("false"),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

const FLAVOR: &[Field] = &[
    Field::new(
        "latest",
        Shape::Word(&["auto", "true", "false"]),
        "Whether `latest` is given; `auto`: along with a version or a git tag.",
    )
    .default("auto"),
    Field::new("prefix", Shape::Text, "In front of every tag."),
    Field::new("suffix", Shape::Text, "Behind every tag."),
    Field::new("on_latest", Shape::Bool, "They stand around `latest`, too.").default("false"),
];

/// Tags, computed.
#[derive(Debug)]
struct Tags {
    images: Vec<String>,
    lines: Vec<Line>,
    outcome: Outcome,
    may_be_latest: Result<bool, String>,
    forbid: Vec<(String, GlobMatcher)>,
    immutable: bool,
    policy: Policy,
}

impl KindSpec for TagsSpec {
    fn word(&self) -> &'static str {
        "tags"
    }

    fn doc(&self) -> &'static str {
        "The tags that an image would get here and now, in the words of docker/metadata-action. \
         Nothing is built and nothing is tagged."
    }

    fn shape(&self) -> Shape {
        Shape::Record(FIELDS)
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn rules(&self) -> &'static [&'static Rule] {
        rules::RULES
    }

    fn usual_file(&self) -> &'static str {
        "prove.yml"
    }

    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        &[&["tags"]]
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("tags")?;
        let images = node.get("image").and_then(|node| images(decoder, node));
        let lines = node.get("tags").and_then(|node| lines(decoder, node));
        let flavor = decoder.optional(node, "flavor", flavor);
        let default_branch = decoder.optional(node, "default_branch", Decoder::text);
        let forbid = decoder.optional(node, "forbid", |decoder, list| decoder.each(list, glob));
        let immutable = decoder.optional(node, "immutable", Decoder::boolean);
        let policy = Policy::decode(decoder, node, rules::RULES);
        let (lines, flavor) = (lines?, flavor?.unwrap_or_default());
        let world = World::of(decoder.facts(), default_branch?);
        Some(Arc::new(Tags {
            images: images?,
            outcome: compute::tags(&lines, &flavor, &world),
            lines,
            may_be_latest: world.may_be_latest(),
            forbid: forbid?.unwrap_or_default(),
            immutable: immutable?.unwrap_or(false),
            policy: policy?,
        }))
    }
}

fn images(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<String>> {
    let images = decoder.each(node, |decoder, node| {
        let name = decoder.text(node)?;
        let tagged = name
            .rsplit_once(':')
            .is_some_and(|(_, tag)| !tag.contains('/'));
        let wrong = match check_tag(&name) {
            _ if tagged => "it has a tag".to_owned(),
            Err(why) => why,
            Ok(()) => return Some(name),
        };
        let message = format!("`{name}` is no name of an image: {wrong}");
        decoder
            .refuse(Diagnostic::new(node.span, message).help("such as `registry.example.com/app`"))
    })?;
    if images.is_empty() {
        return decoder.refuse(Diagnostic::new(node.span, "no image is named"));
    }
    Some(images)
}

fn lines(decoder: &mut Decoder<'_>, node: &Node) -> Option<Vec<Line>> {
    let lines = decoder.each(node, |decoder, node| {
        let text = decoder.text(node)?;
        line::parse(&text)
            .map_err(|wrong| refuse(decoder, node.span, &wrong))
            .ok()
    })?;
    if lines.is_empty() {
        return decoder.refuse(Diagnostic::new(node.span, "no rule is named"));
    }
    Some(lines)
}

fn refuse(decoder: &mut Decoder<'_>, span: Span, wrong: &Wrong) {
    let diagnostic = Diagnostic::new(span, wrong.message.clone());
    let diagnostic = diagnostic.did_you_mean(&wrong.written, wrong.known.iter().copied());
    let diagnostic = match diagnostic.help.is_none() && !wrong.known.is_empty() {
        true => diagnostic.help(format!("known here: {}", wrong.known.join(", "))),
        false => diagnostic,
    };
    decoder.report(diagnostic);
}

fn flavor(decoder: &mut Decoder<'_>, map: &Node) -> Option<Flavor> {
    let filling = |decoder: &mut Decoder<'_>, node: &Node| {
        let text = decoder.text(node)?;
        fill::parse(&text, Names::General)
            .map_err(|wrong| refuse(decoder, node.span, &wrong))
            .ok()
    };
    let latest = decoder.optional(map, "latest", Decoder::text);
    let prefix = decoder.optional(map, "prefix", filling);
    let suffix = decoder.optional(map, "suffix", filling);
    let on_latest = decoder.optional(map, "on_latest", Decoder::boolean);
    Some(Flavor {
        latest: match latest?.as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        },
        prefix: prefix?,
        suffix: suffix?,
        on_latest: on_latest?.unwrap_or(false),
    })
}

fn glob(decoder: &mut Decoder<'_>, node: &Node) -> Option<(String, GlobMatcher)> {
    let text = decoder.text(node)?;
    match Glob::new(&text) {
        Ok(glob) => Some((text, glob.compile_matcher())),
        Err(error) => {
            let message = format!("`{text}` is no pattern: {}", error.kind());
            decoder.refuse(Diagnostic::new(node.span, message))
        }
    }
}

impl Kind for Tags {
    fn word(&self) -> &'static str {
        "tags"
    }

    fn summary(&self) -> String {
        self.images.join(", ")
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        // The facts were gathered before the run. That git still answers for this project is what
        // stands behind the pass.
        if answers.is_empty() {
            return Step::Ask(vec![Probe::Tracked {
                cwd: turn.cwd.to_owned(),
                patterns: Vec::new(),
            }]);
        }
        if let Some(step) = judge::first_unanswered(turn, answers) {
            return step;
        }
        if !matches!(answers, [Answer::Tracked(_)]) {
            return Step::judge(judge::misplaced("tags"));
        }
        let mut survey = Survey {
            notes: self.outcome.notes.clone(),
            unjudged: self.outcome.unknown.clone(),
            ..Survey::default()
        };
        self.told(&mut survey);
        for tag in &self.outcome.tags {
            survey.judged += 1;
            self.tag(tag, &mut survey);
        }
        self.twice(&mut survey);
        let nothing = self.outcome.tags.is_empty() && self.outcome.unknown.is_empty();
        if nothing && turn.allow_empty.is_none() {
            survey
                .found
                .push(Found::new(&rules::NO_TAG, rules::NO_TAG.about));
        }
        survey.judge(turn, &self.policy, answers)
    }
}

impl Tags {
    /// The references that come out, each once.
    fn told(&self, survey: &mut Survey) {
        let mut texts: Vec<&str> = Vec::new();
        for tag in &self.outcome.tags {
            if !texts.contains(&tag.text.as_str()) {
                texts.push(&tag.text);
            }
        }
        for image in &self.images {
            let told: Vec<String> = texts.iter().map(|text| format!("{image}:{text}")).collect();
            if !told.is_empty() {
                survey.notes.push(format!("tags: {}", told.join(", ")));
            }
        }
    }

    /// Where a tag comes from, for people.
    fn origin(&self, tag: &Tag) -> String {
        match tag.line.and_then(|at| self.lines.get(at)) {
            Some(line) => format!("`{}`", line.text),
            None => "`flavor`".to_owned(),
        }
    }

    fn tag(&self, tag: &Tag, survey: &mut Survey) {
        let (text, origin) = (&tag.text, self.origin(tag));
        let mut found = |rule, message: String| {
            let mut found = Found::new(rule, message);
            found.on = Some(text.clone());
            survey.found.push(found);
        };
        let length = text.chars().count();
        if length > TAG_CHARS {
            found(
                &rules::TAG_TOO_LONG,
                format!("{origin} gives a tag of {length} characters"),
            );
        } else if let Err(why) = check_tag(&format!("image:{text}")) {
            found(&rules::INVALID_TAG, format!("{origin} gives no tag: {why}"));
        }
        for (pattern, glob) in &self.forbid {
            if glob.is_match(text) {
                let message = format!("{origin} gives `{text}` (`forbid: {pattern}`)");
                found(&rules::FORBIDDEN_TAG, message);
            }
        }
        if self.immutable && tag.mutable {
            found(
                &rules::MUTABLE_TAG,
                format!("{origin} gives `{text}`, which moves on"),
            );
        }
        if text == "latest" {
            match &self.may_be_latest {
                Ok(true) => {}
                Ok(false) => found(
                    &rules::LATEST_ELSEWHERE,
                    format!("{origin} gives `latest` here"),
                ),
                Err(why) => survey.cannot_judge("`latest`", &format!("cannot be judged: {why}")),
            }
        }
    }

    fn twice(&self, survey: &mut Survey) {
        let mut seen: BTreeMap<&str, &Tag> = BTreeMap::new();
        for tag in &self.outcome.tags {
            let Some(first) = seen.get(tag.text.as_str()) else {
                seen.insert(&tag.text, tag);
                continue;
            };
            // Of a prerelease all versions are one, and `latest` may be given by hand and by flavor.
            if tag.collapsed && first.collapsed || tag.line.is_none() {
                continue;
            }
            let message = format!(
                "{} and {} both give `{}`",
                self.origin(first),
                self.origin(tag),
                tag.text
            );
            let mut found = Found::new(&rules::SAME_TAG, message);
            found.on = Some(tag.text.clone());
            survey.found.push(found);
        }
    }
}
