//! Rules on what is fetched and run unseen.

use super::super::script::{Cmd, Script};
use super::super::subject::Subject;
use super::Check;
use crate::format::shell::Link;
use crate::kind::lint::Found;
use crate::model::{Rule, Severity};

pub(super) const CHECKS: &[Check] = &[Check {
    rule: &PIPE_TO_SHELL,
    find: pipe_to_shell,
}];

const PIPE_TO_SHELL: Rule = Rule {
    id: "pipe-to-shell",
    aliases: &["curl-pipe-shell"],
    severity: Severity::Warning,
    about: "A script is run straight from the network",
    why: "Nobody has seen what runs, it may be another one at every build, and when the connection \
          breaks half of it runs.",
    fix: "fetch it to a file, check it against a checksum (`ADD --checksum=sha256:…`), then run it",
    source: "https://docs.docker.com/reference/dockerfile/#add---checksum",
    settings: "",
    bad: "FROM alpine:3.20\nRUN wget -qO- https://get.example.com/tool.sh | sh\n",
    good: "FROM alpine:3.20\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://get.example.com/tool.sh /tmp/\nRUN sh /tmp/tool.sh\n",
};

const FETCHERS: [&str; 4] = ["curl", "wget", "aria2c", "http"];
const RUNNERS: [&str; 10] = [
    "sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "ruby", "node",
];

fn pipe_to_shell(subject: &Subject<'_>, found: &mut Vec<Found>) {
    for script in &subject.scripts {
        found.extend(piped(script).into_iter().map(|(command, how)| {
            let message = format!("`{}` runs what was fetched, {how}", command.program());
            subject.found(&PIPE_TO_SHELL, command.span, message)
        }));
    }
}

fn piped<'s>(script: &'s Script<'_>) -> Vec<(&'s Cmd, &'static str)> {
    let mut found = Vec::new();
    // Whether what flows through the pipe comes from the network, and nobody has looked at it.
    let mut fetched = false;
    for command in &script.commands {
        if command.link != Link::Pipe {
            fetched = false;
        }
        let runs = RUNNERS.contains(&command.program());
        let substituted = || {
            let mut args = command.args().iter();
            args.any(|arg| FETCHERS.iter().any(|name| substitutes(&arg.text, name)))
        };
        if runs && fetched && reads_input(command) {
            found.push((command, "unseen"));
        } else if (runs || command.program() == "eval") && substituted() {
            found.push((command, "in a substitution"));
        }
        fetched |= FETCHERS.contains(&command.program());
    }
    found
}

/// A shell without a file reads its input: `sh`, `sh -s -- x`, `bash -`.
fn reads_input(command: &Cmd) -> bool {
    let first = command.operands().next();
    let from_input = command
        .args()
        .iter()
        .any(|arg| matches!(arg.text.as_str(), "-s" | "-" | "/dev/stdin"));
    let text = command
        .args()
        .iter()
        .any(|arg| arg.text == "-c" || arg.text == "-e");
    !text && (first.is_none() || from_input)
}

fn substitutes(text: &str, program: &str) -> bool {
    ["$(", "`", "<("].iter().any(|open| {
        text.match_indices(open)
            .any(|(at, open)| text[at + open.len()..].trim_start().starts_with(program))
    })
}
