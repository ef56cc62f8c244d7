//! BuildKit's own tables, which live outside of the repository; `PROVE_ORACLES` says where.
//! Skipped, and said so, where they are not.

use std::fs;
use std::path::PathBuf;

use super::super::syntax::{Args, Syntax};
use super::super::{layer_one, parse};

/// The folder of an oracle; none when it is not here.
pub(in super::super) fn oracle(name: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles");
    let oracles = std::env::var_os("PROVE_ORACLES").map_or(beside, PathBuf::from);
    let folder = oracles.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no oracle at {}", folder.display());
    None
}

/// A name, a Dockerfile, and its tree if there is one.
type Case = (String, Vec<u8>, Option<String>);

/// Every case of a folder.
fn cases(folder: &str) -> Option<Vec<Case>> {
    let root = oracle("buildkit-parser")?;
    let mut cases = Vec::new();
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let tree = fs::read_to_string(path.join("result")).ok();
        cases.push((name, fs::read(path.join("Dockerfile")).unwrap(), tree));
    }
    cases.sort();
    assert!(!cases.is_empty());
    Some(cases)
}

#[test]
fn layer_one_gives_the_trees_of_buildkits_parser() {
    let Some(cases) = cases("testfiles") else {
        return;
    };
    let mut wrong = Vec::new();
    for (name, bytes, tree) in &cases {
        let (read, _) = layer_one(0, bytes);
        let mine: Vec<String> = read.instructions.iter().map(dump).collect();
        let tree = tree.as_ref().unwrap().trim_end().replace("\r\n", "\n");
        if mine.join("\n") != tree {
            wrong.push(format!(
                "{name}\n--- mine\n{}\n--- BuildKit\n{tree}",
                mine.join("\n")
            ));
        }
        if !read.errors.is_empty() {
            wrong.push(format!("{name}: {:?}", read.errors));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    println!("{0}/{0} syntax trees agree", cases.len());
}

#[test]
fn what_buildkits_parser_refuses_is_refused() {
    let Some(cases) = cases("testfiles-negative") else {
        return;
    };
    for (name, bytes, _) in &cases {
        assert!(!parse(0, bytes).errors.is_empty(), "{name}");
    }
    println!("{0}/{0} refusals agree", cases.len());
}

fn dump(syntax: &Syntax) -> String {
    format!("({})", inner(syntax))
}

fn inner(syntax: &Syntax) -> String {
    let mut out = syntax.head.keyword.text.to_lowercase();
    if !syntax.head.flags.is_empty() {
        let flags: Vec<String> = syntax
            .head
            .flags
            .iter()
            .map(|flag| match &flag.value {
                Some(value) => quote(&format!("--{}={}", flag.name, value.text)),
                None => quote(&format!("--{}", flag.name)),
            })
            .collect();
        out += &format!(" [{}]", flags.join(" "));
    }
    out + &args(&syntax.args)
}

fn args(args: &Args) -> String {
    let words = |words: Vec<&str>| -> String {
        words
            .iter()
            .map(|word| format!(" {}", quote(word)))
            .collect()
    };
    match args {
        Args::None => String::new(),
        Args::Json { words: all, .. } | Args::Words(all) => {
            words(all.iter().map(|word| &*word.text).collect())
        }
        Args::Text(word) => words(vec![&word.text]),
        Args::Pairs(pairs) => pairs
            .iter()
            .map(|pair| {
                let sign = if pair.legacy { "" } else { "=" };
                words(vec![&pair.name.text, &pair.value.text, sign])
            })
            .collect(),
        Args::Nested(nested) => format!(" ({})", inner(nested)),
        Args::Health { kind, command } => words(vec![&kind.text]) + &super::oracle::args(command),
        Args::Unknown(_) => " \"\"".to_owned(),
        Args::Broken => " broken".to_owned(),
    }
}

/// Quotes as Go's `strconv.Quote` does, as far as the tables need it.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\u{8}' => out += "\\b",
            '\u{c}' => out += "\\f",
            c if c.is_ascii_control() => out += &format!("\\x{:02x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}
