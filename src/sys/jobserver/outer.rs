//! The jobserver of a make that prove itself runs under: what `MAKEFLAGS` says of it, and whether
//! it is there.
//!
//! Its pipe belongs to others. It is opened anew, so that nothing about theirs changes (whether a
//! read waits is a matter of who opened it), and only when it is certain that it is one: numbers in
//! a variable may be of yesterday, and stand for any file by now.
//! Must not know how many slots a run wants.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::Jobserver;

/// What is said of it.
#[derive(Debug, PartialEq, Eq)]
struct Told<'f> {
    auth: &'f str,
    /// The `-j` that make was started with.
    jobs: Option<usize>,
}

/// The jobserver that `MAKEFLAGS` names, with as many slots as make was given; with `size` of them
/// where it does not say how many. `None` when it names none.
///
/// # Errors
/// It names one that is not there, in words.
pub fn outer(flags: &str, size: usize) -> Option<Result<Jobserver, String>> {
    let told = told(flags)?;
    let (reader, writer) = match open(told.auth) {
        Ok(ends) => ends,
        Err(why) => return Some(Err(format!("{}: {why}", told.auth))),
    };
    let mut jobserver = Jobserver::over(reader, writer, told.jobs.unwrap_or(size).max(1));
    jobserver.outer = true;
    // By that path gates find it.
    if let Err(error) = std::fs::metadata(jobserver.path()) {
        return Some(Err(error.to_string()));
    }
    Some(Ok(jobserver))
}

/// The last word counts; behind `--` there are only variables.
fn told(flags: &str) -> Option<Told<'_>> {
    let words = || flags.split_ascii_whitespace().take_while(|w| *w != "--");
    let auth = words().filter_map(|word| {
        word.strip_prefix("--jobserver-auth=")
            .or_else(|| word.strip_prefix("--jobserver-fds="))
    });
    let jobs = words().filter_map(|word| word.strip_prefix("-j")?.parse().ok());
    Some(Told {
        auth: auth.last()?,
        jobs: jobs.last(),
    })
}

fn open(auth: &str) -> Result<(OwnedFd, OwnedFd), String> {
    let (reader, writer) = match auth.strip_prefix("fifo:") {
        Some(path) => (PathBuf::from(path), PathBuf::from(path)),
        None => numbers(auth)?,
    };
    // Neither waits: whoever holds the other end may be gone for good.
    let reader = end(&reader, OFlags::RDONLY)?;
    let writer = end(&writer, OFlags::WRONLY)?;
    let same = |file: &OwnedFd| {
        let stat = rustix::fs::fstat(file).ok()?;
        Some((stat.st_dev, stat.st_ino))
    };
    if same(&reader).is_none() || same(&reader) != same(&writer) {
        return Err("these are not the two ends of one pipe".to_owned());
    }
    Ok((reader, writer))
}

/// The files that the numbers stand for in this process. The first three are never a jobserver.
fn numbers(auth: &str) -> Result<(PathBuf, PathBuf), String> {
    let file = |text: &str, mode| {
        let number = text.parse::<u32>().ok().filter(|number| *number > 2);
        let number = number.ok_or("make does not hand it on to this recipe")?;
        if access(number) != Some(mode) {
            return Err("make does not hand it on to this recipe");
        }
        Ok(PathBuf::from(format!("/proc/self/fd/{number}")))
    };
    let (reader, writer) = auth.split_once(',').ok_or("that is not its form")?;
    Ok((file(reader, 0)?, file(writer, 1)?))
}

/// How this file of ours was opened: for reading (0), for writing (1), for both.
fn access(number: u32) -> Option<u32> {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
    Some(flags & 3)
}

/// One end, opened anew.
fn end(path: &Path, mode: OFlags) -> Result<OwnedFd, String> {
    let why = |error: io::Error| error.to_string();
    let is_pipe = |meta: &std::fs::Metadata| meta.file_type().is_fifo();
    let before = std::fs::metadata(path).map_err(why)?;
    if !is_pipe(&before) {
        return Err("that is no pipe".to_owned());
    }
    let flags = mode | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| why(error.into()))?;
    let file = File::from(file);
    let after = file.metadata().map_err(why)?;
    if !is_pipe(&after) || after.ino() != before.ino() {
        return Err("that is no pipe".to_owned());
    }
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd as _;

    fn there(end: &impl std::os::fd::AsFd) -> u64 {
        rustix::io::ioctl_fionread(end).unwrap()
    }

    #[test]
    fn the_last_word_of_the_flags_counts_and_variables_do_not() {
        let told = |flags| told(flags).map(|told| (told.auth, told.jobs));
        assert_eq!(told(" -j4 --jobserver-auth=3,4"), Some(("3,4", Some(4))));
        assert_eq!(told("-j --jobserver-fds=3,4"), Some(("3,4", None)));
        let twice = "kw -j2 --jobserver-auth=3,4 --jobserver-auth=fifo:/x";
        assert_eq!(told(twice), Some(("fifo:/x", Some(2))));
        assert_eq!(told("k -j4 -- A=b --jobserver-auth=3,4"), None);
        assert_eq!(told(""), None);
    }

    #[test]
    fn slots_are_lent_as_far_as_there_are_any_and_given_back() {
        let (reader, writer) = io::pipe().unwrap();
        rustix::io::write(&writer, b"abc").unwrap();
        let flags = format!(
            "-j4 --jobserver-auth={},{}",
            reader.as_raw_fd(),
            writer.as_raw_fd()
        );
        let outer = outer(&flags, 2).unwrap().unwrap();
        assert_eq!(outer.size(), 4);
        assert_eq!((outer.lent(1), there(&reader)), (Some(1), 3));
        assert_eq!((outer.lent(3), there(&reader)), (Some(3), 1));
        assert_eq!((outer.lent(9), there(&reader)), (Some(4), 0));
        assert_eq!((outer.lent(2), there(&reader)), (Some(2), 2));
        // What gates take is lent already.
        outer.take(4);
        assert_eq!(there(&reader), 2);
        drop(outer);
        assert_eq!(there(&reader), 3);
        // Whether reading waits is make's own business, as before.
        let flags = rustix::fs::fcntl_getfl(&reader).unwrap();
        assert!(!flags.contains(OFlags::NONBLOCK));
    }

    #[test]
    fn what_is_no_jobserver_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("plain");
        std::fs::write(&plain, "text").unwrap();
        let file = File::open(&plain).unwrap();
        let (reader, writer) = io::pipe().unwrap();
        let (other, _other) = io::pipe().unwrap();
        let n = |fd: &dyn std::os::fd::AsRawFd| fd.as_raw_fd();
        let wrong = [
            format!("{},{}", n(&file), n(&file)),
            format!("{},{}", n(&writer), n(&reader)),
            format!("{},{}", n(&other), n(&writer)),
            "0,1".to_owned(),
            "-1,-1".to_owned(),
            "-2,-2".to_owned(),
            "900,901".to_owned(),
            "3".to_owned(),
            String::new(),
            format!("fifo:{}", plain.display()),
            format!("fifo:{}", dir.path().join("gone").display()),
            "fifo:".to_owned(),
        ];
        for auth in wrong {
            let flags = format!("-j4 --jobserver-auth={auth}");
            assert!(matches!(outer(&flags, 2), Some(Err(_))), "{auth}");
        }
        assert_eq!(std::fs::read(&plain).unwrap(), b"text");
        assert_eq!(there(&reader), 0);
    }

    #[tokio::test]
    async fn more_is_there_when_it_is_put_back() {
        let (reader, mut writer) = io::pipe().unwrap();
        let flags = format!("--jobserver-auth={},{}", n(&reader), n(&writer));
        let outer = outer(&flags, 2).unwrap().unwrap();
        assert_eq!(outer.lent(2), Some(1));
        let put = async { io::Write::write_all(&mut writer, b"+").unwrap() };
        let ((), ()) = tokio::join!(outer.more(), put);
        assert_eq!(outer.lent(2), Some(2));
    }

    fn n(fd: &impl std::os::fd::AsRawFd) -> i32 {
        fd.as_raw_fd()
    }
}
