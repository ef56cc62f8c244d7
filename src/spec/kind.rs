//! What the gate-file language knows of kinds: two traits. The kinds themselves live a floor up.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use super::{Decoder, Field, Shape};
use crate::format::yaml::Node;
use crate::model::{Answer, BuildRequest, GateName, ImageIdentity, Reason, Rule, RunRequest, Step};

/// A decoded gate body: a pure conversation and what the plan must know of it.
pub trait Kind: Debug + Send + Sync {
    /// The word that the user writes (`run`, `exists`, `build`).
    fn word(&self) -> &'static str;

    /// One line for people: what it does (`npm run lint`, `build . (target runner)`).
    fn summary(&self) -> String;

    /// Gates whose image it uses (by `in:` or by `${{ app.ref }}`): edges of the plan.
    fn uses(&self) -> Vec<GateName> {
        Vec::new()
    }

    /// What it builds, if it builds an image.
    fn builds(&self) -> Option<Builds> {
        None
    }

    /// The reference by which it runs in an image that no gate of this run is said to make, when
    /// that is known before anything ran.
    fn names_image(&self) -> Option<String> {
        None
    }

    /// Whether it is preparation: precedes its siblings, evidence for nothing.
    fn is_setup(&self) -> bool {
        false
    }

    /// Paths (globs relative to the gate's `cwd`) that it writes by declaration, apart from
    /// `outputs`: `creates`, `results`, `keep`. A change there is no change of the work tree,
    /// unless git tracks what changed.
    fn writes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Reports (globs relative to the gate's `cwd`) that it reads out of the project's own files:
    /// what another gate writes there meanwhile would be taken for its own.
    fn reads_reports(&self) -> Vec<String> {
        Vec::new()
    }

    /// What a product image is made of, as far as it is known before anything ran: the request
    /// without its arguments, its context relative to the project's root. `cwd` is the gate's.
    fn ships(&self, cwd: &str) -> Option<BuildRequest> {
        let _ = cwd;
        None
    }

    /// Where somebody stands who wants to see what its command sees (`prove shell`): the place, the
    /// directory and the environment, and as the command the program of its shell. `None` where
    /// there is nothing to stand in.
    fn enters(&self, turn: &Turn<'_>) -> Option<Result<RunRequest, Reason>> {
        let _ = turn;
        None
    }

    /// The next step of the conversation, out of the answers so far and nothing else.
    /// The first call has no answers. Must end: every kind has a bounded number of turns.
    fn step(&self, turn: &Turn<'_>, answers: &[Answer]) -> Step;
}

/// An image that a gate builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builds {
    /// An image to run checks in: needs nothing by construction, is never tagged.
    pub tool: bool,
    /// The user's tag, put on by a step of its own.
    pub tag: Option<String>,
}

/// What a conversation may know besides the answers.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The gate.
    pub gate: &'a GateName,
    /// Its directory, relative to the project's root.
    pub cwd: &'a str,
    /// `outputs:` of the gate.
    pub outputs: &'a [String],
    /// `allow_empty`'s reason.
    pub allow_empty: Option<&'a str>,
    /// Its timeout, for the words of a reason.
    pub timeout: Duration,
    /// Images that gates of this run have built so far.
    pub images: &'a BTreeMap<GateName, ImageIdentity>,
}

/// A kind as the language sees it: its word, its shape, and how it is decoded.
pub trait KindSpec: Sync {
    /// The word.
    fn word(&self) -> &'static str;

    /// One or two sentences for the schema, the reference and `--help`.
    fn doc(&self) -> &'static str;

    /// The shape of the value behind the word.
    fn shape(&self) -> Shape;

    /// Further keys that a gate of this kind may have beside the common ones
    /// (`run` has `in`, `shell`, `env`, …).
    fn keys(&self) -> &'static [Field];

    /// The rules by which its gates judge; empty for a kind that has none by name.
    fn rules(&self) -> &'static [&'static Rule] {
        &[]
    }

    /// The name of the file that it usually judges: what the examples of its rules are called. For
    /// `prove.yml` they are what stands there, not files that are judged.
    fn usual_file(&self) -> &'static str {
        ""
    }

    /// How it judges a file for which nobody wrote a gate (`prove lint`); `None` when it cannot.
    fn lints(&self) -> Option<Lints> {
        None
    }

    /// Whether its gates build an image, so that `in: GATE` and `${{ GATE.ref }}` may name them.
    fn builds(&self) -> bool {
        false
    }

    /// The keys (each with those that lead to it) by which such a gate may find nothing, and then
    /// asks `allow_empty`. With none of them in it that key means nothing, and is a mistake.
    fn may_find_nothing(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    /// Decodes a gate of this kind. `gate` is the whole map of the gate with what its groups and
    /// `defaults` hand down; it has been checked against the shapes and the mistakes were said, so
    /// where an accessor gives `None`, give up silently. Says every mistake of its own to the
    /// decoder and gives `None` when there was one.
    fn decode(&self, gate: &Node, decoder: &mut Decoder<'_>) -> Option<Arc<dyn Kind>>;
}

/// How a kind judges a file for which nobody wrote a gate.
#[derive(Debug, Clone, Copy)]
pub struct Lints {
    /// Which files, in words for people: "`.dockerignore`".
    pub files: &'static str,
    /// Whether a file is plainly one of them: by its path from the project's root (with `/`), or by
    /// how it begins. The second argument reads that, and nobody needs it for most files: ask the
    /// path first.
    pub recognises: fn(&str, &dyn Fn() -> Vec<u8>) -> bool,
    /// The settings of its gate, a flow map of YAML in which `FILE` stands for the file's path:
    /// `{path: FILE}`. `failure_threshold` and `override` are added to them.
    pub settings: &'static str,
}

/// The kinds that there are.
pub trait Registry {
    /// All of them, in the order of the reference.
    fn kinds(&self) -> &[&'static dyn KindSpec];

    /// The text of a pack, by name.
    fn pack(&self, name: &str) -> Option<&'static str>;

    /// The names of all packs.
    fn packs(&self) -> Vec<&'static str>;
}
