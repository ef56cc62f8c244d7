//! The kinds and the packs that there are. A kind is one line here.

use super::build::BuildSpec;
use super::compose::ComposeSpec;
use super::dockerfile::DockerfileSpec;
use super::dockerignore::DockerignoreSpec;
use super::exists::ExistsSpec;
use super::findings::FindingsSpec;
use super::pipeline::PipelineSpec;
use super::run::Run;
use super::setup::Setup;
use super::tags::TagsSpec;
use super::values::ValuesSpec;
use crate::spec::{KindSpec, Registry};

/// In the order of the reference.
const KINDS: &[&dyn KindSpec] = &[
    &Run,
    &Setup,
    &ExistsSpec,
    &DockerfileSpec,
    &DockerignoreSpec,
    &ComposeSpec,
    &ValuesSpec,
    &TagsSpec,
    &PipelineSpec,
    &FindingsSpec,
    &BuildSpec,
];

// `PACKS`, out of `gates/*.yml`: name and text, sorted by name (see `build.rs`).
include!(concat!(env!("OUT_DIR"), "/packs.rs"));

struct BuiltIn;

/// What is built in.
#[must_use]
pub fn registry() -> &'static dyn Registry {
    &BuiltIn
}

impl Registry for BuiltIn {
    fn kinds(&self) -> &[&'static dyn KindSpec] {
        KINDS
    }

    fn pack(&self, name: &str) -> Option<&'static str> {
        PACKS
            .iter()
            .find(|(pack, _)| *pack == name)
            .map(|(_, text)| *text)
    }

    fn packs(&self) -> Vec<&'static str> {
        PACKS.iter().map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_once() {
        let words: Vec<_> = registry().kinds().iter().map(|kind| kind.word()).collect();
        assert_eq!(
            words,
            [
                "run",
                "setup",
                "exists",
                "dockerfile",
                "dockerignore",
                "compose",
                "values",
                "tags",
                "pipeline",
                "findings",
                "build"
            ]
        );
    }

    #[test]
    fn the_docker_pack_is_built_in() {
        assert!(registry().packs().contains(&"docker"));
        assert!(
            registry()
                .pack("docker")
                .is_some_and(|text| text.contains("dockerfile-exists"))
        );
        assert_eq!(registry().pack("no-such-pack"), None);
    }
}
