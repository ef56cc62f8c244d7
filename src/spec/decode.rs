//! Decoding.

/// Collects diagnostics while a gate file is decoded.
#[derive(Debug)]
pub struct Decoder<'a>(&'a ());
