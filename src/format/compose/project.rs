//! The merged tree to a project: services with the variables of their files, profiles, resources.
//! Must not know how trees are merged.

use std::collections::HashMap;
use std::rc::Rc;

use super::canon::{OVERRIDE, RESET};
use super::decode::{boolean, entries, key, spanned, text};
use super::load::name_of;
use super::model::{Network, Origin, Project, Secret, Text, Variable, Volume};
use super::request::{File, Role};
use super::service::{env_files, service};
use super::session::{Asker, Place, Session};
use crate::format::interpolate::expand;
use crate::format::yaml::{self, Entry, Node, Span};

impl Session<'_> {
    pub(super) fn project(&mut self, model: Node, place: &Place) -> Project {
        let profiles = self.profiles(place);
        let services = entries(&model, "services").to_vec();
        let services = services
            .iter()
            .map(|entry| {
                let active = is_active(&entry.value, &profiles);
                let files = self.file_variables(&entry.value, place);
                service(entry, files, active)
            })
            .collect();
        let external = |node: &Node| boolean(node, "external").is_some_and(|external| *external);
        let network = |entry: &Entry| Network {
            key: key(entry),
            name: text(&entry.value, "name"),
            driver: text(&entry.value, "driver"),
            external: external(&entry.value),
            internal: boolean(&entry.value, "internal"),
            node: entry.value.clone(),
        };
        let volume = |entry: &Entry| Volume {
            key: key(entry),
            name: text(&entry.value, "name"),
            driver: text(&entry.value, "driver"),
            external: external(&entry.value),
            node: entry.value.clone(),
        };
        let secret = |entry: &Entry| Secret {
            key: key(entry),
            name: text(&entry.value, "name"),
            file: text(&entry.value, "file"),
            environment: text(&entry.value, "environment"),
            content: text(&entry.value, "content"),
            external: external(&entry.value),
            node: entry.value.clone(),
        };
        Project {
            name: self.final_name(&model, place),
            directory: place.base.clone(),
            services,
            networks: entries(&model, "networks").iter().map(network).collect(),
            volumes: entries(&model, "volumes").iter().map(volume).collect(),
            secrets: entries(&model, "secrets").iter().map(secret).collect(),
            configs: entries(&model, "configs").iter().map(secret).collect(),
            node: model,
        }
    }

    fn profiles(&self, place: &Place) -> Vec<String> {
        let mut profiles = self.request.profiles.clone();
        let listed = place.env.get("COMPOSE_PROFILES");
        let words = listed.iter().flat_map(|list| list.split(','));
        profiles.extend(
            words
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty()),
        );
        profiles
    }

    /// A name that was asked for outranks the environment, that the file, that the folder.
    pub(super) fn early_name(&self, place: &Place) -> Option<String> {
        let named = self.request.name.clone();
        named.or_else(|| {
            place
                .env
                .get("COMPOSE_PROJECT_NAME")
                .cloned()
                .filter(|name| !name.is_empty())
        })
    }

    /// What `COMPOSE_PROJECT_NAME` stands for while the files are read: `name:` is looked up first.
    pub(super) fn set_name(&mut self, files: &[(String, Asker)], place: &Place) {
        self.name = self
            .early_name(place)
            .unwrap_or_else(|| self.folder_name(place));
        if self.early_name(place).is_some() {
            return;
        }
        for (file, _) in files {
            let Some(File::Bytes(bytes)) = self.files.get(file) else {
                continue;
            };
            if !bytes.windows(5).any(|part| part == b"name:") {
                continue;
            }
            let Ok(document) = yaml::parse_with_tags(0, bytes, &[RESET, OVERRIDE]) else {
                continue;
            };
            let Some(text) = document.root.get("name").and_then(Node::scalar) else {
                continue;
            };
            self.name = expand(text, &|name| place.env.get(name).cloned()).text;
        }
    }

    pub(super) fn folder_name(&self, place: &Place) -> String {
        let folder = match place.base.rsplit('/').next() {
            Some("." | "" | "..") | None => &self.request.root_name,
            Some(folder) => folder,
        };
        name_of(folder)
    }

    fn final_name(&self, model: &Node, place: &Place) -> Text {
        let unwritten = |name| spanned(name, Span::default());
        if let Some(name) = self.early_name(place) {
            return unwritten(name);
        }
        text(model, "name").unwrap_or_else(|| unwritten(self.folder_name(place)))
    }

    /// The variables of a service's `env_file`s; of equal names the last wins.
    fn file_variables(&mut self, service: &Node, place: &Place) -> Vec<Variable> {
        let mut all: Vec<Variable> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        for file in env_files(service) {
            let known = self.envs.get(&file.path.span.source);
            let known = known.map_or_else(|| Rc::clone(&place.env), Rc::clone);
            let asker = Asker {
                role: Role::EnvFile,
                span: Some(file.path.span),
                required: file.required,
            };
            for variable in self.dotenv(&file.path, &known, asker) {
                let Some(value) = variable.value else {
                    continue;
                };
                let variable = Variable {
                    name: spanned(variable.name, variable.name_span),
                    value: Some(spanned(value, variable.span)),
                    origin: Origin::EnvFile,
                };
                match index
                    .get(&variable.name.value)
                    .and_then(|at| all.get_mut(*at))
                {
                    Some(earlier) => *earlier = variable,
                    None => {
                        index.insert(variable.name.value.clone(), all.len());
                        all.push(variable);
                    }
                }
            }
        }
        all
    }
}

fn is_active(service: &Node, profiles: &[String]) -> bool {
    let own = service.get("profiles").map(Node::items).unwrap_or_default();
    let on = |node: &Node| {
        node.scalar()
            .is_some_and(|own| profiles.iter().any(|p| p == "*" || p == own))
    };
    own.is_empty() || own.iter().any(on)
}
