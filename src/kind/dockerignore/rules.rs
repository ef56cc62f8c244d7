//! The rules of `dockerignore:`.

use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/build/concepts/context/#dockerignore-files";

/// All of them.
pub(super) const RULES: &[&Rule] = &[&NOT_IGNORED, &IGNORED, &CONTEXT_SIZE, &IGNORES_NOTHING];

/// What must stay out gets in.
pub(super) const NOT_IGNORED: Rule = Rule {
    id: "not-ignored",
    aliases: &[],
    severity: Severity::Error,
    about: "Something that must stay out of the build context gets in",
    why: "What is in the context can be copied into the image, and `COPY . .` does: a secret or the \
          history of the project is then in every place where the image runs. Clutter makes builds \
          slow and breaks their cache.",
    fix: "add a line for it to .dockerignore",
    source: SOURCE,
    settings: "{must_ignore: [.git, node_modules]}",
    bad: "=== .dockerignore\n.git\n=== node_modules/a/index.js\nx\n",
    good: "=== .dockerignore\n.git\nnode_modules\n=== node_modules/a/index.js\nx\n",
};

/// What is needed stays out.
pub(super) const IGNORED: Rule = Rule {
    id: "ignored",
    aliases: &[],
    severity: Severity::Error,
    about: "Something that the build needs stays out of the build context",
    why: "The build cannot see it: it fails, or it makes an image that lacks it.",
    fix: "take the line out, or take the path back in with a line that starts with `!`",
    source: SOURCE,
    settings: "{must_not_ignore: [package.json]}",
    bad: "=== .dockerignore\n.git\n.env\n*.json\n=== package.json\n{}\n",
    good: "=== .dockerignore\n.git\n.env\n*.json\n!package.json\n=== package.json\n{}\n",
};

/// The context is too big.
pub(super) const CONTEXT_SIZE: Rule = Rule {
    id: "context-size",
    aliases: &[],
    severity: Severity::Error,
    about: "The build context is bigger than it may be",
    why: "All of it is read, and for a remote engine sent, at every build.",
    fix: "leave out what the image does not need",
    source: SOURCE,
    settings: "{max_context_size: 40}",
    bad: "=== .dockerignore\n.git\n.env\n=== video.bin\n0123456789012345678901234567890123456789\n",
    good: "=== .dockerignore\n.git\n.env\nvideo.bin\n=== video.bin\n0123456789012345678901234567890123456789\n",
};

/// There is not one rule in it.
pub(super) const IGNORES_NOTHING: Rule = Rule {
    id: "ignores-nothing",
    aliases: &[],
    severity: Severity::Warning,
    about: "The .dockerignore has no rule, so everything gets into the build context",
    why: "The file is there and does nothing: a reader takes it for a protection that it is not.",
    fix: "list what does not belong into the image: .git, .env files, keys, dependencies, build \
          output",
    source: SOURCE,
    settings: "",
    bad: "=== .dockerignore\n# nothing yet\n",
    good: "=== .dockerignore\n.git\n.env\n",
};
