//! `--report buildkite`: the plain report for the log of Buildkite, failures in open groups.

use super::forge::Forge;

/// The system.
pub(super) struct Buildkite;

/// What a line may not start with: a group, and `^^^ +++`, which opens the one above.
const GROUPS: [&str; 4] = ["---", "+++", "~~~", "^^^"];

impl Forge for Buildkite {
    fn word(&self) -> &'static str {
        "buildkite"
    }

    fn open(&self, _: usize, _: i64, title: &str) -> String {
        format!("+++ {title}")
    }

    fn close(&self, _: usize, _: i64) -> Option<String> {
        Some("--- prove".to_owned())
    }

    fn tame(&self, line: &str) -> String {
        if GROUPS.iter().any(|group| line.starts_with(group)) {
            format!(" {line}")
        } else {
            line.to_owned()
        }
    }
}
