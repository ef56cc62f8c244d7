//! Recipes: scripts of package.json, targets of a Makefile, recipes of a justfile. Each is a path of
//! its own, and may be called on another.

mod read;

pub(super) use read::{justfile, makefile, scripts};

use super::library::Page;
use super::walk::{Around, Shell, Walk, is_live, place_in};
use crate::model::Location;

/// Names of a Makefile, in the order in which make looks for them.
pub(super) const MAKEFILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];
/// Names of a justfile.
pub(super) const JUSTFILES: &[&str] = &["justfile", "Justfile", ".justfile", "JUSTFILE"];

/// A recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Recipe {
    pub name: String,
    /// What runs before it.
    pub before: Vec<String>,
    /// What runs behind it.
    pub behind: Vec<String>,
    /// Its lines, each a shell text of its own, with its offset in the file; one text if it has an
    /// interpreter of its own.
    pub lines: Vec<Line>,
    pub at: usize,
}

/// A shell text of a recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    pub at: usize,
    /// Its failure does not count (`-`).
    pub soft: bool,
    /// It is a script with `set -e`, or none.
    pub errexit: bool,
}

/// Runs a script of package.json.
pub(super) fn npm(
    walk: &mut Walk<'_>,
    (base, name, pre): (&str, &str, bool),
    at: &Location,
    around: &Around<'_>,
) {
    let (path, page) = walk.library.page(base, "package.json");
    let Some(text) = there(walk, &path, &page, (name, at)) else {
        return;
    };
    let scripts = match scripts(text) {
        Ok(scripts) => scripts,
        Err(why) => {
            walk.unjudged.insert(format!("{path} {why}"));
            return;
        }
    };
    let Some(recipe) = scripts.iter().find(|recipe| recipe.name == name) else {
        if name != "test" && name != "start" {
            walk.unjudged.insert(format!(
                "{}:{} calls the script `{name}`, which {path} does not have",
                at.path, at.line
            ));
        }
        return;
    };
    let around_it = [format!("pre{name}"), name.to_owned(), format!("post{name}")];
    let names = if pre {
        &around_it[..]
    } else {
        &around_it[1..2]
    };
    let own = std::mem::replace(&mut walk.cwd, base.to_owned());
    for script in names
        .iter()
        .filter_map(|name| scripts.iter().find(|recipe| recipe.name == *name))
    {
        let script = if script.name == name { recipe } else { script };
        run(walk, script, (&path, text), around);
    }
    walk.cwd = own;
}

/// Runs targets of a Makefile.
pub(super) fn make(
    walk: &mut Walk<'_>,
    (base, names): (&str, &[String]),
    at: &Location,
    around: &Around<'_>,
) {
    let (path, page) = walk.library.first(base, MAKEFILES);
    let first = names.first().map_or("", String::as_str);
    let Some(text) = there(walk, &path, &page, (first, at)) else {
        return;
    };
    let recipes = makefile(text);
    let fallback: Vec<String> = recipes
        .first()
        .map(|recipe| recipe.name.clone())
        .into_iter()
        .collect();
    let names = if names.is_empty() { &fallback } else { names };
    called(walk, (base, &path, text), (&recipes, names), at, around);
}

/// Runs recipes of a justfile.
pub(super) fn just(
    walk: &mut Walk<'_>,
    (base, names): (&str, &[String]),
    at: &Location,
    around: &Around<'_>,
) {
    let (path, page) = walk.library.first(base, JUSTFILES);
    let first = names.first().map_or("", String::as_str);
    let Some(text) = there(walk, &path, &page, (first, at)) else {
        return;
    };
    let recipes = justfile(text);
    // What stands behind a recipe's name may be its arguments.
    let known: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(n, name)| *n == 0 || recipes.iter().any(|recipe| recipe.name == **name))
        .map(|(_, name)| name.clone())
        .collect();
    let fallback: Vec<String> = recipes
        .first()
        .map(|recipe| recipe.name.clone())
        .into_iter()
        .collect();
    let names = if known.is_empty() { &fallback } else { &known };
    called(walk, (base, &path, text), (&recipes, names), at, around);
}

fn called(
    walk: &mut Walk<'_>,
    (base, path, text): (&str, &str, &str),
    (recipes, names): (&[Recipe], &[String]),
    at: &Location,
    around: &Around<'_>,
) {
    let own = std::mem::replace(&mut walk.cwd, base.to_owned());
    for name in names {
        if recipes.iter().any(|recipe| recipe.name == *name) {
            with_others(walk, (recipes, name), (path, text), around, &mut Vec::new());
        } else {
            walk.unjudged.insert(format!(
                "{}:{} calls `{name}`, which {path} does not have",
                at.path, at.line
            ));
        }
    }
    walk.cwd = own;
}

/// A recipe with what runs before and behind it, each once.
pub(super) fn with_others(
    walk: &mut Walk<'_>,
    (recipes, name): (&[Recipe], &str),
    file: (&str, &str),
    around: &Around<'_>,
    done: &mut Vec<String>,
) {
    let Some(recipe) = recipes.iter().find(|recipe| recipe.name == name) else {
        return;
    };
    if done.contains(&recipe.name) {
        return;
    }
    done.push(recipe.name.clone());
    for before in &recipe.before {
        with_others(walk, (recipes, before), file, around, done);
    }
    run(walk, recipe, file, around);
    for behind in &recipe.behind {
        with_others(walk, (recipes, behind), file, around, done);
    }
}

/// The lines of one recipe.
fn run(walk: &mut Walk<'_>, recipe: &Recipe, (path, text): (&str, &str), around: &Around<'_>) {
    let whole = place_in(path.to_owned(), text);
    for line in &recipe.lines {
        let place = |offset: usize| whole(line.at + offset);
        let own = line
            .soft
            .then(|| "a `-` before the line makes its failure count for nothing".to_owned());
        let inner = Around {
            place: &place,
            soft: around.soft.clone().or(own),
            last: true,
            live: around.live || is_live(&recipe.name),
            shell: Shell {
                errexit: line.errexit,
                pipefail: false,
            },
        };
        walk.text(&line.text, &inner);
    }
}

/// The text of a file that is called, or what is said of it.
fn there<'t>(
    walk: &mut Walk<'_>,
    path: &str,
    page: &Page<'t>,
    (name, at): (&str, &Location),
) -> Option<&'t str> {
    let told = |why: &str| {
        format!(
            "{}:{} calls `{name}` of {path}, which {why}",
            at.path, at.line
        )
    };
    match page {
        Page::There(text) => return Some(text),
        Page::Later => {}
        Page::Missing => drop(walk.unjudged.insert(told("is not there"))),
        Page::Unread(why) => drop(walk.unjudged.insert(told(why))),
    }
    None
}
