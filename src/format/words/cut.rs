//! A shell text cut at its signs: pieces that `split` can make words of, the signs between them, and
//! what stands in substitutions and here-documents.

/// What a text is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Words.
    Piece(Piece),
    /// `;`, a line's end, `&&`, `||`, `|`, `&`, `(`, `)`, `;;`
    Sign(&'static str, usize),
    /// The text within a `$( … )` or backticks; stands before the piece that it is a part of.
    Inside(String, usize),
    /// `name()`
    Function(String, usize),
}

/// Words, with their quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// As written, but for what was cut out.
    pub text: String,
    /// Where it starts.
    pub at: usize,
    /// The text of its here-document, and where that starts.
    pub here: Option<(String, usize)>,
}

impl Piece {
    /// Its first word, as written.
    pub fn first(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or("")
    }
}

/// Cuts a text.
///
/// # Errors
/// What is never closed, in words that fit behind "the shell text ".
pub(super) fn cut(text: &str) -> Result<Vec<Token>, String> {
    let mut cutter = Cutter {
        text,
        at: 0,
        piece: String::new(),
        start: None,
        tokens: Vec::new(),
        here: Vec::new(),
    };
    while let Some(c) = cutter.peek() {
        cutter.one(c)?;
    }
    cutter.flush();
    Ok(cutter.tokens)
}

struct Cutter<'t> {
    text: &'t str,
    at: usize,
    piece: String,
    start: Option<usize>,
    tokens: Vec<Token>,
    /// Here-documents whose text is still to come: the word that ends it, whether tabs go.
    here: Vec<(String, bool)>,
}

impl<'t> Cutter<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Keeps so many bytes as they are.
    fn keep(&mut self, bytes: usize) {
        let kept = &self.text[self.at..self.at + bytes];
        if self.start.is_none() && !kept.trim().is_empty() {
            self.start = Some(self.at);
        }
        if self.start.is_some() {
            self.piece.push_str(kept);
        }
        self.at += bytes;
    }

    /// Puts a stand-in for so many bytes.
    fn stand_in(&mut self, word: &str, bytes: usize) {
        self.start.get_or_insert(self.at);
        self.piece.push_str(word);
        self.at += bytes;
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.piece);
        if let Some(at) = self.start.take() {
            let text = text.trim_end().to_owned();
            self.tokens.push(Token::Piece(Piece {
                text,
                at,
                here: None,
            }));
        }
    }

    fn sign(&mut self, sign: &'static str) {
        self.flush();
        self.tokens.push(Token::Sign(sign, self.at));
        self.at += sign.len();
    }

    fn one(&mut self, c: char) -> Result<(), String> {
        let rest = self.rest();
        match c {
            '\\' if rest.starts_with("\\\n") => self.stand_in(" ", 2),
            '\\' => {
                let next = rest[1..].chars().next().map_or(0, char::len_utf8);
                self.keep(1 + next);
            }
            '\'' => {
                let end = rest[1..]
                    .find('\'')
                    .ok_or("has a quote that is never closed")?;
                self.keep(end + 2);
            }
            '"' => self.soft()?,
            '$' | '`' => self.dollar()?,
            '#' if self.at_word_start() => {
                self.at += rest.find('\n').unwrap_or(rest.len());
            }
            '\n' => self.line_end(),
            ';' | '&' | '|' => self.operator(),
            '(' => self.parenthesis()?,
            ')' => self.sign(")"),
            '<' if rest.starts_with("<<") && !rest.starts_with("<<<") => self.here_word(),
            '<' if rest.starts_with("<<<") => self.keep(3),
            '>' | '<' if rest[1..].starts_with('&') => self.keep(2),
            _ => self.keep(c.len_utf8()),
        }
        Ok(())
    }

    fn at_word_start(&self) -> bool {
        self.start.is_none() || self.piece.ends_with([' ', '\t'])
    }

    fn operator(&mut self) {
        let rest = self.rest();
        let signs = ["&&", "||", ";;"];
        if rest.starts_with("&>") {
            self.keep(2);
        } else if rest.starts_with("|&") {
            self.sign("|");
            self.at += 1;
        } else if let Some(sign) = signs.into_iter().find(|sign| rest.starts_with(sign)) {
            self.sign(sign);
        } else {
            let single = [";", "&", "|"].into_iter().find(|s| rest.starts_with(s));
            self.sign(single.unwrap_or(";"));
        }
    }

    /// Up to the closing double quote.
    fn soft(&mut self) -> Result<(), String> {
        self.keep(1);
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.keep(1);
                    return Ok(());
                }
                '\\' => {
                    let next = self.rest()[1..].chars().next().map_or(0, char::len_utf8);
                    self.keep(1 + next);
                }
                '$' | '`' => self.dollar()?,
                _ => self.keep(c.len_utf8()),
            }
        }
        Err("has a quote that is never closed".to_owned())
    }

    /// What is put in by the shell, or by whoever hands the text to it (`${{ … }}`).
    fn dollar(&mut self) -> Result<(), String> {
        let rest = self.rest();
        if rest.starts_with("${{") {
            let end = rest.find("}}").ok_or("has a `${{` that is never closed")?;
            self.stand_in("${}", end + 2);
        } else if rest.starts_with("$((") {
            let end = rest.find("))").ok_or("has a `$((` that is never closed")?;
            self.stand_in("$(())", end + 2);
        } else if rest.starts_with("${") {
            let end = rest.find('}').ok_or("has a `${` that is never closed")?;
            self.stand_in("${}", end + 1);
        } else if rest.starts_with("$(") {
            let end = closing(&rest[1..]).ok_or("has a `$(` that is never closed")? + 1;
            self.inside(2, end);
        } else if let Some(inner) = rest.strip_prefix('`') {
            let end = inner
                .find('`')
                .ok_or("has a backtick that is never closed")?
                + 1;
            self.inside(1, end);
        } else {
            self.keep(1);
        }
        Ok(())
    }

    fn inside(&mut self, from: usize, end: usize) {
        let inner = self.rest()[from..end].to_owned();
        self.tokens.push(Token::Inside(inner, self.at + from));
        self.stand_in("$()", end + 1);
    }

    /// A subshell, a function's name, or the items of an array.
    fn parenthesis(&mut self) -> Result<(), String> {
        let name = self.piece.trim_end();
        let function = self.rest()[1..]
            .trim_start_matches([' ', '\t'])
            .starts_with(')');
        if function && !name.is_empty() && !name.contains(char::is_whitespace) {
            let at = self.start.take().unwrap_or(self.at);
            self.tokens.push(Token::Function(name.to_owned(), at));
            self.piece.clear();
            self.at += self.rest().find(')').map_or(1, |end| end + 1);
            return Ok(());
        }
        if self.piece.ends_with('=') {
            let end = closing(self.rest()).ok_or("has a `(` that is never closed")?;
            self.stand_in("()", end + 1);
            return Ok(());
        }
        self.sign("(");
        Ok(())
    }

    fn here_word(&mut self) {
        let rest = self.rest();
        let tabs = rest.starts_with("<<-");
        let head = if tabs { 3 } else { 2 };
        let blank = rest[head..].len() - rest[head..].trim_start_matches([' ', '\t']).len();
        let word = rest[head + blank..]
            .split([' ', '\t', '\n', ';', '|', '&', ')', '<', '>'])
            .next()
            .unwrap_or("");
        if !word.is_empty() {
            let bare = word.replace(['\'', '"', '\\'], "");
            self.here.push((bare, tabs));
        }
        self.at += head + blank + word.len();
    }

    /// The end of a line, and the here-documents that follow it.
    fn line_end(&mut self) {
        self.sign("\n");
        for (word, tabs) in std::mem::take(&mut self.here) {
            let start = self.at;
            let mut body = String::new();
            while self.at < self.text.len() {
                let rest = self.rest();
                let line = rest.split_inclusive('\n').next().unwrap_or(rest);
                self.at += line.len();
                let bare = line.trim_end_matches(['\n', '\r']);
                let bare = if tabs {
                    bare.trim_start_matches('\t')
                } else {
                    bare
                };
                if bare == word {
                    break;
                }
                body.push_str(line);
            }
            let last = self.tokens.iter_mut().rev().find_map(|token| match token {
                Token::Piece(piece) => Some(piece),
                _ => None,
            });
            if let Some(piece) = last {
                piece.here = Some((body, start));
            }
        }
    }
}

/// The parenthesis that closes the one at the start, quotes understood.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut chars = text.char_indices();
    let mut soft = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => soft = !soft,
            '\'' if !soft => drop(chars.by_ref().find(|(_, c)| *c == '\'')),
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
