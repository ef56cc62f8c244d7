//! `files:`: which files a command is given as arguments, in how many portions, and why.
//!
//! Must not know where a command runs.

use super::super::judge;
use crate::format::yaml::{Node, Value};
use crate::model::{
    Answer, Command, ContainerOptions, Judged, Judgement, Matched, Probe, Reason, Step, Workspace,
    limits,
};
use crate::spec::{Decoder, Diagnostic, Field, Shape, Turn};

use super::container::Where;
use super::line::Line;

/// The shape of `files`.
pub(super) const SHAPE: Shape = Shape::OneOf(&[
    Shape::GLOBS,
    Shape::Record(&[
        Field::new(
            "match",
            Shape::GLOBS,
            "Which files of the work tree; what git ignores is none of it.",
        )
        .required(),
        Field::new(
            "since",
            Shape::Word(&["base"]),
            "`base`: only those that changed since the work left the base branch. In a shallow clone, without a base, and on the base branch itself: all, and that is said.",
        ),
        Field::new(
            "empty",
            Shape::Text,
            "Why it is right that none of them changed.",
        ),
    ]),
]);

/// `files:` as meant.
#[derive(Debug)]
pub(super) struct Files {
    patterns: Vec<String>,
    since_base: bool,
    empty: Option<String>,
}

/// What a command is given: a run for each portion.
pub(super) struct Picked {
    /// Arguments of each run; a command without `files` runs once, without any.
    pub portions: Vec<Vec<String>>,
    /// Said in every report.
    pub notes: Vec<String>,
    /// Answers that went into this.
    pub answers: usize,
}

impl Picked {
    /// For a command without `files`.
    pub(super) fn plain() -> Self {
        Self {
            portions: vec![Vec::new()],
            notes: Vec::new(),
            answers: 0,
        }
    }
}

impl Files {
    /// What is picked, or what is to be done before that is known.
    pub(super) fn picked(&self, turn: &Turn<'_>, answers: &[Answer]) -> Result<Picked, Step> {
        match answers.first() {
            None => Err(Step::Ask(vec![Probe::Files {
                cwd: turn.cwd.to_owned(),
                patterns: self.patterns.clone(),
                since_base: self.since_base,
            }])),
            Some(Answer::Unanswered(no)) => Err(Step::judge(judge::unanswered(no, turn))),
            Some(Answer::Matched(matched)) => self.pick(matched, turn, answers),
            Some(_) => Err(Step::judge(judge::misplaced("files"))),
        }
    }

    fn pick(&self, matched: &Matched, turn: &Turn<'_>, answers: &[Answer]) -> Result<Picked, Step> {
        let all = &matched.paths;
        let mut notes = Vec::new();
        let paths: Vec<&String> = match &matched.changed {
            None => all.iter().collect(),
            Some(Ok(changed)) => {
                let changed: std::collections::BTreeSet<&String> = changed.iter().collect();
                let some: Vec<_> = all.iter().filter(|path| changed.contains(path)).collect();
                let of = judge::counted(all.len() as u64, "file");
                notes.push(format!("{} of {of} changed since the base", some.len()));
                some
            }
            Some(Err(why)) => {
                notes.push(format!("every file is taken, not the changed ones: {why}"));
                all.iter().collect()
            }
        };
        if paths.is_empty() {
            return Err(self.nothing(all.is_empty(), turn, answers));
        }
        let portions = portions(&paths);
        let count = judge::counted(paths.len() as u64, "file");
        notes.push(match portions.len() {
            1 => format!("{count} handed over"),
            runs => format!("{count} handed over in {runs} runs"),
        });
        Ok(Picked {
            portions,
            notes,
            answers: 1,
        })
    }

    /// Zero is not success, unless the gate says why it is.
    fn nothing(&self, none_match: bool, turn: &Turn<'_>, answers: &[Answer]) -> Step {
        let (what, hint) = match none_match {
            true => (
                format!("no file matches {}", self.patterns.join(", ")),
                "correct the glob (it is relative to the gate's `cwd`, and what git ignores is \
                 left out), or say `allow_empty: {reason: …}`",
            ),
            false => (
                "no file that matches has changed since the base".to_owned(),
                "if that is right, say why: `files: {…, empty: <reason>}`",
            ),
        };
        let own = self.empty.as_deref().filter(|_| !none_match);
        let Some(why) = own.or(turn.allow_empty) else {
            return Step::judge(Judged::Errored(Reason::new(what).hint(hint)));
        };
        let mut judgement = Judgement::new(judge::pass(answers));
        judgement.notes.push(format!("{what}; allowed: {why}"));
        judge::done(judgement)
    }
}

/// As many as fit each time, in order. A name that begins with `-` would be read as an option.
fn portions(paths: &[&String]) -> Vec<Vec<String>> {
    let mut portions = Vec::new();
    let (mut portion, mut bytes) = (Vec::new(), 0);
    for path in paths {
        let argument = match path.starts_with('-') {
            true => format!("./{path}"),
            false => (*path).clone(),
        };
        // As the kernel counts: the text, its end, and a pointer to it.
        let size = argument.len() + 1 + size_of::<usize>();
        if bytes + size > limits::ARGUMENT_BYTES && !portion.is_empty() {
            portions.push(std::mem::take(&mut portion));
            bytes = 0;
        }
        bytes += size;
        portion.push(argument);
    }
    portions.push(portion);
    portions
}

/// The command with these arguments behind its own; a shell finds them as `"$@"`.
pub(super) fn with(command: Command, files: &[String]) -> Command {
    if files.is_empty() {
        return command;
    }
    let mut argv = command.argv();
    if let Command::Shell { shell, .. } = &command {
        argv.extend(shell.first().cloned());
    }
    argv.extend(files.iter().cloned());
    Command::Argv(argv)
}

/// Reads `files:`. What would leave the files out of the command, or the command without them, is
/// a mistake.
pub(super) fn decode(
    gate: &Node,
    line: Option<&Line>,
    (place, container): (Option<&Where>, Option<&ContainerOptions>),
    decoder: &mut Decoder<'_>,
) -> Option<Option<Files>> {
    let Some(node) = gate.get("files") else {
        return Some(None);
    };
    let files = read(node, decoder);
    if let Some(Line::Shell { text, .. }) = line
        && !["\"$@", "\"${@"]
            .iter()
            .any(|use_| text.display().contains(use_))
    {
        let message = "the shell text never uses the files";
        let help = "they are its arguments: write `\"$@\"` where they belong, with the quotes";
        decoder.report(Diagnostic::new(node.span, message).help(help));
        return None;
    }
    let inside = place.is_some_and(|place| !matches!(place, Where::Host));
    let unseen = container.is_some_and(|options| options.workspace == Workspace::None);
    if inside && unseen {
        let message = "the container does not see the project, so it has none of these files";
        let help = "write `container: { workspace: ro }`";
        decoder.report(Diagnostic::new(node.span, message).help(help));
        return None;
    }
    files.map(Some)
}

fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Files> {
    let (globs, map) = match &node.value {
        Value::Mapping(_) => (node.get("match")?, Some(node)),
        _ => (node, None),
    };
    let patterns = decoder.globs(globs)?;
    if patterns.is_empty() {
        let help = "name at least one, or take the key away";
        return decoder.refuse(Diagnostic::new(globs.span, "`files` names no file").help(help));
    }
    let since_base = map.is_some_and(|map| map.get("since").is_some());
    let empty = map.and_then(|map| map.get("empty"));
    let reason = match empty {
        None => None,
        Some(node) => Some(decoder.text(node)?),
    };
    let wrong = match (empty, &reason) {
        (Some(node), _) if !since_base => Some((node, "`empty` goes with `since: base`")),
        (Some(node), Some(text)) if text.trim().is_empty() => {
            Some((node, "the reason says nothing"))
        }
        _ => None,
    };
    if let Some((node, message)) = wrong {
        let help = "when nothing matches at all, `allow_empty: {reason: …}` may say why";
        return decoder.refuse(Diagnostic::new(node.span, message).help(help));
    }
    Some(Files {
        patterns,
        since_base,
        empty: reason,
    })
}
