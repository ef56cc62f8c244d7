//! Floor: report.
