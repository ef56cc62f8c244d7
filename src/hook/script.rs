//! The text of a hook: a few lines of POSIX sh that block when they cannot call prove.
//!
//! Pure. All else is in the program, so that an old hook calls a new prove.

use std::path::Path;

use super::Hook;

/// By this line a hook is known to be ours.
const MARK: &str = "# prove-hook: ";

/// What a hook calls.
#[derive(Clone, Debug)]
pub struct Script<'s> {
    /// Where it stands.
    pub hook: Hook,
    /// The program, absolute.
    pub program: &'s Path,
    /// The gate file, relative to the root of the work tree, unless it is found from there.
    pub gate_file: Option<&'s Path>,
}

impl Script<'_> {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let (hook, act) = (self.hook.as_str(), self.hook.act());
        let mut text = format!(
            "#!/bin/sh\n{MARK}put here by `prove hook install`, taken away by `prove hook uninstall`.\nprove="
        )
        .into_bytes();
        text.extend(quoted(self.program));
        text.extend_from_slice(
            br#"
if [ ! -x "$prove" ]; then
    # Perl has a `prove`, too.
    prove=$(command -v prove)
    case $([ -z "$prove" ] || "$prove" --version 2>/dev/null) in "prove "*) ;; *) prove= ;; esac
fi
if [ -z "$prove" ]; then
"#,
        );
        text.extend_from_slice(
            format!(
                "    echo 'prove: the program that proves this {act} is gone, so nothing was proved and the {act} is held back.' >&2\n\
                 \x20   echo '  hint: install prove and run `prove hook install` again; `git {act} --no-verify` is git'\\''s own way past its hooks' >&2\n\
                 \x20   exit 1\nfi\nexec \"$prove\" "
            )
            .as_bytes(),
        );
        if let Some(file) = self.gate_file {
            text.extend_from_slice(b"--file ");
            text.extend(quoted(file));
            text.push(b' ');
        }
        text.extend_from_slice(format!("hook run {hook} --hook \"$0\" -- \"$@\"\n").as_bytes());
        text
    }
}

/// Whether this is the text of a hook that prove wrote.
#[must_use]
pub fn is_ours(text: &[u8]) -> bool {
    let second = text.split(|byte| *byte == b'\n').nth(1);
    second.is_some_and(|line| line.starts_with(MARK.as_bytes()))
}

/// One word of sh, whatever is in it.
fn quoted(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut word = vec![b'\''];
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'\'' => word.extend_from_slice(b"'\\''"),
            _ => word.push(*byte),
        }
    }
    word.push(b'\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_knows_itself_and_nothing_in_a_path_is_obeyed() {
        let script = Script {
            hook: Hook::PrePush,
            program: Path::new("/a b/it's $(x)\n/prove"),
            gate_file: Some(Path::new("sub/prove.yml")),
        };
        let text = String::from_utf8(script.text()).unwrap();
        assert!(is_ours(text.as_bytes()));
        assert!(
            text.contains("prove='/a b/it'\\''s $(x)\n/prove'\n"),
            "{text}"
        );
        assert!(text.ends_with(
            "exec \"$prove\" --file 'sub/prove.yml' hook run pre-push --hook \"$0\" -- \"$@\"\n"
        ));
        assert!(text.contains("git push --no-verify"));
        assert!(!is_ours(b"#!/bin/sh\nexec lefthook run pre-push\n") && !is_ours(b""));
    }
}
