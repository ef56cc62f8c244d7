//! `extends:`, in the same file or another, in chains. Must not know `include` or what a service is.

use std::rc::Rc;

use super::grammar::SERVICE;
use super::merge::records;
use super::path;
use super::problem::{Problem, ProblemKind};
use super::request::Role;
use super::session::{Asker, Place, Session};
use crate::format::yaml::{Entry, Node, Span, Value};
use crate::model::limits;

impl Session<'_> {
    /// The tree with every `extends` of its services followed.
    pub(super) fn extended(&mut self, tree: &Rc<Node>, file: &str, place: &Place) -> Node {
        let mut whole = (**tree).clone();
        let Some(services) = tree.get("services") else {
            return whole;
        };
        if !services
            .entries()
            .iter()
            .any(|entry| entry.value.get("extends").is_some())
        {
            return whole;
        }
        let mut done = Vec::new();
        for Entry { key, value } in services.entries() {
            let mut chain = vec![(file.to_owned(), key.text.clone())];
            let value = match value.get("extends") {
                None => value.clone(),
                Some(_) => self.extend(tree, value, place, &mut chain),
            };
            done.push(Entry {
                key: key.clone(),
                value,
            });
        }
        if let Value::Mapping(entries) = &mut whole.value {
            for entry in entries
                .iter_mut()
                .filter(|entry| entry.key.text == "services")
            {
                entry.value.value = Value::Mapping(std::mem::take(&mut done));
            }
        }
        whole
    }

    /// One service with what it extends below it. `chain` names the files and services so far.
    fn extend(
        &mut self,
        tree: &Rc<Node>,
        service: &Node,
        place: &Place,
        chain: &mut Vec<(String, String)>,
    ) -> Node {
        let mut own = service.clone();
        if let Value::Mapping(entries) = &mut own.value {
            entries.retain(|entry| entry.key.text != "extends");
        }
        let Some(extends) = service.get("extends") else {
            return own;
        };
        let Some(name) = extends.get("service").and_then(Node::scalar) else {
            return own;
        };
        let here = chain
            .last()
            .map(|(file, _)| file.clone())
            .unwrap_or_default();
        let file = extends.get("file");
        let target = file
            .and_then(Node::scalar)
            .map_or(here.clone(), str::to_owned);
        let step = (target.clone(), name.to_owned());
        if let Some(problem) = chain_problem(chain, &step, extends.span) {
            self.problems.push(problem);
            return own;
        }
        let (base_tree, base_place) = match file {
            Some(_) if target != here => {
                let asker = Asker {
                    role: Role::Extends,
                    span: file.map(|f| f.span),
                    required: true,
                };
                let place = Place {
                    base: path::parent(&target),
                    env: Rc::clone(&place.env),
                };
                let Some(tree) = self.tree(&target, &place, asker) else {
                    return own;
                };
                (tree, place)
            }
            _ => (Rc::clone(tree), place.clone()),
        };
        let Some(base) = base_tree.get("services").and_then(|all| all.get(name)) else {
            let message = format!("`{target}` has no service `{name}` to extend");
            let problem = Problem::new(extends.span, ProblemKind::ExtendsMissing, message);
            let help = "`extends` sees one file: a service of another needs `file:` beside it";
            self.problems.push(problem.help(help));
            return own;
        };
        chain.push(step);
        let base = self.extend(&base_tree, base, &base_place, chain);
        records(base, own, &SERVICE, &self.tags)
    }
}

fn chain_problem(
    chain: &[(String, String)],
    step: &(String, String),
    span: Span,
) -> Option<Problem> {
    if let Some(start) = chain.iter().position(|known| known == step) {
        let names = chain.iter().skip(start).chain([step]);
        let path = names
            .map(|(_, name)| name.as_str())
            .collect::<Vec<_>>()
            .join(" → ");
        let message = format!("the services extend each other: {path}");
        return Some(Problem::new(span, ProblemKind::ExtendsCycle, message));
    }
    (chain.len() >= limits::COMPOSE_DEPTH).then(|| {
        let message = format!(
            "more than {} services extend each other",
            limits::COMPOSE_DEPTH
        );
        Problem::new(span, ProblemKind::TooMuch, message)
    })
}
