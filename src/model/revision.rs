//! What is judged: the commit that the work tree was checked out from.

use serde::{Deserialize, Serialize};

/// The checked-out version of the sources. The work tree itself may differ from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The commit of HEAD, 40 or 64 hexadecimal digits.
    pub commit: String,
    /// The branch; `None` on a detached HEAD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The address of the remote `origin`, without a name or password in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The project's root as seen from the repository's, with `/` at its end; empty when they are
    /// the same. Forges name files from the repository's root.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}
