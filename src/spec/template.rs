//! How templates are written: `${{ NAME }}`, and `$${{` for the text `${{`. Must not know what a
//! name means.

use crate::format::yaml::Span;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Text.
    Lit(&'t str),
    /// What stands between `${{` and `}}`, trimmed.
    Expression {
        /// The text.
        text: &'t str,
        /// How many `${{` stand before this one: finds the place in the source again, where
        /// escapes and folding may have moved it.
        nth: usize,
    },
    /// A `${{` without its `}}`.
    Unclosed {
        /// See above.
        nth: usize,
    },
}

const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// Takes a text apart.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut nth = 0;
    while let Some(open) = rest.find(OPEN) {
        let (before, at) = rest.split_at(open);
        let after = &at[OPEN.len()..];
        if let Some(before) = before.strip_suffix('$') {
            pieces.extend([Piece::Lit(before), Piece::Lit(OPEN)]);
            rest = after;
        } else {
            pieces.push(Piece::Lit(before));
            let Some(close) = after.find(CLOSE) else {
                pieces.push(Piece::Unclosed { nth });
                return pieces;
            };
            let inner = &after[..close];
            pieces.push(Piece::Expression {
                text: inner.trim(),
                nth,
            });
            nth += inner.matches(OPEN).count();
            rest = &after[close + CLOSE.len()..];
        }
        nth += 1;
    }
    pieces.push(Piece::Lit(rest));
    pieces.retain(|piece| *piece != Piece::Lit(""));
    pieces
}

/// The expressions of a text.
pub(super) fn expressions(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Expression { text, .. } => Some(text),
        _ => None,
    })
}

/// Where the template with this number is written, inside the scalar at `scalar`; the whole scalar
/// when it cannot be found.
pub(super) fn locate(source: &str, scalar: Span, nth: usize) -> Span {
    let written = scalar.slice(source);
    let Some((start, _)) = written.match_indices(OPEN).nth(nth) else {
        return scalar;
    };
    let end = written[start..]
        .find(CLOSE)
        .map_or(start + OPEN.len(), |n| start + n + CLOSE.len());
    // Both lie inside the scalar's span, whose offsets fit.
    let narrow = |n: usize| scalar.start + u32::try_from(n).unwrap_or(0);
    Span {
        source: scalar.source,
        start: narrow(start),
        end: narrow(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_apart() {
        let lit = Piece::Lit;
        let name = |text, nth| Piece::Expression { text, nth };
        assert_eq!(pieces("a"), [lit("a")]);
        assert_eq!(pieces("${{ x }}"), [name("x", 0)]);
        assert_eq!(
            pieces("a${{x}}b${{ y.z }}"),
            [lit("a"), name("x", 0), lit("b"), name("y.z", 1)]
        );
        assert_eq!(
            pieces("$${{ x }} ${{y}}"),
            [lit("${{"), lit(" x }} "), name("y", 1)]
        );
        assert_eq!(pieces("a ${{ x"), [lit("a "), Piece::Unclosed { nth: 0 }]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn a_template_is_found_again() {
        let source = "x: 'a ${{ b }} ${{ c }}'";
        let scalar = Span {
            source: 0,
            start: 3,
            end: 24,
        };
        assert_eq!(locate(source, scalar, 1).slice(source), "${{ c }}");
        assert_eq!(locate(source, scalar, 2), scalar);
    }
}
