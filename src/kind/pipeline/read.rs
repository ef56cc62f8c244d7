//! Every file by what it is: a workflow, recipes, a script. What is none of these cannot be judged.

use super::super::lint::Survey;
use super::doc::Doc;
use super::github;
use super::library::{Library, Page};
use super::order;
use super::path::{Flow, Job};
use super::recipes::{self, Recipe};
use super::trust::Trust;
use super::walk::{Around, Shell, Walk, is_live, place_in};
use super::{gitlab, woodpecker};

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    GitHub,
    GitLab,
    Woodpecker,
    Just,
    Make,
    Npm,
    Script,
    /// YAML: what it is shows in it.
    Yaml,
}

fn sort(path: &str) -> Sort {
    let file = path.rsplit('/').next().unwrap_or(path);
    let lower = file.to_lowercase();
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    match lower.as_str() {
        "package.json" => Sort::Npm,
        "justfile" | ".justfile" => Sort::Just,
        "makefile" | "gnumakefile" => Sort::Make,
        _ if lower.ends_with(".mk") => Sort::Make,
        _ if lower.ends_with(".just") => Sort::Just,
        _ if lower.starts_with(".woodpecker") || path.contains(".woodpecker/") => Sort::Woodpecker,
        _ if lower.ends_with(".gitlab-ci.yml") => Sort::GitLab,
        _ if yaml && path.contains("workflows/") => Sort::GitHub,
        _ if yaml => Sort::Yaml,
        _ => Sort::Script,
    }
}

/// Judges all files.
pub(super) fn judge(library: &Library, trust: Trust, files: &[String], survey: &mut Survey) {
    let mut flows = Vec::new();
    let mut workflows = Vec::new();
    let mut woodpeckers = Vec::new();
    for path in files {
        let (_, Page::There(text)) = library.page(".", path) else {
            survey.cannot_judge(path, "is no text (UTF-8)");
            continue;
        };
        let sort = sort(path);
        let flow = match sort {
            Sort::Npm => npm(library, path, text),
            Sort::Just => Ok(recipe_flow(library, (path, text), &recipes::justfile(text))),
            Sort::Make => Ok(recipe_flow(library, (path, text), &recipes::makefile(text))),
            Sort::Script => Ok(script(library, path, text)),
            _ => match yaml(path, text, sort) {
                Ok((Sort::GitLab, _)) => Ok(gitlab::read(library, trust, path, text)),
                Ok((Sort::Woodpecker, doc)) => {
                    woodpeckers.push(doc);
                    continue;
                }
                Ok((_, doc)) => {
                    workflows.push(doc);
                    continue;
                }
                Err(why) => Err(why),
            },
        };
        match flow {
            Ok(flow) => flows.push(flow),
            Err(why) => survey.cannot_judge(path, &why),
        }
    }
    flows.extend(github_flows(library, trust, &workflows));
    if !woodpeckers.is_empty() {
        survey.judged += woodpeckers.len() - 1;
        flows.push(woodpecker::read(library, trust, &woodpeckers));
    }
    for flow in flows {
        survey.judged += usize::from(!flow.jobs.is_empty());
        order::judge(&flow, survey);
        survey.found.extend(flow.remarks);
        add(&mut survey.unjudged, flow.unjudged);
        add(&mut survey.notes, flow.notes);
    }
}

fn add(lines: &mut Vec<String>, more: Vec<String>) {
    for line in more {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
}

/// A YAML file, and what it is.
fn yaml<'t>(path: &str, text: &'t str, sort: Sort) -> Result<(Sort, Doc<'t>), String> {
    let doc = Doc::read(path, text)?;
    let is = match sort {
        Sort::GitHub if github::is_workflow(&doc.root) => Sort::GitHub,
        Sort::GitLab if gitlab::is_pipeline(&doc.root) => Sort::GitLab,
        Sort::Woodpecker if woodpecker::is_workflow(&doc.root) => Sort::Woodpecker,
        Sort::Yaml if github::is_workflow(&doc.root) => Sort::GitHub,
        Sort::Yaml if woodpecker::is_workflow(&doc.root) => Sort::Woodpecker,
        Sort::Yaml if gitlab::is_pipeline(&doc.root) => Sort::GitLab,
        _ => return Err("is no workflow: it has none of the keys of one".to_owned()),
    };
    Ok((is, doc))
}

/// Workflows; one that only others call is judged where it is called.
fn github_flows(library: &Library, trust: Trust, docs: &[Doc<'_>]) -> Vec<Flow> {
    let mut flows = Vec::new();
    let mut called = Vec::new();
    let mut waiting = Vec::new();
    for doc in docs {
        let mut reader = github::Reader::new(library, trust, &doc.path);
        reader.workflow(doc, "", &[]);
        called.append(&mut reader.called);
        match github::is_called(&doc.root) {
            true => waiting.push(reader.flow),
            false => flows.push(reader.flow),
        }
    }
    flows.extend(
        waiting
            .into_iter()
            .filter(|flow| !called.contains(&flow.file)),
    );
    flows
}

fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(base, _)| base)
}

fn npm(library: &Library, path: &str, text: &str) -> Result<Flow, String> {
    let mut scripts = recipes::scripts(text)?;
    let names: Vec<String> = scripts.iter().map(|script| script.name.clone()).collect();
    for script in &mut scripts {
        let beside =
            |word: &str| Some(format!("{word}{}", script.name)).filter(|name| names.contains(name));
        script.before.extend(beside("pre"));
        script.behind.extend(beside("post"));
    }
    Ok(recipe_flow(library, (path, text), &scripts))
}

/// Every recipe is a path of its own.
fn recipe_flow(library: &Library, file: (&str, &str), recipes: &[Recipe]) -> Flow {
    let mut flow = Flow {
        file: file.0.to_owned(),
        ..Flow::default()
    };
    let place = place_in(file.0.to_owned(), file.1);
    // What runs only before or behind another is judged there.
    let part = |name: &str| {
        recipes.iter().any(|other| {
            other.name != name
                && (name.starts_with("pre") || name.starts_with("post"))
                && (other.before.iter().any(|before| before == name)
                    || other.behind.iter().any(|behind| behind == name))
        })
    };
    for recipe in recipes.iter().filter(|recipe| !part(&recipe.name)) {
        let mut walk = Walk::new(library, base(file.0));
        let around = Around {
            place: &place,
            soft: None,
            last: true,
            live: false,
            shell: Shell {
                errexit: false,
                pipefail: false,
            },
        };
        recipes::with_others(
            &mut walk,
            (recipes, &recipe.name),
            file,
            &around,
            &mut Vec::new(),
        );
        take(&mut flow, walk, &recipe.name);
    }
    flow
}

fn script(library: &Library, path: &str, text: &str) -> Flow {
    let mut flow = Flow {
        file: path.to_owned(),
        ..Flow::default()
    };
    let place = place_in(path.to_owned(), text);
    let mut walk = Walk::new(library, ".");
    let first = text.lines().next().unwrap_or_default();
    let shell = Shell {
        errexit: first.starts_with("#!") && first.contains("sh -e"),
        pipefail: false,
    };
    walk.text(
        text,
        &Around {
            place: &place,
            soft: None,
            last: true,
            live: is_live(path),
            shell,
        },
    );
    take(&mut flow, walk, path);
    flow
}

fn take(flow: &mut Flow, walk: Walk<'_>, name: &str) {
    flow.jobs.push(Job {
        name: name.to_owned(),
        events: walk.events,
        ..Job::default()
    });
    add(&mut flow.unjudged, walk.unjudged.into_iter().collect());
    add(&mut flow.notes, walk.notes.into_iter().collect());
}
