//! The one hermetic integration binary: every test makes its own directory, names and ports, and
//! leaves nothing behind.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says that it failed by a panic, and on stderr that it was left out"
)]

mod adversary;
mod examples;
mod faults_containers;
mod faults_engine;
mod faults_file;
mod faults_process;
mod faults_results;
mod faults_run;
mod faults_world;
mod gate_files;
mod house;
mod reports;
mod signals;
mod support;
