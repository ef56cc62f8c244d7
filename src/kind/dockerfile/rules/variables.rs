//! Rules on variables that nobody has set.

use super::super::subject::Subject;
use super::Check;
use crate::format::dockerfile::Command;
use crate::format::dockerfile::expand::Modifier;
use crate::format::dockerfile::scope::{StageValues, Unset};
use crate::format::near::nearest;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: &IN_FROM,
        find: in_from,
    },
    Check {
        rule: &UNDEFINED,
        find: undefined,
    },
];

const IN_FROM: Rule = Rule {
    id: "UndefinedArgInFrom",
    aliases: &["undefined-arg-in-from"],
    severity: Severity::Error,
    about: "A FROM uses a variable that has no value",
    why: "The name of the image is then another one than it looks like, or none.",
    fix: "declare it before the first FROM, with a default: `ARG NAME=value`",
    source: "https://docs.docker.com/reference/build-checks/undefined-arg-in-from/",
    settings: "",
    bad: "ARG VERSION=3.20\nFROM alpine:$VERSOIN\n",
    good: "ARG VERSION=3.20\nFROM alpine:$VERSION\nFROM alpine:${OTHER:-3.19}\n",
};

const UNDEFINED: Rule = Rule {
    id: "UndefinedVar",
    aliases: &["undefined-var"],
    severity: Severity::Warning,
    about: "A variable is used that nobody has set",
    why: "It comes to nothing: `$DIR/app` is `/app` then, and nobody says so.",
    fix: "set it with ENV or ARG in this stage; an ARG before the first FROM has to be repeated here",
    source: "https://docs.docker.com/reference/build-checks/undefined-var/",
    settings: "",
    bad: "ARG VERSION=1\nFROM node:22\nCOPY app-$VERSION.js /app/\n",
    good: "ARG VERSION=1\nFROM node:22\nARG VERSION\nCOPY app-$VERSION.js /app/\nENV A=$YARN_VERSION\n",
};

fn asks(unset: &&Unset) -> bool {
    !matches!(
        unset.modifier,
        Modifier::Default | Modifier::Alternate | Modifier::Required
    )
}

fn in_from(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let names = global_names(subject);
    for (_, values) in subject.stages() {
        let words = std::iter::once(&values.image).chain(&values.platform);
        for unset in words.flat_map(|value| &value.unset).filter(asks) {
            // Declared and without a value is another matter: the build may be given one.
            if names.contains(&unset.name) {
                continue;
            }
            let message = told(&unset.name, &names);
            found.push(subject.found(&IN_FROM, unset.span, message));
        }
    }
}

/// Names that are declared before the first FROM.
fn global_names(subject: &Subject<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for instruction in &subject.file.global_args {
        if let Command::Arg(args) = &instruction.command {
            names.extend(args.iter().map(|arg| arg.name.text.clone()));
        }
    }
    names
}

fn told(name: &str, names: &[String]) -> String {
    let near = nearest(name, names.iter().map(String::as_str));
    match near {
        Some(near) => format!("`${name}` is not set; did you mean `${near}`?"),
        None => format!("`${name}` is not set"),
    }
}

fn undefined(subject: &Subject<'_>, found: &mut Vec<Found>) {
    let global = global_names(subject);
    for (_, values) in subject.stages() {
        let names: Vec<String> = values.env.keys().cloned().collect();
        for value in values.steps.iter().flat_map(|step| &step.values) {
            for unset in value.unset.iter().filter(asks) {
                let message = if global.contains(&unset.name) {
                    let what = "is declared before the first FROM, which is not seen in a stage";
                    format!("`${}` {what}", unset.name)
                } else if is_surely_unset(&unset.name, values, &names) {
                    told(&unset.name, &names)
                } else {
                    continue;
                };
                found.push(subject.found(&UNDEFINED, unset.span, message));
            }
        }
    }
}

/// The environment of most images is not known from here. A name that is nearly one that is set is
/// a slip all the same.
fn is_surely_unset(name: &str, values: &StageValues, names: &[String]) -> bool {
    let own = names
        .iter()
        .map(String::as_str)
        .filter(|own| *own != "PATH");
    values.base_known || nearest(name, own).is_some()
}
