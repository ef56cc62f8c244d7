//! Actions: those that make, push and deploy, those of the project, and the code of strangers.

use super::super::super::lint::Found;
use super::super::command::{Does, Ship, Verb, does};
use super::super::doc::{Doc, flat, is_true};
use super::super::library::Page;
use super::super::path::{Act, Event};
use super::super::rules;
use super::super::walk::Walk;
use super::{CALLS, Reader, triggers};
use crate::format::yaml::Node;

/// Actions that make an image, push one, or deploy: name, what, whether they build.
const ACTIONS: &[(&str, Verb, bool)] = &[
    ("docker/build-push-action", Verb::Push, true),
    ("docker/bake-action", Verb::Push, true),
    ("depot/build-push-action", Verb::Push, true),
    ("depot/bake-action", Verb::Push, true),
    ("redhat-actions/buildah-build", Verb::Build, true),
    ("redhat-actions/push-to-registry", Verb::Push, false),
    ("elgohr/publish-docker-github-action", Verb::Push, true),
    ("mr-smithers-excellent/docker-build-push", Verb::Push, true),
    ("int128/kaniko-action", Verb::Push, true),
    ("aevea/action-kaniko", Verb::Push, true),
    ("akhileshns/heroku-deploy", Verb::Deploy, true),
    ("google-github-actions/deploy-cloudrun", Verb::Deploy, false),
    (
        "aws-actions/amazon-ecs-deploy-task-definition",
        Verb::Deploy,
        false,
    ),
    ("azure/webapps-deploy", Verb::Deploy, false),
    ("azure/k8s-deploy", Verb::Deploy, false),
    ("azure/container-apps-deploy-action", Verb::Deploy, true),
    ("digitalocean/app_action", Verb::Deploy, false),
];

impl Reader<'_> {
    pub(super) fn uses(
        &mut self,
        doc: &Doc<'_>,
        (step, uses): (&Node, &Node),
        live: bool,
        walk: &mut Walk<'_>,
    ) {
        self.flow.remarks.extend(self.trust.action(doc, uses));
        let text = uses.scalar().unwrap_or_default();
        let at = doc.at(uses.span);
        if text.starts_with("./") {
            return self.local_action(text, &at, live, walk);
        }
        let name = text.split('@').next().unwrap_or_default().to_lowercase();
        let with = |key: &str| step.get("with").and_then(|with| with.get(key));
        if name.rsplit('/').next() == Some("prove") {
            let arguments = with("args").and_then(Node::scalar).unwrap_or_default();
            let words = format!("prove run {arguments}");
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            if does(&words) == Some(Does::Proves) {
                walk.events.push(Event::new(Act::Prove, at));
            }
            return;
        }
        if name == "appleboy/ssh-action" {
            if let Some(script) = with("script") {
                walk.over_ssh(doc, script, is_true(with("script_stop")));
            }
            return;
        }
        let shipped = if name.starts_with("superfly/flyctl-actions") {
            let args = with("args").and_then(Node::scalar).unwrap_or_default();
            args.starts_with("deploy")
                .then(|| (Verb::Deploy, !args.contains("--image")))
        } else {
            let known = ACTIONS.iter().find(|(action, ..)| *action == name);
            known.map(|(_, verb, builds)| (*verb, *builds))
        };
        let Some((mut verb, builds)) = shipped else {
            return;
        };
        if name.ends_with("build-push-action") || name.ends_with("bake-action") {
            let told =
                ["push", "outputs", "set"].map(|key| with(key).map(flat).unwrap_or_default());
            let pushes = !matches!(told[0].as_str(), "" | "false")
                || told[1..]
                    .iter()
                    .any(|told| told.contains("registry") || told.contains("push=true"));
            verb = if pushes { Verb::Push } else { Verb::Build };
        }
        let ship = Ship {
            verb,
            builds,
            told: text.split('@').next().unwrap_or_default().to_owned(),
        };
        walk.events.push(Event::new(Act::Ship(ship), at));
    }

    /// An action of the project: its steps stand for it.
    fn local_action(
        &mut self,
        path: &str,
        at: &crate::model::Location,
        live: bool,
        walk: &mut Walk<'_>,
    ) {
        let names = ["action.yml", "action.yaml"].map(|name| format!("{path}/{name}"));
        let (name, page) = self.library.first(&self.base, &[&names[0], &names[1]]);
        let why = match page {
            Page::There(_) if self.depth >= CALLS => "calls deeper than can be followed".to_owned(),
            Page::There(text) => match Doc::read(&name, text) {
                Ok(doc) => {
                    if doc.root.get("name").and_then(Node::scalar) == Some("prove") {
                        walk.events.push(Event::new(Act::Prove, at.clone()));
                        return;
                    }
                    self.depth += 1;
                    let runs = doc.root.get("runs");
                    for step in runs
                        .and_then(|runs| runs.get("steps"))
                        .map(Node::items)
                        .unwrap_or_default()
                    {
                        self.step(&doc, (step, step), live, walk);
                    }
                    self.depth -= 1;
                    return;
                }
                Err(why) => why,
            },
            Page::Missing => "is not there".to_owned(),
            Page::Unread(why) => why.to_owned(),
            Page::Later => return,
        };
        self.flow
            .unjudged
            .push(format!("{name} {why} ({}:{} calls it)", at.path, at.line));
    }

    /// Code of a stranger beside what the project may do.
    pub(super) fn strangers(&mut self, doc: &Doc<'_>) {
        if !triggers(&doc.root).contains(&"pull_request_target") {
            return;
        }
        let steps = doc
            .root
            .get("jobs")
            .map(Node::entries)
            .unwrap_or_default()
            .iter();
        let steps = steps
            .filter_map(|job| job.value.get("steps"))
            .flat_map(Node::items);
        for step in steps {
            let name = step.get("uses").and_then(Node::scalar).unwrap_or_default();
            let reference = step.get("with").and_then(|with| with.get("ref"));
            let told = reference.map(flat).unwrap_or_default();
            let head = ["pull_request.head", "head_ref", "refs/pull/"]
                .iter()
                .any(|word| told.contains(word));
            let (Some(reference), true) = (reference, name.starts_with("actions/checkout") && head)
            else {
                continue;
            };
            let beside = if doc.text.contains("secrets.") {
                "its secrets"
            } else {
                "a token that may write"
            };
            let at = doc.at(reference.span);
            let message = format!("the code of a pull request is fetched beside {beside}");
            self.flow.remarks.push(
                Found::new(&rules::UNTRUSTED_CHECKOUT, message).at(&at.path, at.line, at.column),
            );
        }
    }
}
