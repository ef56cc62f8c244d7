//! `build:`, an image out of a Dockerfile. The keys are compose's own, and `tag` and `tool`.
//!
//! The tag is not put on here: that is a step of the plan, behind every test of the image (rule 5).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{judge, paths};
use crate::format::reference;
use crate::format::yaml::{Node, Span, Value};
use crate::model::{
    Answer, BuildRequest, Built, Collect, Command, ContainerOptions, GateName, ImageRef, Judged,
    Judgement, Place, Probe, Product, Reason, RunRequest, Secret, SharedJobs, Step,
};
use crate::spec::{Builds, Decoder, Diagnostic, Field, Kind, KindSpec, Shape, Text, Turn};

/// The word `build`.
pub(super) struct BuildSpec;

const SECRET: &[Field] =
    &[Field::new("env", Shape::Text, "The caller's variable that holds it.").required()];

const FIELDS: &[Field] = &[
    Field::new("context", Shape::Path, "The build context.").default("."),
    Field::new(
        "dockerfile",
        Shape::Text,
        "The Dockerfile, relative to the context.",
    )
    .default("Dockerfile"),
    Field::new("target", Shape::Text, "The stage to build.").default("the last"),
    Field::new(
        "args",
        Shape::OneOf(&[Shape::TEXT_MAP, Shape::List(&Shape::Text)]),
        "Build arguments: a map, or a list of `NAME=value`.",
    ),
    Field::new("platform", Shape::Text, "`os/arch[/variant]`.").default("the engine's own"),
    Field::new(
        "secrets",
        Shape::OneOf(&[Shape::TEXTS, Shape::Map(&Shape::Record(SECRET))]),
        "Secrets for `RUN --mount=type=secret`: names of the caller's variables, or ids with \
         `{env: NAME}`.",
    ),
    Field::new(
        "network",
        Shape::Word(&["default", "none", "host"]),
        "The network of RUN steps.",
    )
    .default("the builder's own"),
    Field::new(
        "tag",
        Shape::Text,
        "What the image is called once every test of it has passed.",
    ),
    Field::new(
        "tool",
        Shape::Bool,
        "An image to run checks in: it waits for nothing and is never tagged or pushed.",
    )
    .default("false"),
];

/// An image to build.
#[derive(Debug)]
struct Build {
    /// As written; the arguments stand in `args`.
    request: BuildRequest,
    args: BTreeMap<String, Text>,
    builds: Builds,
}

impl KindSpec for BuildSpec {
    fn word(&self) -> &'static str {
        "build"
    }

    fn doc(&self) -> &'static str {
        "Builds an image. A path is short for `context`. What is built is run and tested by its \
         identity; the tag is put on last."
    }

    fn shape(&self) -> Shape {
        Shape::OneOf(&[Shape::Path, Shape::Record(FIELDS)])
    }

    fn keys(&self) -> &'static [Field] {
        &[]
    }

    fn builds(&self) -> bool {
        true
    }

    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>> {
        let node = gate.get("build")?;
        let build = match node.value {
            Value::Mapping(_) => record(node, decoder)?,
            _ => {
                let context = decoder.path(node)?;
                let request = BuildRequest {
                    context,
                    product: true,
                    ..BuildRequest::default()
                };
                let builds = Builds {
                    tool: false,
                    tag: None,
                };
                Build {
                    request,
                    args: BTreeMap::new(),
                    builds,
                }
            }
        };
        Some(Arc::new(build))
    }
}

fn record(node: &Node, decoder: &mut Decoder<'_>) -> Option<Build> {
    let context = decoder.optional(node, "context", Decoder::path);
    let dockerfile = decoder.optional(node, "dockerfile", filled);
    let target = decoder.optional(node, "target", filled);
    let args = decoder.optional(node, "args", args);
    let platform = decoder.optional(node, "platform", platform);
    let secrets = decoder.optional(node, "secrets", secrets);
    let network = decoder.optional(node, "network", Decoder::text);
    let builds = builds(node, decoder);
    let builds = builds?;
    let request = BuildRequest {
        context: context?.unwrap_or_else(|| ".".to_owned()),
        dockerfile: dockerfile?,
        target: target?,
        args: BTreeMap::new(),
        platform: platform?,
        secrets: secrets?.unwrap_or_default(),
        network: network?,
        product: !builds.tool,
    };
    Some(Build {
        request,
        args: args?.unwrap_or_default(),
        builds,
    })
}

fn builds(node: &Node, decoder: &mut Decoder<'_>) -> Option<Builds> {
    let tag = decoder.optional(node, "tag", tag);
    let tool = decoder.optional(node, "tool", Decoder::boolean);
    let (tag, tool) = (tag?, tool?.unwrap_or(false));
    if let (true, Some(entry)) = (tool, node.entry("tag")) {
        decoder.report(
            Diagnostic::new(entry.key.span, "a tool image is never tagged")
                .why("it is built before the checks, so nothing has been proved of it")
                .help("take `tag` away, or `tool: true`"),
        );
        return None;
    }
    Some(Builds { tool, tag })
}

fn tag(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = decoder.text(node)?;
    match reference::check_tag(&text) {
        Ok(()) => Some(text),
        Err(why) => {
            let message = format!("`{text}` is no image reference: {why}");
            decoder.report(Diagnostic::new(node.span, message).help("write `name` or `name:tag`"));
            None
        }
    }
}

/// A text that says something.
fn filled(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = decoder.text(node)?;
    if text.trim().is_empty() {
        decoder.report(Diagnostic::new(node.span, "this is empty"));
        return None;
    }
    Some(text)
}

fn platform(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = decoder.text(node)?;
    let parts: Vec<&str> = text.split('/').collect();
    let good = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    if (2..=3).contains(&parts.len()) && parts.iter().all(good) {
        return Some(text);
    }
    let help = "write `os/arch` or `os/arch/variant`, such as `linux/amd64`; one platform a gate";
    decoder.report(Diagnostic::new(node.span, format!("`{text}` is no platform")).help(help));
    None
}

fn args(decoder: &mut Decoder<'_>, node: &Node) -> Option<BTreeMap<String, Text>> {
    if matches!(node.value, Value::Mapping(_)) {
        return Some(decoder.map(node, Decoder::template)?.into_iter().collect());
    }
    let mut args = BTreeMap::new();
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    let mut sound = true;
    for item in node.items() {
        let Some((name, text)) = arg(decoder, item) else {
            sound = false;
            continue;
        };
        if let Some(first) = places.insert(name.clone(), item.span) {
            let twice = Diagnostic::new(item.span, format!("`{name}` is here twice"));
            decoder.report(twice.label("again here").also(first, "first here"));
            sound = false;
        }
        args.insert(name, text);
    }
    sound.then_some(args)
}

fn arg(decoder: &mut Decoder<'_>, node: &Node) -> Option<(String, Text)> {
    use crate::spec::Part;
    let mut text = decoder.template(node)?;
    let split = match text.parts.first() {
        Some(Part::Lit(head)) => head
            .split_once('=')
            .map(|(n, v)| (n.to_owned(), v.to_owned())),
        _ => None,
    };
    match split {
        Some((name, value)) if !name.is_empty() => {
            text.parts[0] = Part::Lit(value);
            Some((name, text))
        }
        _ => {
            let help = "write `NAME=value`; to hand over a variable of the caller, \
                        `NAME=${{ env.NAME }}`";
            decoder.report(Diagnostic::new(node.span, "this is no build argument").help(help));
            None
        }
    }
}

fn secrets(decoder: &mut Decoder<'_>, node: &Node) -> Option<BTreeMap<String, Secret>> {
    let named = if matches!(node.value, Value::Mapping(_)) {
        decoder.map(node, |d, source| secret(d, source.get("env")?))?
    } else {
        decoder.each(node, |d, name| Some((d.text(name)?, secret(d, name)?)))?
    };
    Some(named.into_iter().collect())
}

fn secret(decoder: &mut Decoder<'_>, node: &Node) -> Option<Secret> {
    let name = decoder.text(node)?;
    Some(decoder.secret(&name, node.span))
}

impl Kind for Build {
    fn word(&self) -> &'static str {
        "build"
    }

    fn summary(&self) -> String {
        let request = &self.request;
        let extra: Vec<String> = [
            request
                .dockerfile
                .as_ref()
                .map(|file| format!("file {file}")),
            request
                .target
                .as_ref()
                .map(|target| format!("target {target}")),
            request.platform.clone(),
            self.builds.tool.then(|| "a tool".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if extra.is_empty() {
            return format!("build {}", request.context);
        }
        format!("build {} ({})", request.context, extra.join(", "))
    }

    fn uses(&self) -> Vec<GateName> {
        let mut gates: Vec<_> = self.args.values().flat_map(Text::gates).collect();
        gates.sort();
        gates.dedup();
        gates
    }

    fn builds(&self) -> Option<Builds> {
        Some(self.builds.clone())
    }

    fn ships(&self, cwd: &str) -> Option<BuildRequest> {
        let mut request = self.request.clone();
        request.context = paths::from_root(cwd, &request.context);
        request.product.then_some(request)
    }

    /// In the image, as `docker run` would start it, with what holds for every container of ours.
    fn enters(&self, turn: &Turn<'_>) -> Option<Result<RunRequest, Reason>> {
        let image = turn.images.get(turn.gate).cloned();
        let unknown = || Reason::new(format!("the image of {} is not known", turn.gate));
        Some(image.ok_or_else(unknown).map(|image| RunRequest {
            place: Place::Image(ImageRef::Built(image)),
            command: Command::Argv(vec!["bash".to_owned()]),
            cwd: turn.cwd.to_owned(),
            env: BTreeMap::new(),
            secrets: BTreeMap::new(),
            container: ContainerOptions::default(),
            capture_stdout: false,
            capture_stderr: false,
            collect: Collect::default(),
            jobserver: SharedJobs::Nobody,
        }))
    }

    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        match answers {
            [] => match self.ask(turn) {
                Ok(request) => Step::Ask(vec![Probe::Build(Box::new(request))]),
                Err(reason) => Step::judge(Judged::Errored(reason)),
            },
            [Answer::Built(built)] => judged(built, answers),
            [Answer::Unanswered(no)] => Step::judge(judge::unanswered(no, turn)),
            _ => Step::judge(judge::misplaced("build")),
        }
    }
}

impl Build {
    fn ask(&self, turn: &Turn<'_>) -> Result<BuildRequest, Reason> {
        let mut request = self.request.clone();
        request.context = paths::from_root(turn.cwd, &request.context);
        for (name, text) in &self.args {
            request.args.insert(name.clone(), text.resolve(turn)?);
        }
        Ok(request)
    }
}

fn judged(built: &Built, answers: &[Answer]) -> Step {
    match built {
        Built::Image { image, .. } if image.id.is_empty() => {
            let reason = Reason::new("the builder ended well but named no image");
            Step::judge(Judged::Errored(reason))
        }
        Built::Image { image, builder } => {
            let mut judgement = Judgement::new(judge::pass(answers));
            judgement.product = Some(Product::Image(image.clone()));
            judgement.notes.push(format!("built by {builder}"));
            judge::done(judgement)
        }
        Built::Failed { message, builder } => {
            let lines: Vec<&str> = message
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            let said = lines
                .last()
                .map_or("the builder did not say why", |line| line.trim());
            let mut reason = Reason::new(format!("the image build failed: {said}"));
            let before = lines.len().saturating_sub(judge::LISTED);
            if lines.len() > 1 {
                reason.details = lines[before..]
                    .iter()
                    .map(|line| (*line).to_owned())
                    .collect();
            }
            let mut judgement = Judgement::new(Judged::Failed(reason));
            judgement.notes.push(format!("built by {builder}"));
            judge::done(judgement)
        }
    }
}
