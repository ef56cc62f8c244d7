//! Texts with `${{ … }}` in them: what is known at load is filled in, images come at run time.
//!
//! Must not know how templates are written (`template.rs`) or where values come from
//! (`resolve.rs`).

use super::Turn;
use crate::format::yaml::Span;
use crate::model::{GateName, Reason};

/// A text, resolved as far as it can be before anything runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// In order.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Lit(String),
    /// `${{ GATE.ref }}` or `${{ GATE.digest }}`: known when that gate has built its image.
    ImageRef {
        /// The gate that builds it.
        gate: GateName,
        /// Which.
        property: ImageProperty,
    },
}

/// What a text may ask of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageProperty {
    /// A reference that the engine takes wherever it takes an image.
    Ref,
    /// `sha256:…` of the image's config.
    Digest,
}

/// A text with the origin of each part: what a shell string is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// In order.
    pub segments: Vec<Segment>,
}

/// A part of a [`Script`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The part.
    pub part: Part,
    /// Where the template is written; for literal text, where the whole scalar is.
    pub span: Span,
    /// What was inside `${{ }}` (`git.branch`); `None` for literal text.
    pub expression: Option<String>,
    /// Its text may be chosen by a stranger (`git.branch`, `env.X`): to a shell it is code.
    pub strange: bool,
}

impl Text {
    /// Text without anything to fill in.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        Self {
            parts: vec![Part::Lit(text.into())],
        }
    }

    /// The text when nothing is left to fill in.
    #[must_use]
    pub fn as_literal(&self) -> Option<String> {
        self.parts.iter().map(Part::literal).collect()
    }

    /// Fills in the images of this run.
    ///
    /// # Errors
    /// When an image has not been built: the plan has an edge for each of [`Text::gates`], so this
    /// says that the edge was missing.
    pub fn resolve(&self, turn: &Turn<'_>) -> Result<String, Reason> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Lit(lit) => text.push_str(lit),
                Part::ImageRef { gate, .. } => {
                    let image = turn.images.get(gate).ok_or_else(|| {
                        Reason::new(format!("the image of {gate} is not known"))
                            .hint(format!("run it together with {gate}, not with --only"))
                    })?;
                    text.push_str(&image.id);
                }
            }
        }
        Ok(text)
    }

    /// The gates whose images it names: edges of the plan. Sorted, each once.
    #[must_use]
    pub fn gates(&self) -> Vec<GateName> {
        let mut gates: Vec<_> = self.parts.iter().filter_map(Part::gate).cloned().collect();
        gates.sort();
        gates.dedup();
        gates
    }

    /// For people: what is not known yet is shown as it is written.
    #[must_use]
    pub fn display(&self) -> String {
        self.parts.iter().map(Part::display).collect()
    }
}

impl Part {
    fn literal(&self) -> Option<&str> {
        match self {
            Self::Lit(text) => Some(text),
            Self::ImageRef { .. } => None,
        }
    }

    fn gate(&self) -> Option<&GateName> {
        match self {
            Self::Lit(_) => None,
            Self::ImageRef { gate, .. } => Some(gate),
        }
    }

    fn display(&self) -> String {
        match self {
            Self::Lit(text) => text.clone(),
            Self::ImageRef {
                gate,
                property: ImageProperty::Ref,
            } => format!("${{{{ {gate}.ref }}}}"),
            Self::ImageRef {
                gate,
                property: ImageProperty::Digest,
            } => {
                format!("${{{{ {gate}.digest }}}}")
            }
        }
    }
}

impl Script {
    /// The text, origins forgotten.
    #[must_use]
    pub fn text(&self) -> Text {
        let mut parts: Vec<Part> = Vec::new();
        for segment in &self.segments {
            match (parts.last_mut(), &segment.part) {
                (Some(Part::Lit(before)), Part::Lit(more)) => before.push_str(more),
                (_, part) => parts.push(part.clone()),
            }
        }
        Text { parts }
    }

    /// The first part that a stranger may choose.
    #[must_use]
    pub fn strange(&self) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.strange)
    }
}
