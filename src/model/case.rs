//! Test cases that a gate brought back in a report.

use serde::{Deserialize, Serialize};

/// How one test case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// It ran and was good.
    Passed,
    /// It ran and an assertion did not hold.
    Failed,
    /// It broke.
    Errored,
    /// It did not run.
    Skipped,
}

/// One test case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The suite or class it belongs to; may be empty.
    pub suite: String,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: CaseStatus,
    /// In milliseconds, when the report said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The failure's message and text, or the reason for skipping.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Cases counted by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseTotals {
    /// Ran and good.
    pub passed: u64,
    /// Ran and refuted.
    pub failed: u64,
    /// Broke.
    pub errored: u64,
    /// Did not run.
    pub skipped: u64,
}

impl CaseTotals {
    /// Counts these cases.
    #[must_use]
    pub fn of(cases: &[Case]) -> Self {
        let mut totals = Self::default();
        for case in cases {
            let counter = match case.status {
                CaseStatus::Passed => &mut totals.passed,
                CaseStatus::Failed => &mut totals.failed,
                CaseStatus::Errored => &mut totals.errored,
                CaseStatus::Skipped => &mut totals.skipped,
            };
            *counter += 1;
        }
        totals
    }

    /// Cases that really ran: rule 2 asks for at least one.
    #[must_use]
    pub fn executed(&self) -> u64 {
        self.passed + self.failed + self.errored
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.executed() + self.skipped
    }
}
