//! What a gate printed, as lines with styles: colours, bold, underline and their like are kept,
//! every other escape sequence is dropped, and of a line that was overwritten the last state stays.
//!
//! The form that the page embeds: lines end with a line break, and ESC stands only in pairs, with
//! the words of the style that holds from there on between them (`ESC b f1 ESC`). Each line starts
//! without a style, so that any line can be shown alone.

mod palette;

use std::iter::Peekable;
use std::str::Chars;

use crate::report::text::turns_text;

/// Characters of one line that are shown.
const LINE_CHARS: usize = 4_000;

const ESC: char = '\u{1b}';

/// A colour: one of the sixteen that have names, or an exact one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colour {
    Named(u8),
    Exact(u8, u8, u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    struck: bool,
    inverse: bool,
    fore: Option<Colour>,
    back: Option<Colour>,
}

/// Appends the lines of these bytes to `out`, and says how many they are.
pub(super) fn tidy(bytes: &[u8], out: &mut String) -> usize {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return 0;
    }
    let mut style = Style::default();
    let mut count = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let plain = |byte: &u8| matches!(byte, b' '..=b'~');
        if style == Style::default() && line.len() <= LINE_CHARS && line.iter().all(plain) {
            // Nearly every line of nearly every log.
            out.extend(line.iter().map(|byte| char::from(*byte)));
        } else {
            style = styled(&String::from_utf8_lossy(line), style, out);
        }
        out.push('\n');
        count += 1;
    }
    count
}

/// The pieces of an embedded line: the style's words and the text.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = line.split(ESC);
    let mut words = "";
    std::iter::from_fn(move || {
        let text = parts.next()?;
        let piece = (words, text);
        words = parts.next().unwrap_or_default();
        Some(piece)
    })
    .filter(|(_, text)| !text.is_empty())
}

/// Writes one line; gives the style at its end.
fn styled(line: &str, mut style: Style, out: &mut String) -> Style {
    let line = line.trim_end_matches('\r');
    let parts: Vec<&str> = line.split('\r').collect();
    let shows = |part: &&str| {
        let mut seen = Pen::default();
        seen.write(part, Style::default());
        !seen.text.trim().is_empty()
    };
    let last = parts.iter().rposition(shows).unwrap_or(0);
    for (at, part) in parts.iter().enumerate() {
        let mut pen = Pen {
            styled: true,
            ..Pen::default()
        };
        style = pen.write(part, style);
        if at == last {
            out.push_str(&pen.text);
            if pen.over > 0 {
                out.push_str(&format!("{ESC}d{ESC} … {} more characters", pen.over));
            }
        }
    }
    style
}

/// Writes the visible part of a text.
#[derive(Default)]
struct Pen {
    text: String,
    styled: bool,
    chars: usize,
    over: usize,
}

impl Pen {
    fn write(&mut self, text: &str, mut style: Style) -> Style {
        let mut written = Style::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                ESC => match chars.next() {
                    Some('[') => sequence(&mut chars, &mut style),
                    Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut chars),
                    Some(' '..='/') => drop(chars.find(|c| !matches!(c, ' '..='/'))),
                    _ => {}
                },
                '\u{9b}' => sequence(&mut chars, &mut style),
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
                '\t' => (0..4).for_each(|_| self.put(' ', style, &mut written)),
                c if c.is_control() || turns_text(c) => {}
                c => self.put(c, style, &mut written),
            }
        }
        style
    }

    fn put(&mut self, c: char, style: Style, written: &mut Style) {
        if self.chars == LINE_CHARS {
            self.over += 1;
            return;
        }
        self.chars += 1;
        if self.styled && style != *written {
            self.text.push(ESC);
            style.words(&mut self.text);
            self.text.push(ESC);
            *written = style;
        }
        self.text.push(c);
    }
}

/// Reads a control sequence; only `m` says something to us.
fn sequence(chars: &mut Peekable<Chars<'_>>, style: &mut Style) {
    let mut parameters = String::new();
    while let Some(c) = chars.next_if(|c| matches!(c, ' '..='?')) {
        parameters.push(c);
    }
    if chars.next_if(|c| matches!(c, '@'..='~')) == Some('m') {
        style.take(&parameters);
    }
}

/// A control string (a title, a link) ends with BEL or ST; at the latest with its line.
fn skip_string(chars: &mut Peekable<Chars<'_>>) {
    while let Some(c) = chars.next() {
        if matches!(c, '\u{7}' | '\u{9c}') || c == ESC && chars.next_if_eq(&'\\').is_some() {
            return;
        }
    }
}

impl Style {
    /// Takes the parameters of `ESC [ … m` (ECMA-48 8.3.117, with xterm's 256 colours and exact
    /// ones). What cannot be read changes nothing.
    fn take(&mut self, parameters: &str) {
        if !parameters
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ';' | ':'))
        {
            return;
        }
        let mut numbers = parameters.split(';');
        while let Some(number) = numbers.next() {
            let (number, sub) = number.split_once(':').unwrap_or((number, ""));
            let number = if number.is_empty() {
                Ok(0)
            } else {
                number.parse::<u8>()
            };
            match number {
                Ok(code @ (38 | 48 | 58)) => {
                    let colour = if sub.is_empty() {
                        colour_of(&mut numbers.by_ref())
                    } else {
                        // The colour space that may stand before the three is left out.
                        let parts: Vec<&str> = sub.split(':').collect();
                        let skip = usize::from(parts.len() > 4);
                        let parts = parts.iter().enumerate();
                        let parts = parts.filter(|(at, _)| *at != 1 || skip == 0);
                        colour_of(&mut parts.map(|(_, part)| *part))
                    };
                    match code {
                        38 => self.fore = colour.or(self.fore),
                        48 => self.back = colour.or(self.back),
                        _ => {}
                    }
                }
                Ok(4) => self.underline = sub != "0",
                Ok(code) => self.plain(code),
                Err(_) => {}
            }
        }
    }

    fn plain(&mut self, code: u8) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            7 => self.inverse = true,
            9 => self.struck = true,
            21 => self.underline = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.inverse = false,
            29 => self.struck = false,
            30..=37 => self.fore = Some(Colour::Named(code - 30)),
            39 => self.fore = None,
            40..=47 => self.back = Some(Colour::Named(code - 40)),
            49 => self.back = None,
            90..=97 => self.fore = Some(Colour::Named(code - 82)),
            100..=107 => self.back = Some(Colour::Named(code - 92)),
            _ => {}
        }
    }

    /// The words that the page knows a style by.
    fn words(self, out: &mut String) {
        let (fore, back) = self.readable();
        let flags = [
            (self.bold, "b"),
            (self.dim, "d"),
            (self.italic, "i"),
            (self.underline, "u"),
            (self.struck, "s"),
            (self.inverse, "v"),
        ];
        let mut words: Vec<String> = flags
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| (*word).to_owned())
            .collect();
        for (letter, colour) in [("f", fore), ("k", back)] {
            match colour {
                Some(Colour::Named(n)) => words.push(format!("{letter}{n}")),
                Some(Colour::Exact(r, g, b)) => {
                    words.push(format!("{letter}#{r:02x}{g:02x}{b:02x}"));
                }
                None => {}
            }
        }
        out.push_str(&words.join(" "));
    }
}

/// `5;n` or `2;r;g;b`.
fn colour_of<'a>(numbers: &mut impl Iterator<Item = &'a str>) -> Option<Colour> {
    let form = numbers.next()?;
    let mut number = || numbers.next()?.parse::<u8>().ok();
    match form {
        "5" => Some(match number()? {
            n @ 0..=15 => Colour::Named(n),
            n @ 16..=231 => {
                let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let n = n - 16;
                Colour::Exact(level(n / 36), level(n / 6 % 6), level(n % 6))
            }
            n => {
                let grey = 8 + 10 * (n - 232);
                Colour::Exact(grey, grey, grey)
            }
        }),
        "2" => Some(Colour::Exact(number()?, number()?, number()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
