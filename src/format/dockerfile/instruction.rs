//! One logical line to a [`Syntax`]: keyword, flags, and the arguments in the form that the keyword
//! asks for. Must not know how many arguments are enough.

use std::ops::Range;

use super::cut::{self, BLANK};
use super::json::{self, Json};
use super::problem::{Problem, ProblemKind};
use super::source::Logical;
use super::syntax::{Args, Flag, Head, LineRange, Pair, Syntax, Word};
use crate::model::limits;

pub(super) struct Builder<'l> {
    pub(super) line: &'l Logical,
    pub(super) escape: char,
    pub(super) errors: &'l mut Vec<Problem>,
}

impl Builder<'_> {
    pub(super) fn whole(&mut self) -> Syntax {
        self.syntax(0..self.line.text.len(), 0)
    }

    fn syntax(&mut self, range: Range<usize>, depth: usize) -> Syntax {
        let whole = cut::trim(&self.line.text, range.clone());
        let (keyword, rest) = cut::keyword(&self.line.text, range);
        let keyword = self.word(keyword);
        let (flags, at) = cut::flags(&self.line.text, rest.clone());
        let flags = flags.into_iter().map(|flag| self.flag(flag)).collect();
        let rest = cut::trim(&self.line.text, at..rest.end);
        let args = self.args(&keyword.text.to_ascii_lowercase(), rest, depth);
        Syntax {
            head: Head {
                keyword,
                span: self.line.span(whole),
                lines: LineRange { first: 0, last: 0 },
                flags,
                heredocs: Vec::new(),
                comments: Vec::new(),
            },
            args,
        }
    }

    fn word(&self, range: Range<usize>) -> Word {
        Word {
            text: self.line.text[range.clone()].to_owned(),
            span: self.line.span(range),
        }
    }

    fn flag(&self, flag: cut::CutFlag) -> Flag {
        let name = flag.equals.map_or(flag.text.len(), |(at, _)| at);
        Flag {
            span: self.line.span(flag.range.clone()),
            name: flag.text.get(2..name).unwrap_or_default().to_owned(),
            value: flag.equals.map(|(at, raw)| Word {
                text: flag.text[at + 1..].to_owned(),
                span: self.line.span(raw + 1..flag.range.end),
            }),
        }
    }

    fn args(&mut self, keyword: &str, rest: Range<usize>, depth: usize) -> Args {
        if rest.is_empty() {
            return Args::None;
        }
        match keyword {
            "add" | "copy" | "volume" => self.json_or(rest, |this, rest| {
                Args::Words(this.words(cut::words(&this.line.text, rest)))
            }),
            "cmd" | "entrypoint" | "run" | "shell" => self.json_or_text(rest),
            "arg" => Args::Words(self.quoted(rest)),
            "env" | "label" => self.pairs(keyword, rest),
            "expose" | "from" => Args::Words(self.words(cut::words(&self.line.text, rest))),
            "maintainer" | "stopsignal" | "user" | "workdir" => Args::Text(self.word(rest)),
            "healthcheck" => self.health(rest),
            "onbuild" if depth < limits::ONBUILD_DEPTH => {
                Args::Nested(Box::new(self.syntax(rest, depth + 1)))
            }
            _ => Args::Unknown(self.word(rest)),
        }
    }

    fn words(&self, ranges: Vec<Range<usize>>) -> Vec<Word> {
        ranges.into_iter().map(|range| self.word(range)).collect()
    }

    fn quoted(&self, rest: Range<usize>) -> Vec<Word> {
        let words = cut::quoted_words(&self.line.text, rest, self.escape);
        let word = |(text, range)| Word {
            text,
            span: self.line.span(range),
        };
        words.into_iter().map(word).collect()
    }

    fn json_or_text(&mut self, rest: Range<usize>) -> Args {
        self.json_or(rest, |this, rest| Args::Text(this.word(rest)))
    }

    fn json_or(
        &mut self,
        rest: Range<usize>,
        otherwise: impl FnOnce(&Self, Range<usize>) -> Args,
    ) -> Args {
        let span = self.line.span(rest.clone());
        match json::read(&self.line.text[rest.clone()]) {
            Json::Texts(texts) => {
                let word = |(text, range): (String, Range<usize>)| Word {
                    text,
                    span: self
                        .line
                        .span(rest.start + range.start..rest.start + range.end),
                };
                Args::Json {
                    words: texts.into_iter().map(word).collect(),
                    span,
                }
            }
            Json::Other => {
                let message = "a JSON array here must hold texts and nothing else";
                let problem = Problem::new(span, ProblemKind::JsonNotTexts, message);
                self.errors
                    .push(problem.help("put each item in double quotes"));
                Args::Broken
            }
            Json::No => otherwise(self, rest),
        }
    }

    fn health(&mut self, rest: Range<usize>) -> Args {
        let text = &self.line.text[rest.clone()];
        let kind = text.find(char::is_whitespace).unwrap_or(text.len());
        let split = rest.start + kind;
        let command = rest.end - self.line.text[split..rest.end].trim_start().len();
        let kind = self.word(rest.start..split);
        let command = if command == rest.end {
            Args::None
        } else {
            self.json_or_text(command..rest.end)
        };
        match command {
            Args::Broken => Args::Broken,
            command => Args::Health {
                kind,
                command: Box::new(command),
            },
        }
    }

    /// Whether it is the old form is decided by the first word alone, as the engine does it.
    fn pairs(&mut self, keyword: &str, rest: Range<usize>) -> Args {
        let words = cut::quoted_words(&self.line.text, rest.clone(), self.escape);
        match words.first() {
            None => return Args::None,
            Some((first, _)) if !first.contains('=') => return self.legacy(keyword, rest),
            Some(_) => {}
        }
        let mut pairs = Vec::with_capacity(words.len());
        let mut broken = false;
        for (text, range) in words {
            let Some(at) = text.find('=') else {
                broken = true;
                self.no_equals(&text, range);
                continue;
            };
            let part = |text: &str, range| Word {
                text: text.to_owned(),
                span: self.line.span(range),
            };
            pairs.push(Pair {
                name: part(&text[..at], range.start..range.start + at),
                value: part(&text[at + 1..], range.start + at + 1..range.end),
                legacy: false,
            });
        }
        if broken {
            return Args::Broken;
        }
        Args::Pairs(pairs)
    }

    fn no_equals(&mut self, text: &str, range: Range<usize>) {
        let message = format!("`{text}` has no `=`: the others are `name=value`");
        let span = self.line.span(range);
        let problem = Problem::new(span, ProblemKind::MissingEquals, message);
        let help = "a value with blanks must be in quotes";
        self.errors.push(problem.help(help));
    }

    fn legacy(&mut self, keyword: &str, rest: Range<usize>) -> Args {
        let text = &self.line.text[rest.clone()];
        let Some(at) = text.find(BLANK) else {
            let keyword = keyword.to_ascii_uppercase();
            let message = format!("{keyword} needs a name and a value");
            let span = self.line.span(rest);
            let problem = Problem::new(span, ProblemKind::MissingArgument, message);
            let help = format!("write `{keyword} name=value`");
            self.errors.push(problem.help(help));
            return Args::Broken;
        };
        let value = rest.end - text[at..].trim_start_matches(BLANK).len();
        Args::Pairs(vec![Pair {
            name: self.word(rest.start..rest.start + at),
            value: self.word(value..rest.end),
            legacy: true,
        }])
    }
}
