//! What the rules are held against, and where they say what they found. Must not know rules.

use super::super::lint::Found;
use super::image::Images;
use super::settings::Settings;
use crate::format::compose::{Loaded, Project, Service, Sources};
use crate::format::yaml::Span;
use crate::model::Rule;

/// One project under judgement.
pub(super) struct Judge<'j> {
    pub project: &'j Project,
    pub sources: &'j Sources,
    pub settings: &'j Settings,
    pub images: &'j Images,
    pub found: Vec<Found>,
}

impl<'j> Judge<'j> {
    pub fn new(loaded: &'j Loaded, settings: &'j Settings, images: &'j Images) -> Self {
        Self {
            project: &loaded.project,
            sources: &loaded.sources,
            settings,
            images,
            found: Vec::new(),
        }
    }

    /// A rule found something at a service.
    pub fn hit(&mut self, rule: &'static Rule, service: &Service, span: Span, message: String) {
        let found = Found::new(rule, message);
        let mut found = at(found, self.sources, span);
        found.on = Some(service.name.value.clone());
        self.found.push(found);
    }

    /// What is written at a place.
    pub fn written(&self, span: Span) -> &'j str {
        self.sources.slice(span)
    }

    /// Whether some service waits until this one has done its work: it is meant to end.
    pub fn ends(&self, service: &Service) -> bool {
        use crate::format::compose::model::Condition;
        let name = &service.name.value;
        let waits = |other: &Service| {
            let mut all = other.depends_on.iter();
            all.any(|on| on.service.value == *name && on.condition.value == Condition::Completed)
        };
        self.project.services.iter().any(waits)
    }
}

/// A finding at its place.
pub(super) fn at(found: Found, sources: &Sources, span: Span) -> Found {
    let name = sources.name(span.source);
    if name.is_empty() {
        return found;
    }
    let (line, column) = sources.position(span);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    found.at(name, number(line), number(column))
}
