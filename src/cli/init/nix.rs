//! Nix flakes.

use super::found::Found;
use super::suggest::{Gate, Part};

pub(super) fn part(found: &Found) -> Option<Part> {
    found.has("flake.nix").then(|| {
        let mut part = Part::new("Nix flake (flake.nix)", "nix", "");
        part.pass_env = &["NIX_CONFIG", "NIX_PATH", "NIX_REMOTE", "NIX_SSL_CERT_FILE"];
        let command = "nix --extra-experimental-features 'nix-command flakes' flake check";
        let gate = Gate::run("flake", "all that the flake says of itself", command);
        part.gates.push(gate.with("timeout", "30m"));
        part
    })
}
