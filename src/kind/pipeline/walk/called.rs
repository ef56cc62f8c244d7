//! A command on the way: what it does is noted, and what it calls is walked through.

use super::super::command::{Does, Ship, Verb, does};
use super::super::library::Page;
use super::super::path::{Act, Event};
use super::super::{super::paths, recipes};
use super::{Around, Shell, Walk, is_live, place_in};
use crate::model::Location;

impl Walk<'_> {
    pub(super) fn command(
        &mut self,
        words: &[String],
        here: Option<&(String, usize)>,
        at: &Location,
        around: &Around<'_>,
    ) {
        let Some(does) = does(words) else { return };
        match does {
            Does::Proves => self.event(Act::Prove, at, around),
            Does::Ships(ship) => self.event(Act::Ship(ship), at, around),
            Does::Pulls => self.pulled = true,
            Does::Starts(told) => {
                if around.live || self.pulled {
                    let ship = Ship {
                        verb: Verb::Deploy,
                        builds: false,
                        told,
                    };
                    self.event(Act::Ship(ship), at, around);
                }
            }
            Does::Here(far) => {
                if let Some((text, start)) = here {
                    let place = |offset: usize| (around.place)(start + offset);
                    self.nested(
                        text,
                        far,
                        &Around {
                            place: &place,
                            ..around.clone()
                        },
                    );
                }
            }
            Does::Text(text, far) => {
                let at = at.clone();
                let place = move |_: usize| at.clone();
                self.nested(
                    &text,
                    far,
                    &Around {
                        place: &place,
                        ..around.clone()
                    },
                );
            }
            Does::Script(path, within) => self.script(&path, within, at, around),
            Does::Npm(name, directory, pre) => {
                let base = paths::from_root(&self.cwd, &directory);
                self.deeper(|walk| recipes::npm(walk, (&base, &name, pre), at, around));
            }
            Does::Make(targets, directory) => {
                let base = paths::from_root(&self.cwd, &directory);
                self.deeper(|walk| recipes::make(walk, (&base, &targets), at, around));
            }
            Does::Just(names, directory) => {
                let base = paths::from_root(&self.cwd, &directory);
                self.deeper(|walk| recipes::just(walk, (&base, &names), at, around));
            }
        }
    }

    fn event(&mut self, act: Act, at: &Location, around: &Around<'_>) {
        let soft = around.soft.clone();
        self.events.push(Event {
            soft,
            ..Event::new(act, at.clone())
        });
    }

    /// A text that another shell runs.
    fn nested(&mut self, text: &str, far: bool, around: &Around<'_>) {
        let shell = Shell {
            errexit: false,
            pipefail: false,
        };
        let live = around.live || far;
        let inner = Around {
            shell,
            live,
            last: true,
            ..around.clone()
        };
        self.deeper(|walk| walk.text(text, &inner));
    }

    /// A script of the project.
    fn script(&mut self, path: &str, within: bool, at: &Location, around: &Around<'_>) {
        let (name, page) = self.library.page(&self.cwd, path);
        let text = match page {
            Page::There(text) => text,
            Page::Later => return,
            Page::Missing => {
                if name.ends_with(".sh") && !name.contains('$') {
                    let why = format!("{}:{} calls {name}, which is not there", at.path, at.line);
                    self.unjudged.insert(why);
                }
                return;
            }
            Page::Unread(why) => {
                // A program that is no text is none of ours.
                if name.ends_with(".sh") {
                    self.unjudged.insert(format!("{name} {why}"));
                }
                return;
            }
        };
        let first = text.lines().next().unwrap_or_default();
        let is_shell = name.ends_with(".sh") || !first.starts_with("#!") || first.contains("sh");
        if !is_shell || first.contains("python") || first.contains("node") {
            return;
        }
        let place = place_in(name.clone(), text);
        let fresh = Shell {
            errexit: first.contains("sh -e"),
            pipefail: false,
        };
        let inner = Around {
            place: &place,
            shell: if within { self.shell } else { fresh },
            live: around.live || is_live(&name),
            last: !within || around.last,
            soft: around.soft.clone(),
        };
        self.deeper(|walk| walk.text(text, &inner));
    }
}
