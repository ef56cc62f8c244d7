//! Facts: what the pure floors may know of the world. They are gathered above and passed in.

use std::collections::BTreeMap;

/// Everything that `spec` and `plan` may know of the world outside the gate file.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The caller's environment (names and values that are UTF-8).
    pub env: BTreeMap<String, String>,
    /// Files that `vars: {x: {file: …}}` asks for: path as written to content, or why not.
    pub files: BTreeMap<String, Result<String, String>>,
    /// Git, when the gate file asks for it; the error says why it cannot be had.
    pub git: Option<Result<GitFacts, String>>,
    /// Today, UTC, `YYYY-MM-DD`: waivers and advisories may have a last day.
    pub today: String,
    /// CPUs that `-j` and `cost: {cpus: all}` start from; at least 1.
    pub cpus: usize,
}

/// What `${{ git.* }}` may give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitFacts {
    /// The commit of HEAD, 40 or 64 hexadecimal digits.
    pub sha: String,
    /// The merge base with the default branch, when there is one.
    pub base: Option<String>,
    /// The branch, from git or the CI's variables; `None` on a detached HEAD.
    pub branch: Option<String>,
    /// A tag that points at HEAD, when there is exactly one.
    pub tag: Option<String>,
}
