//! `--report gitlab`: on standard output the plain report for a job's log, failures in sections;
//! `gitlab=FILE` is GitLab's Code Quality report, for the merge request.

mod quality;

use super::forge::Forge;
pub(super) use quality::{Quality, of_lint};

/// The system.
pub(super) struct Gitlab;

impl Forge for Gitlab {
    fn word(&self) -> &'static str {
        "gitlab"
    }

    fn open(&self, number: usize, at: i64, title: &str) -> String {
        format!("\u{1b}[0Ksection_start:{at}:prove_{number}[collapsed=false]\r\u{1b}[0K{title}")
    }

    fn close(&self, number: usize, at: i64) -> Option<String> {
        Some(format!(
            "\u{1b}[0Ksection_end:{at}:prove_{number}\r\u{1b}[0K"
        ))
    }

    /// A section needs an escape and a carriage return; the plain report makes both visible.
    fn tame(&self, line: &str) -> String {
        line.replace('\r', "")
    }
}
