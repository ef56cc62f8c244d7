//! Starts a process by Linux's own `clone`, the memory shared until it has reached its program.
//!
//! `posix_spawn` does the same, and besides makes 124 calls to reset signals of which `prove` handles
//! four, a fresh stack for each start, and six looks at the limit of open files: 45 of the 640 µs of
//! CPU that a trivial gate costs, the gate included. Nothing else is in here, because of what must
//! hold: between `clone` and `execve` the child runs in the memory of `prove` on a stack of its own
//! while the calling thread stands still, so it must not allocate, lock, panic, or run a signal
//! handler.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::ptr::{null, null_mut};

use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::Order;

/// Bytes of the child's stack: it calls a dozen system calls and nothing deep.
const STACK: usize = 64 << 10;
/// Signals that `prove` may have handlers for, by tokio; a handler that ran in the child would do it
/// in `prove`'s memory. (Those of faults, SIGSEGV and SIGBUS, would be faults of `prove` anyway.)
pub(super) const HANDLED: [i32; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGTERM, libc::SIGCHLD];

/// Where children stand until they have a stack of their own; one at a time.
pub(super) struct Stack(Box<[u128]>);

/// A process and the descriptor that tells its end.
#[derive(Debug)]
pub(super) struct Process {
    pid: Pid,
    end: AsyncFd<OwnedFd>,
}

/// What the child needs, all of it made before it is there.
struct Plan {
    program: *const libc::c_char,
    words: *const *const libc::c_char,
    environment: *const *const libc::c_char,
    directory: *const libc::c_char,
    streams: [RawFd; 3],
    /// What went wrong in the child; 0 is nothing.
    errno: i32,
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Stack")
    }
}

impl Stack {
    /// `None` on a kernel whose processes have no descriptors (before 5.3).
    pub(super) fn new() -> Option<Self> {
        let me = rustix::process::getpid();
        rustix::process::pidfd_open(me, PidfdFlags::empty()).ok()?;
        Some(Self(vec![0; STACK / size_of::<u128>()].into_boxed_slice()))
    }

    /// Its upper end, from where it grows down; aligned as every machine wants it.
    fn top(&mut self) -> *mut libc::c_void {
        self.0.as_mut_ptr_range().end.cast()
    }
}

/// Starts it. An error means that there is no process.
pub(super) fn start(stack: &mut Stack, order: &Order, null: &File) -> io::Result<Process> {
    let (words, environment) = (pointers(&order.words), pointers(&order.environment));
    let streams =
        [null.as_fd(), order.stdout.as_fd(), order.stderr.as_fd()].map(|fd| fd.as_raw_fd());
    if streams.iter().any(|fd| *fd <= libc::STDERR_FILENO) {
        // One would be written over before it is copied. Rust opens these three before `main`.
        return Err(io::Error::other(
            "a standard stream of prove itself is not open",
        ));
    }
    let mut plan = Plan {
        program: order.program.as_ptr(),
        words: words.as_ptr(),
        environment: environment.as_ptr(),
        directory: order.directory.as_ptr(),
        streams,
        errno: 0,
    };
    let (pid, descriptor) = clone(stack, &mut plan)?;
    if plan.errno != 0 {
        // It has ended, or is about to.
        rustix::process::waitpid(Some(pid), WaitOptions::empty())?;
        return Err(io::Error::from_raw_os_error(plan.errno));
    }
    match descriptor.and_then(watch) {
        Ok(end) => Ok(Process { pid, end }),
        Err(error) => {
            // Nobody could know its end.
            let _ = rustix::process::kill_process_group(pid, Signal::KILL);
            rustix::process::waitpid(Some(pid), WaitOptions::empty())?;
            Err(error)
        }
    }
}

fn watch(end: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: the descriptor is open, is always the same, and is closed by who gets it with this.
    let watched = unsafe { AsyncFd::register_with_interest(end, Interest::READABLE) };
    watched.map_err(io::Error::from)
}

impl Process {
    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Gives its ending once.
    pub(super) async fn wait(&self) -> io::Result<ExitStatus> {
        loop {
            let mut ready = self.end.readable().await?;
            let ended = rustix::process::waitpid(Some(self.pid), WaitOptions::NOHANG)?;
            if let Some((_, status)) = ended {
                return Ok(ExitStatus::from_raw(status.as_raw()));
            }
            ready.clear_ready();
        }
    }
}

/// As `execve` wants a list: pointers, and a null behind the last.
fn pointers(texts: &[CString]) -> Vec<*const libc::c_char> {
    let texts = texts.iter().map(|text| CStr::as_ptr(text));
    texts.chain([null()]).collect()
}

/// The child's number, and its descriptor if it has one. When this returns, it runs its program or
/// has said in the plan why not.
fn clone(stack: &mut Stack, plan: &mut Plan) -> io::Result<(Pid, io::Result<OwnedFd>)> {
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let mut descriptor: RawFd = -1;
    let mut all = unset();
    let mut before = unset();
    // SAFETY: both sets are ours to write to; afterwards every signal waits in this thread, and in
    // the child, which inherits that: so none of our handlers can run there.
    unsafe {
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
    }
    // SAFETY: the stack is ours, large enough, aligned, and used by nobody else: `&mut` says so, and
    // CLONE_VFORK holds this thread up until the child has left it. The plan, and all that it points
    // to, lives as long. `child` keeps to what is allowed there.
    let pid = unsafe {
        libc::clone(
            child,
            stack.top(),
            flags,
            (&raw mut *plan).cast(),
            &raw mut descriptor,
        )
    };
    let failed = io::Error::last_os_error();
    // SAFETY: the set is the one from above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, null_mut()) };
    let pid = if pid > 0 { Pid::from_raw(pid) } else { None };
    let pid = pid.ok_or(failed)?;
    let descriptor = if descriptor < 0 {
        Err(io::Error::other("the kernel gave it no descriptor"))
    } else {
        // SAFETY: the kernel has just made it for us.
        Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
    };
    Ok((pid, descriptor))
}

fn unset() -> libc::sigset_t {
    // SAFETY: a set of signals is plain bits, and all zero is a valid one.
    unsafe { std::mem::zeroed() }
}

/// The child's whole life before its program. Only system calls that are safe after `vfork`.
extern "C" fn child(plan: *mut libc::c_void) -> libc::c_int {
    let plan = plan.cast::<Plan>();
    // SAFETY: it is the plan of `clone`, whose thread stands still. All pointers in it are valid.
    unsafe {
        let done = set_out(&*plan);
        if done {
            libc::execve((*plan).program, (*plan).words, (*plan).environment);
        }
        (*plan).errno = *libc::__errno_location();
        libc::_exit(127)
    }
}

/// Its group, streams, directory and signals. False when one cannot be had; `errno` says why.
///
/// # Safety
/// In the child of `clone` only.
unsafe fn set_out(plan: &Plan) -> bool {
    // SAFETY: these are system calls; their pointers are the plan's or of this stack.
    unsafe {
        if libc::setpgid(0, 0) != 0 {
            return false;
        }
        for (to, from) in (0..).zip(plan.streams) {
            if libc::dup2(from, to) < 0 {
                return false;
            }
        }
        if libc::chdir(plan.directory) != 0 {
            return false;
        }
        for signal in HANDLED {
            let mut now: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, null(), &raw mut now);
            // What the caller had ignored stays so (`nohup`).
            if now.sa_sigaction != libc::SIG_IGN {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        // Rust ignores it, and programs do not expect that.
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        let none = unset();
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, null_mut()) == 0
    }
}
