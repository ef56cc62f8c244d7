//! Facts: what the pure floors may know of the world. They are gathered above and passed in.

use std::collections::{BTreeMap, BTreeSet};

/// Everything that `spec` and `plan` may know of the world outside the gate file.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The caller's environment (names and values that are UTF-8).
    pub env: BTreeMap<String, String>,
    /// Variables on which it depends what the gate file means, set or not.
    pub weighed: BTreeSet<String>,
    /// Files that `vars: {x: {file: …}}` asks for: path as written to content, or why not.
    pub files: BTreeMap<String, Result<String, String>>,
    /// Git, when the gate file asks for it; the error says why it cannot be had.
    pub git: Option<Result<GitFacts, String>>,
    /// It depends on where HEAD left the default branch what the gate file means, or which files a
    /// gate is given.
    pub needs_base: bool,
    /// Today, UTC, `YYYY-MM-DD`: waivers and advisories may have a last day.
    pub today: String,
    /// What the CI says, if there is one.
    pub ci: CiFacts,
    /// Variables of the caller that are set and cannot be read: they are not UTF-8.
    pub unreadable_env: BTreeSet<String>,
    /// The machine's system: `linux`, `macos`, …
    pub os: String,
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
    /// All tags that point at HEAD.
    pub tags: Vec<String>,
    /// The default branch, as the remote or the CI says.
    pub default_branch: Option<String>,
}

/// What a CI says of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CiFacts {
    /// The branch that it checked out; `None` for a pull request.
    pub branch: Option<String>,
    /// The tag that it checked out; `None` for a pull request.
    pub tag: Option<String>,
    /// Whether the run judges a pull request; `None` cannot be known.
    pub pull_request: Option<bool>,
    /// Its number, when it is one and the CI says.
    pub pull_request_number: Option<u64>,
    /// The run was set off by the clock.
    pub schedule: bool,
    /// The default branch.
    pub default_branch: Option<String>,
}
