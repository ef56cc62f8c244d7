//! Every limit in one place, each with its reason.

use std::time::Duration;

/// Characters in one segment of a gate name.
pub const NAME_CHARS: usize = 100;
/// Cells of one matrix: more than anybody waits for, and few enough that a slip of the pen is said.
pub const MATRIX_CELLS: usize = 4_096;
/// Cells of all matrices of a gate file.
pub const ALL_CELLS: usize = 20_000;
/// Characters in the full name of a cell.
pub const CELL_NAME_CHARS: usize = 1_000;
/// Characters in one value of a matrix, and in the name of an axis.
pub const VALUE_CHARS: usize = 100;
/// Bytes of a gate file. 10,000 gates are about 1.5 MiB.
pub const GATE_FILE_BYTES: usize = 10 << 20;
/// Nodes of a YAML tree, aliases expanded. 10,000 gates are 60,003 nodes.
pub const YAML_NODES: usize = 1_000_000;
/// Nesting of a YAML tree.
pub const YAML_DEPTH: usize = 64;
/// Bytes of files that one run of a command is given as arguments, as `xargs` does it: far below
/// what a kernel takes, environment included.
pub const ARGUMENT_BYTES: usize = 128 << 10;
/// Bytes of one report file that a gate brings back.
pub const RESULT_BYTES: u64 = 64 << 20;
/// Bytes of one file that a static gate reads: far beyond any that a person writes.
pub const READ_BYTES: u64 = 10 << 20;
/// Bytes of all files that one question may bring.
pub const READ_ALL_BYTES: u64 = 256 << 20;
/// Files that one `results` or `keep` glob may bring back.
pub const RESULT_FILES: usize = 10_000;
/// Bytes of all files that one attempt keeps: screenshots and a core dump, not a disk.
pub const KEEP_BYTES: u64 = 1 << 30;
/// Bytes of stdout (and of stderr) that are held for `expect`.
pub const CAPTURE_BYTES: usize = 8 << 20;
/// Bytes kept from the start of a gate's log.
pub const LOG_HEAD_BYTES: usize = 4 << 20;
/// Bytes kept from the end of a gate's log.
pub const LOG_TAIL_BYTES: usize = 4 << 20;
/// Lines of the log that a finished event carries (reports show these).
pub const TAIL_LINES: usize = 40;
/// Bytes of the log that a finished event carries.
pub const TAIL_BYTES: usize = 16 << 10;
/// One attempt of a gate, without queueing, when the file says nothing.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// From SIGTERM to SIGKILL.
pub const GRACE: Duration = Duration::from_secs(5);
/// How long a pipe may stay open after its process is gone.
pub const PIPE_GRACE: Duration = Duration::from_millis(500);
/// A gate that runs longer than this is said to be slow, and again at every doubling.
pub const SLOW_NOTICE: Duration = Duration::from_secs(60);
/// How long the engine may take to answer a question that needs no work (ping, inspect, create).
pub const ENGINE_ANSWER: Duration = Duration::from_secs(30);
/// How long the engine may take to be cleared up at the end of a run, all removals together.
pub const CLEAR_UP: Duration = Duration::from_secs(30);
/// A file that is not finished after this time never will be: nothing that is written whole takes
/// so long.
pub const UNFINISHED: Duration = Duration::from_secs(3600);
/// Runs kept in `.prove/runs` when the gate file says nothing (`keep_runs`).
pub const KEEP_RUNS: usize = 20;
/// The most that a gate file may ask for: every start and `prove history` look through them all.
pub const MOST_RUNS: i64 = 10_000;
/// Bytes of a Dockerfile: a hundred times the longest that was seen.
pub const DOCKERFILE_BYTES: usize = 16 << 20;
/// Bytes of one line of a Dockerfile; the engine's own limit.
pub const DOCKERFILE_LINE_BYTES: usize = (64 << 10) - 1;
/// Mistakes and warnings that are listed for one Dockerfile, of each.
pub const DOCKERFILE_PROBLEMS: usize = 1_000;
/// `ONBUILD` inside of `ONBUILD`. The engine refuses the second already.
pub const ONBUILD_DEPTH: usize = 4;
/// Nesting of `${…}` in a word.
pub const EXPANSION_DEPTH: usize = 64;
/// Bytes that a word of a Dockerfile or a text of a compose file may grow to by expansion. `ENV a=$a$a`
/// doubles with every line.
pub const EXPANDED_BYTES: usize = 1 << 20;
/// Bytes that all words of a Dockerfile together may grow to.
pub const EXPANDED_ALL_BYTES: usize = 64 << 20;
/// Bytes of one compose file, `.env` or `env_file`: the longest that people keep are some hundred KiB.
pub const COMPOSE_FILE_BYTES: usize = 4 << 20;
/// Bytes of all files that one compose project is made of.
pub const COMPOSE_BYTES: usize = 32 << 20;
/// Times that a file is loaded for one compose project, each `include` and `extends` counted.
pub const COMPOSE_LOADS: usize = 512;
/// Files behind each other (`include` of an `include`), and services that extend each other.
pub const COMPOSE_DEPTH: usize = 24;
/// Variables in defaults of variables: `${A:-${B:-${C}}}`.
pub const VARIABLE_DEPTH: usize = 16;
/// Bytes of all texts of a compose project that variables are filled into.
pub const ALL_EXPANDED_BYTES: usize = 32 << 20;
