//! Markup in which nothing from outside can take effect: tags are literals of this program, all
//! else is escaped. There is no way to put in a text that is made at run time unescaped.

use crate::report::text;

/// A document in the making.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Markup of our own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere, with control characters made visible.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            escape(text, &mut self.0);
        } else {
            escape(&text::show(text), &mut self.0);
        }
        self
    }

    /// ` name="value"`.
    pub fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        self.text(value);
        self.0.push('"');
        self
    }

    /// An element that holds only text.
    pub fn element(&mut self, tag: &'static str, class: &'static str, text: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(tag);
        if !class.is_empty() {
            self.attr("class", class);
        }
        self.0.push('>');
        self.text(text);
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
        self
    }

    /// What another made.
    pub fn add(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }

    #[cfg(test)]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn escape(text: &str, out: &mut String) {
    out.reserve(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile::HOSTILE;

    #[test]
    fn no_text_leaves_its_element_or_its_attribute() {
        for text in HOSTILE {
            let mut page = Markup::default();
            page.raw("<p").attr("title", text).raw(">").text(text);
            let inside = page.as_str().strip_prefix("<p title=\"").unwrap();
            let (value, rest) = inside.split_once('"').unwrap();
            let rest = rest.strip_prefix('>').unwrap();
            for part in [value, rest] {
                assert!(!part.contains(['<', '>', '"', '\'']), "{part}");
                assert!(
                    !part.contains(|c: char| c.is_control() && c != '\n'),
                    "{part:?}"
                );
            }
            assert_eq!(value, rest);
        }
    }

    #[test]
    fn an_element_holds_its_text() {
        let mut page = Markup::default();
        page.element("b", "x", "a & b").element("i", "", "<");
        assert_eq!(page.as_str(), "<b class=\"x\">a &amp; b</b><i>&lt;</i>");
    }
}
