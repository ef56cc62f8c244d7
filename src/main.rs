//! The thin binary: everything it does is in the library's `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    prove::cli::main()
}
