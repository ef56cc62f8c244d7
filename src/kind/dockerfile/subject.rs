//! One Dockerfile as the rules see it: read, evaluated, its stages in their chains, its `RUN`s as
//! commands. Answers questions; must not know any rule.

use std::collections::BTreeSet;
use std::ops::Range;

use super::script::{self, Script, Shell};
use super::settings::Settings;
use crate::format::Span;
use crate::format::dockerfile::scope::{Base, Evaluation, StageValues, Step};
use crate::format::dockerfile::{Command, Dockerfile, Instruction, Stage, Word};
use crate::format::dockerignore::Dockerignore;
use crate::kind::lint::Found;
use crate::model::Rule;

/// What the rules see.
pub(in crate::kind::dockerfile) struct Subject<'f> {
    /// From the project's root.
    pub path: &'f str,
    /// The file; there is no error in it.
    pub file: &'f Dockerfile,
    /// What its words come to: stage for stage, instruction for instruction.
    pub values: &'f Evaluation,
    /// What the gate asks for.
    pub settings: &'f Settings,
    /// The stage that becomes the image.
    pub target: usize,
    /// The stages that the target is made of, itself included.
    pub needed: BTreeSet<usize>,
    /// Every `RUN`, in order.
    pub scripts: Vec<Script<'f>>,
    /// What stays out of the build context, where that is known.
    pub ignored: Option<&'f Dockerignore>,
}

/// An instruction with its place.
#[derive(Clone, Copy, Debug)]
pub(in crate::kind::dockerfile) struct Placed<'f> {
    /// Its stage.
    pub stage: &'f Stage,
    /// Its place in the stage.
    pub index: usize,
    /// Itself.
    pub instruction: &'f Instruction,
    /// What its words come to.
    pub step: &'f Step,
}

impl<'f> Subject<'f> {
    /// Out of a file without errors. `target` is the name or the number of a stage.
    ///
    /// # Errors
    /// There is no such stage.
    pub fn new(
        path: &'f str,
        (file, values): (&'f Dockerfile, &'f Evaluation),
        settings: &'f Settings,
        ignored: Option<&'f Dockerignore>,
    ) -> Result<Self, String> {
        let target = target(file, settings.target.as_deref())?;
        let mut subject = Self {
            path,
            file,
            values,
            settings,
            target,
            needed: BTreeSet::new(),
            scripts: Vec::new(),
            ignored,
        };
        subject.needed = subject.needs(target);
        subject.scripts = script::all(&subject);
        Ok(subject)
    }

    /// A finding at the start of a span.
    pub fn found(&self, rule: &'static Rule, span: Span, message: impl Into<String>) -> Found {
        let (line, column) = self.file.place(span.start);
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let found = Found::new(rule, message).at(self.path, narrow(line), narrow(column));
        let stages = self.file.stages.iter().rev();
        let mut above = stages.filter(|stage| stage.head.span.start <= span.start);
        let on = above.next().map(name);
        Found { on, ..found }
    }

    /// Every stage and what it comes to.
    pub fn stages(&self) -> impl Iterator<Item = (&'f Stage, &'f StageValues)> + use<'f> {
        self.file.stages.iter().zip(&self.values.stages)
    }

    /// Every instruction of every stage. An `ONBUILD` is itself, not what it holds.
    pub fn instructions(&self) -> impl Iterator<Item = Placed<'f>> + use<'f> {
        self.stages()
            .flat_map(|(stage, values)| placed(stage, values))
    }

    /// The instructions of one stage.
    pub fn instructions_of(&self, stage: usize) -> impl Iterator<Item = Placed<'f>> + use<'f> {
        self.stages()
            .nth(stage)
            .into_iter()
            .flat_map(|(stage, values)| placed(stage, values))
    }

    /// A stage, the one that its `FROM` names, and so on down to an image.
    pub fn chain(&self, stage: usize) -> Vec<usize> {
        let mut chain = vec![stage];
        let mut last = stage;
        while let Some(Base::Stage(below)) = self.base(last)
            && *below < last
        {
            chain.push(*below);
            last = *below;
        }
        chain
    }

    /// What a stage's `FROM` comes to.
    pub fn base(&self, stage: usize) -> Option<&'f Base> {
        self.values.stages.get(stage).map(|values| &values.base)
    }

    /// What a stage is made on in the end: an image, nothing, or what cannot be told.
    pub fn bottom(&self, stage: usize) -> &'f Base {
        let last = self.chain(stage).last().copied().unwrap_or(stage);
        self.base(last).unwrap_or(&Base::Unknown)
    }

    /// The instructions that make a stage, those of the stages below it first.
    pub fn history(&self, stage: usize) -> Vec<Placed<'f>> {
        let chain = self.chain(stage);
        let upwards = chain.into_iter().rev();
        upwards
            .flat_map(|stage| self.instructions_of(stage))
            .collect()
    }

    /// The scripts that make a stage, those of the stages below it first.
    pub fn scripts_of(&self, stage: usize) -> impl Iterator<Item = &Script<'f>> {
        let chain = self.chain(stage);
        let upwards = chain.into_iter().rev();
        upwards.flat_map(|stage| {
            self.scripts
                .iter()
                .filter(move |script| script.stage == stage)
        })
    }

    /// What a word comes to, when every variable in it is known.
    pub fn known(&self, step: &'f Step, word: &Word) -> Option<&'f str> {
        let value = step.value(word)?;
        let text = value.text.as_ref().ok()?;
        value.unset.is_empty().then_some(text)
    }

    /// The shell in force at an instruction of a stage.
    pub fn shell(&self, stage: usize, index: usize) -> Shell {
        let before = self.history(stage).into_iter().rev();
        let mut before = before.filter(|at| at.stage.index != stage || at.index < index);
        let set = before.find_map(|at| match &at.instruction.command {
            Command::Shell(words) => Some(words),
            _ => None,
        });
        let platform = self.values.stages.get(stage);
        let platform = platform.and_then(|stage| stage.platform.as_ref());
        let windows = platform.is_some_and(|value| {
            let text = value.text.as_deref().unwrap_or_default();
            text.starts_with("windows")
        });
        match set {
            Some(words) => Shell::of(words),
            None if windows || self.file.escape == '`' => Shell::Other("cmd".to_owned()),
            None => Shell::usual(),
        }
    }

    /// A part of a word's text as a place in the file, lines that are continued counted.
    pub fn within(&self, word: &Word, range: Range<usize>) -> Span {
        script::within(self.file, word, range)
    }

    /// The stage that a `--from` of an instruction names: by name or by number.
    pub fn source(&self, stage: &Stage, from: &str) -> Option<&'f Stage> {
        let by_name = self.file.stage_before(stage.index, from);
        let number = || from.parse::<usize>().ok().filter(|n| *n < stage.index);
        by_name.or_else(|| self.file.stages.get(number()?))
    }

    /// The stages that a stage is made of.
    fn needs(&self, stage: usize) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        let mut open = vec![stage];
        while let Some(next) = open.pop() {
            if !needed.insert(next) {
                continue;
            }
            if let Some(Base::Stage(below)) = self.base(next) {
                open.push(*below);
            }
            for at in self.instructions_of(next) {
                let from = froms(&at.instruction.command);
                let stages = from.filter_map(|from| self.source(at.stage, from));
                open.extend(stages.map(|stage| stage.index));
            }
        }
        needed
    }
}

/// A stage as people call it: its name, or its number.
pub(in crate::kind::dockerfile) fn name(stage: &Stage) -> String {
    match &stage.name {
        Some(name) => name.text.clone(),
        None => stage.index.to_string(),
    }
}

/// What an instruction names as the source of files.
fn froms(command: &Command) -> impl Iterator<Item = &str> {
    let (copy, mounts) = match command {
        Command::Copy(transfer) => (transfer.from.as_ref(), [].as_slice()),
        Command::Run(run) => (None, run.mounts.as_slice()),
        _ => (None, [].as_slice()),
    };
    let mounts = mounts.iter().filter_map(|mount| mount.get("from"));
    copy.map(|word| word.text.as_str())
        .into_iter()
        .chain(mounts)
}

fn placed<'f>(
    stage: &'f Stage,
    values: &'f StageValues,
) -> impl Iterator<Item = Placed<'f>> + use<'f> {
    let steps = stage.instructions.iter().zip(&values.steps).enumerate();
    steps.map(move |(index, (instruction, step))| Placed {
        stage,
        index,
        instruction,
        step,
    })
}

fn target(file: &Dockerfile, asked: Option<&str>) -> Result<usize, String> {
    let last = file.stages.len().saturating_sub(1);
    let Some(asked) = asked else {
        return Ok(last);
    };
    let by_number = || {
        let number = asked.parse::<usize>().ok()?;
        file.stages.get(number)
    };
    let stage = file
        .stage_before(file.stages.len(), asked)
        .or_else(by_number);
    stage.map(|stage| stage.index).ok_or_else(|| {
        let names: Vec<String> = file.stages.iter().map(name).collect();
        format!(
            "has no stage `{asked}`; its stages are {}",
            names.join(", ")
        )
    })
}
