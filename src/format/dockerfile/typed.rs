//! Layer 1 to layer 2: each instruction by its keyword, and what the engine would refuse about it.
//!
//! Must not know stages.

use super::command::{Arg, Command, Form, Healthcheck, Instruction, Run, Transfer};
use super::flags::Flags;
use super::heredoc;
use super::mount;
use super::problem::{Problem, ProblemKind};
use super::syntax::{Args, Head, Pair, Syntax, Word};
use crate::format::near::nearest;

/// All instructions.
pub(super) const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// What is wrong with the file.
#[derive(Default)]
pub(super) struct Found {
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
}

/// Types any instruction but `FROM`.
pub(super) fn instruction(syntax: Syntax, found: &mut Found) -> Instruction {
    let Syntax { head, args } = syntax;
    let keyword = head.keyword.text.to_ascii_lowercase();
    // The engine does not look at the flags of these two: they have no effect.
    let lax = matches!(&*keyword, "arg" | "stopsignal") || none_check(&keyword, &args);
    let mut flag_problems = Vec::new();
    let command = {
        let flags = Flags::check(&head, &mut flag_problems);
        let reader = Reader {
            head: &head,
            flags: &flags,
            found,
        };
        reader.command(&keyword, args)
    };
    if !matches!(command, Command::Unknown { .. }) {
        let sink = if lax {
            &mut found.warnings
        } else {
            &mut found.errors
        };
        sink.extend(flag_problems);
    }
    Instruction { head, command }
}

fn none_check(keyword: &str, args: &Args) -> bool {
    let none = matches!(args, Args::Health { kind, .. } if kind.text.eq_ignore_ascii_case("none"));
    keyword == "healthcheck" && none
}

struct Reader<'r> {
    head: &'r Head,
    flags: &'r Flags<'r>,
    found: &'r mut Found,
}

impl Reader<'_> {
    fn command(mut self, keyword: &str, args: Args) -> Command {
        if matches!(args, Args::Broken) {
            return Command::Broken;
        }
        let command = match keyword {
            "add" => self.transfer(args).map(Command::Add),
            "arg" => self.declared(args).map(Command::Arg),
            "cmd" => Some(Command::Cmd(form(args))),
            "copy" => self.transfer(args).map(Command::Copy),
            "entrypoint" => Some(Command::Entrypoint(form(args))),
            "env" => self.pairs(args).map(Command::Env),
            "expose" => self.some(args).map(Command::Expose),
            "healthcheck" => self.health(args).map(Command::Healthcheck),
            "label" => self.pairs(args).map(Command::Label),
            "maintainer" => self.one(args).map(Command::Maintainer),
            "onbuild" => self.trigger(args),
            "run" => Some(Command::Run(self.run(args))),
            "shell" => self.shell(args).map(Command::Shell),
            "stopsignal" => self.one(args).map(Command::Stopsignal),
            "user" => self.one(args).map(Command::User),
            "volume" => self.volumes(args).map(Command::Volume),
            "workdir" => self.one(args).map(Command::Workdir),
            _ => Some(self.unknown()),
        };
        command.unwrap_or(Command::Broken)
    }

    /// Says a mistake about the whole instruction; it is broken then.
    fn error<T>(&mut self, kind: ProblemKind, message: String, help: String) -> Option<T> {
        let problem = Problem::new(self.head.span, kind, message);
        self.found.errors.push(problem.help(help));
        None
    }

    fn missing<T>(&mut self, what: &str, like: &str) -> Option<T> {
        let keyword = self.head.keyword.text.to_ascii_uppercase();
        let message = format!("{keyword} needs {what}");
        let help = format!("write it like `{keyword} {like}`");
        self.error(ProblemKind::MissingArgument, message, help)
    }

    fn unknown(&mut self) -> Command {
        let written = self.head.keyword.text.clone();
        let near = nearest(&written, KEYWORDS.into_iter());
        let short: String = written.chars().take(40).collect();
        let message = format!("there is no instruction `{short}`");
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "an instruction starts with its keyword (FROM, RUN, COPY, …); does the line \
                     before lack the escape that continues it?"
                .to_owned(),
        };
        let problem = Problem::new(
            self.head.keyword.span,
            ProblemKind::UnknownInstruction,
            message,
        );
        self.found.errors.push(problem.help(help));
        Command::Unknown { near }
    }

    fn one(&mut self, args: Args) -> Option<Word> {
        match args {
            Args::Text(word) => Some(word),
            _ => self.missing("an argument", "value"),
        }
    }

    fn some(&mut self, args: Args) -> Option<Vec<Word>> {
        match args {
            Args::Words(words) | Args::Json { words, .. } if !words.is_empty() => Some(words),
            _ => self.missing("at least one argument", "value"),
        }
    }

    fn volumes(&mut self, args: Args) -> Option<Vec<Word>> {
        let words = self.some(args)?;
        if words.iter().any(|word| word.text.trim().is_empty()) {
            return self.missing("a path, not an empty text", "/data");
        }
        Some(words)
    }

    fn pairs(&mut self, args: Args) -> Option<Vec<Pair>> {
        let Args::Pairs(pairs) = args else {
            return self.missing("a name and a value", "name=value");
        };
        self.names(pairs.iter().map(|pair| &pair.name))?;
        Some(pairs)
    }

    fn declared(&mut self, args: Args) -> Option<Vec<Arg>> {
        let Args::Words(words) = args else {
            return self.missing("a name", "NAME=default");
        };
        if words.is_empty() {
            return self.missing("a name", "NAME=default");
        }
        let args: Vec<Arg> = words.into_iter().map(declared).collect();
        self.names(args.iter().map(|arg| &arg.name))?;
        Some(args)
    }

    fn names<'w>(&mut self, mut names: impl Iterator<Item = &'w Word>) -> Option<()> {
        let Some(blank) = names.find(|name| name.text.is_empty()) else {
            return Some(());
        };
        let message = "there is no name before this `=`";
        let problem = Problem::new(blank.span, ProblemKind::BlankName, message);
        let help = "write `name=value` without a blank before the `=`";
        self.found.errors.push(problem.help(help));
        None
    }

    fn shell(&mut self, args: Args) -> Option<Vec<Word>> {
        match args {
            Args::Json { words, .. } if !words.is_empty() => Some(words),
            Args::Text(_) => {
                let message = "SHELL must be a JSON array".to_owned();
                let help = "write it like `SHELL [\"/bin/bash\", \"-c\"]`".to_owned();
                self.error(ProblemKind::NotJson, message, help)
            }
            _ => self.missing("a command", "[\"/bin/bash\", \"-c\"]"),
        }
    }

    fn run(&mut self, args: Args) -> Run {
        let mounts = self.flags.all("mount");
        let mounts = mounts
            .filter_map(|flag| mount::read(flag, &mut self.found.errors))
            .collect();
        let network = self.one_of("network", &["default", "none", "host"]);
        let security = self.one_of("security", &["sandbox", "insecure"]);
        Run {
            form: form(args),
            mounts,
            network,
            security,
            devices: self.flags.texts("device"),
        }
    }

    fn one_of(&mut self, name: &str, values: &[&str]) -> Option<Word> {
        let value = self.flags.text(name)?;
        if !values.contains(&&*value.text) && !value.text.contains('$') {
            let message = format!("`--{name}` cannot be `{}`", value.text);
            let problem = Problem::new(value.span, ProblemKind::BadFlagValue, message);
            let help = format!("known here: {}", values.join(", "));
            self.found.errors.push(problem.help(help));
        }
        Some(value)
    }

    fn transfer(&mut self, args: Args) -> Option<Transfer> {
        let json = matches!(args, Args::Json { .. });
        let (Args::Words(mut words) | Args::Json { mut words, .. }) = args else {
            return self.missing("a source and a destination", "source dest");
        };
        let Some(dest) = words.pop().filter(|_| !words.is_empty()) else {
            return self.missing("a source and a destination", "source dest");
        };
        if heredoc::is_marker(&dest.text) {
            let message = "a here-document cannot be the destination".to_owned();
            let help = "the destination is the last word: write it behind the marker".to_owned();
            return self.error(ProblemKind::BadHeredoc, message, help);
        }
        let (inline, sources) = words
            .into_iter()
            .partition(|word| heredoc::is_marker(&word.text));
        let flags = self.flags;
        Some(Transfer {
            sources,
            inline,
            dest,
            json,
            from: flags.text("from"),
            chown: flags.text("chown"),
            chmod: flags.text("chmod"),
            link: flags.bool("link") == Some(true),
            parents: flags.bool("parents") == Some(true),
            exclude: flags.texts("exclude"),
            checksum: flags.text("checksum"),
            keep_git_dir: flags.bool("keep-git-dir") == Some(true),
            unpack: flags.bool("unpack"),
        })
    }

    fn health(&mut self, args: Args) -> Option<Healthcheck> {
        let Args::Health { kind, command } = args else {
            return self.missing("`NONE` or `CMD` and a command", "CMD command");
        };
        let form = form(*command);
        match &*kind.text.to_ascii_uppercase() {
            "NONE" if form == Form::Empty => Some(Healthcheck::None),
            "NONE" => {
                let message = "HEALTHCHECK NONE takes no arguments".to_owned();
                let help = "remove what follows NONE".to_owned();
                self.error(ProblemKind::TooManyArguments, message, help)
            }
            "CMD" if form.words().is_empty() => self.missing("a command behind CMD", "CMD command"),
            "CMD" => Some(Healthcheck::Cmd {
                form,
                options: self.flags.health(&mut self.found.errors),
            }),
            _ => {
                let message = format!("HEALTHCHECK cannot start with `{}`", kind.text);
                let help = "write `HEALTHCHECK CMD command` or `HEALTHCHECK NONE`".to_owned();
                self.error(ProblemKind::BadHealthcheck, message, help)
            }
        }
    }

    /// The engine reads a trigger when it fires: what is wrong in it is a warning here.
    fn trigger(&mut self, args: Args) -> Option<Command> {
        let Args::Nested(inner) = args else {
            return self.missing("an instruction", "RUN command");
        };
        let keyword = inner.head.keyword.text.to_ascii_uppercase();
        if matches!(&*keyword, "ONBUILD" | "FROM" | "MAINTAINER") {
            let message = format!("{keyword} cannot be a trigger");
            let help = format!("write it without the ONBUILD before {keyword}");
            return self.error(ProblemKind::BadTrigger, message, help);
        }
        let mut found = Found::default();
        let inner = instruction(*inner, &mut found);
        self.found.warnings.append(&mut found.errors);
        self.found.warnings.append(&mut found.warnings);
        Some(Command::Onbuild(Box::new(inner)))
    }
}

fn form(args: Args) -> Form {
    match args {
        Args::Json { words, span } => Form::Exec { words, span },
        Args::Text(word) => Form::Shell(word),
        _ => Form::Empty,
    }
}

/// `NAME` or `NAME=default`. The text may lack an escape at its very end, never one before the `=`.
fn declared(word: Word) -> Arg {
    let Some(at) = word.text.find('=') else {
        return Arg {
            name: word,
            default: None,
        };
    };
    let (start, end) = (word.span.start as usize, word.span.end as usize);
    let cut = crate::format::Span::new(word.span.source, start, (start + at).min(end));
    Arg {
        name: Word {
            text: word.text[..at].to_owned(),
            span: cut,
        },
        default: Some(Word {
            text: word.text[at + 1..].to_owned(),
            span: crate::format::Span::new(word.span.source, (start + at + 1).min(end), end),
        }),
    }
}
