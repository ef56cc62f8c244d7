//! Healthchecks: that there is one where one is asked for, and that the engine can run it.

use super::image::Known;
use super::judge::Judge;
use crate::format::compose::Service;
use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/reference/compose-file/services/#healthcheck";

/// No engine can run it.
pub(super) const HEALTHCHECK_FORM: Rule = Rule {
    id: "healthcheck-form",
    aliases: &[],
    severity: Severity::Error,
    about: "A healthcheck is written in a form that no engine runs",
    why: "A list has to start with CMD, CMD-SHELL or NONE: compose reads any list, but the engine \
          refuses to create the container.",
    fix: "write `[CMD, program, argument]`, or the command as one text",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app:\n    image: demo/app:1.0\n    healthcheck: {test: [curl, -f, 'http://localhost']}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    healthcheck: {test: [CMD, curl, -f, 'http://localhost']}\n",
};

/// None, though one is asked for.
pub(super) const NO_HEALTHCHECK: Rule = Rule {
    id: "no-healthcheck",
    aliases: &[],
    severity: Severity::Error,
    about: "A service that is meant to stay has no healthcheck",
    why: "A process that runs is not one that answers: without a check nobody is told, and nothing can \
          wait for it.",
    fix: "write a `healthcheck:`, or a HEALTHCHECK in the Dockerfile that it is built from",
    source: SOURCE,
    settings: "{healthcheck: required}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    healthcheck: {test: wget -q -O - http://localhost}\n",
};

/// What a service's own `healthcheck:` and its image come to.
pub(super) fn of(judge: &Judge<'_>, service: &Service) -> Known {
    if let Some(check) = &service.healthcheck {
        if check.disabled {
            return Known::No("it is switched off".to_owned());
        }
        if !check.test.is_empty() {
            return Known::Yes;
        }
    }
    match judge.images.get(service) {
        Some(image) => image.health.clone(),
        None => Known::Unknown("nothing is known of its image".to_owned()),
    }
}

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    if let Some(check) = &service.healthcheck {
        let words: Vec<&str> = check.test.iter().map(|word| word.value.as_str()).collect();
        let wrong = match words.as_slice() {
            [] | ["NONE"] | ["CMD", _, ..] | ["CMD-SHELL", _] => None,
            ["CMD" | "CMD-SHELL"] => Some("names no command".to_owned()),
            ["CMD-SHELL", ..] => Some("has more than one text behind CMD-SHELL".to_owned()),
            ["NONE", ..] => Some("has words behind NONE".to_owned()),
            [first, ..] => Some(format!("starts with `{first}`")),
        };
        if let (Some(wrong), Some(first)) = (wrong, check.test.first()) {
            let message = format!("the healthcheck of `{}` {wrong}", service.name);
            judge.hit(&HEALTHCHECK_FORM, service, first.span, message);
        }
    }
    if !judge.settings.healthcheck || judge.ends(service) {
        return;
    }
    let name = &service.name;
    let message = match of(judge, service) {
        Known::Yes | Known::Unjudged => return,
        Known::No(why) => format!("`{name}` has no healthcheck: {why}"),
        Known::Unknown(why) => format!("`{name}` has no healthcheck of its own: {why}"),
    };
    let span = service.key_span("healthcheck");
    judge.hit(&NO_HEALTHCHECK, service, span, message);
}
