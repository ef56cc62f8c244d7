//! The one hermetic integration binary: every test makes its own directory, names and ports, and
//! leaves nothing behind.

mod examples;
mod faults_containers;
mod faults_file;
mod faults_process;
mod faults_results;
mod faults_run;
mod gate_files;
mod house;
mod reports;
mod signals;
mod support;
