//! Gathers what the pure floors may know of the world, and only as far as the gate file asks.

use std::path::Path;

use crate::model::{Facts, GitFacts};
use crate::spec::Survey;
use crate::sys::{self, git::Git};

/// Bytes of a file that `vars: {x: {file: …}}` reads.
const FILE_BYTES: u64 = 1 << 20;

/// Gathers facts: files and git when asked for. What a pack asks for is known once it is read.
/// `stands_for` is the ref that the sources are taken for, whatever HEAD is on.
pub(super) fn gather(root: &Path, asks: &Survey, stands_for: Option<&str>) -> Facts {
    let env = sys::env::vars();
    let mut asks = asks.clone();
    for pack in &std::mem::take(&mut asks.packs) {
        if let Ok(text) = read(root, pack) {
            asks.add_pack(&text);
        }
    }
    let ci = sys::ci::facts(&env);
    // What a stranger pushed is no branch of ours, whatever it is called.
    let stands_for = stands_for.filter(|_| ci.pull_request == Some(false));
    let git = || {
        let facts = Git::at(root).facts(&env);
        let facts = facts.map_err(|error| error.to_string())?;
        Ok(match stands_for {
            Some(name) => taken_for(facts, name),
            None => facts,
        })
    };
    Facts {
        files: asks
            .files
            .iter()
            .map(|file| (file.clone(), read(root, file)))
            .collect(),
        weighed: asks.weighed,
        needs_base: asks.needs_base,
        git: asks.needs_git.then(git),
        today: sys::clock::today(),
        ci,
        unreadable_env: sys::env::not_utf8(),
        os: sys::env::os().to_owned(),
        cpus: sys::env::cpus(),
        env,
    }
}

/// The facts of a commit that is to be this branch or tag on the other side.
fn taken_for(mut facts: GitFacts, name: &str) -> GitFacts {
    facts.branch = name.strip_prefix("refs/heads/").map(str::to_owned);
    if let Some(tag) = name.strip_prefix("refs/tags/") {
        facts.tag = Some(tag.to_owned());
        if !facts.tags.iter().any(|other| other == tag) {
            facts.tags.push(tag.to_owned());
        }
    }
    facts
}

fn read(root: &Path, file: &str) -> Result<String, String> {
    let path = root.join(file.trim_start_matches('/'));
    let bytes = sys::fs::read_limited(&path, FILE_BYTES).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or("it has more than 1 MiB")?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_the_branch_or_the_tag_that_it_will_be() {
        let facts = |branch: Option<&str>, tag: Option<&str>| GitFacts {
            branch: branch.map(str::to_owned),
            tag: tag.map(str::to_owned),
            ..GitFacts::default()
        };
        let taken = |name| taken_for(facts(Some("work"), Some("v1")), name);
        assert_eq!(taken("refs/heads/a/b"), facts(Some("a/b"), Some("v1")));
        assert_eq!(taken("refs/tags/v2").tag.as_deref(), Some("v2"));
        assert_eq!(taken("refs/tags/v2").tags, ["v2"]);
        assert_eq!(taken("refs/tags/v2").branch, None);
        assert_eq!(taken("refs/for/main"), facts(None, Some("v1")));
    }

    #[test]
    fn a_file_that_cannot_be_had_says_why() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("package.json"), "{}").unwrap();
        std::fs::write(root.path().join("binary"), b"\xff").unwrap();
        let files = ["package.json", "none", ".", "binary"].map(str::to_owned);
        let asks = Survey {
            files: files.into(),
            ..Survey::default()
        };
        let facts = gather(root.path(), &asks, None);
        assert_eq!(facts.files["package.json"], Ok("{}".to_owned()));
        assert!(
            facts.files["none"]
                .as_ref()
                .unwrap_err()
                .contains("No such file")
        );
        assert!(facts.files["."].as_ref().unwrap_err().contains("regular"));
        assert!(
            facts.files["binary"]
                .as_ref()
                .unwrap_err()
                .contains("UTF-8")
        );
        assert!(facts.git.is_none() && facts.cpus >= 1 && facts.today.len() == 10);
    }
}
