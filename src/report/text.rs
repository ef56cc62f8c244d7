//! Words, numbers and names for people, safe in a terminal and in a shell.

/// A text from outside with everything that a terminal would obey made visible (`\x1b`).
/// Line breaks are left: callers show line by line.
pub(super) fn show(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push('\n'),
            '\t' => shown.push_str("    "),
            '\0'..='\u{7f}' if c.is_control() => {
                shown.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c if c.is_control() || turns_text(c) => {
                shown.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// The same on one line.
pub(super) fn show_line(text: &str) -> String {
    show(text.trim_end()).replace('\n', "\\n")
}

/// JSON in which these are escapes: to a parser it is the same, and a terminal that it is shown in
/// obeys none of it. JSON itself asks that only of what is below U+0020 (RFC 8259, section 7).
pub(super) fn tame_json(json: String) -> String {
    let steers = |c: char| c.is_control() && c != '\n' || turns_text(c);
    if !json.contains(steers) {
        return json;
    }
    let mut tame = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        // All of them are in the first plane: one escape is enough.
        if steers(c) {
            tame.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            tame.push(c);
        }
    }
    tame
}

/// Marks that reorder what is behind them, line breaks that are none to `lines()`, and the two of
/// the first plane that are no characters: XML cannot hold them, and HTML should not.
pub(super) fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

/// Shortened to so many columns, and that is shown.
pub(super) fn fit(text: &str, most: usize, unicode: bool) -> String {
    // No character is wider than its bytes are many.
    if text.len() <= most || columns(text) <= most {
        return text.to_owned();
    }
    let dots = if unicode { "…" } else { "..." };
    let room = most.saturating_sub(columns(dots));
    let mut used = 0;
    let fits = |c: &char| {
        used += width(*c);
        used <= room
    };
    let shown = text.chars().take_while(fits);
    shown.chain(dots.chars().take(most)).collect()
}

/// How many columns a text takes at most. Where terminals differ (joined emoji) it is what those
/// take that know least: a line that is thought too wide is shortened, one that is thought too
/// narrow would break what stands below it.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(width).sum()
}

fn width(c: char) -> usize {
    match c {
        ' '..='~' => 1,
        // Makes the symbol before it an emoji, which is one wider.
        '\u{fe0f}' => 1,
        c => console::measure_text_width(c.encode_utf8(&mut [0; 4])),
    }
}

/// A text filled up with blanks to so many columns.
pub(super) fn pad(text: &str, to: usize) -> String {
    let missing = to.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// One line that a gate printed, without what a terminal would obey; of a line that was overwritten
/// by carriage returns, what stood there last.
pub(super) fn printed(line: &str) -> String {
    let line = anstream::adapter::strip_str(line).to_string();
    let parts = line.trim_end().rsplit('\r');
    let last = parts.map(str::trim_end).find(|part| !part.is_empty());
    show_line(last.unwrap_or_default())
}

/// A text that a terminal makes a link to a file of this machine (OSC 8).
pub(super) fn link(host: &str, path: &str, shown: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    let path: String = path.bytes().map(escaped).collect();
    format!("\u{1b}]8;;file://{host}{path}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\")
}

/// The end of a text, in whole characters.
pub(super) fn last_bytes(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// Milliseconds as people say them.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// `1 gate`, `2 gates`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}

/// The first few of many names, and how many more there are.
pub(crate) fn some<T: ToString>(names: &[T], most: usize) -> String {
    let mut shown: Vec<String> = names.iter().take(most).map(ToString::to_string).collect();
    if names.len() > most {
        shown.push(format!("and {} more", names.len() - most));
    }
    shown.join(", ")
}

/// A command that can be pasted into a shell.
pub(super) fn shell<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(quote).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        let escaped: String = word.chars().map(escape).collect();
        return format!("$'{escaped}'");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// One character inside `$'…'`.
fn escape(c: char) -> String {
    match c {
        '\\' | '\'' => format!("\\{c}"),
        c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    }
}

/// A signal's name where it has one that people know.
pub(super) fn signal(number: i32) -> String {
    match number {
        1 => "SIGHUP".to_owned(),
        2 => "SIGINT".to_owned(),
        3 => "SIGQUIT".to_owned(),
        15 => "SIGTERM".to_owned(),
        n => format!("signal {n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_steers_a_terminal() {
        assert_eq!(
            show("a\u{1b}[2Jb\r\u{9b}\u{202e}x\ty"),
            r"a\x1b[2Jb\x0d\u{9b}\u{202e}x    y"
        );
        assert_eq!(show_line("a\nb\n"), r"a\nb");
    }

    #[test]
    fn a_command_can_be_pasted() {
        assert_eq!(
            shell(["prove", "-C", "my dir", "run", "ui/types"]),
            "prove -C 'my dir' run ui/types"
        );
        assert_eq!(
            shell(["it's", "$(x)", "", "a\u{1b}"]),
            r"'it'\''s' '$(x)' '' $'a\x1b'"
        );
    }

    #[test]
    fn times_read_as_people_say_them() {
        let said = [0, 999, 1_000, 12_345, 61_000, 3_600_000].map(duration);
        assert_eq!(
            said,
            [
                "0 ms",
                "999 ms",
                "1.0 s",
                "12.3 s",
                "1 min 01 s",
                "1 h 00 min"
            ]
        );
    }

    #[test]
    fn what_is_shortened_shows_it() {
        assert_eq!(fit("abcdef", 6, true), "abcdef");
        assert_eq!(fit("abcdefg", 6, true), "abcde…");
        assert_eq!(fit("abcdefg", 6, false), "abc...");
        assert_eq!(fit("abcdefg", 2, false), "..");
        assert_eq!(some(&["a", "b", "c"], 2), "a, b, and 1 more");
    }

    #[test]
    fn a_width_is_that_of_a_terminal_and_never_too_small() {
        let wide = ["ab", "日本語", "e\u{301}", "❤\u{fe0f}", "👩\u{200d}🚀", ""];
        assert_eq!(wide.map(columns), [2, 6, 1, 2, 4, 0]);
        assert_eq!(fit("日本語テスト", 7, true), "日本語…");
        assert_eq!(columns(&fit("日本語テスト", 8, true)), 7);
        assert_eq!(pad("日本", 6), "日本  ");
    }

    #[test]
    fn a_link_leads_to_a_file_whatever_its_name() {
        assert_eq!(
            link("box", "/a b/ü\u{1b}", "log"),
            "\u{1b}]8;;file://box/a%20b/%C3%BC%1B\u{1b}\\log\u{1b}]8;;\u{1b}\\"
        );
    }

    #[test]
    fn a_printed_line_is_what_a_reader_would_have_seen_last() {
        assert_eq!(printed("\u{1b}[32m 10%\r 55%\u{1b}[0m\r\n"), " 55%");
        assert_eq!(printed("a\u{1b}]0;title\u{7}b\u{9b}2J"), r"ab\u{9b}2J");
        assert_eq!(printed("a\u{202e}b\u{8}"), r"a\u{202e}b");
    }
}
