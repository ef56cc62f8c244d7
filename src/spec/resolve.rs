//! `${{ … }}`: what each expression means. Stub of the first landing.

use super::Decoder;
use super::text::{Part, Segment};
use super::{Diagnostic, Script, Text};
use crate::format::yaml::Span;
use crate::model::GateName;

pub(super) fn script(_decoder: &mut Decoder<'_>, text: &str, span: Span) -> Option<Script> {
    let part = Part::Lit(text.to_owned());
    Some(Script {
        segments: vec![Segment {
            part,
            span,
            expression: None,
            strange: false,
        }],
    })
}

pub(super) fn too_early(span: Span, text: &Text) -> Diagnostic {
    Diagnostic::new(
        span,
        format!("`{}` is not known before the run", text.display()),
    )
}

pub(super) fn injection(segment: &Segment) -> Diagnostic {
    Diagnostic::new(
        segment.span,
        "text that a stranger may choose, in a shell string",
    )
}

pub(super) fn image_gate(decoder: &mut Decoder<'_>, text: &str, _span: Span) -> Option<GateName> {
    let group = decoder.gate.as_ref().and_then(|gate| gate.group.clone());
    decoder
        .scope
        .find(text, group.as_ref())
        .map(|(name, _)| name.clone())
}
