//! The walk through global arguments, stages and instructions. Must not know who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Base, Given, StageValues, Step, Unset, Value};
use crate::format::Span;
use crate::format::dockerfile::command::{Arg, Command, Instruction, Mount, Stage, Transfer};
use crate::format::dockerfile::expand::{ExpandError, Lexer, Lookup, Quotes};
use crate::format::dockerfile::{Dockerfile, Heredoc, Word};

/// What holds at a place in a stage.
#[derive(Clone)]
pub(super) struct Ground {
    env: Rc<BTreeMap<String, String>>,
    /// Names that `ARG` declares, with a value or without.
    declared: Rc<BTreeSet<String>>,
    base_known: bool,
}

impl Ground {
    fn set(&mut self, name: &str, value: &str) {
        Rc::make_mut(&mut self.env).insert(name.to_owned(), value.to_owned());
    }
}

pub(super) struct Scope<'g> {
    pub(super) given: &'g Given,
    pub(super) lexer: Lexer,
    pub(super) global: BTreeMap<String, String>,
    /// Bytes that may still come out.
    pub(super) left: usize,
}

impl Scope<'_> {
    pub(super) fn global_arg(&mut self, arg: &Arg, step: &mut Step) {
        if let Some(value) = self.given.args.get(&arg.name.text) {
            self.global.insert(arg.name.text.clone(), value.clone());
            return;
        }
        let Some(default) = &arg.default else { return };
        let global = std::mem::take(&mut self.global);
        let value = self.word(default, &global, &BTreeSet::new());
        self.global = global;
        if let Ok(text) = &value.text {
            self.global.insert(arg.name.text.clone(), text.clone());
        }
        step.values.push(value);
    }

    pub(super) fn stage(
        &mut self,
        stage: &Stage,
        file: &Dockerfile,
        ends: &[Ground],
    ) -> (StageValues, Ground) {
        let global = std::mem::take(&mut self.global);
        let nothing = BTreeSet::new();
        let image = self.word(&stage.image, &global, &nothing);
        let platform = stage.platform.as_ref();
        let platform = platform.map(|word| self.word(word, &global, &nothing));
        self.global = global;
        let base = base(&image, file, stage.index);
        let (mut ground, triggers) = self.ground(&base, file, ends);
        for instruction in triggers {
            self.step(instruction, &mut ground);
        }
        let steps = stage
            .instructions
            .iter()
            .map(|instruction| self.step(instruction, &mut ground))
            .collect();
        let values = StageValues {
            base,
            image,
            platform,
            steps,
            base_known: ground.base_known,
            env: Rc::clone(&ground.env),
        };
        (values, ground)
    }

    /// What a stage starts with, and the triggers that fire in it.
    fn ground<'f>(
        &self,
        base: &Base,
        file: &'f Dockerfile,
        ends: &[Ground],
    ) -> (Ground, Vec<&'f Instruction>) {
        if let Base::Stage(index) = base
            && let (Some(end), Some(stage)) = (ends.get(*index), file.stages.get(*index))
        {
            let triggers = stage.instructions.iter().filter_map(trigger).collect();
            return (end.clone(), triggers);
        }
        let given = match base {
            Base::Image(image) => self.given.bases.get(image),
            _ => None,
        };
        let mut env = given.cloned().unwrap_or_default();
        // The engine sees to it that there always is one.
        env.entry("PATH".to_owned())
            .or_insert_with(|| DEFAULT_PATH.to_owned());
        let ground = Ground {
            env: Rc::new(env),
            declared: Rc::default(),
            base_known: given.is_some() || *base == Base::Scratch,
        };
        (ground, Vec::new())
    }

    fn step(&mut self, instruction: &Instruction, ground: &mut Ground) -> Step {
        let mut step = Step::default();
        match &instruction.command {
            Command::Add(transfer) | Command::Copy(transfer) => {
                let heredocs = &instruction.head.heredocs;
                self.transfer(transfer, heredocs, ground, &mut step);
            }
            Command::Arg(args) => {
                for arg in args {
                    self.arg(arg, ground, &mut step);
                }
            }
            Command::Env(pairs) => {
                // The names of one instruction do not see each other.
                let before = step.values.len();
                for pair in pairs {
                    self.words([&pair.name, &pair.value], ground, &mut step);
                }
                for pair in step.values[before..].chunks(2) {
                    if let [
                        Value { text: Ok(name), .. },
                        Value {
                            text: Ok(value), ..
                        },
                    ] = pair
                    {
                        ground.set(name, value);
                    }
                }
            }
            Command::Label(pairs) => {
                let words = pairs.iter().flat_map(|pair| [&pair.name, &pair.value]);
                self.words(words, ground, &mut step);
            }
            Command::Expose(words) | Command::Volume(words) => {
                self.words(words, ground, &mut step);
            }
            Command::Stopsignal(word) | Command::User(word) | Command::Workdir(word) => {
                self.words([word], ground, &mut step);
            }
            Command::Run(run) => self.mounts(&run.mounts, ground, &mut step),
            _ => {}
        }
        step
    }

    fn transfer(
        &mut self,
        transfer: &Transfer,
        heredocs: &[Heredoc],
        ground: &Ground,
        step: &mut Step,
    ) {
        let flags = [&transfer.chown, &transfer.chmod, &transfer.checksum];
        self.words(flags.into_iter().flatten(), ground, step);
        self.words(&transfer.sources, ground, step);
        self.words([&transfer.dest], ground, step);
        for heredoc in heredocs.iter().filter(|heredoc| heredoc.expand) {
            let lexer = Lexer {
                quotes: Quotes::Literal,
                ..Lexer::new('\\')
            };
            let body = Word {
                text: heredoc.text(),
                span: heredoc.body,
            };
            let value = self.expand(&lexer, &body, &*ground.env, &ground.declared);
            step.values.push(value);
        }
    }

    fn mounts(&mut self, mounts: &[Mount], ground: &Ground, step: &mut Step) {
        for mount in mounts {
            for value in mount.fields.iter().filter_map(|field| field.value.as_ref()) {
                let word = Word {
                    text: value.clone(),
                    span: mount.span,
                };
                self.words([&word], ground, step);
            }
        }
    }

    /// `ARG NAME` brings a global one in; a value that the build is given wins over any default.
    fn arg(&mut self, arg: &Arg, ground: &mut Ground, step: &mut Step) {
        let name = &arg.name.text;
        let given = self.given.args.get(name).cloned();
        let value = match (&arg.default, given) {
            (_, Some(given)) => Some(given),
            (None, None) => self.global.get(name).cloned(),
            (Some(default), None) => {
                let value = self.word(default, &*ground.env, &ground.declared);
                let text = value.text.clone().ok();
                step.values.push(value);
                text
            }
        };
        Rc::make_mut(&mut ground.declared).insert(name.clone());
        if let Some(value) = value {
            ground.set(name, &value);
        }
    }

    fn words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w Word>,
        ground: &Ground,
        step: &mut Step,
    ) {
        for word in words {
            let value = self.word(word, &*ground.env, &ground.declared);
            step.values.push(value);
        }
    }

    fn word(&mut self, word: &Word, env: &dyn Lookup, declared: &BTreeSet<String>) -> Value {
        let lexer = self.lexer;
        self.expand(&lexer, word, env, declared)
    }

    fn expand(
        &mut self,
        lexer: &Lexer,
        word: &Word,
        env: &dyn Lookup,
        declared: &BTreeSet<String>,
    ) -> Value {
        let mut value = Value {
            span: word.span,
            text: Ok(String::new()),
            words: Vec::new(),
            unset: Vec::new(),
            used: BTreeSet::new(),
        };
        let expanded = if self.left == 0 {
            Err(too_long(word))
        } else {
            lexer.expand(&word.text, env)
        };
        let out = match expanded {
            Ok(out) if out.text.len() <= self.left => Ok(out),
            Ok(_) => {
                self.left = 0;
                Err(too_long(word))
            }
            Err(error) => {
                // A mistake may have cost a long way; many of them may not.
                self.left = self.left.saturating_sub(FAILURE_BYTES);
                Err(error)
            }
        };
        let out = match out {
            Ok(out) => out,
            Err(error) => {
                value.text = Err(error);
                return value;
            }
        };
        self.left -= out.text.len();
        for found in out.uses {
            if found.set || declared.contains(&found.name) {
                value.used.insert(found.name);
            } else {
                value.unset.push(Unset {
                    span: place(word, &found.range),
                    name: found.name,
                    modifier: found.modifier,
                });
            }
        }
        value.words = out.words.into_iter().map(|word| word.text).collect();
        value.text = Ok(out.text);
        value
    }
}

/// What a word that cannot be expanded takes of what all words together may grow to.
const FAILURE_BYTES: usize = 64 << 10;

fn too_long(word: &Word) -> ExpandError {
    ExpandError {
        message: "all words of the file together become too long".to_owned(),
        range: 0..word.text.len(),
    }
}

/// What the engine puts into `PATH` when nobody else does.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn trigger(instruction: &Instruction) -> Option<&Instruction> {
    match &instruction.command {
        Command::Onbuild(inner) => Some(inner),
        _ => None,
    }
}

/// Stages are looked up in small letters, but what a `FROM` says is taken as it is: `FROM Build`
/// never means a stage.
fn base(image: &Value, file: &Dockerfile, index: usize) -> Base {
    let Ok(name) = &image.text else {
        return Base::Unknown;
    };
    let lower = !name.chars().any(|c| c.is_ascii_uppercase());
    if let Some(stage) = file.stage_before(index, name).filter(|_| lower) {
        return Base::Stage(stage.index);
    }
    match &**name {
        "" => Base::Unknown,
        "scratch" => Base::Scratch,
        _ => Base::Image(name.clone()),
    }
}

/// The part of the source that a part of a word stands for.
fn place(word: &Word, range: &std::ops::Range<usize>) -> Span {
    let start = word.span.start as usize;
    let length = (word.span.end as usize).saturating_sub(start);
    if length != word.text.len() {
        return word.span;
    }
    Span::new(word.span.source, start + range.start, start + range.end)
}
