//! `prove packs`: the packs that come with prove, and what one of them brings. Runs nothing.

mod markdown;

use clap::Args;
use serde_json::{Value, json};

use super::args::{Common, Pages};
use super::failure::Failure;
use super::output::{Terminal, visible};
use crate::kind::registry;
use crate::model::ExitStatus;
use crate::spec::{PackAbout, Variable};
use crate::sys;

/// Version of the JSON form.
const SCHEMA: u32 = 1;
/// Bytes of a pack that is a file.
const FILE_BYTES: u64 = 1 << 20;

/// Options of `prove packs`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  prove packs                     which there are
  prove packs rust                what the pack `rust` brings, and what can be handed to it
  prove packs ./ci/team.yml       the same for a pack of your own
  prove packs rust --source       its text, to copy from

In prove.yml:
  use: [git, { pack: rust, with: { flags: --offline }, without: [rust-doc] }]")]
pub(super) struct Packs {
    /// A pack: its name, or the path of a file [default: all that come with prove]
    #[arg(value_name = "PACK")]
    pub pack: Option<String>,
    /// Prints the text of the pack.
    #[arg(long, requires = "pack", conflicts_with = "format")]
    pub source: bool,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Pages,
}

pub(super) fn packs(
    packs: &Packs,
    _common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Failure> {
    let named = match &packs.pack {
        Some(name) => vec![(name.as_str(), text(name)?)],
        None => {
            let names = registry().packs().into_iter();
            let texts = names.filter_map(|name| Some((name, registry().pack(name)?.to_owned())));
            texts.collect()
        }
    };
    if packs.source {
        let sources = named.iter().map(|(_, text)| visible(text));
        terminal.print(&sources.collect::<String>())?;
        return Ok(ExitStatus::Proved);
    }
    let mut told = Vec::new();
    for (name, text) in &named {
        let about = PackAbout::read(name, text, registry());
        told.push((
            *name,
            about.map_err(|wrong| Failure::mistakes(wrong.render(true)))?,
        ));
    }
    let shown = match (packs.format, &told[..]) {
        (Pages::Json, _) => format!("{:#}\n", document(&told)),
        (Pages::Markdown, _) => markdown::page(&told),
        (Pages::Text, [(name, one)]) if packs.pack.is_some() => whole(name, one),
        (Pages::Text, _) => list(&told),
    };
    terminal.print(&visible(&shown))?;
    Ok(ExitStatus::Proved)
}

/// The text of a pack; what has a `/` or ends like a gate file is a file.
fn text(name: &str) -> Result<String, Failure> {
    if let Some(text) = registry().pack(name) {
        return Ok(text.to_owned());
    }
    let is_file = name.contains('/') || name.ends_with(".yml") || name.ends_with(".yaml");
    if !is_file {
        let names = registry().packs();
        let near = names
            .iter()
            .min_by_key(|known| strsim::damerau_levenshtein(known, name))
            .filter(|known| strsim::damerau_levenshtein(known, name) <= 2);
        let failure = Failure::usage(format!("there is no pack `{name}`"));
        return Err(match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("there are: {}", names.join(", "))),
        });
    }
    let cannot = |why: String| Failure::usage(format!("cannot read the pack {name}: {why}"));
    let bytes = sys::fs::read_limited(name.as_ref(), FILE_BYTES);
    let bytes = bytes.map_err(|error| cannot(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| cannot("it has more than 1 MiB".to_owned()))?;
    String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8".to_owned()))
}

fn list(packs: &[(&str, PackAbout)]) -> String {
    let wide = packs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut shown = String::new();
    for (name, about) in packs {
        let description = about.description.as_deref().unwrap_or_default();
        shown.push_str(&format!("{name:wide$}  {description}\n"));
        let gates: Vec<_> = about.gates.iter().map(|gate| gate.name.as_str()).collect();
        shown.push_str(&format!("{:wide$}  {}\n", "", gates.join(", ")));
    }
    shown.push_str("\nuse: [NAME] in prove.yml brings one; `prove packs NAME` tells more\n");
    shown
}

fn whole(name: &str, about: &PackAbout) -> String {
    let mut shown = format!("{name}\n");
    if let Some(description) = &about.description {
        shown.push_str(&format!("  {description}\n"));
    }
    shown.push_str("\ngates\n");
    for gate in &about.gates {
        shown.push_str(&format!("  {}\n", gate.name));
        if let Some(description) = &gate.description {
            shown.push_str(&format!("      {description}\n"));
        }
        shown.push_str(&format!("      {}: {}\n", gate.kind, gate.summary));
    }
    if !about.variables.is_empty() {
        shown.push_str("\nvariables (`with:`)\n");
        about
            .variables
            .iter()
            .for_each(|variable| shown.push_str(&told(variable)));
    }
    let used = match registry().pack(name) {
        Some(_) => format!("[{name}]"),
        None => format!("{{ path: {name} }}"),
    };
    shown.push_str(&format!(
        "\nuse: {used}        a gate of the same name in prove.yml says its keys anew\n"
    ));
    shown
}

fn told(variable: &Variable) -> String {
    let default = match &variable.default {
        Some(default) if default.is_empty() => " = (empty)".to_owned(),
        Some(default) => format!(" = {default}"),
        None => String::new(),
    };
    let mut told = format!("  {}{default}\n", variable.name);
    if let Some(description) = &variable.description {
        told.push_str(&format!("      {description}\n"));
    }
    if !variable.one_of.is_empty() {
        told.push_str(&format!("      one of: {}\n", variable.one_of.join(", ")));
    }
    told
}

fn document(packs: &[(&str, PackAbout)]) -> Value {
    let pack = |(name, about): &(&str, PackAbout)| {
        let gate = |gate: &crate::spec::PackGate| {
            json!({
                "gate": gate.name.as_str(),
                "kind": gate.kind,
                "summary": gate.summary,
                "description": gate.description,
            })
        };
        let variable = |variable: &Variable| {
            json!({
                "name": variable.name,
                "default": variable.default,
                "one_of": variable.one_of,
                "description": variable.description,
            })
        };
        json!({
            "pack": name,
            "description": about.description,
            "gates": about.gates.iter().map(gate).collect::<Vec<_>>(),
            "variables": about.variables.iter().map(variable).collect::<Vec<_>>(),
        })
    };
    json!({ "schema": SCHEMA, "packs": packs.iter().map(pack).collect::<Vec<_>>() })
}
