//! `-v`: what gates print, line by line, each with the name of its gate before it. Nothing in it is
//! obeyed by a terminal, and no line starts as a gate wants it to.

use std::collections::BTreeMap;

use super::text;
use crate::model::GateName;

/// Bytes of a line that is not ended yet; then it is shown as it is.
const LINE: usize = 8 << 10;

/// Takes output as it comes.
#[derive(Debug)]
pub struct Verbose {
    unicode: bool,
    /// The columns of names.
    names: usize,
    /// Lines that are not ended, by gate and stream.
    open: BTreeMap<(GateName, usize), Vec<u8>>,
    /// Lines that nobody had room for.
    lost: usize,
}

impl Verbose {
    /// For these gates.
    #[must_use]
    pub fn new<'g>(gates: impl IntoIterator<Item = &'g GateName>, unicode: bool) -> Self {
        let names = gates.into_iter().map(|gate| gate.as_str().len());
        Self {
            unicode,
            names: names.max().unwrap_or(0).min(24),
            open: BTreeMap::new(),
            lost: 0,
        }
    }

    /// The whole lines that these bytes of a stream make. Without `room` they are only counted,
    /// and that is said when there is some again.
    pub fn take(
        &mut self,
        gate: &GateName,
        stream: usize,
        bytes: &[u8],
        room: bool,
    ) -> Vec<String> {
        let open = self.open.entry((gate.clone(), stream)).or_default();
        if !room {
            self.lost += bytes.iter().filter(|byte| **byte == b'\n').count();
            open.clear();
            return Vec::new();
        }
        let mut lines = lost(&mut self.lost);
        open.extend_from_slice(bytes);
        let whole = match open.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => open.drain(..=end).collect(),
            None if open.len() > LINE => std::mem::take(open),
            None => Vec::new(),
        };
        let text = String::from_utf8_lossy(&whole).into_owned();
        lines.extend(text.lines().map(|line| self.line(gate, line)));
        lines
    }

    /// The attempt is over: what it left without a line break.
    pub fn end(&mut self, gate: &GateName) -> Vec<String> {
        let mut lines = lost(&mut self.lost);
        for stream in 0..=1 {
            let rest = self
                .open
                .remove(&(gate.clone(), stream))
                .unwrap_or_default();
            if !rest.is_empty() {
                lines.push(self.line(gate, &String::from_utf8_lossy(&rest)));
            }
        }
        lines
    }

    fn line(&self, gate: &GateName, line: &str) -> String {
        let bar = if self.unicode { "│" } else { "|" };
        let name = text::pad(gate.as_str(), self.names);
        format!("{name} {bar} {}", text::printed(line))
            .trim_end()
            .to_owned()
    }
}

fn lost(lines: &mut usize) -> Vec<String> {
    match std::mem::take(lines) {
        0 => Vec::new(),
        n => vec![format!(
            "({} left out, as they came faster than they are read; the logs have them)",
            text::count(n, "line")
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::name;

    #[test]
    fn lines_come_whole_and_bear_the_name_of_their_gate() {
        let (unit, ui) = (name("unit"), name("ui/types"));
        let mut verbose = Verbose::new([&unit, &ui], false);
        assert_eq!(verbose.take(&unit, 0, b"a\nb", true), ["unit     | a"]);
        assert_eq!(
            verbose.take(&ui, 0, b"\x1b[31mred\x1b[m\n", true),
            ["ui/types | red"]
        );
        assert_eq!(verbose.take(&unit, 1, b"err\n", true), ["unit     | err"]);
        assert_eq!(verbose.take(&unit, 0, b"c\n", true), ["unit     | bc"]);
        assert_eq!(verbose.take(&unit, 0, b"rest", true), [""; 0]);
        assert_eq!(verbose.end(&unit), ["unit     | rest"]);
    }

    #[test]
    fn what_nobody_has_room_for_is_counted_and_said() {
        let unit = name("unit");
        let mut verbose = Verbose::new([&unit], true);
        assert_eq!(verbose.take(&unit, 0, b"a\nb\n", false), [""; 0]);
        let said = verbose.take(&unit, 0, b"c\n", true);
        assert!(said[0].starts_with("(2 lines left out"), "{said:?}");
        assert_eq!(said[1], "unit │ c");
    }
}
