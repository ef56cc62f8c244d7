//! `prove init`: looks at the project and writes a gate file that fits it.
//!
//! `look.rs` reads the project; each ecosystem's file says, out of what was read and nothing else,
//! which gates there should be and why; `write.rs` makes the text. Never overwrites anything.

mod container;
mod found;
mod go;
mod hints;
mod look;
mod make;
mod nix;
mod node;
mod package_json;
mod python;
mod rust;
mod shell;
mod suggest;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use clap::Args;

use super::args::Common;
use super::failure::Failure;
use super::gatefile::GateFile;
use super::output::{Terminal, visible};
use crate::model::ExitStatus;
use crate::plan::{Plan, Selection};
use crate::spec::Origin;
use crate::sys;
use found::Found;
use suggest::{Options, Part};

/// The file that is written.
const NAME: &str = "prove.yml";

/// Options of `prove init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove init                      writes prove.yml and says what was found
  prove init --dry-run            prints the file instead of writing it
  prove init --all-stages         gates that need an engine run on every push, too
  prove init --package-json       also adds `\"prove\": \"prove run\"` to the scripts")]
pub(super) struct Init {
    /// Prints what would be written, and writes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Does not keep gates that need a container engine to the stages `ci` and `release`.
    #[arg(long)]
    pub all_stages: bool,
    /// Adds `"prove": "prove run"` to the scripts of package.json.
    #[arg(long)]
    pub package_json: bool,
}

pub(super) fn init(
    init: &Init,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let target = target(common)?;
    let root = target.parent().unwrap_or(Path::new("."));
    let found = look::at(root)?;
    let options = Options {
        all_stages: init.all_stages,
    };
    let parts = suggest::parts(&found, &options);
    if parts.iter().all(|part| part.gates.is_empty()) {
        return Err(nothing(&found));
    }
    let text = write::gate_file(&found, &parts);
    check(&target, &text)?;
    let script = package_json::with_script(&found);
    let said = told(&found, &parts);
    if init.dry_run {
        terminal.print(&visible(&text))?;
        terminal.warn(&visible(&said));
        return Ok(ExitStatus::Proved);
    }
    let script = match (init.package_json, script) {
        (true, Err(why)) => return Err(Failure::usage(why).hint("nothing was written")),
        (wanted, script) => script.ok().map(|changed| (wanted, changed)),
    };
    sys::fs::write_new(&target, text.as_bytes()).map_err(|error| cannot_write(NAME, error))?;
    let mut end = format!("\nwrote {NAME}\n");
    match script {
        Some((true, changed)) => {
            sys::fs::write_whole(&root.join("package.json"), changed.as_bytes())
                .map_err(|error| cannot_write("package.json", error))?;
            end.push_str("added the script `prove` to package.json\n");
        }
        Some((false, _)) => end.push_str(OFFER),
        None => {}
    }
    terminal.print(&visible(&format!("{said}{end}{NEXT}")))?;
    Ok(ExitStatus::Proved)
}

const OFFER: &str = "package.json can have it as a script: `\"prove\": \"prove run\"`\n";

const NEXT: &str = "
next
  prove plan            what would run, in which order, and why
  prove run             runs it
  prove hook install    runs it before every `git push`
";

/// Where the gate file goes: here, or where `-f` says. Nothing may be there.
fn target(common: &Common) -> Result<std::path::PathBuf, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::usage("the current directory is gone").because(error))?;
    let target = here.join(common.file.as_deref().unwrap_or(Path::new(NAME)));
    let beside = [target.clone(), here.join(NAME), here.join("prove.yaml")];
    match beside.iter().find(|path| path.symlink_metadata().is_ok()) {
        None => Ok(target),
        Some(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Err(
                Failure::usage(format!("{name} is there already, and is not overwritten"))
                    .hint("`prove init --dry-run -f other.yml` shows what would be suggested")
                    .hint("`prove check` says whether the one that is there has mistakes"),
            )
        }
    }
}

/// What was written must be understood and have a plan: anything else is a defect of ours.
fn check(target: &Path, text: &str) -> Result<(), Failure> {
    let root = target.parent().unwrap_or(Path::new(".")).to_owned();
    let file = GateFile {
        origin: Origin {
            file: target.to_owned(),
            root,
        },
        name: NAME.to_owned(),
        bytes: text.as_bytes().to_vec(),
        stands_for: None,
    };
    let ours = "what was suggested is not right, so nothing was written: please report this";
    let project = file
        .load()
        .map_err(|wrong| Failure::undecided(ours).detail(wrong.render(false)))?;
    Plan::new(&project.pipeline, &Selection::All)
        .map(drop)
        .map_err(|wrong| Failure::undecided(ours).detail(wrong.to_string()))
}

fn nothing(found: &Found) -> Failure {
    let files = found.files.len();
    Failure::undecided("nothing here says how it is checked, so no gate file was written")
        .detail(format!(
            "{files} files were looked at: no Cargo.toml, package.json, pyproject.toml, go.mod, \
             Makefile, justfile, flake.nix, Dockerfile, compose file or shell script"
        ))
        .hint("the smallest gate file is `version: 1`, then `gates: { test: <command> }`")
}

fn cannot_write(name: &str, error: std::io::Error) -> Failure {
    Failure::undecided(format!("cannot write {name}")).because(error)
}

/// What was found, and what it led to.
fn told(found: &Found, parts: &[Part]) -> String {
    let mut said = format!("found in {}\n", found.name);
    for part in parts {
        said.push_str(&format!("  {}\n", part.title));
        let wide = part.gates.iter().map(|gate| gate.name.len()).max();
        for gate in &part.gates {
            let name = &gate.name;
            let wide = wide.unwrap_or(0);
            said.push_str(&format!("      {name:wide$}  {}\n", gate.why));
        }
        for note in &part.notes {
            said.push_str(&format!("      note: {note}\n"));
        }
    }
    for hint in hints::hints(found) {
        said.push_str(&format!("  {hint}\n"));
    }
    said
}
