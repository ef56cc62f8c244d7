//! What each `${{ … }}` means: variables, the caller's environment, git, images of this run.
//!
//! Undefined is an error with its position, never an empty text. Must not know how templates are
//! written.

use super::matrix::{self, Found, Reference};
use super::scope::Known;
use super::text::{ImageProperty, Part, Segment};
use super::{Decoder, Diagnostic, Script, Text, habits, template};
use crate::format::yaml::Span;
use crate::model::{GateName, GitFacts};

const NAMESPACES: &str = "there are `vars.NAME`, `env.NAME`, `matrix.NAME`, `git.sha|base|branch|tag` and `GATE.ref|digest`";

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
                    expression: (strange || !is_parameter(decoder, text, span))
                        .then(|| text.to_owned()),
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
    match text.split_once('.') {
        _ if !is_name(text) => decoder.refuse(malformed(text, span)),
        Some(("vars", name)) => variable(decoder, name, span),
        Some(("env", name)) => environment(decoder, name, span),
        Some(("git", name)) => git(decoder, name, span),
        Some(("matrix", name)) => matrix(decoder, name, span),
        Some(_) => image(decoder, text, span),
        None => decoder.refuse(unknown(text, span)),
    }
}

/// A variable of a pack, in the pack's own text. Whoever uses the pack writes a piece of its text
/// there, of several words or of none (`-p app`), so it is read as if it had stood there.
fn is_parameter(decoder: &Decoder<'_>, text: &str, span: Span) -> bool {
    text.starts_with("vars.") && decoder.scope.pack_vars.contains_key(&span.source)
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-./[]=,".contains(c);
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

fn variable(decoder: &mut Decoder<'_>, name: &str, span: Span) -> Option<Resolved> {
    let scope = decoder.scope;
    let vars = scope.vars_of(span.source);
    if let Some(var) = vars.get(name) {
        // One without a value has been said where it is defined.
        return Some((Part::Lit(var.value.clone()?), var.strange));
    }
    let diagnostic = Diagnostic::new(span, format!("there is no variable `{name}`"));
    if !scope.vars_known {
        return decoder.refuse(diagnostic.why("a variable cannot be made of variables"));
    }
    decoder.refuse(
        match habits::nearest(name, vars.keys().map(String::as_str)) {
            Some(near) => diagnostic.help(format!("did you mean `vars.{near}`?")),
            None => diagnostic.help(format!("define it: `vars: {{ {name}: … }}`")),
        },
    )
}

fn environment(decoder: &mut Decoder<'_>, name: &str, span: Span) -> Option<Resolved> {
    let scope = decoder.scope;
    if scope.secrets.contains(name) {
        return decoder.refuse(secret_in_text(name, span));
    }
    if let Some(value) = scope.facts.env.get(name) {
        return Some((Part::Lit(value.clone()), true));
    }
    let message = format!("`{name}` is not set in the caller's environment");
    let help =
        format!("set it, or give it a default: `vars: {{ x: {{ env: {name}, default: … }} }}`");
    undefined(decoder, name, Diagnostic::new(span, message).help(help))
}

/// A gate that is not applicable never runs, so nobody sees the name that stands in here:
/// `when: { tag: "v*" }` is what makes `${{ git.tag }}` defined.
fn undefined(decoder: &mut Decoder<'_>, name: &str, diagnostic: Diagnostic) -> Option<Resolved> {
    if decoder.gate.as_ref().is_some_and(|gate| gate.idle) {
        return Some((Part::Lit(name.to_owned()), true));
    }
    decoder.refuse(diagnostic)
}

fn matrix(decoder: &mut Decoder<'_>, name: &str, span: Span) -> Option<Resolved> {
    let place = decoder.gate.as_ref().and_then(|gate| gate.place.clone());
    let Some(place) = place else {
        let message = format!("there is no `matrix.{name}`: this has no matrix");
        return decoder.refuse(Diagnostic::new(span, message));
    };
    match place.find(name) {
        Found::Value(value) => return Some((Part::Lit(value.text.clone()), value.strange)),
        Found::Unknown => return None,
        Found::None => {}
    }
    if place.names().any(|known| known == name) {
        let cell = decoder.gate_name().map_or("", GateName::as_str);
        let message = format!("there is no `matrix.{name}` in `{cell}`");
        let help = format!("`include` gives `{name}` to other cells: give it to this one, too");
        return decoder.refuse(Diagnostic::new(span, message).help(help));
    }
    let diagnostic = Diagnostic::new(span, format!("there is no `matrix.{name}`"));
    let near = habits::nearest(name, place.names());
    decoder.refuse(match near {
        Some(near) => diagnostic.help(format!("did you mean `matrix.{near}`?")),
        None => {
            let names: Vec<&str> = place.names().collect();
            diagnostic.help(format!("this gate has {}", names.join(", ")))
        }
    })
}

fn git(decoder: &mut Decoder<'_>, name: &str, span: Span) -> Option<Resolved> {
    const NAMES: &[&str] = &["sha", "base", "branch", "tag"];
    if !NAMES.contains(&name) {
        let diagnostic = Diagnostic::new(span, format!("there is no `git.{name}`"));
        return decoder.refuse(match habits::nearest(name, NAMES.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `git.{near}`?")),
            None => diagnostic.help("there are `git.sha`, `git.base`, `git.branch`, `git.tag`"),
        });
    }
    let (value, why) = match &decoder.scope.facts.git {
        Some(Ok(facts)) => git_value(facts, name),
        Some(Err(why)) => (None, why.as_str()),
        None => (None, "git was not asked"),
    };
    match value {
        Some(value) => Some((Part::Lit(value), matches!(name, "branch" | "tag"))),
        None => {
            let message = format!("`git.{name}` cannot be had: {why}");
            undefined(decoder, name, Diagnostic::new(span, message))
        }
    }
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

fn image(decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<Resolved> {
    let (gate, word) = text.rsplit_once('.')?;
    let property = match word {
        "ref" => ImageProperty::Ref,
        "digest" => ImageProperty::Digest,
        _ if decoder.scope.find(gate, decoder.group()).is_some() => {
            let message = format!("a gate has no `{word}`");
            let help = "there are `.ref` and `.digest`";
            return decoder.refuse(Diagnostic::new(span, message).help(help));
        }
        _ => return decoder.refuse(unknown(text, span)),
    };
    let gate = image_gate(decoder, gate, span)?;
    Some((Part::ImageRef { gate, property }, false))
}

/// A gate that builds an image, by name; of one with a matrix, the cell that is meant.
pub(super) fn image_gate(decoder: &mut Decoder<'_>, name: &str, span: Span) -> Option<GateName> {
    let scope = decoder.scope;
    let (written, cell) = matrix::split(name);
    let builders = scope.gates.iter().filter(|(_, known)| known.builds);
    let names: Vec<_> = builders.map(|(name, _)| name.as_str()).collect();
    let diagnostic = match scope.find(written, decoder.group()) {
        Some((full, _)) if decoder.gate_name().map(GateName::base) == Some(full.as_str()) => {
            Diagnostic::new(span, format!("`{full}` cannot use its own image"))
        }
        Some((gate, known)) if known.builds => {
            let scope = decoder.gate.as_ref();
            let reference = Reference {
                gate,
                cell,
                span,
                own: scope.map_or(gate, |scope| &scope.name),
                place: scope.and_then(|scope| scope.place.as_ref()),
            };
            match one_cell(&reference, known) {
                Ok(name) => return Some(name),
                Err(diagnostic) => *diagnostic,
            }
        }
        Some((full, known)) => Diagnostic::new(span, format!("`{full}` builds no image"))
            .also(known.span, "this gate")
            .help(image_help(&names)),
        None => {
            let diagnostic = Diagnostic::new(span, format!("there is no gate `{written}`"));
            match habits::nearest(written, names.iter().copied()) {
                Some(near) => diagnostic
                    .help(format!("did you mean `{near}`?"))
                    .suggest(near),
                None => diagnostic.help(image_help(&names)),
            }
        }
    };
    decoder.refuse(diagnostic)
}

fn one_cell(reference: &Reference<'_>, known: &Known) -> Result<GateName, Box<Diagnostic>> {
    match matrix::join(reference, known.matrix.as_ref())? {
        Some(joined) => joined.one(reference),
        None => Ok(reference.gate.clone()),
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

/// A text that would carry a secret to whatever uses it.
pub(super) fn secret_in_text(name: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is a secret and cannot be put into a text");
    Diagnostic::new(span, message)
        .why("a command line can be read by everyone on the machine")
        .help(format!(
            "the gates that name it under `secrets` find it as ${name}"
        ))
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
