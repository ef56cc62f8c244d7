//! What each `${{ … }}` means: variables, the caller's environment, git, images of this run.
//!
//! Undefined is an error with its position, never an empty text. Must not know how templates are
//! written.

use super::text::{ImageProperty, Part, Segment};
use super::{Decoder, Diagnostic, Script, Text, habits, template};
use crate::format::yaml::Span;
use crate::model::{GateName, GitFacts};

const NAMESPACES: &str =
    "there are `vars.NAME`, `env.NAME`, `git.sha|base|branch|tag` and `GATE.ref|digest`";

/// A value and whether a stranger may have chosen it.
type Resolved = (Part, bool);

/// Resolves every template in a text; `None` when one of them is wrong, after all were read.
pub(super) fn script(decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<Script> {
    let source = decoder.scope.sources.text(span.source);
    let mut segments = Some(Vec::new());
    for piece in template::pieces(text) {
        let segment = match piece {
            template::Piece::Lit(lit) => {
                let part = Part::Lit(lit.to_owned());
                Some(Segment {
                    part,
                    span,
                    expression: None,
                    strange: false,
                })
            }
            template::Piece::Expression { text, nth } => {
                let span = template::locate(source, span, nth);
                let resolved = expression(decoder, text, span);
                resolved.map(|(part, strange)| Segment {
                    part,
                    span,
                    expression: Some(text.to_owned()),
                    strange,
                })
            }
            template::Piece::Unclosed { nth } => {
                let span = template::locate(source, span, nth);
                let diagnostic = Diagnostic::new(span, "this `${{` is never closed");
                decoder.report(
                    diagnostic.help("close it with `}}`; for the text itself write `$${{`"),
                );
                None
            }
        };
        match (segment, &mut segments) {
            (Some(segment), Some(all)) => all.push(segment),
            _ => segments = None,
        }
    }
    segments.map(|segments| Script { segments })
}

fn expression(decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<Resolved> {
    let resolved = match text.split_once('.') {
        _ if !is_name(text) => Err(malformed(text, span)),
        Some(("vars", name)) => variable(decoder, name, span)?,
        Some(("env", name)) => environment(decoder, name, span),
        Some(("git", name)) => git(decoder, name, span),
        Some(_) => image(decoder, text, span),
        None => Err(unknown(text, span)),
    };
    resolved
        .map_err(|diagnostic| decoder.report(diagnostic))
        .ok()
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    !text.is_empty() && text.chars().all(allowed) && !text.ends_with('.')
}

fn malformed(text: &str, span: Span) -> Diagnostic {
    if text.is_empty() {
        return Diagnostic::new(span, "there is nothing inside `${{ }}`").help(NAMESPACES);
    }
    Diagnostic::new(span, format!("`{text}` is no name"))
        .why("`${{ }}` holds one name: it has no operators and calls nothing")
        .help(NAMESPACES)
}

fn unknown(text: &str, span: Span) -> Diagnostic {
    Diagnostic::new(span, format!("`{text}` is not defined")).help(NAMESPACES)
}

/// The outer `None`: what is wrong with the variable has been said where it is defined.
#[expect(
    clippy::option_option,
    reason = "the inner result is the caller's to report"
)]
fn variable(decoder: &Decoder<'_>, name: &str, span: Span) -> Option<Result<Resolved, Diagnostic>> {
    let scope = decoder.scope;
    if let Some(var) = scope.vars.get(name) {
        return Some(Ok((Part::Lit(var.value.clone()?), var.strange)));
    }
    let diagnostic = Diagnostic::new(span, format!("there is no variable `{name}`"));
    if !scope.vars_known {
        return Some(Err(diagnostic.why("a variable cannot be made of variables")));
    }
    let known = scope.vars.keys().map(String::as_str);
    let guess = habits::nearest(name, known).map(|near| format!("vars.{near}"));
    Some(Err(match guess {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("define it: `vars: {{ {name}: … }}`")),
    }))
}

fn environment(decoder: &Decoder<'_>, name: &str, span: Span) -> Result<Resolved, Diagnostic> {
    let scope = decoder.scope;
    if scope.secrets.contains(name) {
        let message = format!("`{name}` is a secret and cannot be put into a text");
        return Err(Diagnostic::new(span, message)
            .why("a command line can be read by everyone on the machine")
            .help(format!(
                "the gates that name it under `secrets` find it as ${name}"
            )));
    }
    match scope.facts.env.get(name) {
        Some(value) => Ok((Part::Lit(value.clone()), true)),
        None => Err(Diagnostic::new(
            span,
            format!("`{name}` is not set in the caller's environment"),
        )
        .help(format!(
            "set it, or give it a default: `vars: {{ x: {{ env: {name}, default: … }} }}`"
        ))),
    }
}

fn git(decoder: &Decoder<'_>, name: &str, span: Span) -> Result<Resolved, Diagnostic> {
    const NAMES: &[&str] = &["sha", "base", "branch", "tag"];
    if !NAMES.contains(&name) {
        let diagnostic = Diagnostic::new(span, format!("there is no `git.{name}`"));
        let guess = match habits::nearest(name, NAMES.iter().copied()) {
            Some(near) => diagnostic
                .clone()
                .help(format!("did you mean `git.{near}`?")),
            None => diagnostic.clone(),
        };
        let listed = diagnostic.help("there are `git.sha`, `git.base`, `git.branch` and `git.tag`");
        return Err(if guess.help.is_some() { guess } else { listed });
    }
    let facts = match &decoder.scope.facts.git {
        Some(Ok(facts)) => facts,
        Some(Err(why)) => return Err(no_git(name, span, why)),
        None => return Err(no_git(name, span, "git was not asked")),
    };
    let (value, why) = git_value(facts, name);
    let value = value.ok_or_else(|| no_git(name, span, why))?;
    Ok((Part::Lit(value), matches!(name, "branch" | "tag")))
}

fn git_value(facts: &GitFacts, name: &str) -> (Option<String>, &'static str) {
    match name {
        "sha" => (Some(facts.sha.clone()), ""),
        "base" => (
            facts.base.clone(),
            "there is no merge base with the default branch",
        ),
        "branch" => (facts.branch.clone(), "HEAD is detached: there is no branch"),
        _ => (facts.tag.clone(), "not exactly one tag points at HEAD"),
    }
}

fn no_git(name: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(span, format!("`git.{name}` cannot be had: {why}"))
}

fn image(decoder: &Decoder<'_>, text: &str, span: Span) -> Result<Resolved, Diagnostic> {
    let Some((gate, word)) = text.rsplit_once('.') else {
        return Err(unknown(text, span));
    };
    let property = match word {
        "ref" => ImageProperty::Ref,
        "digest" => ImageProperty::Digest,
        _ if decoder.scope.find(gate, decoder.group()).is_some() => {
            let message = format!("a gate has no `{word}`");
            return Err(Diagnostic::new(span, message).help("there are `.ref` and `.digest`"));
        }
        _ => return Err(unknown(text, span)),
    };
    let gate = builder(decoder, gate, span)?;
    Ok((Part::ImageRef { gate, property }, false))
}

/// A gate that builds an image, by name.
pub(super) fn image_gate(decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<GateName> {
    builder(decoder, text, span)
        .map_err(|diagnostic| decoder.report(diagnostic))
        .ok()
}

fn builder(decoder: &Decoder<'_>, name: &str, span: Span) -> Result<GateName, Diagnostic> {
    let scope = decoder.scope;
    let builders = || scope.gates.iter().filter(|(_, known)| known.builds);
    let names: Vec<_> = builders().map(|(name, _)| name.as_str()).collect();
    match scope.find(name, decoder.group()) {
        Some((full, _)) if decoder.gate_name() == Some(full) => Err(Diagnostic::new(
            span,
            format!("`{full}` cannot use its own image"),
        )),
        Some((full, known)) if known.builds => Ok(full.clone()),
        Some((full, known)) => Err(Diagnostic::new(span, format!("`{full}` builds no image"))
            .also(known.span, "this gate")
            .help(image_help(&names))),
        None => {
            let diagnostic = Diagnostic::new(span, format!("there is no gate `{name}`"));
            let guess = habits::did_you_mean(diagnostic.clone(), name, names.iter().copied());
            let listed = diagnostic.help(image_help(&names));
            Err(if guess.help.is_some() { guess } else { listed })
        }
    }
}

fn image_help(names: &[&str]) -> String {
    if names.is_empty() {
        return "no gate of this file builds an image; one that is built elsewhere is \
                `{ image: … }`"
            .to_owned();
    }
    format!("gates that build an image: {}", names.join(", "))
}

/// A text that must be known at load names an image.
pub(super) fn too_early(span: Span, text: &Text) -> Diagnostic {
    let message = format!("`{}` is not known before the run", text.display());
    Diagnostic::new(span, message)
        .help("an image may be named in `run`, in `env`, and where an image is expected")
}

/// A shell string that a stranger could write code into.
pub(super) fn injection(segment: &Segment) -> Diagnostic {
    let expression = segment.expression.as_deref().unwrap_or_default();
    let last = expression.rsplit('.').next().unwrap_or_default();
    let name: String = last.to_uppercase().replace('-', "_");
    Diagnostic::new(
        segment.span,
        format!("`{expression}` in a shell string is an injection"),
    )
    .label("to the shell this text is code")
    .why("whoever may choose it (the name of a branch will do) runs commands in this gate")
    .help(format!(
        "hand it over by `env: {{ {name}: \"${{{{ {expression} }}}}\" }}` and write \"${name}\""
    ))
}
