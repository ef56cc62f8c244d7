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
mod adversary_hooks;
mod again;
mod browser;
mod ci_reports;
mod clean;
mod completions;
mod compose;
mod containers_files;
mod docs;
mod doctor;
mod events;
mod examples;
mod faults_containers;
mod faults_engine;
mod faults_file;
mod faults_leftovers;
mod faults_places;
mod faults_process;
mod faults_results;
mod faults_run;
mod faults_streams;
mod faults_world;
mod files;
mod gate_files;
mod hooks;
mod hooks_commit;
mod hooks_frameworks;
mod hooks_install;
mod house;
mod init;
mod jobserver;
mod kept;
mod lint;
mod live;
mod matrix;
mod outer_make;
mod packs;
mod recordings;
mod registry;
mod reports;
mod rules;
mod shell;
mod shown;
mod signals;
mod stages;
mod static_files;
mod support;
mod tags;
mod understand;
mod values;
mod when;
