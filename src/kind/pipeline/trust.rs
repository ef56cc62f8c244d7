//! What a pipeline runs that is not its own: actions and images, and whether they may change under it.

use super::super::lint::Found;
use super::doc::Doc;
use super::rules;
use crate::format::yaml::Node;

/// How exactly images must be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin {
    /// By a tag that names a version.
    Tag,
    /// By digest.
    Digest,
}

/// What is asked of foreign things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust {
    pub images: Pin,
    /// Actions of the forge's own maker, too, must be pinned.
    pub first_party: bool,
}

/// Tags that move on by design.
const MOVING: &[&str] = &[
    "latest", "stable", "edge", "main", "master", "nightly", "dev", "develop", "next", "current",
    "lts", "rolling", "alpine", "slim", "bookworm", "bullseye", "trixie",
];

impl Trust {
    /// An action, `owner/repo/path@ref`.
    pub fn action(self, doc: &Doc<'_>, node: &Node) -> Option<Found> {
        let uses = node.scalar()?;
        if let Some(image) = uses.strip_prefix("docker://") {
            return self.named(doc, node, image);
        }
        if uses.starts_with("./") || uses.starts_with("../") || uses.contains("${{") {
            return None;
        }
        let (name, reference) = uses.split_once('@').unwrap_or((uses, ""));
        let first_party = name.starts_with("actions/") || name.starts_with("github/");
        let hex = reference.len() == 40 && reference.chars().all(|c| c.is_ascii_hexdigit());
        if hex || first_party && !self.first_party {
            return None;
        }
        let message = match reference {
            "" => format!("`{name}` is used at no revision in particular"),
            _ => format!("`{name}` is used at `{reference}`, which its owner can move"),
        };
        let at = doc.at(node.span);
        Some(Found::new(&rules::UNPINNED_ACTION, message).at(&at.path, at.line, at.column))
    }

    /// The image that a job runs in: a text, or a map with `image` or `name`.
    pub fn image(self, doc: &Doc<'_>, node: &Node) -> Option<Found> {
        let inner = node
            .get("image")
            .or_else(|| node.get("name"))
            .unwrap_or(node);
        self.named(doc, inner, inner.scalar()?)
    }

    fn named(self, doc: &Doc<'_>, node: &Node, image: &str) -> Option<Found> {
        if image.is_empty() || image.contains('$') || image.contains("@sha256:") {
            return None;
        }
        let tag = match image.rsplit_once(':') {
            Some((_, tag)) if !tag.contains('/') => Some(tag),
            _ => None,
        };
        let message = match (tag, self.images) {
            (None, _) => {
                format!("the image `{image}` has no tag: whatever is the latest runs here")
            }
            (Some(tag), _) if MOVING.contains(&tag) => {
                format!("the image `{image}` has a tag that moves")
            }
            (Some(_), Pin::Digest) => format!("the image `{image}` is not named by digest"),
            (Some(_), Pin::Tag) => return None,
        };
        let at = doc.at(node.span);
        Some(Found::new(&rules::MUTABLE_IMAGE, message).at(&at.path, at.line, at.column))
    }
}
