//! Puts a hook up, takes it down, and says what stands there. A hook of somebody else is kept
//! beside ours and put back.
//!
//! Must not know what the hook runs.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::script::{Script, is_ours};
use super::{Hook, HookError};
use crate::sys::fs::{read_limited, write_whole_with};

/// A hook larger than this is not ours.
const HOOK_BYTES: u64 = 1 << 20;

/// What stands where git looks for a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Absent,
    /// Ours, with its text.
    Ours(Vec<u8>),
    /// Somebody else's.
    Foreign,
}

/// What installing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// There was none.
    New,
    /// It stood there already, word for word.
    AsItWas,
    /// An older one of ours was replaced.
    Renewed,
}

/// What a hook of somebody else is called while ours stands in its place.
#[must_use]
pub fn kept(hook: &Path) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(".before-prove");
    PathBuf::from(name)
}

/// What stands at this path.
///
/// # Errors
/// It cannot be looked at.
pub fn look(path: &Path) -> Result<Standing, HookError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Absent),
        Err(error) => return Err(HookError::io("look at", path, error)),
        // Whatever it leads to, it is not what we write.
        Ok(meta) if !meta.is_file() => return Ok(Standing::Foreign),
        Ok(_) => {}
    }
    let text = read_limited(path, HOOK_BYTES).map_err(|e| HookError::io("read", path, e))?;
    Ok(match text {
        Some(text) if is_ours(&text) => Standing::Ours(text),
        _ => Standing::Foreign,
    })
}

/// Whether something is kept beside the hook, and whether git would run it.
#[must_use]
pub fn look_kept(hook: &Path) -> Option<(PathBuf, bool)> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = kept(hook);
    fs::symlink_metadata(&path).ok()?;
    let runs = fs::metadata(&path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
    Some((path, runs))
}

/// Puts the hook up in this folder. At no moment is there none where there was one.
///
/// # Errors
/// By name; what was there is then still there.
pub fn install(folder: &Path, script: &Script<'_>) -> Result<Installed, HookError> {
    fs::create_dir_all(folder).map_err(|error| HookError::io("create", folder, error))?;
    let path = folder.join(script.hook.as_str());
    let text = script.text();
    let installed = match look(&path)? {
        Standing::Ours(present) if present == text => return Ok(Installed::AsItWas),
        Standing::Ours(_) => Installed::Renewed,
        Standing::Absent => Installed::New,
        Standing::Foreign => {
            put_aside(&path)?;
            Installed::New
        }
    };
    write_whole_with(&path, 0o755, |file| file.write_all(&text))
        .map_err(|error| HookError::io("write", &path, error))?;
    Ok(installed)
}

/// A second name for a hook that is about to be replaced.
fn put_aside(hook: &Path) -> Result<(), HookError> {
    let kept = kept(hook);
    let both = || HookError::Both {
        hook: hook.to_owned(),
        kept: kept.clone(),
    };
    match fs::hard_link(hook, &kept) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Killed between this and the next step, or two hooks.
            let same = fs::read(hook)
                .ok()
                .is_some_and(|text| fs::read(&kept).is_ok_and(|k| k == text));
            if same { Ok(()) } else { Err(both()) }
        }
        // A file system without hard links.
        Err(_) => fs::rename(hook, &kept).map_err(|error| HookError::io("keep", hook, error)),
    }
}

/// Takes ours down and puts back what was there. Whether there was one of ours.
///
/// # Errors
/// By name.
pub fn uninstall(folder: &Path, hook: Hook) -> Result<bool, HookError> {
    let path = folder.join(hook.as_str());
    let Standing::Ours(_) = look(&path)? else {
        return Ok(false);
    };
    match look_kept(&path) {
        Some((kept, _)) => {
            fs::rename(&kept, &path).map_err(|error| HookError::io("put back", &kept, error))?;
        }
        None => fs::remove_file(&path).map_err(|error| HookError::io("delete", &path, error))?,
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(program: &Path) -> Script<'_> {
        Script {
            hook: Hook::PrePush,
            program,
            gate_file: None,
        }
    }

    #[test]
    fn installing_is_idempotent_and_uninstalling_restores_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("hooks");
        let put = |program: &str| install(&folder, &script(Path::new(program))).unwrap();
        assert_eq!(put("/p"), Installed::New);
        assert_eq!(put("/p"), Installed::AsItWas);
        assert_eq!(put("/q"), Installed::Renewed);
        assert!(uninstall(&folder, Hook::PrePush).unwrap());
        assert!(!uninstall(&folder, Hook::PrePush).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        let hook = folder.join("pre-push");
        std::os::unix::fs::symlink("elsewhere", &hook).unwrap();
        assert_eq!(put("/p"), Installed::New);
        assert_eq!(put("/p"), Installed::AsItWas);
        assert!(look_kept(&hook).is_some());
        assert!(uninstall(&folder, Hook::PrePush).unwrap());
        assert_eq!(fs::read_link(&hook).unwrap(), Path::new("elsewhere"));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn two_hooks_of_others_are_not_thrown_together() {
        let dir = tempfile::tempdir().unwrap();
        let hook = dir.path().join("pre-push");
        fs::write(&hook, "#!/bin/sh\nnew\n").unwrap();
        fs::write(kept(&hook), "#!/bin/sh\nold\n").unwrap();
        let error = install(dir.path(), &script(Path::new("/p"))).unwrap_err();
        assert!(matches!(error, HookError::Both { .. }));
        assert_eq!(look(&hook).unwrap(), Standing::Foreign);
        // Killed between the two steps: the same hook under both names.
        fs::write(kept(&hook), "#!/bin/sh\nnew\n").unwrap();
        install(dir.path(), &script(Path::new("/p"))).unwrap();
        assert!(matches!(look(&hook).unwrap(), Standing::Ours(_)));
    }
}
