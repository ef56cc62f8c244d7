//! What services may use, how many there are, how they come back and how much they write.

use super::judge::Judge;
use crate::format::compose::Service;
use crate::format::compose::model::Resources;
use crate::model::{Rule, Severity};

const DEPLOY: &str = "https://docs.docker.com/reference/compose-file/deploy/";
const SERVICES: &str = "https://docs.docker.com/reference/compose-file/services/";

/// No limit.
pub(super) const NO_LIMIT: Rule = Rule {
    id: "no-limit",
    aliases: &["CL-0026"],
    severity: Severity::Error,
    about: "A service may use all that the host has",
    why: "One that leaks memory or forks without end takes everything else on the host with it.",
    fix: "write `deploy: {resources: {limits: {memory: 512M, cpus: '1', pids: 200}}}`",
    source: DEPLOY,
    settings: "{limits: [memory]}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', mem_limit: 512m}\n",
};

/// No reservation.
pub(super) const NO_RESERVATION: Rule = Rule {
    id: "no-reservation",
    aliases: &[],
    severity: Severity::Error,
    about: "A service reserves nothing",
    why: "Without a reservation it is put where there is no room for it.",
    fix: "write `deploy: {resources: {reservations: {memory: 256M, cpus: '0.5'}}}`",
    source: DEPLOY,
    settings: "{reservations: [memory]}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', mem_reservation: 256m}\n",
};

/// Too few of them.
pub(super) const FEW_REPLICAS: Rule = Rule {
    id: "few-replicas",
    aliases: &[],
    severity: Severity::Error,
    about: "A service has fewer instances than it must have",
    why: "With too few of them, one that fails or is replaced is missed.",
    fix: "write `deploy: {replicas: 3}`",
    source: DEPLOY,
    settings: "{replicas: {app: 2}}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', deploy: {replicas: 2}}\n",
};

/// No word on how they are replaced.
pub(super) const NO_UPDATE_CONFIG: Rule = Rule {
    id: "no-update-config",
    aliases: &[],
    severity: Severity::Error,
    about: "Nothing says how the instances of a service are replaced, or all go at once",
    why: "An update then stops what serves before anything new does.",
    fix: "write `deploy: {update_config: {parallelism: 1, order: start-first}}`",
    source: DEPLOY,
    settings: "{updates: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0', deploy: {replicas: 3}}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    deploy: {replicas: 3, update_config: {parallelism: 1, order: start-first}}\n",
};

/// It stays away.
pub(super) const NO_RESTART: Rule = Rule {
    id: "no-restart",
    aliases: &[],
    severity: Severity::Error,
    about: "A service that is meant to stay is not started again when it ends",
    why: "After a crash, or after the host was started anew, it is away until somebody notices.",
    fix: "write `restart: unless-stopped`",
    source: SERVICES,
    settings: "{restart: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0', restart: 'no'}\n",
    good: "services:\n  app: {image: 'demo/app:1.0', restart: unless-stopped}\n",
};

/// Logs without end.
pub(super) const UNLIMITED_LOGS: Rule = Rule {
    id: "unlimited-logs",
    aliases: &["CL-0014"],
    severity: Severity::Error,
    about: "The logs of a service grow without limit, or are thrown away",
    why: "The engine keeps every line by default, until the disk is full; with the driver `none` nobody \
          can say later what happened.",
    fix: "write `logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}`",
    source: "https://docs.docker.com/engine/logging/drivers/json-file/",
    settings: "{logging: true}",
    bad: "services:\n  app: {image: 'demo/app:1.0'}\n",
    good: "services:\n  app:\n    image: demo/app:1.0\n    logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}\n",
};

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    resources(judge, service);
    replicas(judge, service);
    if judge.settings.restart && !judge.ends(service) && !comes_back(service) {
        let message = format!("`{}` is not started again when it ends", service.name);
        judge.hit(&NO_RESTART, service, service.key_span("restart"), message);
    }
    if judge.settings.logging
        && let Some(what) = logs(service)
    {
        let message = format!("the logs of `{}` {what}", service.name);
        judge.hit(
            &UNLIMITED_LOGS,
            service,
            service.key_span("logging"),
            message,
        );
    }
}

/// Which of these amounts are said. `-1` and `0` are "no limit".
fn said(own: [bool; 3], written: Option<&Resources>, word: &str) -> bool {
    let deploy = |some: Option<bool>| some.unwrap_or(false);
    match word {
        "memory" => own[0] || deploy(written.and_then(|w| w.memory).map(|n| n.value > 0)),
        "cpus" => own[1] || deploy(written.and_then(|w| w.cpus).map(|n| n.value > 0.0)),
        _ => own[2] || deploy(written.and_then(|w| w.pids).map(|n| n.value > 0)),
    }
}

fn resources(judge: &mut Judge<'_>, service: &Service) {
    let (settings, own) = (judge.settings, &service.limits);
    let deploy = service.deploy.as_ref();
    let limits = [
        own.memory.is_some_and(|n| n.value > 0),
        own.cpus.is_some_and(|n| n.value > 0.0),
        own.pids.is_some_and(|n| n.value > 0),
    ];
    let written = deploy.and_then(|deploy| deploy.limits.as_ref());
    let open = settings
        .limits
        .iter()
        .filter(|word| !said(limits, written, word));
    let open: Vec<&str> = open.map(String::as_str).collect();
    if !open.is_empty() {
        let message = format!("`{}` has no limit of {}", service.name, open.join(", "));
        judge.hit(&NO_LIMIT, service, service.key_span("deploy"), message);
    }
    let reserved = [
        own.memory_reservation.is_some_and(|n| n.value > 0),
        false,
        false,
    ];
    let written = deploy.and_then(|deploy| deploy.reservations.as_ref());
    let words = settings.reservations.iter();
    let open = words.filter(|word| !said(reserved, written, word));
    let open: Vec<&str> = open.map(String::as_str).collect();
    if !open.is_empty() {
        let message = format!("`{}` reserves no {}", service.name, open.join(", "));
        judge.hit(
            &NO_RESERVATION,
            service,
            service.key_span("deploy"),
            message,
        );
    }
}

fn replicas(judge: &mut Judge<'_>, service: &Service) {
    let settings = judge.settings;
    let deploy = service.deploy.as_ref();
    let replicas = deploy
        .and_then(|deploy| deploy.replicas)
        .or(service.run.scale);
    let there = replicas.map_or(1, |replicas| replicas.value);
    let name = &service.name.value;
    let least = settings.replicas.iter().find(|(of, _)| of == name);
    if let Some((_, least)) = least.filter(|(_, least)| there < i64::from(*least)) {
        let span = replicas.map_or(service.key_span("deploy"), |replicas| replicas.span);
        let message = format!("`{name}` has {there} of {least} instances");
        judge.hit(&FEW_REPLICAS, service, span, message);
    }
    if !settings.updates || there < 2 {
        return;
    }
    let update = deploy.and_then(|deploy| deploy.update_config.as_ref());
    let (span, what) = match update {
        None => (
            service.key_span("deploy"),
            "nothing says how they are replaced",
        ),
        Some(update) => {
            // 0 is "all at once"; nothing is 1.
            let at_once = update.parallelism.map_or(1, |n| n.value);
            if at_once > 0 && at_once < there {
                return;
            }
            (update.span, "all are replaced at once")
        }
    };
    let message = format!("`{name}` has {there} instances, and {what}");
    judge.hit(&NO_UPDATE_CONFIG, service, span, message);
}

fn comes_back(service: &Service) -> bool {
    let deploy = service.deploy.as_ref();
    let policy = deploy.and_then(|deploy| deploy.restart_policy.as_ref());
    if let Some(policy) = policy {
        return policy
            .condition
            .as_ref()
            .is_none_or(|when| when.value != "none");
    }
    let restart = service.run.restart.as_ref();
    restart.is_some_and(|restart| restart.value != "no")
}

/// What is wrong with the logs of a service. Of other drivers nothing is said: they send elsewhere.
fn logs(service: &Service) -> Option<&'static str> {
    let logging = service.logging.as_ref();
    let driver = logging.and_then(|logging| logging.driver.as_ref());
    match driver.map_or("json-file", |driver| driver.value.as_str()) {
        "none" => Some("are thrown away"),
        "json-file" => {
            let options = logging.map_or(&[][..], |logging| &logging.options);
            let has = |name: &str| {
                let mut all = options.iter();
                all.any(|option| option.name.value == name && option.value.is_some())
            };
            let both = has("max-size") && has("max-file");
            (!both).then_some("grow without limit: `max-size` and `max-file` are not both there")
        }
        // It keeps five files of 20 MB by itself.
        _ => None,
    }
}
