//! The rules of `tags:`. Their examples are lines of a gate file: what is judged is what they come to.

use crate::model::{Rule, Severity};

const GRAMMAR: &str = "https://docs.docker.com/reference/cli/docker/image/tag/";
const PRACTICE: &str =
    "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions";
const ACTION: &str = "https://docs.docker.com/build/ci/github-actions/manage-tags-labels/";

/// All of them.
pub(super) const RULES: &[&Rule] = &[
    &NO_TAG,
    &INVALID_TAG,
    &TAG_TOO_LONG,
    &SAME_TAG,
    &FORBIDDEN_TAG,
    &MUTABLE_TAG,
    &LATEST_ELSEWHERE,
];

/// Nothing comes out.
pub(super) const NO_TAG: Rule = Rule {
    id: "no-tag",
    aliases: &[],
    severity: Severity::Error,
    about: "The image would get no tag at all",
    why: "It would be built and tested, and then nobody could ask for it.",
    fix: "add a rule that always gives one, such as `type=sha`",
    source: ACTION,
    settings: "",
    bad: "tags: {image: app, tags: ['type=semver,pattern={{version}}']}",
    good: "tags: {image: app, tags: ['type=semver,pattern={{version}}', type=sha]}",
};

/// No engine takes it.
pub(super) const INVALID_TAG: Rule = Rule {
    id: "invalid-tag",
    aliases: &[],
    severity: Severity::Error,
    about: "A tag is none that an engine or a registry takes",
    why: "The push fails, after everything else was done.",
    fix: "a tag has letters, digits, `_`, `.` and `-`, and begins with none of the last two",
    source: GRAMMAR,
    settings: "",
    bad: "tags: {image: app, tags: ['type=raw,value=.hidden']}",
    good: "tags: {image: app, tags: ['type=raw,value=visible']}",
};

/// It has more characters than a tag may have.
pub(super) const TAG_TOO_LONG: Rule = Rule {
    id: "tag-too-long",
    aliases: &[],
    severity: Severity::Error,
    about: "A tag is longer than 128 characters",
    why: "The push fails, after everything else was done. It is the name of a branch, most often.",
    fix: "take something shorter: `type=sha`, or a part of it by `type=match`",
    source: GRAMMAR,
    settings: "",
    bad: "tags: {image: app, tags: ['type=raw,value=\
          0123456789012345678901234567890123456789012345678901234567890123456789\
          0123456789012345678901234567890123456789012345678901234567890123456789']}",
    good: "tags: {image: app, tags: ['type=raw,value=0123456789']}",
};

/// Two lines say one thing.
pub(super) const SAME_TAG: Rule = Rule {
    id: "same-tag",
    aliases: &[],
    severity: Severity::Warning,
    about: "Two rules give the same tag",
    why: "One of them is not needed, or was meant to give another.",
    fix: "take one of them away, or give it a prefix",
    source: ACTION,
    settings: "",
    bad: "tags: {image: app, tags: [type=sha, 'type=raw,value=sha-{{sha}}']}",
    good: "tags: {image: app, tags: [type=sha, 'type=raw,value=build-{{sha}}']}",
};

/// It is on the gate's list.
pub(super) const FORBIDDEN_TAG: Rule = Rule {
    id: "forbidden-tag",
    aliases: &[],
    severity: Severity::Error,
    about: "The image would get a tag that is forbidden",
    why: "Somebody decided that no image of this project bears it.",
    fix: "take the rule away, or switch it off here with `enable=`",
    source: ACTION,
    settings: "",
    bad: "tags: {image: app, forbid: ['dev*'], tags: ['type=raw,value=dev-1']}",
    good: "tags: {image: app, forbid: ['dev*'], tags: [type=sha]}",
};

/// It stands on another image tomorrow.
pub(super) const MUTABLE_TAG: Rule = Rule {
    id: "mutable-tag",
    aliases: &[],
    severity: Severity::Error,
    about: "The image would get a tag that moves on to the next one",
    why: "What is deployed by such a tag is another image tomorrow: it cannot be said any more what \
          was tested, and there is no way back.",
    fix: "deploy by what does not move: `type=sha`, a whole version, a git tag",
    source: PRACTICE,
    settings: "",
    bad: "tags: {image: app, immutable: true, tags: ['type=ref,event=branch']}",
    good: "tags: {image: app, immutable: true, tags: [type=sha]}",
};

/// `latest` from where it does not come from.
pub(super) const LATEST_ELSEWHERE: Rule = Rule {
    id: "latest-elsewhere",
    aliases: &[],
    severity: Severity::Error,
    about: "`latest` would stand on an image of another branch than the default one",
    why: "Who asks for an image without a tag gets this one: work that nobody has accepted.",
    fix: "`type=raw,value=latest,enable={{is_default_branch}}`",
    source: ACTION,
    settings: "",
    bad: "tags: {image: app, tags: ['type=raw,value=latest']}",
    good: "tags: {image: app, tags: [type=sha, 'type=raw,value=latest,enable={{is_default_branch}}']}",
};
