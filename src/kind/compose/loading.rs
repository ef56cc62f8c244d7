//! What was wrong while a project was read: what compose refuses cannot be judged, what it forgives
//! is a finding of a rule here.

use super::super::lint::{Found, Survey};
use super::judge::at;
use crate::format::compose::{Loaded, Problem, ProblemKind};
use crate::model::{Rule, Severity};

const INTERPOLATION: &str = "https://docs.docker.com/reference/compose-file/interpolation/";
const MODEL: &str = "https://docs.docker.com/reference/compose-file/";

/// A variable without a value.
pub(super) const UNSET_VARIABLE: Rule = Rule {
    id: "unset-variable",
    aliases: &[],
    severity: Severity::Error,
    about: "A variable has neither a value nor a default",
    why: "Compose warns and puts nothing in its place: an image without its tag, a password that is \
          empty, a path that is the root.",
    fix: "give it a default (`${TAG:-1.0}`), demand it (`${TAG:?}`), or set it by `env` of the gate",
    source: INTERPOLATION,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', hostname: '${HOST_OF_APP}'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', hostname: '${HOST_OF_APP:-app}'}\n",
};

/// `version:`
pub(super) const OBSOLETE_VERSION: Rule = Rule {
    id: "obsolete-version",
    aliases: &["no-version-field", "DCL006"],
    severity: Severity::Warning,
    about: "`version` means nothing any more",
    why: "Compose warns at every command, and a reader takes it for something that decides.",
    fix: "take the line away",
    source: "https://docs.docker.com/reference/compose-file/version-and-name/",
    settings: "",
    bad: "version: '3.8'\nservices:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0'}\n",
};

/// Another form of long ago.
pub(super) const OBSOLETE_FORM: Rule = Rule {
    id: "obsolete-form",
    aliases: &[],
    severity: Severity::Warning,
    about: "A form that compose has given up",
    why: "It is read for now, and the next version may refuse it.",
    fix: "write it as compose writes it today",
    source: MODEL,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', networks: [net]}\nnetworks:\n  net: {external: {name: shared}}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', networks: [net]}\nnetworks:\n  net: {external: true, name: shared}\n",
};

/// A value that is not taken as it is meant.
pub(super) const ODD_VALUE: Rule = Rule {
    id: "odd-value",
    aliases: &[],
    severity: Severity::Error,
    about: "Compose takes a value for something else than it looks like, or passes over it",
    why: "What is written and what happens are two things, and compose says nothing.",
    fix: "write what is meant",
    source: MODEL,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', read_only: yes}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', read_only: true}\n",
};

/// One thing twice.
pub(super) const DUPLICATE_ITEM: Rule = Rule {
    id: "duplicate-item",
    aliases: &[],
    severity: Severity::Error,
    about: "A list says one thing twice",
    why: "The last one holds, and the first reads as if it did.",
    fix: "take one of them out",
    source: MODEL,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', environment: [MODE=a, MODE=b]}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', environment: [MODE=b]}\n",
};

/// A file of variables that is read in another way than it looks.
pub(super) const ODD_DOTENV: Rule = Rule {
    id: "odd-dotenv",
    aliases: &[],
    severity: Severity::Error,
    about: "A file of variables does not say what it looks like",
    why: "A name that is there twice has the last value; what stands behind a closing quote is lost.",
    fix: "write each name once, and nothing behind a quoted value",
    source: "https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax",
    settings: "",
    bad: "=== compose.yaml\nservices:\n  app: {image: 'demo/app:1.0', env_file: app.env}\n=== app.env\nMODE=a\nMODE=b\n",
    good: "=== compose.yaml\nservices:\n  app: {image: 'demo/app:1.0', env_file: app.env}\n=== app.env\nMODE=b\n",
};

/// Which file it is, is a guess.
pub(super) const TWO_COMPOSE_FILES: Rule = Rule {
    id: "two-compose-files",
    aliases: &[],
    severity: Severity::Error,
    about: "There are two files that compose looks for, and it reads one of them",
    why: "Whoever changes the other one changes nothing.",
    fix: "take one away, or name the files that are meant by `files`",
    source: "https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file",
    settings: "",
    bad: "=== compose.yaml\nservices:\n  app: {image: 'demo/app:1.0'}\n=== docker-compose.yml\nservices:\n  app: {image: 'demo/app:1.0'}\n",
    good: "=== compose.yaml\nservices:\n  app: {image: 'demo/app:1.0'}\n",
};

/// `depends_on` in a circle.
pub(super) const DEPENDENCY_CYCLE: Rule = Rule {
    id: "dependency-cycle",
    aliases: &[],
    severity: Severity::Error,
    about: "Services depend on each other in a circle",
    why: "None of them can be the first: compose refuses to start any.",
    fix: "take one of the dependencies out",
    source: "https://docs.docker.com/reference/compose-file/services/#depends_on",
    settings: "",
    bad: "services:\n  a: {image: 'demo/app:1.0', depends_on: [b]}\n  b: {image: 'demo/app:1.0', depends_on: [a]}\n",
    good: "services:\n  a: {image: 'demo/app:1.0', depends_on: [b]}\n  b: {image: 'demo/app:1.0'}\n",
};

/// Says what was wrong; `true` when the project is whole and can be judged.
pub(super) fn said(loaded: &Loaded, survey: &mut Survey) -> bool {
    let mut whole = true;
    for problem in &loaded.problems {
        match rule(loaded, problem) {
            Some(rule) => {
                let found = Found::new(rule, problem.message.clone());
                let mut found = at(found, &loaded.sources, problem.span);
                found.fix = problem.help.clone();
                survey.found.push(found);
            }
            None => {
                whole = false;
                let (place, why) = told(loaded, problem);
                survey.cannot_judge(&place, &why);
            }
        }
    }
    whole
}

/// The rule that a problem belongs to; `None` when compose refuses the project for it.
fn rule(loaded: &Loaded, problem: &Problem) -> Option<&'static Rule> {
    match problem.kind {
        ProblemKind::DependencyCycle => Some(&DEPENDENCY_CYCLE),
        _ if !problem.lax => None,
        ProblemKind::UnsetVariable => Some(&UNSET_VARIABLE),
        ProblemKind::Obsolete if loaded.sources.slice(problem.span) == "version" => {
            Some(&OBSOLETE_VERSION)
        }
        ProblemKind::Obsolete => Some(&OBSOLETE_FORM),
        ProblemKind::Duplicate => Some(&DUPLICATE_ITEM),
        ProblemKind::Dotenv => Some(&ODD_DOTENV),
        ProblemKind::WhichFile => Some(&TWO_COMPOSE_FILES),
        _ => Some(&ODD_VALUE),
    }
}

/// `compose.yaml:3:5:` and what is wrong there.
fn told(loaded: &Loaded, problem: &Problem) -> (String, String) {
    let name = loaded.sources.name(problem.span.source);
    // What was said of a project before any file was read has no place.
    let place = if name.is_empty() || problem.span == crate::format::yaml::Span::default() {
        "the compose project cannot be judged:".to_owned()
    } else {
        let (line, column) = loaded.sources.position(problem.span);
        format!("{name}:{line}:{column}:")
    };
    let help = problem.help.as_ref();
    let help = help.map_or(String::new(), |help| format!(" ({help})"));
    (place, format!("{}{help}", problem.message))
}
