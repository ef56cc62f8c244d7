//! The files that recipes stand in: package.json, Makefile, justfile. Read leniently: what is no
//! recipe is left out.

use super::{Line, Recipe};

/// The scripts of a package.json.
///
/// # Errors
/// Why it cannot be read.
pub(in super::super) fn scripts(text: &str) -> Result<Vec<Recipe>, String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("cannot be read: {error}"))?;
    let Some(scripts) = json.get("scripts") else {
        return Ok(Vec::new());
    };
    let scripts = scripts.as_object().ok_or("has `scripts` that are no map")?;
    let from = text.find("\"scripts\"").unwrap_or(0);
    let one = |(name, script): (&String, &serde_json::Value)| {
        let script = script
            .as_str()
            .ok_or_else(|| format!("has a script `{name}` that is no text"))?;
        let key = format!("{}:", serde_json::Value::from(name.as_str()));
        let key = text[from..]
            .find(&key)
            .or_else(|| text[from..].find(&format!("\"{name}\"")));
        let at = key.map_or(from, |at| from + at);
        let line = Line {
            text: script.to_owned(),
            at,
            soft: false,
            errexit: false,
        };
        Ok(Recipe {
            name: name.clone(),
            lines: vec![line],
            at,
            ..Recipe::default()
        })
    };
    scripts.iter().map(one).collect()
}

/// The targets of a Makefile. Variables that are set to a plain text are put in.
pub(in super::super) fn makefile(text: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut variables: Vec<(String, String)> = vec![("MAKE".to_owned(), "make".to_owned())];
    let mut open: Vec<usize> = Vec::new();
    for (at, line) in logical(text) {
        if let Some(body) = line.strip_prefix('\t') {
            let sign = |c: char| matches!(c, '@' | '+' | '-' | ' ' | '\t');
            let bare = body.trim_start_matches(sign);
            let head = &body[..body.len() - bare.len()];
            let own = Line {
                text: expanded(bare, &variables),
                at: at + 1 + head.len(),
                soft: head.contains('-'),
                errexit: false,
            };
            for n in &open {
                recipes[*n].lines.push(own.clone());
            }
            continue;
        }
        let bare = line.split('#').next().unwrap_or_default();
        if let Some((name, value)) = assignment(bare) {
            variables.push((name, value));
            continue;
        }
        if let Some((targets, rest)) = bare
            .split_once(':')
            .filter(|(targets, _)| !targets.trim().is_empty())
        {
            let (before, inline) = rest.split_once(';').unwrap_or((rest, ""));
            let before = before
                .trim_start_matches(':')
                .split('|')
                .collect::<Vec<_>>()
                .join(" ");
            let before: Vec<String> = expanded(&before, &variables)
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            open.clear();
            for name in targets
                .split_whitespace()
                .filter(|name| !name.starts_with('.'))
            {
                let known = recipes.iter().position(|recipe| recipe.name == name);
                let n = known.unwrap_or(recipes.len());
                if known.is_none() {
                    recipes.push(Recipe {
                        name: name.to_owned(),
                        at,
                        ..Recipe::default()
                    });
                }
                recipes[n].before.extend(before.iter().cloned());
                if !inline.trim().is_empty() {
                    let text = expanded(inline.trim(), &variables);
                    recipes[n].lines.push(Line {
                        text,
                        at,
                        ..Line::default()
                    });
                }
                open.push(n);
            }
        }
    }
    recipes
}

/// Lines with those joined that end in a backslash, and where each starts.
fn logical(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    let mut joined = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        match lines.last_mut().filter(|_| joined) {
            Some((_, last)) => {
                last.push('\n');
                last.push_str(bare);
            }
            None => lines.push((at, bare.to_owned())),
        }
        joined = bare.ends_with('\\');
        at += line.len();
    }
    lines
}

fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!']).trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!name.is_empty() && name.chars().all(plain))
        .then(|| (name.to_owned(), value.trim().to_owned()))
}

/// Puts variables in, and what make makes of `$$`.
fn expanded(text: &str, variables: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        for (name, value) in variables.iter().rev() {
            if text.len() > 64 << 10 {
                break;
            }
            text = text
                .replace(&format!("$({name})"), value)
                .replace(&format!("${{{name}}}"), value);
        }
    }
    // What is left is a function or a variable of the environment: some text.
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(more) = rest.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if let Some(end) = rest.strip_prefix('(').and_then(|inner| inner.find(')')) {
            out.push_str("${x}");
            rest = &rest[end + 2..];
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

/// The recipes of a justfile.
pub(in super::super) fn justfile(text: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut open = false;
    for (at, line) in logical(text) {
        let indented = line.starts_with([' ', '\t']);
        if indented && open {
            let body = line.trim_start();
            let bare = body.trim_start_matches(['@', '-']);
            let head = line.len() - bare.len();
            let soft = line[..head].contains('-');
            if let Some(recipe) = recipes.last_mut() {
                add_just_line(
                    recipe,
                    Line {
                        text: interpolated(bare),
                        at: at + head,
                        soft,
                        errexit: false,
                    },
                );
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        open = false;
        let assigns = line.contains(":=") && !line.split(":=").next().unwrap_or("").contains(':');
        if indented || line.starts_with(['#', '[']) || assigns {
            continue;
        }
        let Some((head, rest)) = just_head(&line) else {
            continue;
        };
        let name = head
            .trim_start_matches('@')
            .split([' ', '\t'])
            .next()
            .unwrap_or_default();
        let bare = rest.split('#').next().unwrap_or_default();
        let (before, behind) = bare.split_once("&&").unwrap_or((bare, ""));
        recipes.push(Recipe {
            name: name.to_owned(),
            before: dependencies(before),
            behind: dependencies(behind),
            lines: Vec::new(),
            at,
        });
        open = true;
    }
    recipes
}

/// The head of a recipe and what stands behind its colon; a colon in quotes is part of a default.
fn just_head(line: &str) -> Option<(&str, &str)> {
    let mut quote: Option<char> = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, ':') => return Some((&line[..at], &line[at + 1..])),
            _ => {}
        }
    }
    None
}

fn dependencies(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0usize;
    let mut first = false;
    for word in text
        .replace('(', " ( ")
        .replace(')', " ) ")
        .split_whitespace()
    {
        match word {
            "(" => {
                depth += 1;
                first = true;
            }
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 || first => {
                names.push(word.to_owned());
                first = false;
            }
            _ => {}
        }
    }
    names
}

/// A line more; behind an interpreter all lines are one text.
fn add_just_line(recipe: &mut Recipe, line: Line) {
    let script = recipe
        .lines
        .first()
        .is_some_and(|first| first.text.starts_with("#!"));
    match recipe.lines.first_mut().filter(|_| script) {
        Some(first) => {
            let gap = line.at.saturating_sub(first.at + first.text.len() + 1);
            first.text.push('\n');
            first.text.push_str(&" ".repeat(gap.min(200)));
            first.text.push_str(&line.text);
        }
        None => {
            let errexit = line.text.starts_with("#!") && line.text.contains("sh -e");
            recipe.lines.push(Line { errexit, ..line });
        }
    }
}

/// `{{ … }}` is some text, as long as it is.
fn interpolated(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(at) = out.find("{{") {
        let end = out[at..].find("}}").map_or(out.len(), |end| at + end + 2);
        out.replace_range(at..end, &"x".repeat(end - at));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(recipes: &[Recipe]) -> Vec<String> {
        let line = |line: &Line| format!("{}{}", if line.soft { "-" } else { "" }, line.text);
        recipes
            .iter()
            .map(|recipe| {
                let lines: Vec<String> = recipe.lines.iter().map(line).collect();
                format!(
                    "{}: {} [{}]",
                    recipe.name,
                    recipe.before.join(" "),
                    lines.join(" | ")
                )
            })
            .collect()
    }

    #[test]
    fn a_makefile_has_targets_with_lines() {
        let text = "IMG := app:1 # x\n.PHONY: a\na b: c | d\n\t@docker build -t $(IMG) . \\\n\t  --pull\n\t-$(MAKE) e\nc:; echo $$x $(shell y)\n";
        assert_eq!(
            told(&makefile(text)),
            [
                "a: c d [docker build -t app:1 . \\\n\t  --pull | -make e]",
                "b: c d [docker build -t app:1 . \\\n\t  --pull | -make e]",
                "c:  [echo $x ${x}]"
            ]
        );
        assert!(text[makefile(text)[0].lines[0].at..].starts_with("docker build"));
    }

    #[test]
    fn a_justfile_has_recipes_with_lines() {
        let text = "set shell := [\"bash\"]\nx := 'a:b'\n# c\n[private]\n@build arg=\"a:b\" *rest: check (push \"x\") && done\n  docker build -t {{arg}} .\n  -rm x\n\ncheck:\n  #!/usr/bin/env bash\n  set -e\n  prove run\n";
        let recipes = justfile(text);
        assert_eq!(
            told(&recipes),
            [
                "build: check push [docker build -t xxxxxxx . | -rm x]",
                "check:  [#!/usr/bin/env bash\n  set -e\n  prove run]"
            ]
        );
        assert_eq!(recipes[0].behind, ["done"]);
        assert!(text[recipes[0].lines[0].at..].starts_with("docker build"));
        let script = &recipes[1].lines[0];
        let at = script.text.find("prove").unwrap();
        assert!(text[script.at + at..].starts_with("prove run"));
    }

    #[test]
    fn package_json_has_scripts() {
        let text = "{\n\t\"scripts\": {\n\t\t\"prove\": \"prove run\"\n\t}\n}";
        let scripts = scripts(text).unwrap();
        assert_eq!(told(&scripts), ["prove:  [prove run]"]);
        assert!(text[scripts[0].at..].starts_with("\"prove\""));
        assert!(super::scripts("{").is_err());
        assert!(super::scripts("{\"scripts\": []}").is_err());
        assert_eq!(super::scripts("{}").unwrap(), []);
    }
}
