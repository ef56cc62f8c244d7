//! What git hands to a pre-push hook: lines of local ref, local object, remote ref, remote object.
//!
//! Pure. Must not know what an object is.

use super::HookError;

/// A ref that is being pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The object that the remote ref will stand for, as git wrote it.
    pub object: String,
    /// The ref on the other side.
    pub remote_ref: String,
}

/// What is pushed, in git's order and nothing twice. Deleted refs are left out: nothing goes out.
///
/// # Errors
/// A line that is not four words: what is pushed is then not known. Nothing but empty lines is no
/// word of git's either: whoever stood in between has lost what it said.
pub fn parse(stdin: &[u8]) -> Result<Vec<Push>, HookError> {
    if !stdin.is_empty() && stdin.iter().all(|byte| *byte == b'\n') {
        let text = String::new();
        return Err(HookError::BadLine { line: 1, text });
    }
    let mut pushes: Vec<Push> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let lines = stdin.split(|byte| *byte == b'\n').enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let text = String::from_utf8_lossy(line).into_owned();
        // A local "ref" is whatever was typed (`HEAD~1`, `:/fix bug`): it may have spaces.
        let mut words = text.rsplitn(4, ' ');
        let (remote, remote_ref, object) = (words.next(), words.next(), words.next());
        match (remote, remote_ref, object, words.next()) {
            (Some(remote), Some(name), Some(object), Some(_))
                if is_object(remote) && is_object(object) =>
            {
                let is_deletion = object.bytes().all(|byte| byte == b'0');
                if !is_deletion && seen.insert((object.to_owned(), name.to_owned())) {
                    pushes.push(Push {
                        object: object.to_owned(),
                        remote_ref: name.to_owned(),
                    });
                }
            }
            _ => return Err(HookError::BadLine { line: at + 1, text }),
        }
    }
    Ok(pushes)
}

/// SHA-1 or SHA-256.
fn is_object(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn refs(text: &str) -> Vec<String> {
        let pushes = parse(text.as_bytes()).unwrap();
        pushes.into_iter().map(|push| push.remote_ref).collect()
    }

    #[test]
    fn what_goes_out_is_read_and_what_is_deleted_is_not() {
        let text = format!(
            "refs/heads/x {A} refs/heads/x {ZERO}\n(delete) {ZERO} refs/heads/old {A}\nHEAD~1 {A} refs/heads/y {A}\n"
        );
        assert_eq!(refs(&text), ["refs/heads/x", "refs/heads/y"]);
        assert_eq!(refs(""), Vec::<String>::new());
    }

    #[test]
    fn the_same_twice_is_once_and_a_local_name_may_have_spaces() {
        let text = format!(":/fix the bug {A} refs/heads/x {A}\nx {A} refs/heads/x {A}\n");
        assert_eq!(refs(&text), ["refs/heads/x"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for bad in [
            "x".to_owned(),
            format!("x {A} refs/heads/x"),
            format!("x {A} refs/heads/x short"),
            format!("x nothex refs/heads/x {A}"),
            format!("{A} refs/heads/x {A}"),
        ] {
            let error = parse(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, HookError::BadLine { line: 1, .. }), "{bad}");
        }
        for blank in ["\n", "\n\n"] {
            assert!(parse(blank.as_bytes()).is_err(), "{blank:?}");
        }
        let cut = format!("x {A} refs/heads/x {ZERO}\nx {A} ref");
        assert!(matches!(
            parse(cut.as_bytes()),
            Err(HookError::BadLine { line: 2, .. })
        ));
    }
}
