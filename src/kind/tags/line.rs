//! One line of `tags:`, `type=semver,pattern={{version}}`: what may stand in it. Must not know what
//! it comes to.

use regex::Regex;

use super::fill::{self, Filling, Names};

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// As written.
    pub text: String,
    pub of: Of,
    pub priority: u32,
    pub prefix: Option<Filling>,
    pub suffix: Option<Filling>,
    pub enable: Filling,
}

/// What a line is made of.
#[derive(Clone, Debug)]
pub(super) enum Of {
    Schedule {
        pattern: Filling,
    },
    Semver {
        pattern: Filling,
        value: Option<Filling>,
    },
    Match {
        pattern: Regex,
        group: usize,
        value: Option<Filling>,
    },
    Edge {
        branch: Option<String>,
        value: Filling,
    },
    Branch,
    Tag,
    PullRequest,
    Raw {
        value: Filling,
    },
    Sha {
        long: bool,
    },
}

/// Types, the attributes that each may have beside those of all, and its priority.
const TYPES: &[(&str, &[&str], u32)] = &[
    ("schedule", &["pattern"], 1000),
    ("semver", &["pattern", "value"], 900),
    ("match", &["pattern", "group", "value"], 800),
    ("edge", &["branch", "value"], 700),
    ("ref", &["event"], 600),
    ("raw", &["value"], 200),
    ("sha", &["format"], 100),
];
const COMMON: &[&str] = &["type", "enable", "priority", "prefix", "suffix"];
const EVENTS: &[&str] = &["branch", "tag", "pr"];
const FORMATS: &[&str] = &["short", "long"];

/// What is wrong with a line: the word, why, and the words that would be right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    pub written: String,
    pub known: Vec<&'static str>,
}

impl Wrong {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            written: String::new(),
            known: Vec::new(),
        }
    }

    pub fn near(message: impl Into<String>, written: &str, known: &[&'static str]) -> Self {
        Self {
            message: message.into(),
            written: written.to_owned(),
            known: known.to_vec(),
        }
    }
}

type Attributes<'t> = Vec<(String, &'t str)>;

/// Reads a line.
pub(super) fn parse(text: &str) -> Result<Line, Wrong> {
    let attributes = attributes(text)?;
    let get = |name: &str| {
        let found = attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| *value)
    };
    let word = get("type").unwrap_or("raw");
    if word == "pep440" {
        let message = "`type=pep440` is not computed here: `type=semver` and `type=match` are";
        return Err(Wrong::new(message));
    }
    let Some((word, own, priority)) = TYPES.iter().find(|(name, ..)| *name == word) else {
        let types: Vec<&str> = TYPES.iter().map(|(name, ..)| *name).collect();
        return Err(Wrong::near(
            format!("there is no type `{word}`"),
            word,
            &types,
        ));
    };
    let known: Vec<&str> = COMMON.iter().chain(*own).copied().collect();
    for (key, _) in &attributes {
        if !known.contains(&key.as_str()) {
            let message = format!("`type={word}` has no attribute `{key}`");
            return Err(Wrong::near(message, key, &known));
        }
    }
    let filling = |name: &str| {
        get(name)
            .map(|text| fill::parse(text, Names::General))
            .transpose()
    };
    let priority = match get("priority") {
        Some(text) => text
            .parse()
            .map_err(|_| Wrong::new(format!("`priority={text}` is no number")))?,
        None => *priority,
    };
    Ok(Line {
        text: text.to_owned(),
        of: of(word, &get)?,
        priority,
        prefix: filling("prefix")?,
        suffix: filling("suffix")?,
        enable: fill::parse(get("enable").unwrap_or("true"), Names::General)?,
    })
}

fn of<'t>(word: &str, get: &dyn Fn(&str) -> Option<&'t str>) -> Result<Of, Wrong> {
    let need = |name: &str| {
        let lacks = || Wrong::new(format!("`type={word}` needs `{name}=…`"));
        get(name).ok_or_else(lacks)
    };
    let general = |text: &str| fill::parse(text, Names::General);
    let value = || {
        get("value")
            .filter(|text| !text.is_empty())
            .map(general)
            .transpose()
    };
    let one = |name: &str, text: &str, known: &[&'static str]| {
        let wrong = || {
            Wrong::near(
                format!("`{name}={text}` is none of {}", known.join(", ")),
                text,
                known,
            )
        };
        known.contains(&text).then_some(()).ok_or_else(wrong)
    };
    Ok(match word {
        "schedule" => Of::Schedule {
            pattern: general(get("pattern").unwrap_or("nightly"))?,
        },
        "semver" => Of::Semver {
            pattern: fill::parse(need("pattern")?, Names::Version)?,
            value: value()?,
        },
        "match" => Of::Match {
            pattern: expression(need("pattern")?)?,
            group: get("group")
                .unwrap_or("0")
                .parse()
                .map_err(|_| Wrong::new("`group` is no number"))?,
            value: value()?,
        },
        "edge" => Of::Edge {
            branch: get("branch")
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            value: general(
                get("value")
                    .filter(|text| !text.is_empty())
                    .unwrap_or("edge"),
            )?,
        },
        "ref" => {
            let event = need("event")?;
            one("event", event, EVENTS)?;
            match event {
                "branch" => Of::Branch,
                "tag" => Of::Tag,
                _ => Of::PullRequest,
            }
        }
        "sha" => {
            let format = get("format").unwrap_or("short");
            one("format", format, FORMATS)?;
            Of::Sha {
                long: format == "long",
            }
        }
        _ => Of::Raw {
            value: general(need("value")?)?,
        },
    })
}

/// An expression, with or without slashes around it.
fn expression(text: &str) -> Result<Regex, Wrong> {
    let bare = text
        .strip_prefix('/')
        .and_then(|text| text.strip_suffix('/'));
    Regex::new(bare.unwrap_or(text)).map_err(|error| {
        let told = error.to_string();
        let why = told
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        Wrong::new(format!("`{text}` is no regular expression: {why}"))
    })
}

/// `key=value` with commas between them; a word alone is a value. A field in double quotes may have
/// commas in it.
fn attributes(text: &str) -> Result<Attributes<'_>, Wrong> {
    let mut out: Attributes<'_> = Vec::new();
    for field in fields(text)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.trim().to_lowercase(), value.trim()),
            None => ("value".to_owned(), field.trim()),
        };
        if out.iter().any(|(other, _)| *other == key) {
            return Err(Wrong::new(format!("`{key}` is there twice")));
        }
        out.push((key, value));
    }
    if out.is_empty() {
        return Err(Wrong::new("this line says nothing"));
    }
    Ok(out)
}

fn fields(text: &str) -> Result<Vec<&str>, Wrong> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (field, behind) = match rest.strip_prefix('"') {
            Some(inner) => inner
                .split_once('"')
                .ok_or_else(|| Wrong::new("a quote is not closed"))?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        out.push(field);
        rest = match behind.trim_start().strip_prefix(',') {
            Some("") => return Err(Wrong::new("the line ends with a comma")),
            Some(more) => more.trim_start(),
            None if behind.trim().is_empty() => "",
            None => return Err(Wrong::new("behind a quote stands a comma")),
        };
    }
    Ok(out)
}
