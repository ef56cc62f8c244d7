//! Entries of a context's tar stream: what is kept of a file, and what is made alike.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;
use tokio::sync::mpsc;

/// Appends whatever this is: a file with its bytes, a link as a link, a directory as itself.
pub(super) fn append<W: Write>(
    tar: &mut tar::Builder<W>,
    file: &Path,
    path: &str,
    meta: &Metadata,
) -> io::Result<()> {
    if meta.is_file() {
        return append_file(tar, file, path, meta);
    }
    let mut header = header(meta);
    header.set_size(0);
    if meta.is_symlink() {
        let target = std::fs::read_link(file).map_err(|error| at(file, &error))?;
        return written(tar.append_link(&mut header, path, target), file);
    }
    let name = if meta.is_dir() {
        format!("{path}/")
    } else {
        path.to_owned()
    };
    written(tar.append_data(&mut header, name, io::empty()), file)
}

/// Appends a file, all of it or an error that names it.
pub(super) fn append_file<W: Write>(
    tar: &mut tar::Builder<W>,
    file: &Path,
    path: &str,
    meta: &Metadata,
) -> io::Result<()> {
    let open = File::open(file).map_err(|error| at(file, &error))?;
    let mut header = header(meta);
    header.set_size(meta.len());
    let mut content = Exact {
        file: open,
        left: meta.len(),
        path: file,
    };
    written(tar.append_data(&mut header, path, &mut content), file)
}

fn header(meta: &Metadata) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_metadata(meta);
    // Permissions alone: the classic builder's cache knows files by this field, and the docker CLI
    // does not put the file's type into it.
    header.set_mode(meta.mode() & 0o7777);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// A broken pipe stays what it is; other errors say at which file.
fn written(result: io::Result<()>, file: &Path) -> io::Result<()> {
    result.map_err(|error| {
        if error.kind() == io::ErrorKind::BrokenPipe {
            error
        } else {
            at(file, &error)
        }
    })
}

/// An error that says at which path.
pub(super) fn at(path: &Path, error: &io::Error) -> io::Error {
    let text = error.to_string();
    let shown = path.display().to_string();
    io::Error::other(if text.contains(&shown) {
        text
    } else {
        format!("{shown}: {text}")
    })
}

/// Exactly as many bytes as the header promised: a file that changes meanwhile is an error.
struct Exact<'a> {
    file: File,
    left: u64,
    path: &'a Path,
}

impl Read for Exact<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let count = self.file.read(&mut buffer[..room])?;
        if count == 0 && room > 0 {
            let message = format!("{} became shorter while it was read", self.path.display());
            return Err(io::Error::other(message));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// The writing end of a stream, for a thread that may block.
pub(super) struct Pipe(pub(super) mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Ok(Bytes::copy_from_slice(bytes));
        self.0
            .blocking_send(piece)
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
