//! Commands that call something else: what that is, and where it lies. Must not look into it.

use super::Does;

pub(super) fn npm(program: &str, arguments: &[String]) -> Option<Does> {
    const OWN: &[&str] = &[
        "install", "ci", "i", "add", "audit", "publish", "pack", "cache", "config", "version",
        "exec", "dlx", "login", "whoami", "outdated", "update", "remove", "link", "info", "view",
        "set", "get", "create", "init", "x",
    ];
    let mut directory = ".".to_owned();
    let mut plain = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--prefix" | "-C" | "--dir" | "--cwd" => directory = words.next()?.to_owned(),
            "-w" | "--workspace" | "--filter" | "-F" => return None,
            "--" => break,
            _ if word.starts_with("--prefix=") => directory = word["--prefix=".len()..].to_owned(),
            _ if word.starts_with('-') => {}
            _ => plain.push(word),
        }
    }
    let pre = matches!(program, "npm" | "yarn");
    match plain.as_slice() {
        ["run" | "run-script" | "rum", script, ..] => {
            Some(Does::Npm((*script).to_owned(), directory, pre))
        }
        ["test" | "t", ..] if program != "bun" => {
            Some(Does::Npm("test".to_owned(), directory, pre))
        }
        ["start" | "stop" | "restart", ..] if program == "npm" => {
            Some(Does::Npm(plain[0].to_owned(), directory, pre))
        }
        [script, ..] if program != "npm" && !OWN.contains(script) => {
            Some(Does::Npm((*script).to_owned(), directory, pre))
        }
        _ => None,
    }
}

pub(super) fn make(arguments: &[String]) -> Does {
    let mut directory = ".".to_owned();
    let mut targets = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-C" | "--directory" => directory = words.next().unwrap_or(".").to_owned(),
            "-f" | "--file" | "-j" | "-l" | "-o" => {
                words.next();
            }
            _ if word.starts_with('-') || word.contains('=') => {}
            _ => targets.push(word.to_owned()),
        }
    }
    Does::Make(targets, directory)
}

pub(super) fn just(arguments: &[String]) -> Does {
    let mut directory = ".".to_owned();
    let mut recipes = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-d" | "--working-directory" => directory = words.next().unwrap_or(".").to_owned(),
            "-f" | "--justfile" => {
                words.next();
            }
            "--set" => {
                words.next();
                words.next();
            }
            _ if word.starts_with('-') || word.contains('=') => {}
            _ => recipes.push(word.to_owned()),
        }
    }
    Does::Just(recipes, directory)
}

/// A shell: its text, its script, or its here-document.
pub(super) fn shell(arguments: &[String]) -> Option<Does> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-s" => return Some(Does::Here(false)),
            "sh" => {}
            "-o" | "-O" | "+o" | "--rcfile" | "--init-file" => {
                words.next();
            }
            _ if word.starts_with(['<', '>']) => {}
            _ if word.starts_with("--") => {}
            _ if word.starts_with(['-', '+']) && word.ends_with('o') => {
                words.next();
            }
            _ if word.starts_with('-') && word.contains('c') => {
                return words
                    .find(|word| !word.starts_with('-'))
                    .map(|text| Does::Text(text.clone(), false));
            }
            _ if word.starts_with(['-', '+']) => {}
            _ => return Some(Does::Script(word.clone(), false)),
        }
    }
    Some(Does::Here(false))
}

pub(super) fn ssh(arguments: &[String]) -> Option<Does> {
    const VALUES: &str = "BbcDEeFIiJLlmOopQRSWw";
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some(option) if option.len() == 1 && VALUES.contains(option) => {
                words.next();
            }
            Some(_) => {}
            None => {
                let rest: Vec<&str> = words
                    .map(String::as_str)
                    .filter(|word| !word.starts_with('<'))
                    .collect();
                return Some(match rest.is_empty() {
                    true => Does::Here(true),
                    false => Does::Text(rest.join(" "), true),
                });
            }
        }
    }
    None
}

/// The word behind one of these options.
pub(super) fn after(arguments: &[String], options: &[&str]) -> Option<String> {
    let at = arguments
        .iter()
        .position(|word| options.contains(&word.as_str()))?;
    arguments.get(at + 1).cloned()
}

/// All words behind one of these options.
pub(super) fn after_all(arguments: &[String], options: &[&str]) -> Option<String> {
    let at = arguments
        .iter()
        .position(|word| options.contains(&word.as_str()))?;
    Some(arguments[at + 1..].join(" ")).filter(|text| !text.is_empty())
}

/// A file of the project that is called by its path.
pub(super) fn script(word: &str) -> Option<Does> {
    let known = |c: char| c.is_ascii_alphanumeric() || "_-./@+".contains(c);
    let own = word.contains('/') && !word.starts_with('/') && word.chars().all(known);
    own.then(|| Does::Script(word.to_owned(), false))
}
