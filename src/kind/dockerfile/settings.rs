//! What a `dockerfile:` gate asks for. What it does not ask for is not judged, and the sensible rest
//! is. Must not know how anything is judged.

use std::collections::BTreeMap;

use super::rules;
use crate::format::yaml::{Node, Value};
use crate::kind::lint::{OVERRIDE, Policy, THRESHOLD, WAIVE};
use crate::spec::{Decoder, Field, Shape};

/// The keys of the map.
pub(super) const FIELDS: &[Field] = &[
    Field::new("path", Shape::GLOBS, "The file, or files; a glob for many.").default("Dockerfile"),
    Field::new(
        "context",
        Shape::Path,
        "The build context, whose .dockerignore says what cannot be copied. Without it, the directory \
         of the file.",
    ),
    Field::new(
        "build_args",
        Shape::TEXT_MAP,
        "Values of `ARG`s, as `docker build --build-arg` takes them.",
    ),
    Field::new(
        "target",
        Shape::Text,
        "The stage that becomes the image. Without it, the last one.",
    ),
    Field::new(
        "non_root",
        Shape::Bool,
        "`true`: the image must run as somebody else than root, and that must be known. `false`: root \
         is right here. Without it, only a `USER` that names root is found.",
    ),
    Field::new(
        "healthcheck",
        Shape::Word(&["required", "forbidden", "either"]),
        "Whether the image must have a HEALTHCHECK. One that is there must be able to run.",
    )
    .default("either"),
    Field::new(
        "base_image",
        Shape::Record(BASE_IMAGE),
        "Which images a stage may be made on.",
    ),
    Field::new(
        "multi_stage",
        Shape::Bool,
        "`true`: what builds the program must not be in the image, so there must be more stages than \
         one.",
    ),
    Field::new(
        "final_stage",
        Shape::Record(FINAL_STAGE),
        "What the image must not have.",
    ),
    Field::new(
        "inline_ignores",
        Shape::Word(&["honour", "forbid"]),
        "Comments in the file that switch rules off (`# hadolint ignore=`, `# check=skip=`): they hold \
         and are said, or they are findings themselves.",
    )
    .default("honour"),
    THRESHOLD,
    OVERRIDE,
    WAIVE,
];

const BASE_IMAGE: &[Field] = &[
    Field::new(
        "pin",
        Shape::Word(&["tag", "digest"]),
        "What every base image must be named by.",
    ),
    Field::new(
        "forbid_tags",
        Shape::TEXTS,
        "Tags that none may have; `*` is any text.",
    ),
    Field::new(
        "registries",
        Shape::TEXTS,
        "The only registries that images may come from, or parts of them: `docker.io/library`.",
    ),
];

const FINAL_STAGE: &[Field] = &[Field::new(
    "forbid",
    Shape::OneOrMany(&Shape::Word(&[
        "compilers",
        "package_managers",
        "dev_dependencies",
    ])),
    "Kinds of things that are needed to build and not to run.",
)];

/// What a gate asks for.
#[derive(Clone, Debug)]
pub(in crate::kind::dockerfile) struct Settings {
    /// Files and globs.
    pub paths: Vec<String>,
    /// `context`
    pub context: Option<String>,
    /// `build_args`
    pub build_args: BTreeMap<String, String>,
    /// `target`
    pub target: Option<String>,
    /// `non_root`
    pub non_root: Option<bool>,
    /// `healthcheck`
    pub healthcheck: Demand,
    /// `base_image`
    pub base_image: BaseImage,
    /// `multi_stage`
    pub multi_stage: bool,
    /// `final_stage`, `forbid`
    pub forbid: Vec<Burden>,
    /// `inline_ignores` is `forbid`.
    pub forbid_ignores: bool,
    /// Weights and waivers.
    pub policy: Policy,
}

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kind::dockerfile) enum Demand {
    /// It must.
    Required,
    /// It must not.
    Forbidden,
    /// Nobody asks.
    Either,
}

/// Which images a stage may be made on.
#[derive(Clone, Debug, Default)]
pub(in crate::kind::dockerfile) struct BaseImage {
    /// `pin`
    pub pin: Option<Pin>,
    /// `forbid_tags`
    pub forbid_tags: Vec<String>,
    /// `registries`
    pub registries: Vec<String>,
}

/// What a base image must be named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kind::dockerfile) enum Pin {
    /// A tag, or a digest.
    Tag,
    /// A digest.
    Digest,
}

/// What is needed to build and not to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kind::dockerfile) enum Burden {
    /// `gcc`, `cargo`, `go`, …
    Compilers,
    /// `apt-get`, `npm`, `pip`, …
    PackageManagers,
    /// Dependencies of development.
    DevDependencies,
}

impl Settings {
    /// What holds when only files are named.
    pub fn of(paths: Vec<String>) -> Self {
        Self {
            paths,
            context: None,
            build_args: BTreeMap::new(),
            target: None,
            non_root: None,
            healthcheck: Demand::Either,
            base_image: BaseImage::default(),
            multi_stage: false,
            forbid: Vec::new(),
            forbid_ignores: false,
            policy: Policy::default(),
        }
    }

    /// What stands behind the word.
    pub fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if !matches!(node.value, Value::Mapping(_)) {
            return Some(Self::of(decoder.globs(node)?));
        }
        let paths = decoder.optional(node, "path", Decoder::globs);
        let context = decoder.optional(node, "context", Decoder::path);
        let build_args = decoder.optional(node, "build_args", |d, map| d.map(map, Decoder::text));
        let target = decoder.optional(node, "target", Decoder::text);
        let non_root = decoder.optional(node, "non_root", Decoder::boolean);
        let healthcheck = decoder.optional(node, "healthcheck", Decoder::text);
        let base_image = decoder.optional(node, "base_image", base_image);
        let multi_stage = decoder.optional(node, "multi_stage", Decoder::boolean);
        let forbid = decoder.optional(node, "final_stage", |decoder, map| {
            decoder.optional(map, "forbid", Decoder::texts)
        });
        let ignores = decoder.optional(node, "inline_ignores", Decoder::text);
        let policy = Policy::decode(decoder, node, rules::rules());
        let forbid = forbid?.flatten().unwrap_or_default();
        Some(Self {
            paths: paths?.unwrap_or_else(|| vec!["Dockerfile".to_owned()]),
            context: context?,
            build_args: build_args?.unwrap_or_default().into_iter().collect(),
            target: target?,
            non_root: non_root?,
            healthcheck: demand(healthcheck?.as_deref()),
            base_image: base_image?.unwrap_or_default(),
            multi_stage: multi_stage?.unwrap_or_default(),
            forbid: forbid.iter().filter_map(|word| burden(word)).collect(),
            forbid_ignores: ignores?.as_deref() == Some("forbid"),
            policy: policy?,
        })
    }
}

fn base_image(decoder: &mut Decoder<'_>, map: &Node) -> Option<BaseImage> {
    let pin = decoder.optional(map, "pin", Decoder::text);
    let forbid_tags = decoder.optional(map, "forbid_tags", Decoder::texts);
    let registries = decoder.optional(map, "registries", Decoder::texts);
    Some(BaseImage {
        pin: pin?.map(|word| match word.as_str() {
            "digest" => Pin::Digest,
            _ => Pin::Tag,
        }),
        forbid_tags: forbid_tags?.unwrap_or_default(),
        registries: registries?.unwrap_or_default(),
    })
}

fn demand(word: Option<&str>) -> Demand {
    match word {
        Some("required") => Demand::Required,
        Some("forbidden") => Demand::Forbidden,
        _ => Demand::Either,
    }
}

fn burden(word: &str) -> Option<Burden> {
    match word {
        "compilers" => Some(Burden::Compilers),
        "package_managers" => Some(Burden::PackageManagers),
        "dev_dependencies" => Some(Burden::DevDependencies),
        _ => None,
    }
}
