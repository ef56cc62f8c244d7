//! Which image a service runs: a tag that stands still, or a digest.

use super::judge::Judge;
use crate::format::compose::Service;
use crate::model::{Rule, Severity};

const SOURCE: &str =
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions";

/// No tag.
pub(super) const UNTAGGED_IMAGE: Rule = Rule {
    id: "untagged-image",
    aliases: &["CL-0004", "service-image-require-explicit-tag", "DCL011"],
    severity: Severity::Error,
    about: "An image is named without a tag",
    why: "Without one it is `latest`: what is tested today is not what is pulled tomorrow.",
    fix: "name the version: `postgres:16.4`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: demo/app}\n",
    good: "services:\n  app: {image: 'demo/app:1.0'}\n",
};

/// A tag that moves.
pub(super) const LATEST_TAG: Rule = Rule {
    id: "latest-tag",
    aliases: &[],
    severity: Severity::Error,
    about: "An image is named by a tag that moves",
    why: "`latest` and its like stand on another image every week: what is tested today is not what is \
          pulled tomorrow, and there is nothing to go back to.",
    fix: "name the version: `grafana/grafana:11.2.0`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:latest'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0'}\n",
};

/// No digest.
pub(super) const NO_DIGEST: Rule = Rule {
    id: "no-digest",
    aliases: &["CL-0019"],
    severity: Severity::Error,
    about: "An image is named without a digest",
    why: "A tag can be put on another image by whoever may push there; a digest is the image.",
    fix: "put the digest behind the tag: `postgres:16.4@sha256:…`",
    source: SOURCE,
    settings: "{pin: digest}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}\n",
};

/// Both `build` and `image`.
pub(super) const BUILD_AND_IMAGE: Rule = Rule {
    id: "build-and-image",
    aliases: &["no-build-and-image", "DCL001"],
    severity: Severity::Info,
    about: "A service has `build` beside `image`",
    why: "`image` is then the name that the built image gets; where the two are pulled and built is for \
          `pull_policy` to say, and compose pulls that name first when nothing says so.",
    fix: "take `image` out, or write `pull_policy: build`",
    source: "https://docs.docker.com/reference/compose-file/build/#using-build-and-image",
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', build: .}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', build: ., pull_policy: build}\n",
};

const MOVING: &[&str] = &[
    "latest", "edge", "nightly", "dev", "main", "master", "stable", "rolling",
];

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    let Some(image) = &service.image else {
        return;
    };
    if service.build.is_some() {
        let policy = service.run.pull_policy.as_ref();
        if policy.is_none_or(|policy| policy.value != "build") {
            let message = format!("`{}` has `build` beside `image`", service.name);
            judge.hit(
                &BUILD_AND_IMAGE,
                service,
                service.key_span("image"),
                message,
            );
        }
        return;
    }
    let (name, digest) = match image.value.split_once('@') {
        Some((name, _)) => (name, true),
        None => (image.value.as_str(), false),
    };
    if digest {
        return;
    }
    let tag = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    match tag {
        None => {
            let message = format!("the image `{name}` of `{}` has no tag", service.name);
            judge.hit(&UNTAGGED_IMAGE, service, image.span, message);
        }
        Some((_, tag)) if MOVING.contains(&tag) => {
            let message = format!("the tag of `{name}` of `{}` moves", service.name);
            judge.hit(&LATEST_TAG, service, image.span, message);
        }
        Some(_) if judge.settings.pin_digest => {
            let message = format!("the image `{name}` of `{}` has no digest", service.name);
            judge.hit(&NO_DIGEST, service, image.span, message);
        }
        Some(_) => {}
    }
}
