//! Rules on the images that stages are made on and files are taken from: named, pinned, trusted.

use super::super::settings::Pin;
use super::super::subject::Subject;
use super::Check;
use crate::format::Span;
use crate::format::dockerfile::Command;
use crate::format::dockerfile::scope::Base;
use crate::format::reference::parts;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &DL3006,
        find: untagged,
    },
    Check {
        rule: &DL3007,
        find: latest,
    },
    Check {
        rule: &NOT_PINNED,
        find: not_pinned,
    },
    Check {
        rule: &FORBIDDEN_TAG,
        find: forbidden_tag,
    },
    Check {
        rule: &DL3026,
        find: untrusted,
    },
];

const PINNING: &str =
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions";

const DL3006: Rule = Rule {
    id: "DL3006",
    aliases: &[],
    severity: Severity::Warning,
    about: "An image is named without a tag",
    why: "Without a tag it is `latest`: the same Dockerfile makes another image tomorrow, and nobody \
          can say what the one of yesterday was made of.",
    fix: "write the tag, or better the digest: `image:tag@sha256:…`",
    source: PINNING,
    settings: "",
    bad: "FROM debian\n",
    good: "ARG TAG=bookworm\nFROM debian:$TAG AS base\nFROM base\n",
};

const DL3007: Rule = Rule {
    id: "DL3007",
    aliases: &[],
    severity: Severity::Warning,
    about: "An image is named by the tag `latest`",
    why: "It is moved to every new release: the same Dockerfile makes another image tomorrow.",
    fix: "write the tag of the release that you mean",
    source: PINNING,
    settings: "",
    bad: "FROM debian:latest\n",
    good: "FROM debian:bookworm\n",
};

const NOT_PINNED: Rule = Rule {
    id: "base-not-pinned",
    aliases: &[],
    severity: Severity::Error,
    about: "An image is not pinned as the project asks",
    why: "A tag can be moved to another image, a digest cannot: only with it the image that was \
          looked at is the image that is used.",
    fix: "write what pins it: `image:tag`, or `image:tag@sha256:…`",
    source: PINNING,
    settings: "{base_image: {pin: digest}}",
    bad: "FROM debian:bookworm\n",
    good: "FROM debian:bookworm@sha256:e1b1f2d7a0d5b1f1a2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071829\n",
};

const FORBIDDEN_TAG: Rule = Rule {
    id: "base-tag-forbidden",
    aliases: &[],
    severity: Severity::Error,
    about: "An image has a tag that the project forbids",
    why: "The project has said which tags it does not build on.",
    fix: "take another tag",
    source: PINNING,
    settings: "{base_image: {forbid_tags: [edge, '*-rc*']}}",
    bad: "FROM alpine:edge\n",
    good: "FROM alpine:3.20\n",
};

const DL3026: Rule = Rule {
    id: "DL3026",
    aliases: &["untrusted-registry"],
    severity: Severity::Error,
    about: "An image comes from a registry that the project does not trust",
    why: "Whoever can push there decides what is in the image.",
    fix: "take the image from a registry of the list, or add this one to `base_image.registries`",
    source: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image",
    settings: "{base_image: {registries: [docker.io/library]}}",
    bad: "FROM registry.example.com/alpine:3.20\n",
    good: "FROM alpine:3.20\n",
};

/// An image that the file names.
struct Image<'f> {
    span: Span,
    /// `None` when it cannot be told.
    name: Option<&'f str>,
}

/// All images of a file: of `FROM`, of `COPY --from`, of `--mount`.
fn images<'f>(subject: &Subject<'f>) -> Vec<Image<'f>> {
    let mut images = Vec::new();
    for (stage, values) in subject.stages() {
        let name = match &values.base {
            Base::Image(image) => Some(Some(image.as_str())),
            Base::Unknown => Some(None),
            Base::Stage(_) | Base::Scratch => None,
        };
        images.extend(name.map(|name| Image {
            span: stage.image.span,
            name,
        }));
    }
    for at in subject.instructions() {
        let outer = |from: &str| subject.source(at.stage, from).is_none() && is_image(from);
        match &at.instruction.command {
            Command::Copy(copy) => images.extend(
                copy.from
                    .as_ref()
                    .filter(|from| outer(&from.text))
                    .map(|from| Image {
                        span: from.span,
                        name: Some(&from.text),
                    }),
            ),
            Command::Run(run) => {
                let from =
                    |mount| Some((mount, crate::format::dockerfile::Mount::get(mount, "from")?));
                let mounts = run.mounts.iter().filter_map(from);
                images.extend(
                    mounts
                        .filter(|(_, from)| outer(from))
                        .map(|(mount, from)| Image {
                            span: mount.span,
                            name: Some(from),
                        }),
                );
            }
            _ => {}
        }
    }
    images
}

/// A bare word that is no stage is rather a slip than an image: another rule says so.
pub(super) fn is_image(from: &str) -> bool {
    from.contains([':', '/', '@'])
}

/// Named images without what pins them.
fn named<'f>(subject: &Subject<'f>) -> impl Iterator<Item = (Span, &'f str)> {
    let images = images(subject).into_iter();
    images.filter_map(|image| Some((image.span, image.name?)))
}

fn untagged(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.base_image.pin.is_some() {
        return;
    }
    for (span, image) in named(subject) {
        let parts = parts(image);
        if parts.tag.is_none() && parts.digest.is_none() {
            let message = format!("`{image}` has no tag, so it is whatever `latest` is today");
            found.push(subject.found(&DL3006, span, message));
        }
    }
}

fn latest(subject: &Subject<'_>, found: &mut Vec<Found>) {
    if subject.settings.base_image.pin.is_some() {
        return;
    }
    for (span, image) in named(subject) {
        let parts = parts(image);
        if parts.tag == Some("latest") && parts.digest.is_none() {
            let message = format!("`{image}` is whatever was released last");
            found.push(subject.found(&DL3007, span, message));
        }
    }
}

fn not_pinned(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let Some(pin) = subject.settings.base_image.pin else {
        return;
    };
    for image in images(subject) {
        let message = match (image.name, pin) {
            (None, _) => "it cannot be told which image this is".to_owned(),
            (Some(name), pin) => {
                let parts = parts(name);
                let tagged = parts.tag.is_some_and(|tag| tag != "latest");
                match pin {
                    _ if parts.digest.is_some() => continue,
                    Pin::Tag if tagged => continue,
                    Pin::Tag => format!("`{name}` is not pinned by a tag"),
                    Pin::Digest => format!("`{name}` is not pinned by a digest"),
                }
            }
        };
        found.push(subject.found(&NOT_PINNED, image.span, message));
    }
}

fn forbidden_tag(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let forbidden = &subject.settings.base_image.forbid_tags;
    for (span, image) in named(subject) {
        let parts = parts(image);
        let tag = match (parts.tag, parts.digest) {
            (Some(tag), _) => tag,
            (None, None) => "latest",
            (None, Some(_)) => continue,
        };
        if let Some(pattern) = forbidden.iter().find(|pattern| like(pattern, tag)) {
            let message = format!("`{image}` has the tag `{tag}`, and `{pattern}` is forbidden");
            found.push(subject.found(&FORBIDDEN_TAG, span, message));
        }
    }
}

/// `*` is any text.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|behind| {
            let starts = behind.char_indices().map(|(at, _)| at);
            let mut starts = starts.chain([behind.len()]);
            starts.any(|at| like(rest, &behind[at..]))
        }),
    }
}

fn untrusted(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let trusted = &subject.settings.base_image.registries;
    if trusted.is_empty() {
        return;
    }
    for image in images(subject) {
        let message = match image.name {
            None => "it cannot be told which registry this comes from".to_owned(),
            Some(name) => {
                let parts = parts(name);
                let whole = format!("{}/{}", parts.host, parts.path);
                if trusted.iter().any(|registry| lies_in(&whole, registry)) {
                    continue;
                }
                format!(
                    "`{name}` comes from {}, which is not in the list",
                    parts.host
                )
            }
        };
        found.push(subject.found(&DL3026, image.span, message));
    }
}

/// Whether a whole name lies in a registry or in a part of it.
fn lies_in(name: &str, registry: &str) -> bool {
    let registry = registry.trim_end_matches('/');
    let behind = name.strip_prefix(registry);
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
