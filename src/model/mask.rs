//! Masks secrets in a stream of bytes, also when one is split across chunks.

/// What stands where a secret stood.
pub const MASK: &[u8] = b"***";

/// Replaces every occurrence of a set of secrets in a stream.
///
/// Bytes that may be the start of a secret are held back until the next chunk decides;
/// [`Masker::finish`] lets go of what is left. When two secrets match at one place the longest
/// wins. Secrets shorter than [`Masker::MIN_BYTES`] are not masked: they would blank out
/// half of every log and so reveal themselves.
#[derive(Clone, Debug)]
pub struct Masker {
    /// Longest first.
    secrets: Vec<Vec<u8>>,
    /// Whether a secret starts with this byte.
    starts: [bool; 256],
    held: Vec<u8>,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new([])
    }
}

impl Masker {
    /// The shortest secret that is masked, in bytes.
    pub const MIN_BYTES: usize = 3;

    /// A masker for these secrets; each is also masked line by line (programs print multi-line
    /// keys with an indent or a prefix), and as a shell, JSON and Rust write it between quotes.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for secret in secrets {
            let whole = secret.trim_end_matches(['\r', '\n']);
            let lines = whole
                .lines()
                .filter(|line| line.len() >= 8 || *line == whole);
            for text in std::iter::once(whole).chain(lines) {
                if text.len() >= Self::MIN_BYTES {
                    all.extend(forms(text).map(String::into_bytes));
                }
            }
        }
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        let mut starts = [false; 256];
        for first in all.iter().filter_map(|secret| secret.first()) {
            starts[usize::from(*first)] = true;
        }
        Self {
            secrets: all,
            starts,
            held: Vec::new(),
        }
    }

    /// Whether this secret is shown as it is, because it is too short to be masked.
    #[must_use]
    pub fn spares(secret: &str) -> bool {
        let length = secret.trim_end_matches(['\r', '\n']).len();
        (1..Self::MIN_BYTES).contains(&length)
    }

    /// Whether there is nothing to mask, so that a caller may skip the work.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Takes the next chunk, gives what can be shown by now.
    #[must_use]
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.secrets.is_empty() {
            return chunk.to_vec();
        }
        self.held.extend_from_slice(chunk);
        let input = std::mem::take(&mut self.held);
        let (shown, rest) = self.scan(&input, false);
        self.held = rest;
        shown
    }

    /// The stream is over: gives what was held back.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        let input = std::mem::take(&mut self.held);
        self.scan(&input, true).0
    }

    /// Masks a whole text at once. It may have been cut before: what stands at its end or before a
    /// cut mark and may be the start of a secret is masked, too.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        if self.secrets.is_empty() {
            return text.to_owned();
        }
        let masked = String::from_utf8_lossy(&self.scan(text.as_bytes(), true).0).into_owned();
        let mut shown = String::with_capacity(masked.len());
        for (count, part) in masked.split(CUT).enumerate() {
            if count > 0 {
                shown.push_str(CUT);
            }
            match self.begun(part) {
                0 => shown.push_str(part),
                length => {
                    shown.push_str(&part[..part.len() - length]);
                    shown.push_str("***");
                }
            }
        }
        shown
    }

    /// How many bytes at the end of this text are the start of a secret.
    fn begun(&self, text: &str) -> usize {
        let starts = |secret: &Vec<u8>| {
            let most = secret.len().saturating_sub(1).min(text.len());
            let mut lengths = (Self::MIN_BYTES..=most).rev();
            lengths.find(|length| {
                let at = text.len() - length;
                text.is_char_boundary(at) && text.as_bytes()[at..] == secret[..*length]
            })
        };
        self.secrets.iter().filter_map(starts).max().unwrap_or(0)
    }

    /// Whether a secret stands in these bytes.
    #[must_use]
    pub fn finds(&self, bytes: &[u8]) -> bool {
        (0..bytes.len()).any(|at| self.match_at(&bytes[at..]).is_some())
    }

    fn match_at(&self, rest: &[u8]) -> Option<usize> {
        self.secrets
            .iter()
            .find(|secret| rest.starts_with(secret))
            .map(Vec::len)
    }

    /// Whether `rest` ends inside what may become a secret.
    fn undecided(&self, rest: &[u8]) -> bool {
        self.secrets
            .iter()
            .any(|secret| secret.len() > rest.len() && secret.starts_with(rest))
    }

    fn scan(&self, input: &[u8], last: bool) -> (Vec<u8>, Vec<u8>) {
        let mut shown = Vec::with_capacity(input.len());
        let longest = self.secrets.first().map_or(0, Vec::len);
        let mut at = 0;
        while at < input.len() {
            // Nearly all bytes start no secret: they are taken over in one piece.
            let plain = input[at..]
                .iter()
                .position(|byte| self.starts[usize::from(*byte)]);
            let end = plain.map_or(input.len(), |plain| at + plain);
            shown.extend_from_slice(&input[at..end]);
            at = end;
            let rest = &input[at..];
            if rest.is_empty() {
                break;
            }
            if !last && rest.len() < longest && self.undecided(rest) {
                return (shown, rest.to_vec());
            }
            if let Some(len) = self.match_at(rest) {
                shown.extend_from_slice(MASK);
                at += len;
            } else {
                shown.push(input[at]);
                at += 1;
            }
        }
        (shown, Vec::new())
    }
}

/// What stands where a text was cut; the words behind it differ.
const CUT: &str = " …";

/// A secret as it is, and as it stands between the quotes of a shell, of JSON and of Rust.
fn forms(text: &str) -> impl Iterator<Item = String> {
    let inside = |quoted: String| {
        let open = quoted.strip_prefix('"');
        let inside = open.and_then(|open| open.strip_suffix('"'));
        inside.unwrap_or_default().to_owned()
    };
    let json = inside(serde_json::Value::from(text).to_string());
    let rust = inside(format!("{text:?}"));
    let shell = text.replace('\'', r"'\''");
    [text.to_owned(), shell, json, rust].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_secret_at_a_cut_is_masked() {
        let masker = Masker::new(["hunter2-and-more"]);
        let text = |text: &str| masker.text(text);
        assert_eq!(text("stdout was: x hunter2 …"), "stdout was: x *** …");
        assert_eq!(text("x hunter2-and … (cut)"), "x *** … (cut)");
        assert_eq!(text("x hunter2-and-mor"), "x ***");
        assert_eq!(text("x hunter2-and-more …"), "x *** …");
        assert_eq!(text("hunter2 in between … ok"), "hunter2 in between … ok");
        assert_eq!(text("a hu …"), "a hu …");
    }

    #[test]
    fn a_quoted_secret_is_masked() {
        let secret = "it's \"so\"\tsecret\u{1b}";
        let masker = Masker::new([secret]);
        let json = serde_json::to_string(secret).unwrap();
        assert_eq!(masker.text(&json), "\"***\"");
        assert_eq!(masker.text(&format!("{secret:?}")), "\"***\"");
        let shell = r"'it'\''s ".to_owned() + "\"so\"\tsecret\u{1b}'";
        assert_eq!(masker.text(&shell), "'***'");
    }

    #[test]
    fn what_is_too_short_to_be_masked_is_known() {
        assert!(Masker::spares("a") && Masker::spares("ab\n"));
        assert!(!Masker::spares("") && !Masker::spares("abc"));
    }

    fn stream(secrets: &[&str], chunks: &[&str]) -> String {
        let mut masker = Masker::new(secrets.iter().copied());
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend(masker.push(chunk.as_bytes()));
        }
        out.extend(masker.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn masks_across_chunks() {
        assert_eq!(stream(&["hunter2"], &["pw hun", "ter2 ok"]), "pw *** ok");
        assert_eq!(
            stream(&["hunter2"], &["h", "u", "n", "t", "e", "r", "2"]),
            "***"
        );
        assert_eq!(stream(&["hunter2"], &["hunt", "ing"]), "hunting");
        assert_eq!(stream(&["hunter2"], &["hunter"]), "hunter");
    }

    #[test]
    fn the_longest_secret_wins() {
        assert_eq!(stream(&["abc", "abcdef"], &["xabcdefx"]), "x***x");
        assert_eq!(stream(&["abc", "abcdef"], &["abc", "dxx"]), "***dxx");
    }

    #[test]
    fn every_line_of_a_key_is_masked() {
        let key = "-----BEGIN KEY-----\nMIIBVAIBADAN\n";
        assert_eq!(stream(&[key], &["  MIIBVAIBADAN\n"]), "  ***\n");
    }

    #[test]
    fn every_split_gives_the_same() {
        let text = "aaab aab aaaab b";
        for cut in 0..text.len() {
            let whole = stream(&["aab", "aaab"], &[text]);
            assert_eq!(
                stream(&["aab", "aaab"], &[&text[..cut], &text[cut..]]),
                whole
            );
        }
    }
}
