//! Which images a build can ask a registry for: `FROM`, `COPY --from`, `RUN --mount=from=` and
//! `# syntax=` of the stages that are built. Pure.
//!
//! It serves to look up logins and nothing else: no Dockerfile is judged here. What it cannot make
//! out it passes over; the builder then asks without a login, and says so.

use std::collections::{BTreeMap, BTreeSet};

use super::native::Native;
use crate::model::BuildRequest;

/// A stage: what it is called, and what it names in its turn.
struct Stage {
    name: Option<String>,
    /// Other stages or images.
    uses: Vec<String>,
}

/// The images that this build can ask a registry for, as they are written.
pub(super) fn images(text: &str, request: &BuildRequest, native: Native) -> BTreeSet<String> {
    let text = text.trim_start_matches('\u{feff}');
    let directives = directives(text);
    let escape = match directives.get("escape").map(String::as_str) {
        Some("`") => '`',
        _ => '\\',
    };
    let stages = stages(&instructions(text, escape), &request.args);
    let target = request.target.as_deref();
    let mut images = reached(&stages, target, native);
    if native == Native::BuildKit {
        let forced = request.args.get("BUILDKIT_SYNTAX");
        images.extend(forced.or(directives.get("syntax")).cloned());
    }
    images
}

/// `# syntax=…`, `# escape=…` at the very top.
fn directives(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let pair = line.trim().strip_prefix('#');
        let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) else {
            break;
        };
        found.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
    }
    found
}

/// Instructions with their continuations, without comments and without what stands in heredocs.
fn instructions(text: &str, escape: char) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.starts_with('#') || (line.is_empty() && open.is_empty()) {
            continue;
        }
        if let Some(begun) = line.strip_suffix(escape) {
            open.push_str(begun);
            open.push(' ');
            continue;
        }
        open.push_str(line);
        for (end, tabs) in heredocs(&open) {
            let ends = |line: &str| {
                end == if tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                }
            };
            // One that is never closed is none.
            if lines.clone().any(ends) {
                lines.by_ref().find(|line| ends(line));
            }
        }
        found.push(std::mem::take(&mut open));
    }
    found.push(open);
    found
}

/// The words that end the heredocs of an instruction, and whether tabs may stand before them.
fn heredocs(instruction: &str) -> Vec<(String, bool)> {
    let words = instruction.split_whitespace();
    let marks =
        words.filter_map(|word| word.trim_start_matches(char::is_numeric).strip_prefix("<<"));
    let ends = marks.map(|mark| {
        let tabs = mark.starts_with('-');
        let end = mark.trim_start_matches('-').trim_matches(['"', '\'']);
        (end.to_owned(), tabs)
    });
    ends.filter(|(end, _)| !end.is_empty() && !end.starts_with('<'))
        .collect()
}

fn stages(instructions: &[String], args: &BTreeMap<String, String>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut global = BTreeMap::new();
    for instruction in instructions {
        let mut words = instruction.split_whitespace();
        let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
        let words: Vec<&str> = words.collect();
        let flags = words.iter().take_while(|word| word.starts_with("--"));
        match (keyword.as_str(), stages.last_mut()) {
            ("ARG", None) => {
                for (name, value) in words.iter().filter_map(|word| argument(word)) {
                    let value = expand(value, &global);
                    let value = args.get(name).cloned().unwrap_or(value);
                    global.insert(name.to_owned(), value);
                }
            }
            ("FROM", _) => {
                let rest = &words[flags.count()..];
                let as_name = rest.iter().position(|word| word.eq_ignore_ascii_case("as"));
                let name = as_name.and_then(|at| rest.get(at + 1));
                let base = rest.first().map(|base| expand(unquoted(base), &global));
                stages.push(Stage {
                    name: name.map(|name| name.to_ascii_lowercase()),
                    uses: base.into_iter().collect(),
                });
            }
            ("COPY", Some(stage)) => {
                let from = flags.filter_map(|flag| flag.strip_prefix("--from="));
                stage
                    .uses
                    .extend(from.map(|from| unquoted(from).to_owned()));
            }
            ("RUN", Some(stage)) => {
                let mounts = flags.filter_map(|flag| flag.strip_prefix("--mount="));
                let keys = mounts.flat_map(|mount| mount.split(','));
                let from = keys.filter_map(|key| key.strip_prefix("from="));
                stage.uses.extend(from.map(str::to_owned));
            }
            _ => {}
        }
    }
    stages
}

/// `NAME=value`, or a name without a default.
fn argument(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    (!name.is_empty()).then(|| (name, unquoted(value)))
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+instead}`. What nobody set is empty.
fn expand(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let braced = after
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'));
        let part = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let bare = after.find(|c| !part(c)).unwrap_or(after.len());
        let (inside, behind) = braced.unwrap_or(after.split_at(bare));
        let (name, other) = inside.split_at(inside.find(|c| !part(c)).unwrap_or(inside.len()));
        let value = values.get(name).map_or("", String::as_str);
        let (op, word) = other.split_at(other.find(|c| !":-+".contains(c)).unwrap_or(other.len()));
        expanded.push_str(match op {
            ":-" | "-" if value.is_empty() => word,
            ":+" | "+" if value.is_empty() => "",
            ":+" | "+" => word,
            _ => value,
        });
        rest = behind;
    }
    expanded + rest
}

/// What is asked for: by BuildKit for the target and what that stands on, by the classic builder
/// for every stage up to the target.
fn reached(stages: &[Stage], target: Option<&str>, native: Native) -> BTreeSet<String> {
    let find = |name: &str, before: usize| {
        let lower = name.to_ascii_lowercase();
        let named = stages[..before]
            .iter()
            .rposition(|stage| stage.name.as_ref() == Some(&lower));
        named.or_else(|| name.parse().ok().filter(|at| *at < before))
    };
    let all = stages.len();
    let goal = target.and_then(|target| find(target, all));
    let goal = goal.or(all.checked_sub(1));
    let mut pending: Vec<usize> = match native {
        Native::BuildKit => goal.into_iter().collect(),
        Native::Classic => (0..=goal.unwrap_or(0)).take(all).collect(),
    };
    let (mut seen, mut images) = (BTreeSet::new(), BTreeSet::new());
    while let Some(at) = pending.pop().filter(|_| seen.len() <= all) {
        if !seen.insert(at) {
            continue;
        }
        for used in &stages[at].uses {
            match find(used, at) {
                Some(stage) => pending.push(stage),
                None if used == "scratch" || used.contains(['$', '{']) || used.is_empty() => {}
                None => drop(images.insert(used.clone())),
            }
        }
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, native: Native, target: Option<&str>) -> Vec<String> {
        let request = BuildRequest {
            target: target.map(str::to_owned),
            args: BTreeMap::from([("NODE".to_owned(), "24".to_owned())]),
            ..BuildRequest::default()
        };
        images(text, &request, native).into_iter().collect()
    }

    const STAGES: &str = "\u{feff}# syntax=front.example/dockerfile:1\n\
        ARG HOST=own.example NODE=20\n\
        FROM --platform=$BUILDPLATFORM ${HOST}/node:$NODE-${VARIANT:-slim} AS Deps\n\
        RUN --mount=type=cache,target=/c --mount=type=bind,from=tools.example/x,target=/t \\\n\
        \x20 # a comment in between\n\
        \x20 make\n\
        from scratch as lint\n\
        COPY --from=lint.example/l /l /l\n\
        FROM deps AS app\n\
        COPY --chown=1 --from=DEPS /a /a\n\
        COPY --from=0 /a /a\n";

    #[test]
    fn buildkit_asks_for_what_the_target_stands_on() {
        let deps = [
            "front.example/dockerfile:1",
            "own.example/node:24-slim",
            "tools.example/x",
        ];
        assert_eq!(asked(STAGES, Native::BuildKit, None), deps);
        assert_eq!(asked(STAGES, Native::BuildKit, Some("deps")), deps);
        let lint = ["front.example/dockerfile:1", "lint.example/l"];
        assert_eq!(asked(STAGES, Native::BuildKit, Some("lint")), lint);
    }

    #[test]
    fn the_classic_builder_asks_for_every_stage_up_to_the_target() {
        let deps = ["own.example/node:24-slim", "tools.example/x"];
        assert_eq!(asked(STAGES, Native::Classic, Some("Deps")), deps);
        let all = ["lint.example/l", deps[0], deps[1]];
        assert_eq!(asked(STAGES, Native::Classic, None), all);
    }

    #[test]
    fn what_stands_in_a_heredoc_is_no_instruction() {
        let text = "# escape=`\nFROM a.example/a\nRUN <<-EOF cat <<'B'\nFROM b\n\tEOF\nFROM c\nB\n\
                    RUN x `\n  FROM d\nRUN echo $((1 <<NEVER))\nCOPY --from=e.example/e / /\n";
        let asked = asked(text, Native::BuildKit, None);
        assert_eq!(asked, ["a.example/a", "e.example/e"]);
    }

    #[test]
    fn a_text_that_is_no_dockerfile_asks_for_nothing() {
        for text in [
            "",
            "FROM",
            "FROM scratch",
            "COPY --from=x",
            "${",
            "FROM ${\nFROM $",
            "\\",
        ] {
            assert_eq!(asked(text, Native::Classic, None), [""; 0], "{text}");
        }
    }
}
