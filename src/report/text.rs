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

/// Marks that reorder what is behind them, and line breaks that are none to `lines()`.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Shortened to so many columns, and that is shown.
pub(super) fn fit(text: &str, columns: usize, unicode: bool) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let dots = if unicode { "…" } else { "..." };
    let room = columns.saturating_sub(dots.chars().count());
    text.chars().take(room).collect::<String>() + dots
}

/// Milliseconds as people say them.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// `1 gate`, `2 gates`.
pub(super) fn count(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}

/// The first few of many names, and how many more there are.
pub(super) fn some<T: ToString>(names: &[T], most: usize) -> String {
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
        assert_eq!(some(&["a", "b", "c"], 2), "a, b, and 1 more");
    }
}
