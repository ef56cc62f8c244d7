//! What services wait for: that it can happen, and that the right thing is waited for.

use super::image::Known;
use super::judge::Judge;
use super::{health, stores};
use crate::format::compose::Service;
use crate::format::compose::model::{Condition, Dependency};
use crate::model::{Rule, Severity};

const SOURCE: &str = "https://docs.docker.com/compose/how-tos/startup-order/";

/// Health that nobody checks.
pub(super) const HEALTHY_WITHOUT_CHECK: Rule = Rule {
    id: "healthy-without-check",
    aliases: &[],
    severity: Severity::Error,
    about: "A service waits for the health of one that has no healthcheck",
    why: "Health that nobody checks never comes: `docker compose up` ends with an error, and the \
          service is never started.",
    fix: "give the service that is waited for a `healthcheck:`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {web: {condition: service_healthy}}\n  web: {image: 'nginx:1.27'}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {web: {condition: service_healthy}}\n  web:\n    image: nginx:1.27\n    healthcheck: {test: [CMD, curl, -f, 'http://localhost']}\n",
};

/// Health that may or may not be checked.
pub(super) const HEALTH_UNKNOWN: Rule = Rule {
    id: "health-unknown",
    aliases: &[],
    severity: Severity::Warning,
    about: "A service waits for the health of one of which nothing says that it has a healthcheck",
    why: "Only the image itself can tell. If it brings none, `docker compose up` ends with an error.",
    fix: "give the service that is waited for a `healthcheck:` of its own",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {api: {condition: service_healthy}}\n  api: {image: 'demo/api:1.0'}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {api: {condition: service_healthy}}\n  api:\n    image: demo/api:1.0\n    healthcheck: {test: /bin/healthy}\n",
};

/// A database that is only started.
pub(super) const DATABASE_NOT_AWAITED: Rule = Rule {
    id: "database-not-awaited",
    aliases: &[],
    severity: Severity::Warning,
    about: "A service waits until a database is started, and not until it answers",
    why: "A database takes seconds from its start to its first answer: what connects at once fails, on \
          some machines and some days.",
    fix: "give the database a `healthcheck:`, and wait with `condition: service_healthy`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', depends_on: [db]}\n  db: {image: 'postgres:16.4'}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {db: {condition: service_healthy}}\n  db:\n    image: postgres:16.4\n    healthcheck: {test: [CMD, pg_isready]}\n",
};

/// Work that is not waited for.
pub(super) const ONE_SHOT_NOT_AWAITED: Rule = Rule {
    id: "one-shot-not-awaited",
    aliases: &[],
    severity: Severity::Warning,
    about: "A service depends on one that does its work once, and does not wait for its end",
    why: "A migration that has started is not one that is done, and one that fails stops nobody.",
    fix: "wait with `condition: service_completed_successfully`",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', depends_on: [migrate]}\n  migrate: {image: 'demo/app:1.0', command: [app, migrate]}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {migrate: {condition: service_completed_successfully}}\n  migrate: {image: 'demo/app:1.0', command: [app, migrate]}\n",
};

/// An end that never comes.
pub(super) const NEVER_COMPLETES: Rule = Rule {
    id: "never-completes",
    aliases: &[],
    severity: Severity::Error,
    about: "A service waits for the end of one that is started again whenever it ends",
    why: "It waits for ever.",
    fix: "take `restart` out of the service that is waited for, or wait for its health",
    source: SOURCE,
    settings: "",
    bad: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {job: {condition: service_completed_successfully}}\n  job: {image: 'demo/job:1.0', restart: always}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    depends_on: {job: {condition: service_completed_successfully}}\n  job: {image: 'demo/job:1.0', restart: on-failure}\n",
};

/// A service that no profile switches on.
pub(super) const INACTIVE_DEPENDENCY: Rule = Rule {
    id: "inactive-dependency",
    aliases: &[],
    severity: Severity::Error,
    about: "A service depends on one that its profiles leave switched off",
    why: "`docker compose up` refuses the whole project then.",
    fix: "give both the same profiles, or write `required: false` at the dependency",
    source: "https://docs.docker.com/reference/compose-file/profiles/",
    settings: "",
    bad: "services:\n  app: {image: 'demo/app:1.0', depends_on: [mail]}\n  mail: {image: 'demo/mail:1.0', profiles: [dev]}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', depends_on: {mail: {condition: service_started, required: false}}}\n  mail: {image: 'demo/mail:1.0', profiles: [dev]}\n",
};

/// Words in the name or the command of a service that does its work once.
const ONCE: &[&str] = &[
    "bootstrap",
    "init",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "seed",
    "setup",
];

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    let project = judge.project;
    for on in &service.depends_on {
        let Some(target) = project.service(&on.service.value) else {
            continue;
        };
        match on.condition.value {
            Condition::Healthy => healthy(judge, service, on, target),
            Condition::Completed if stays_up(target) => {
                let message = format!(
                    "`{}` waits for the end of `{}`, which is always started again",
                    service.name, target.name
                );
                judge.hit(&NEVER_COMPLETES, service, on.condition.span, message);
            }
            Condition::Completed => {}
            Condition::Started => started(judge, service, on, target),
        }
        if on.required && service.active && !target.active {
            let message = format!(
                "`{}` depends on `{}`, which no profile switches on here",
                service.name, target.name
            );
            judge.hit(&INACTIVE_DEPENDENCY, service, on.service.span, message);
        }
    }
}

fn healthy(judge: &mut Judge<'_>, service: &Service, on: &Dependency, target: &Service) {
    let (rule, why) = match health::of(judge, target) {
        Known::Yes | Known::Unjudged => return,
        Known::No(why) => (&HEALTHY_WITHOUT_CHECK, why),
        Known::Unknown(why) => (&HEALTH_UNKNOWN, why),
    };
    let message = format!(
        "`{}` waits for the health of `{}`, which has no healthcheck: {why}",
        service.name, target.name
    );
    let message = match rule.severity {
        Severity::Error => message,
        _ => format!(
            "`{}` waits for the health of `{}`, which may have no healthcheck: {why}",
            service.name, target.name
        ),
    };
    judge.hit(rule, service, on.condition.span, message);
}

fn started(judge: &mut Judge<'_>, service: &Service, on: &Dependency, target: &Service) {
    if stores::of(target).is_some() {
        let message = format!(
            "`{}` waits until `{}` is started, and not until it answers",
            service.name, target.name
        );
        judge.hit(&DATABASE_NOT_AWAITED, service, on.service.span, message);
    } else if is_once(target) {
        let message = format!(
            "`{}` does not wait until `{}` has done its work",
            service.name, target.name
        );
        judge.hit(&ONE_SHOT_NOT_AWAITED, service, on.service.span, message);
    }
}

fn stays_up(service: &Service) -> bool {
    let restart = service.run.restart.as_ref();
    restart.is_some_and(|restart| matches!(&*restart.value, "always" | "unless-stopped"))
}

/// By its name or by the words of its command; one that has ports or is started again is none.
fn is_once(service: &Service) -> bool {
    let once = |text: &str| {
        let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
        words.any(|word| ONCE.contains(&word.to_ascii_lowercase().as_str()))
    };
    let command = service.command.iter();
    let mut words = command.flat_map(|command| &command.words);
    let stays = stays_up(service) || !service.ports.is_empty() || service.healthcheck.is_some();
    !stays && (once(&service.name) || words.any(|word| once(word)))
}
