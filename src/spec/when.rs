//! `when:`: whether a gate is required in this run, weighed on facts that are passed in.
//!
//! Every key of one map must hold, one map of a list is enough. A fact that cannot be had leaves
//! it open, unless the rest decides: an open one is an error of the gate, never a "no".

use globset::GlobBuilder;

use super::{Decoder, Diagnostic, environment};
use crate::format::yaml::{Node, Span, Value};
use crate::model::{Facts, Reason};

/// `when:` of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// In words: `branch main or release/*, os linux`.
    pub text: String,
    /// What it comes to.
    pub applies: Applies,
}

/// Whether a gate is required in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applies {
    /// It is.
    Yes,
    /// It is not: not applicable, for this reason.
    No(Reason),
    /// A fact cannot be had: the gate is errored, for this reason.
    Unknown(Reason),
}

/// What a key, a map or the whole comes to; with the words for it.
enum Held {
    Yes,
    No(String),
    Unknown(String),
}

/// One map.
struct Condition {
    text: String,
    held: Held,
}

/// Reads and weighs. The shape was checked; what is said here is what a shape cannot know.
pub(super) fn read(decoder: &mut Decoder<'_>, node: &Node) -> Option<When> {
    let maps = node.items();
    if maps.is_empty() {
        let message = "with no condition it would never be required";
        let help = "say when it is (`when: { branch: main }`), or take `when` away";
        return decoder.refuse(Diagnostic::new(node.span, message).help(help));
    }
    let read: Vec<_> = maps.iter().map(|map| condition(decoder, map)).collect();
    let conditions: Vec<Condition> = read.into_iter().collect::<Option<_>>()?;
    let texts: Vec<&str> = conditions.iter().map(|c| c.text.as_str()).collect();
    let text = texts.join("; or ");
    Some(When {
        applies: any(conditions),
        text,
    })
}

fn condition(decoder: &mut Decoder<'_>, map: &Node) -> Option<Condition> {
    if !matches!(map.value, Value::Mapping(_)) {
        return None;
    }
    let keys = map
        .entries()
        .iter()
        .filter(|entry| entry.key.text != "reason");
    let read: Vec<_> = keys
        .map(|entry| fact(decoder, &entry.key.text, &entry.value))
        .collect();
    let reason = decoder.optional(map, "reason", Decoder::text);
    let facts: Vec<Condition> = read.into_iter().collect::<Option<_>>()?;
    if facts.is_empty() {
        let message = "a condition without a fact would always hold";
        let help = "name one of `branch`, `tag`, `pull_request`, `os`, `env`";
        return decoder.refuse(Diagnostic::new(map.span, message).help(help));
    }
    let texts: Vec<&str> = facts.iter().map(|fact| fact.text.as_str()).collect();
    let text = texts.join(", ");
    let held = match (all(facts), reason?) {
        (Held::No(why), Some(reason)) => Held::No(format!("{why} ({reason})")),
        (held, _) => held,
    };
    Some(Condition { text, held })
}

fn all(facts: Vec<Condition>) -> Held {
    let (mut no, mut unknown) = (Vec::new(), Vec::new());
    for fact in facts {
        match fact.held {
            Held::Yes => {}
            Held::No(why) => no.push(why),
            Held::Unknown(why) => unknown.push(why),
        }
    }
    match (no.is_empty(), unknown.is_empty()) {
        (false, _) => Held::No(no.join(", and ")),
        (true, false) => Held::Unknown(unknown.join(", and ")),
        (true, true) => Held::Yes,
    }
}

fn any(conditions: Vec<Condition>) -> Applies {
    let (mut no, mut unknown) = (Vec::new(), Vec::new());
    for condition in conditions {
        match condition.held {
            Held::Yes => return Applies::Yes,
            Held::No(why) => no.push(why),
            Held::Unknown(why) => unknown.push(why),
        }
    }
    if unknown.is_empty() {
        return Applies::No(said("`when` is false", no));
    }
    let reason = said("`when` cannot be decided", unknown);
    Applies::Unknown(reason.hint("let prove find out what it asks for, or take that out of `when`"))
}

/// One cause goes with the headline, several below it.
fn said(what: &str, mut whys: Vec<String>) -> Reason {
    if whys.len() == 1 {
        return Reason::new(format!("{what}: {}", whys.remove(0)));
    }
    let reason = Reason::new(format!(
        "{what}: none of its {} conditions holds",
        whys.len()
    ));
    whys.into_iter().fold(reason, Reason::detail)
}

fn fact(decoder: &mut Decoder<'_>, key: &str, node: &Node) -> Option<Condition> {
    let facts = decoder.facts();
    match key {
        "branch" => {
            let patterns = patterns(decoder, node, true)?;
            let branch = branch(facts).map(|branch| branch.into_iter().collect());
            let none = "there is no branch (HEAD is detached, or this is a pull request)";
            Some(names("branch", &patterns, branch, none))
        }
        "tag" => {
            let patterns = patterns(decoder, node, true)?;
            Some(names(
                "tag",
                &patterns,
                tags(facts),
                "no tag is at this commit",
            ))
        }
        "pull_request" => Some(pull_request(facts, decoder.boolean(node)?)),
        "os" => {
            let words = some(decoder, node, |decoder, node| decoder.text(node))?;
            let text = format!("os {}", words.join(" or "));
            let held = match words.contains(&facts.os) {
                true => Held::Yes,
                false => Held::No(format!(
                    "the os is {}, wanted {}",
                    facts.os,
                    words.join(" or ")
                )),
            };
            Some(Condition { text, held })
        }
        "env" => variables(decoder, node),
        // An unknown key, and that has been said.
        _ => None,
    }
}

/// Patterns against the names that there are.
fn names(
    what: &str,
    patterns: &[Pattern],
    there: Result<Vec<String>, String>,
    none: &str,
) -> Condition {
    let wanted: Vec<&str> = patterns.iter().map(|p| p.text.as_str()).collect();
    let wanted = wanted.join(" or ");
    let held = match there {
        Err(why) => Held::Unknown(format!("the {what} cannot be had: {why}")),
        Ok(there) if there.iter().any(|name| matches(patterns, name)) => Held::Yes,
        Ok(there) if there.is_empty() => Held::No(format!("{none}, wanted {wanted}")),
        Ok(there) => Held::No(format!(
            "the {what} is {}, wanted {wanted}",
            there.join(" and ")
        )),
    };
    Condition {
        text: format!("{what} {wanted}"),
        held,
    }
}

/// Git knows it, on a detached HEAD the CI may; without git only the CI.
fn branch(facts: &Facts) -> Result<Option<String>, String> {
    match &facts.git {
        Some(Ok(git)) => Ok(git.branch.clone()),
        _ if facts.ci.branch.is_some() || facts.ci.pull_request == Some(true) => {
            Ok(facts.ci.branch.clone())
        }
        Some(Err(why)) => Err(why.clone()),
        None => Err("git was not asked".to_owned()),
    }
}

/// All tags at HEAD, and the one that the CI runs for. A pull request has none: it is no release,
/// whatever commit it starts from.
fn tags(facts: &Facts) -> Result<Vec<String>, String> {
    if facts.ci.pull_request != Some(false) {
        return Ok(Vec::new());
    }
    let mut tags: Vec<String> = facts.ci.tag.iter().cloned().collect();
    match &facts.git {
        Some(Ok(git)) => tags.extend(
            git.tags
                .iter()
                .filter(|tag| Some(*tag) != facts.ci.tag.as_ref())
                .cloned(),
        ),
        _ if !tags.is_empty() => {}
        Some(Err(why)) => return Err(why.clone()),
        None => return Err("git was not asked".to_owned()),
    }
    Ok(tags)
}

fn pull_request(facts: &Facts, wanted: bool) -> Condition {
    let text = if wanted {
        "pull_request"
    } else {
        "no pull_request"
    };
    let held = match facts.ci.pull_request {
        None => Held::Unknown("it cannot be known whether this is for a pull request".to_owned()),
        Some(is) if is == wanted => Held::Yes,
        Some(true) => Held::No("this is a pull request".to_owned()),
        Some(false) => Held::No("this is no pull request".to_owned()),
    };
    Condition {
        text: text.to_owned(),
        held,
    }
}

/// Names that must be set, or names with what their values must be. Values are not shown.
fn variables(decoder: &mut Decoder<'_>, node: &Node) -> Option<Condition> {
    let facts = decoder.facts();
    let wanted: Vec<(String, Option<Vec<Pattern>>)> = match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            for entry in entries {
                environment::check_name(decoder, &entry.key.text, entry.key.span, false);
            }
            decoder
                .map(node, |decoder, value| patterns(decoder, value, false))?
                .into_iter()
                .map(|(name, patterns)| (name, Some(patterns)))
                .collect()
        }
        Value::Mapping(_) => return decoder.refuse(nothing(node.span)),
        _ => some(decoder, node, variable)?
            .into_iter()
            .map(|name| (name, None))
            .collect(),
    };
    let each: Vec<Condition> = wanted
        .iter()
        .map(|(name, patterns)| variable_held(facts, name, patterns.as_deref()))
        .collect();
    let texts: Vec<&str> = each.iter().map(|one| one.text.as_str()).collect();
    Some(Condition {
        text: texts.join(", "),
        held: all(each),
    })
}

fn variable(decoder: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let name = decoder.text(node)?;
    let before = decoder.diagnostics.len();
    environment::check_name(decoder, &name, node.span, false);
    (decoder.diagnostics.len() == before).then_some(name)
}

fn variable_held(facts: &Facts, name: &str, patterns: Option<&[Pattern]>) -> Condition {
    let value = facts.env.get(name).filter(|value| !value.is_empty());
    let wanted = patterns.map(|patterns| {
        let texts: Vec<&str> = patterns.iter().map(|p| p.text.as_str()).collect();
        texts.join(" or ")
    });
    let held = match (value, patterns) {
        _ if facts.unreadable_env.contains(name) => {
            Held::Unknown(format!("the value of {name} is not UTF-8"))
        }
        (None, _) => Held::No(format!("{name} is not set")),
        (Some(_), None) => Held::Yes,
        (Some(value), Some(patterns)) if matches(patterns, value) => Held::Yes,
        (Some(_), Some(_)) => Held::No(format!(
            "{name} is not {}",
            wanted.as_deref().unwrap_or_default()
        )),
    };
    let text = match wanted {
        Some(wanted) => format!("env {name} {wanted}"),
        None => format!("env {name}"),
    };
    Condition { text, held }
}

/// A text that names are held against.
struct Pattern {
    text: String,
    glob: globset::GlobMatcher,
}

fn matches(patterns: &[Pattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.glob.is_match(name))
}

fn patterns(decoder: &mut Decoder<'_>, node: &Node, of_git: bool) -> Option<Vec<Pattern>> {
    some(decoder, node, |decoder, node| {
        let text = decoder.text(node)?;
        match pattern(&text, of_git) {
            Ok(glob) => Some(Pattern { text, glob }),
            Err((message, help)) => decoder.refuse(Diagnostic::new(node.span, message).help(help)),
        }
    })
}

/// In the names of branches and tags `*` stays within a `/`, as everywhere in the gate file.
fn pattern(text: &str, of_git: bool) -> Result<globset::GlobMatcher, (String, String)> {
    if text.is_empty() {
        let help = "say what is meant; a condition that is not needed is left out";
        return Err(("an empty text matches nothing".to_owned(), help.to_owned()));
    }
    if let Some(rest) = text.strip_prefix('!') {
        let help = format!("list what is meant instead; `{rest}` alone is the opposite");
        return Err((format!("`{text}`: a condition cannot be negated"), help));
    }
    if of_git && text.starts_with("refs/") {
        let short = text.splitn(3, '/').last().unwrap_or_default();
        let message = format!("`{text}` is the long name of a ref, and would never match");
        return Err((message, format!("write `{short}`")));
    }
    let glob = GlobBuilder::new(text)
        .literal_separator(of_git)
        .backslash_escape(true)
        .build();
    let help = "a glob has `*`, `**`, `?`, `[a-z]` and `{a,b}`; `\\[` is a plain bracket";
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        (
            format!("`{text}` is no glob: {}", error.kind()),
            help.to_owned(),
        )
    })
}

/// One or many, and not none of them.
fn some<T>(
    decoder: &mut Decoder<'_>,
    node: &Node,
    read: impl FnMut(&mut Decoder<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let all = decoder.each(node, read)?;
    if all.is_empty() {
        return decoder.refuse(nothing(node.span));
    }
    Some(all)
}

fn nothing(span: Span) -> Diagnostic {
    Diagnostic::new(span, "nothing is named here, so it would never hold")
        .help("name what is meant, or take the key away")
}
