//! The commands of a shell text and how they hang together: what waits for what, what looks at whose
//! exit code, what runs only under a condition.
//!
//! Read leniently: what is no syntax of a shell becomes a command that nobody knows. Nothing is
//! expanded. Must not know what a command does.

use super::cut::{Piece, Token, cut};

/// How deep groups, branches and substitutions may nest.
pub(super) const DEPTH: usize = 32;

/// One command, or several that are held together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub node: Node,
    /// Where it starts, in bytes of the text.
    pub at: usize,
    /// A `!` stands before it.
    pub negated: bool,
    /// What stands between it and the next.
    pub after: Joint,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// The words of a command, and what a here-document hands to it with its place.
    Command(Vec<String>, Option<(String, usize)>),
    /// `( … )`, `{ …; }` or what stands in a `$( … )`.
    Group(Vec<Item>),
    /// `if`, `while`, `for`, `case`: a condition (may be empty), and what runs at most once of each.
    Branch(Vec<Item>, Vec<Vec<Item>>),
    /// A function that is defined here.
    Function(String, Vec<Item>),
}

/// What stands between two items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// A `;`, the end of a line, or the end of the text.
    Next,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// `&`
    Background,
}

/// Reads a text.
///
/// # Errors
/// Why there is no telling, in words that fit behind "the shell text ".
pub fn commands(text: &str) -> Result<Vec<Item>, String> {
    within(text, 0, 0)
}

fn within(text: &str, base: usize, depth: usize) -> Result<Vec<Item>, String> {
    if depth > DEPTH {
        return Err(format!("nests deeper than {DEPTH}"));
    }
    let mut parser = Parser {
        tokens: cut(text)?,
        at: 0,
        base,
        depth,
        wrong: None,
    };
    let items = parser.list(&[]);
    match parser.wrong {
        Some(wrong) => Err(wrong),
        None => Ok(items),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    base: usize,
    depth: usize,
    wrong: Option<String>,
}

impl Parser {
    /// Items up to one of these words or signs, which is left standing.
    fn list(&mut self, until: &[&str]) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        if self.depth > DEPTH {
            self.wrong = Some(format!("nests deeper than {DEPTH}"));
            self.at = self.tokens.len();
        }
        self.depth += 1;
        let mut negated = false;
        while let Some(token) = self.tokens.get(self.at).cloned() {
            match token {
                Token::Sign(sign, _) if until.contains(&sign) => break,
                Token::Sign("(", at) => {
                    self.at += 1;
                    let inner = self.list(&[")"]);
                    self.at += 1;
                    self.push(&mut items, Node::Group(inner), (at, &mut negated));
                }
                Token::Sign(sign, _) => {
                    self.at += 1;
                    // A line's end behind `&&` is no end.
                    if let Some(last) = items.last_mut().filter(|last| last.after == Joint::Next) {
                        last.after = joint(sign);
                    }
                }
                Token::Inside(text, at) => {
                    self.at += 1;
                    let inner = self.inside(&text, at);
                    self.push(&mut items, Node::Group(inner), (at, &mut negated));
                }
                Token::Function(name, at) => {
                    self.at += 1;
                    let body = self.body();
                    self.push(&mut items, Node::Function(name, body), (at, &mut negated));
                }
                Token::Piece(piece) => {
                    let word = piece.first();
                    if until.contains(&word) {
                        break;
                    }
                    if word == "!" {
                        negated = !negated;
                        self.strip();
                    } else if let Some(node) = self.piece(word, &piece) {
                        self.push(&mut items, node, (piece.at, &mut negated));
                    }
                }
            }
        }
        self.depth -= 1;
        items
    }

    fn push(&self, items: &mut Vec<Item>, node: Node, (at, negated): (usize, &mut bool)) {
        items.push(Item {
            node,
            at: self.base + at,
            negated: std::mem::take(negated),
            after: Joint::Next,
        });
    }

    /// What stands in a substitution.
    fn inside(&mut self, text: &str, at: usize) -> Vec<Item> {
        match within(text, self.base + at, self.depth) {
            Ok(items) => items,
            Err(wrong) => {
                self.wrong = Some(wrong);
                Vec::new()
            }
        }
    }

    /// The group behind the name of a function.
    fn body(&mut self) -> Vec<Item> {
        while matches!(self.tokens.get(self.at), Some(Token::Sign("\n", _))) {
            self.at += 1;
        }
        match self.tokens.get(self.at).cloned() {
            Some(Token::Sign("(", _)) => {
                self.at += 1;
                let inner = self.list(&[")"]);
                self.at += 1;
                inner
            }
            Some(Token::Piece(piece)) if piece.first() == "{" => {
                self.strip();
                self.closed("}")
            }
            _ => Vec::new(),
        }
    }

    /// Takes the first word of the piece away, and the piece when nothing is left of it.
    fn strip(&mut self) {
        let Some(Token::Piece(piece)) = self.tokens.get_mut(self.at) else {
            return;
        };
        let word = piece.first().len();
        let blank = piece.text.len() - piece.text.trim_start().len();
        piece.text.drain(..blank + word);
        let blank = piece.text.len() - piece.text.trim_start().len();
        piece.at += word + blank;
        piece.text.drain(..blank);
        if piece.text.is_empty() && piece.here.is_none() {
            self.at += 1;
        }
    }

    /// Items up to a closing word, and past the piece that it stands in.
    fn closed(&mut self, word: &'static str) -> Vec<Item> {
        let items = self.list(&[word]);
        self.at += 1;
        items
    }

    fn piece(&mut self, word: &str, piece: &Piece) -> Option<Node> {
        match word {
            "if" => {
                self.strip();
                Some(self.branch())
            }
            "while" | "until" => {
                self.strip();
                let condition = self.list(&["do"]);
                self.strip();
                Some(Node::Branch(condition, vec![self.closed("done")]))
            }
            "for" | "select" => {
                self.at += 1;
                self.list(&["do"]);
                self.strip();
                Some(Node::Branch(Vec::new(), vec![self.closed("done")]))
            }
            "case" => {
                self.at += 1;
                Some(self.cases())
            }
            "{" => {
                self.strip();
                Some(Node::Group(self.closed("}")))
            }
            "function" => {
                self.strip();
                let name = match self.tokens.get(self.at) {
                    Some(Token::Piece(piece)) => piece.first().to_owned(),
                    Some(Token::Function(name, _)) => name.clone(),
                    _ => String::new(),
                };
                match self.tokens.get(self.at) {
                    Some(Token::Piece(_)) => self.strip(),
                    _ => self.at += 1,
                }
                Some(Node::Function(name, self.body()))
            }
            "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "}" => {
                self.strip();
                None
            }
            _ => {
                self.at += 1;
                let words = super::split(&piece.text)
                    .unwrap_or_else(|_| piece.text.split_whitespace().map(str::to_owned).collect());
                let here = piece.here.clone();
                let here = here.map(|(text, at)| (text, self.base + at));
                Some(Node::Command(words, here))
            }
        }
    }

    /// What stands behind `if` or `elif`.
    fn branch(&mut self) -> Node {
        let condition = self.list(&["then"]);
        self.strip();
        let mut arms = vec![self.list(&["elif", "else", "fi"])];
        match self.word().as_deref() {
            Some("elif") => {
                let Some(Token::Piece(piece)) = self.tokens.get(self.at) else {
                    return Node::Branch(condition, arms);
                };
                let at = self.base + piece.at;
                self.strip();
                let node = self.branch();
                arms.push(vec![Item {
                    node,
                    at,
                    negated: false,
                    after: Joint::Next,
                }]);
            }
            Some("else") => {
                self.strip();
                arms.push(self.closed("fi"));
            }
            _ => self.at += 1,
        }
        Node::Branch(condition, arms)
    }

    fn word(&self) -> Option<String> {
        match self.tokens.get(self.at) {
            Some(Token::Piece(piece)) => Some(piece.first().to_owned()),
            _ => None,
        }
    }

    fn cases(&mut self) -> Node {
        let mut arms = Vec::new();
        while self.at < self.tokens.len() {
            arms.push(self.list(&[";;", "esac"]));
            let over = self.word().as_deref() == Some("esac");
            self.at += 1;
            if over {
                break;
            }
        }
        Node::Branch(Vec::new(), arms)
    }
}

fn joint(sign: &str) -> Joint {
    match sign {
        "&&" => Joint::And,
        "||" => Joint::Or,
        "|" => Joint::Pipe,
        "&" => Joint::Background,
        _ => Joint::Next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text told back: what is what, without places.
    fn told(items: &[Item]) -> String {
        let one = |item: &Item| {
            let node = match &item.node {
                Node::Command(words, here) => {
                    let here = here
                        .as_ref()
                        .map_or(String::new(), |(t, _)| format!("<<{t:?}"));
                    format!("{}{here}", words.join(" "))
                }
                Node::Group(inner) => format!("({})", told(inner)),
                Node::Branch(condition, arms) => {
                    let arms: Vec<String> = arms.iter().map(|arm| told(arm)).collect();
                    format!("if[{}]{{{}}}", told(condition), arms.join("}{"))
                }
                Node::Function(name, body) => format!("{name}()[{}]", told(body)),
            };
            let not = if item.negated { "!" } else { "" };
            let sign = match item.after {
                Joint::Next => ";",
                Joint::And => "&&",
                Joint::Or => "||",
                Joint::Pipe => "|",
                Joint::Background => "&",
            };
            format!("{not}{node}{sign}")
        };
        items.iter().map(one).collect()
    }

    fn read(text: &str) -> String {
        told(&commands(text).unwrap())
    }

    #[test]
    fn lists_say_what_waits_for_what() {
        assert_eq!(read("a b && c || d; e | f &\n g"), "a b&&c||d;e|f&g;");
        assert_eq!(read("a \\\n  b\n# c\nd # e"), "a b;d;");
        assert_eq!(read("a 2>&1 &>x\nb >&2"), "a 2>&1 &>x;b >&2;");
        assert_eq!(read("echo 'a; b' \"c && d\""), "echo a; b c && d;");
    }

    #[test]
    fn conditions_groups_and_functions() {
        assert_eq!(
            read("if ! a; then b; exit 1; fi; c"),
            "if[!a;]{b;exit 1;};c;"
        );
        assert_eq!(
            read("if a; then b\nelif c; then d\nelse e\nfi"),
            "if[a;]{b;}{if[c;]{d;}{e;};};"
        );
        assert_eq!(read("for x in a b; do c $x; done"), "if[]{c $x;};");
        assert_eq!(read("while a; do b; done < f"), "if[a;]{b;};");
        assert_eq!(read("(a && b) || { c; }"), "(a&&b;)||(c;);");
        assert_eq!(read("f() {\n a\n}\nf"), "f()[a;];f;");
        assert_eq!(read("function f { a; }\nf"), "f()[a;];f;");
        assert!(read("case $1 in\n a) b ;;\n *) c ;;\nesac\nd").ends_with("d;"));
    }

    #[test]
    fn what_is_substituted_is_a_command_too() {
        assert_eq!(read("x=$(a b)"), "(a b;);x=$();");
        assert_eq!(
            read("echo \"$(a \"$(b)\")\" `c`"),
            "((b;);a $(););(c;);echo $() $();"
        );
        assert_eq!(
            read("echo $((1 + 2)) ${x:-a b} ${{ a || 'b' }}"),
            "echo $(()) ${} ${};"
        );
    }

    #[test]
    fn a_here_document_belongs_to_its_command() {
        assert_eq!(read("ssh h <<'E'\na; b\nE\nc"), "ssh h<<\"a; b\\n\";c;");
        assert_eq!(read("a <<-E\n\tx\n\tE\nb <<< y"), "a<<\"\\tx\\n\";b <<< y;");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "a\n  bb && x=$(cc)";
        let items = commands(text).unwrap();
        assert!(text[items[1].at..].starts_with("bb"));
        let Node::Group(inner) = &items[2].node else {
            panic!("{items:?}")
        };
        assert!(text[inner[0].at..].starts_with("cc"));
    }

    #[test]
    fn an_open_quote_and_endless_depth_are_errors() {
        assert!(commands("a 'b").is_err());
        assert!(commands("a \"b").is_err());
        assert!(commands("a $(b").is_err());
        assert!(commands(&"(".repeat(10_000)).is_err());
        assert!(commands(&"$(".repeat(10_000)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ a-z'\"$(){}<>|&;#\\\\\n!`é=]{0,60}") {
            let _ = commands(&text);
        }

        #[test]
        fn any_words_of_the_shell_are_read_or_refused(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "if", "then", "else", "elif", "fi", "while", "do", "done", "for", "case", "esac",
                    "{", "}", "(", ")", ";", ";;", "\n", "&&", "||", "|", "a", "f()", "function", "!", "<<E", "E",
                ]),
                0..40,
            )
        ) {
            let _ = commands(&words.join(" "));
        }
    }
}
