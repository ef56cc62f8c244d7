//! What a terminal and the logs of CI systems would obey, by the grammars that they have.

use super::{Told, steers};

/// Text with nothing in it that steers; the verdict is the last line's.
pub(super) fn plain(bytes: &[u8]) -> Told {
    let text = utf8(bytes);
    assert!(!text.contains(steers), "{text:?}");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Told {
        effects: last_word(&lines),
        said: lines,
    }
}

/// Of all escape sequences only those that set a style (ECMA-48, SGR), each line ending without one.
pub(super) fn terminal(bytes: &[u8]) -> Told {
    let mut lines = Vec::new();
    for line in utf8(bytes).lines() {
        let (text, sequences) = unstyled(line);
        if let Some(last) = sequences.last() {
            assert_eq!(last, "0", "a style stays: {line:?}");
        }
        lines.push(text);
    }
    Told {
        effects: last_word(&lines),
        said: lines,
    }
}

/// The text of a line and the parameters of its styles; any other sequence fails.
fn unstyled(line: &str) -> (String, Vec<String>) {
    let (mut text, mut sequences) = (String::new(), Vec::new());
    let mut parts = line.split('\u{1b}');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let inside = part.strip_prefix('[').unwrap_or_else(|| panic!("{line:?}"));
        let (parameters, rest) = inside.split_once('m').unwrap_or_else(|| panic!("{line:?}"));
        let known = |c: char| c.is_ascii_digit() || c == ';';
        assert!(parameters.chars().all(known), "{line:?}");
        sequences.push(parameters.to_owned());
        text.push_str(rest);
    }
    assert!(!text.contains(steers), "{line:?}");
    (text, sequences)
}

/// The commands that GitHub's runner takes out of a log: `::name key=value,…::message` at the start
/// of a line that it trims, `##[name …]` anywhere.
pub(super) fn github(bytes: &[u8]) -> Told {
    let mut told = plain(bytes);
    for line in utf8(bytes).lines() {
        assert!(!line.contains("##["), "{line:?}");
        let Some(command) = line.trim().strip_prefix("::") else {
            continue;
        };
        let (head, message) = command
            .split_once("::")
            .unwrap_or_else(|| panic!("{line:?}"));
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let keys = properties.split(',').filter(|one| !one.is_empty());
        let keys: Vec<&str> = keys.map(|one| one.split_once('=').expect(line).0).collect();
        told.effects.push(format!("{name} {}", keys.join(" ")));
        told.said.push(unquoted(message));
    }
    told
}

/// As the runner unquotes the message of a command.
fn unquoted(message: &str) -> String {
    let text = message.replace("%0D", "\r").replace("%0A", "\n");
    text.replace("%25", "%")
}

/// The sections that GitLab's runner and its page take out of a log.
pub(super) fn gitlab(bytes: &[u8]) -> Told {
    const CLEAR: &str = "\u{1b}[0K";
    let mut effects = Vec::new();
    let mut lines = Vec::new();
    for line in utf8(bytes).lines() {
        let Some(section) = line.strip_prefix(CLEAR) else {
            assert!(!line.contains(steers), "{line:?}");
            lines.push(line.to_owned());
            continue;
        };
        let (marker, title) = section.split_once(&format!("\r{CLEAR}")).expect(line);
        assert!(
            !title.contains(steers) && !marker.contains(steers),
            "{line:?}"
        );
        let marker = marker.split('[').next().unwrap_or_default();
        let [word, at, name] = marker.split(':').collect::<Vec<_>>()[..] else {
            panic!("{line:?}");
        };
        assert!(at.parse::<u64>().is_ok(), "{line:?}");
        effects.push(format!("{word} {name}"));
        lines.push(title.to_owned());
    }
    for pair in effects.chunks(2) {
        let name = pair[0]
            .strip_prefix("section_start ")
            .expect("opened first");
        assert_eq!(pair[1], format!("section_end {name}"));
    }
    effects.extend(last_word(&lines));
    Told {
        effects,
        said: lines,
    }
}

/// The groups of Buildkite's log.
pub(super) fn buildkite(bytes: &[u8]) -> Told {
    let mut told = plain(bytes);
    for line in utf8(bytes).lines() {
        let marks = ["---", "+++", "~~~", "^^^"];
        if let Some(mark) = marks.iter().find(|mark| line.starts_with(**mark)) {
            told.effects.push((*mark).to_owned());
        }
    }
    told
}

fn last_word(lines: &[String]) -> Vec<String> {
    let last = lines.iter().rfind(|line| !line.is_empty());
    let word = last.and_then(|line| line.split(':').next());
    // "run … has not finished" names the run.
    vec![match word {
        Some(word) if word.starts_with("run ") => "run".to_owned(),
        word => word.unwrap_or_default().to_owned(),
    }]
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
