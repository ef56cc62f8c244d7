//! Floor 9, git hooks: what git is about to take out of the machine or into a commit, where those
//! sources lie while they are proved, and which of them are proved already.
//!
//! Must not know gates, plans or runs: the command line runs them, this says on what.

mod error;
pub mod install;
mod kept;
mod lost;
mod proven;
pub mod refs;
mod repository;
mod script;
mod subject;

pub use error::HookError;
pub use kept::{Kept, is_held, place, remove_tree};
pub use lost::{lost, remove_lost};
pub use proven::{Proof, Proven, Wanted};
pub use repository::Repository;
pub use script::{Script, is_ours};
pub use subject::{Difference, Subject, foreign};

/// A hook of git's that prove can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Before a push.
    PrePush,
    /// Before a commit.
    PreCommit,
}

impl Hook {
    /// Both.
    pub const ALL: [Self; 2] = [Self::PrePush, Self::PreCommit];

    /// Git's name for it, which is also the stage that it runs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::PreCommit => "pre-commit",
        }
    }

    /// What git does when the hook lets it.
    #[must_use]
    pub fn act(self) -> &'static str {
        match self {
            Self::PrePush => "push",
            Self::PreCommit => "commit",
        }
    }
}
