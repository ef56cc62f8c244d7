//! What an image *is*, apart from what it is called.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The identity of a built image: the engine's image id (config digest) and the layers' diff-ids.
///
/// An engine of 20.10 knows no manifest digest before a push, so identity is config plus layers
/// (DESIGN section 4). From build to push an image is known by this, never by a tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageIdentity {
    /// `sha256:…`, what the engine takes wherever it takes an image.
    pub id: String,
    /// Diff-ids of the layers, lowest first.
    pub layers: Vec<String>,
}

impl ImageIdentity {
    /// The first 12 hexadecimal digits, as people know them from `docker images`.
    #[must_use]
    pub fn short(&self) -> &str {
        let hex = self.id.strip_prefix("sha256:").unwrap_or(&self.id);
        hex.get(..12).unwrap_or(hex)
    }
}

impl fmt::Display for ImageIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}
