//! Which commit is checked out, read from the repository's own files: every run tells it, and
//! asking `git` would cost each run a process.
//!
//! What it cannot read (a repository with reftables, say) it does not know, and says nothing.
//! Nothing is decided by it: `${{ git.* }}` asks git itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::Revision;

/// Bytes of a file of git's that are read at most.
const FILE_BYTES: u64 = 4 << 20;

/// The revision of the project in this directory; `None` when it is in no repository, the
/// repository has no commit, or it is written in a form that this does not know.
#[must_use]
pub fn of(root: &Path) -> Option<Revision> {
    let (top, folder) = repository(root)?;
    let common = common(&folder);
    let head = read(&folder.join("HEAD"))?;
    let head = head.trim_end();
    let (commit, branch) = match head.strip_prefix("ref: ") {
        Some(name) => {
            let branch = name.strip_prefix("refs/heads/").map(str::to_owned);
            (resolve(&folder, &common, name)?, branch)
        }
        None => (head.to_owned(), None),
    };
    let inside = root.strip_prefix(&top).ok()?;
    let prefix = match crate::sys::fs::text(inside) {
        path if path.is_empty() => path,
        path => path + "/",
    };
    is_commit(&commit).then(|| Revision {
        commit,
        branch,
        repository: read(&common.join("config")).and_then(|config| origin(&config)),
        prefix,
    })
}

/// The nearest directory above that is a work tree, and its folder of git's.
fn repository(root: &Path) -> Option<(PathBuf, PathBuf)> {
    root.ancestors().find_map(|directory| {
        let git = directory.join(".git");
        let folder = match fs::metadata(&git).ok()? {
            at if at.is_dir() => git,
            _ => directory.join(read(&git)?.strip_prefix("gitdir:")?.trim()),
        };
        Some((directory.to_owned(), folder))
    })
}

/// Where branches and the configuration lie: a linked work tree shares them with the first.
fn common(folder: &Path) -> PathBuf {
    read(&folder.join("commondir"))
        .map_or_else(|| folder.to_owned(), |path| folder.join(path.trim_end()))
}

fn resolve(folder: &Path, common: &Path, name: &str) -> Option<String> {
    let loose = [folder, common]
        .iter()
        .find_map(|place| read(&place.join(name)));
    if let Some(loose) = loose {
        return Some(loose.trim_end().to_owned());
    }
    let packed = read(&common.join("packed-refs"))?;
    let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
    lines
        .find(|(_, packed)| *packed == name)
        .map(|(commit, _)| commit.to_owned())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn read(path: &Path) -> Option<String> {
    String::from_utf8(crate::sys::fs::read_limited(path, FILE_BYTES).ok()??).ok()
}

/// `url` of `[remote "origin"]`, without what stands before an `@` in an address with `//`: people
/// keep tokens there.
fn origin(config: &str) -> Option<String> {
    let mut within = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            within = line == "[remote \"origin\"]";
            continue;
        }
        let url = line
            .split_once('=')
            .filter(|(key, _)| key.trim() == "url")
            .map(|(_, url)| url.trim().trim_matches('"'));
        if let Some(url) = url.filter(|url| within && !url.is_empty()) {
            return Some(without_user(url));
        }
    }
    None
}

fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn a_branch_is_followed_and_a_token_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let config = "[core]\n\turl = no\n[remote \"origin\"]\n\turl = https://me:tok@forge.example/a/b.git\n";
        put(
            dir.path(),
            &[
                (".git/HEAD", "ref: refs/heads/topic/x\n"),
                (".git/refs/heads/topic/x", &format!("{COMMIT}\n")),
                (".git/config", config),
                ("packages/ui/prove.yml", ""),
            ],
        );
        let revision = of(&dir.path().join("packages/ui")).unwrap();
        let expected = Revision {
            commit: COMMIT.to_owned(),
            branch: Some("topic/x".to_owned()),
            repository: Some("https://forge.example/a/b.git".to_owned()),
            prefix: "packages/ui/".to_owned(),
        };
        assert_eq!(revision, expected);
    }

    #[test]
    fn packed_branches_linked_work_trees_and_detached_heads_are_read() {
        let dir = tempfile::tempdir().unwrap();
        put(
            dir.path(),
            &[
                ("main/.git/HEAD", COMMIT),
                (
                    "main/.git/packed-refs",
                    &format!("# pack-refs\n{COMMIT} refs/heads/b\n"),
                ),
                ("main/.git/worktrees/w/HEAD", "ref: refs/heads/b\n"),
                ("main/.git/worktrees/w/commondir", "../..\n"),
                ("w/.git", "gitdir: ../main/.git/worktrees/w\n"),
            ],
        );
        let linked = of(&dir.path().join("w")).unwrap();
        assert_eq!(
            (linked.commit.as_str(), linked.branch.as_deref()),
            (COMMIT, Some("b"))
        );
        let detached = of(&dir.path().join("main")).unwrap();
        assert_eq!((detached.commit.as_str(), detached.branch), (COMMIT, None));
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(of(dir.path()), None);
        put(dir.path(), &[(".git/HEAD", "ref: refs/heads/none\n")]);
        assert_eq!(of(dir.path()), None);
        put(dir.path(), &[(".git/HEAD", "ref: refs/heads/.invalid\n")]);
        assert_eq!(of(dir.path()), None);
    }
}
