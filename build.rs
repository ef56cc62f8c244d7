//! Embeds the packs: every `gates/NAME.yml` becomes the pack `NAME`, so that adding a pack is
//! adding a file. Sorted, so that the same sources give the same binary.
//!
//! And says how the binary is linked: at a fixed address, where that is possible.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    if is_linked_dynamically_to_glibc() {
        // A binary that may lie anywhere (PIE, the default) has its 25,000 pointers adjusted by the
        // loader at every start, which dirties the hundred pages that they lie in: a quarter of what
        // a run of one gate does. Stack, heap and libraries still lie at random places.
        println!("cargo::rustc-link-arg-bins=-Wl,-no-pie");
    }
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    println!("cargo::rerun-if-changed=gates");
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::from("const PACKS: &[(&str, &str)] = &[\n");
    for path in packs(&Path::new(&root).join("gates"))? {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let name = name.ok_or_else(|| io::Error::other(format!("no name: {}", path.display())))?;
        let path = path
            .to_str()
            .ok_or_else(|| io::Error::other("a path that is not UTF-8"))?;
        table.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    table.push_str("];\n");
    fs::write(Path::new(&out).join("packs.rs"), table)
}

/// A static binary has start files of its own, which this must not be mixed with: it takes
/// `-C relocation-model=static` (`.ci/static`).
fn is_linked_dynamically_to_glibc() -> bool {
    let says = |name: &str, word: &str| {
        env::var(name).is_ok_and(|value| value.split(',').any(|part| part == word))
    };
    says("CARGO_CFG_TARGET_OS", "linux")
        && says("CARGO_CFG_TARGET_ENV", "gnu")
        && !says("CARGO_CFG_TARGET_FEATURE", "crt-static")
}

fn packs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "yml") {
            packs.push(path);
        }
    }
    packs.sort();
    Ok(packs)
}
