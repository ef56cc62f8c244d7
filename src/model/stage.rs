//! Stages: the occasions on which gates run, from the quickest to the most thorough.

/// An occasion on which some of the gates run. A gate that says nothing runs on all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Before a commit is made.
    PreCommit,
    /// Before commits leave the machine.
    PrePush,
    /// For every change, on the CI.
    Ci,
    /// Once a day: what takes too long for every change.
    Nightly,
    /// Before something is shipped.
    Release,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PreCommit,
        Self::PrePush,
        Self::Ci,
        Self::Nightly,
        Self::Release,
    ];

    /// The words of the gate file and of the command line, in the order of [`Stage::ALL`].
    pub const WORDS: [&'static str; 5] = ["pre-commit", "pre-push", "ci", "nightly", "release"];

    /// The stage that a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// Whether a run of this stage may put tags on. A push or a commit that was let through is no
    /// release, and nobody who types `git push` asks for a tag: only the CI and a release tag.
    #[must_use]
    pub fn tags(self) -> bool {
        match self {
            Self::Ci | Self::Release => true,
            Self::PreCommit | Self::PrePush | Self::Nightly => false,
        }
    }

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PrePush => "pre-push",
            Self::Ci => "ci",
            Self::Nightly => "nightly",
            Self::Release => "release",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_stages_are_the_same_list() {
        assert_eq!(Stage::ALL.map(Stage::as_str), Stage::WORDS);
        assert_eq!(Stage::WORDS.map(Stage::parse), Stage::ALL.map(Some));
        assert_eq!(Stage::parse("push"), None);
    }
}
