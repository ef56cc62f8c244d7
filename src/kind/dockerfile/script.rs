//! The commands of a `RUN`, with their places in the file: shell form, here-documents, exec form.
//! Must not know what a program does.

use std::ops::Range;

use super::subject::{Placed, Subject};
use crate::format::Span;
use crate::format::dockerfile::{Command, Dockerfile, Form, Heredoc, Instruction, Run, Word};
use crate::format::shell::{self, Link};

/// Which shell runs a `RUN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::kind::dockerfile) enum Shell {
    /// One that reads commands as POSIX says.
    Posix {
        /// `sh`, `bash`, …
        name: String,
        /// The whole of `SHELL`.
        words: Vec<String>,
    },
    /// Another: its commands are not read.
    Other(String),
}

/// A `RUN` as commands.
pub(in crate::kind::dockerfile) struct Script<'f> {
    /// The index of its stage.
    pub stage: usize,
    /// The index of the instruction in its stage.
    pub index: usize,
    /// The instruction.
    pub instruction: &'f Instruction,
    /// Its mounts and flags.
    pub run: &'f Run,
    /// What runs it; in exec form there is none, and this is what would.
    pub shell: Shell,
    /// Its commands; none when its shell is not read.
    pub commands: Vec<Cmd>,
    /// What the shell gets.
    pub text: String,
}

/// A command.
#[derive(Clone, Debug)]
pub(in crate::kind::dockerfile) struct Cmd {
    /// The program first; assignments before it are left out.
    pub words: Vec<Arg>,
    /// `A=b` before it.
    pub assigns: Vec<Arg>,
    /// The files of its redirections.
    pub redirects: Vec<Arg>,
    /// How it hangs on the command before.
    pub link: Link,
    /// Stands in a substitution, in parentheses, or in an `if` and its like.
    pub nested: bool,
    /// All of it.
    pub span: Span,
    /// Which of the words is the program that runs in the end.
    program: usize,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::kind::dockerfile) struct Arg {
    /// Without quotes; a variable stays as it is written.
    pub text: String,
    /// Where.
    pub span: Span,
    /// Nothing is put in where it runs.
    pub literal: bool,
}

impl Shell {
    /// What runs a `RUN` when nobody says otherwise.
    pub fn usual() -> Self {
        Self::Posix {
            name: "sh".to_owned(),
            words: vec!["/bin/sh".to_owned(), "-c".to_owned()],
        }
    }

    /// What `SHELL` names.
    pub fn of(words: &[Word]) -> Self {
        let words: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
        let first = words.first().map_or("", String::as_str);
        let file = first.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = if file == "env" || file == "busybox" {
            words.get(1).map_or("", String::as_str)
        } else {
            file
        };
        if POSIX.contains(&name) {
            Self::Posix {
                name: name.to_owned(),
                words,
            }
        } else {
            Self::Other(name.to_owned())
        }
    }
}

const POSIX: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"];

impl Cmd {
    /// The name of the program, without its directory; `sudo`, `env`, `exec` and their like are not
    /// it, what they run is.
    pub fn program(&self) -> &str {
        let word = self.words.get(self.program);
        let text = word.map_or("", |word| word.text.as_str());
        text.rsplit('/').next().unwrap_or_default()
    }

    /// The word of the program, where there is one.
    pub fn head(&self) -> Option<&Arg> {
        self.words.get(self.program)
    }

    /// What stands behind the program.
    pub fn args(&self) -> &[Arg] {
        self.words.get(self.program + 1..).unwrap_or_default()
    }

    /// Arguments that are no flags. Which flags take a value is not known here: it counts as well.
    pub fn operands(&self) -> impl Iterator<Item = &Arg> {
        let flag = |arg: &&Arg| arg.text.starts_with('-') && arg.text.len() > 1;
        self.args().iter().filter(move |arg| !flag(arg))
    }

    /// Whether a flag is there: `-y`, `-qy`, `--yes`, `--yes=x`.
    pub fn has_flag(&self, short: Option<char>, long: &[&str]) -> bool {
        self.args().iter().any(|arg| {
            let text = arg.text.as_str();
            match text.strip_prefix("--") {
                Some(name) => long.contains(&name.split('=').next().unwrap_or_default()),
                None => text
                    .strip_prefix('-')
                    .zip(short)
                    .is_some_and(|(letters, short)| letters.contains(short)),
            }
        })
    }

    /// Whether it is this program with one of these as its first operand.
    pub fn is(&self, program: &str, sub: &[&str]) -> bool {
        let first = || self.operands().next().map_or("", |arg| arg.text.as_str());
        self.program() == program && sub.contains(&first())
    }

    fn new(command: shell::Command, place: impl Fn(Range<usize>) -> Span) -> Self {
        let args = |words: Vec<shell::Word>| -> Vec<Arg> {
            let words = words.into_iter();
            words
                .map(|word| Arg {
                    span: place(word.range),
                    text: word.text,
                    literal: word.literal,
                })
                .collect()
        };
        let span = place(command.range);
        let redirects = command.redirects.into_iter();
        let words = args(command.words);
        Self {
            program: program(&words),
            words,
            assigns: args(command.assigns),
            redirects: args(redirects.map(|redirect| redirect.target).collect()),
            link: command.link,
            nested: command.nested,
            span,
        }
    }
}

/// Programs that run another: each with its flags that take a value of their own.
const WRAPPERS: [(&str, &str); 11] = [
    ("sudo", "ugpCDhrtT"),
    ("doas", "uC"),
    ("env", "uCS"),
    ("exec", "a"),
    ("command", ""),
    ("builtin", ""),
    ("nice", "n"),
    ("nohup", ""),
    ("time", "fo"),
    ("busybox", ""),
    ("eatmydata", ""),
];

/// Which word is the program in the end.
fn program(words: &[Arg]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let file = word.text.rsplit('/').next().unwrap_or_default();
        let Some((_, valued)) = WRAPPERS.iter().find(|(name, _)| *name == file) else {
            return at;
        };
        let mut next = at + 1;
        while let Some(word) = words.get(next) {
            let flag = word.text.strip_prefix('-');
            match flag {
                Some(letters) => {
                    let takes = letters.len() == 1 && valued.contains(letters);
                    next += 1 + usize::from(takes);
                }
                None if file == "env" && word.text.contains('=') => next += 1,
                None => break,
            }
        }
        if next >= words.len() {
            return at;
        }
        at = next;
    }
    0
}

/// Every `RUN` of a file.
pub(super) fn all<'f>(subject: &Subject<'f>) -> Vec<Script<'f>> {
    let runs = subject
        .instructions()
        .filter_map(|at| match &at.instruction.command {
            Command::Run(run) => Some(script(subject, at, run)),
            _ => None,
        });
    runs.collect()
}

fn script<'f>(subject: &Subject<'f>, at: Placed<'f>, run: &'f Run) -> Script<'f> {
    let shell = subject.shell(at.stage.index, at.index);
    let mut script = Script {
        stage: at.stage.index,
        index: at.index,
        instruction: at.instruction,
        run,
        shell,
        commands: Vec::new(),
        text: String::new(),
    };
    match &run.form {
        Form::Exec { words, span } => exec(words, *span, &mut script),
        Form::Shell(word) => in_shell(subject.file, word, &mut script),
        Form::Empty => {}
    }
    script
}

/// `["bash", "-c", "…"]` is the text; anything else is one command.
fn exec(words: &[Word], span: Span, script: &mut Script<'_>) {
    let args: Vec<Arg> = words
        .iter()
        .map(|word| Arg {
            text: word.text.clone(),
            span: word.span,
            literal: true,
        })
        .collect();
    let shell = words.first().map(|_| Shell::of(words));
    if let (Some(Shell::Posix { .. }), [.., flag, text]) = (shell, words)
        && flag.text.starts_with('-')
        && flag.text.ends_with('c')
    {
        // Escapes of the array are gone: a place inside of it cannot be told.
        let commands = shell::read(&text.text).commands.into_iter();
        script.commands = commands.map(|one| Cmd::new(one, |_| text.span)).collect();
        script.text.clone_from(&text.text);
        return;
    }
    let texts: Vec<&str> = args.iter().map(|arg| arg.text.as_str()).collect();
    script.text = texts.join(" ");
    script.commands = vec![Cmd {
        program: program(&args),
        words: args,
        assigns: Vec::new(),
        redirects: Vec::new(),
        link: Link::Start,
        nested: false,
        span,
    }];
}

fn in_shell(file: &Dockerfile, word: &Word, script: &mut Script<'_>) {
    script.text.clone_from(&word.text);
    if matches!(script.shell, Shell::Other(_)) {
        return;
    }
    let heredocs = script.instruction.head.heredocs.as_slice();
    let outer = shell::read(&word.text).commands;
    let reads_script = |command: &shell::Command| match command.words.as_slice() {
        [] => true,
        words => {
            let file = words[0].text.rsplit('/').next().unwrap_or_default();
            POSIX.contains(&file) && words[1..].iter().all(|word| word.text.starts_with('-'))
        }
    };
    let mut left = heredocs.iter();
    for command in outer {
        let takes = reads_script(&command);
        let marked = command.redirects.iter();
        let bodies = marked.filter(|redirect| redirect.operator.starts_with("<<"));
        let bodies: Vec<&Heredoc> = left.by_ref().take(bodies.count()).collect();
        if !command.words.is_empty() || !command.assigns.is_empty() {
            let place = |range| within(file, word, range);
            script.commands.push(Cmd::new(command, place));
        }
        for body in bodies.into_iter().filter(|_| takes) {
            script.text.clone_from(&body.content);
            script.commands.extend(body_commands(body));
        }
    }
}

/// The commands of a here-document, unless its first line names another interpreter.
fn body_commands(heredoc: &Heredoc) -> Vec<Cmd> {
    let first = heredoc.content.trim_start().lines().next();
    if let Some(line) = first.and_then(|line| line.strip_prefix("#!")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = |word: &&str| POSIX.contains(&word.rsplit('/').next().unwrap_or_default());
        if !words.iter().take(2).any(name) {
            return Vec::new();
        }
    }
    let start = heredoc.body.start as usize;
    let source = heredoc.body.source;
    let place = |range: Range<usize>| Span::new(source, start + range.start, start + range.end);
    let commands = shell::read(&heredoc.content).commands.into_iter();
    commands.map(|command| Cmd::new(command, place)).collect()
}

/// A part of a word's text as a place in the file. The text has no continuations, the file has.
pub(super) fn within(file: &Dockerfile, word: &Word, range: Range<usize>) -> Span {
    let span = word.span;
    let raw = span.slice(&file.text);
    let mut places = vec![0; 0];
    let mut at = 0;
    while at < raw.len() && places.len() < word.text.len() {
        match over_continuation(&raw[at..], file.escape) {
            Some(length) => at += length,
            None => {
                let length = raw[at..].chars().next().map_or(1, char::len_utf8);
                places.extend(at..at + length);
                at += length;
            }
        }
    }
    let place = |offset: usize| places.get(offset).copied();
    let start = span.start as usize;
    let first = place(range.start).unwrap_or(0);
    let last = range.end.checked_sub(1).and_then(place);
    let last = last.map_or(first, |last| last + 1);
    Span::new(span.source, start + first, start + last.max(first))
}

/// How much of the file a continuation takes: the escape, the line's end, comments and empty lines.
fn over_continuation(raw: &str, escape: char) -> Option<usize> {
    let behind = raw.strip_prefix(escape)?;
    let blank = behind.trim_start_matches([' ', '\t', '\r']);
    let mut rest = blank.strip_prefix('\n')?;
    loop {
        let line = rest.find('\n').map_or(rest, |end| &rest[..=end]);
        let bare = line.trim();
        if line.is_empty() || !(bare.is_empty() || bare.starts_with('#')) {
            return Some(raw.len() - rest.len());
        }
        rest = &rest[line.len()..];
    }
}
