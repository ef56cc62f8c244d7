//! Gathers what the pure floors may know of the world, and only as far as the gate file asks.

use std::path::Path;

use crate::model::Facts;
use crate::spec::Survey;
use crate::sys::{self, git::Git};

/// Bytes of a file that `vars: {x: {file: …}}` reads.
const FILE_BYTES: u64 = 1 << 20;

/// Gathers facts: files and git when asked for.
pub(super) fn gather(root: &Path, asks: &Survey) -> Facts {
    let env = sys::env::vars();
    let git = || Git::at(root).facts(&env).map_err(|error| error.to_string());
    Facts {
        files: asks
            .files
            .iter()
            .map(|file| (file.clone(), read(root, file)))
            .collect(),
        git: asks.needs_git.then(git),
        today: sys::clock::today(),
        cpus: sys::env::cpus(),
        env,
    }
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
    fn a_file_that_cannot_be_had_says_why() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("package.json"), "{}").unwrap();
        std::fs::write(root.path().join("binary"), b"\xff").unwrap();
        let files = ["package.json", "none", ".", "binary"].map(str::to_owned);
        let asks = Survey {
            files: files.into(),
            ..Survey::default()
        };
        let facts = gather(root.path(), &asks);
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
