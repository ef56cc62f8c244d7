//! Shapes: the tables that parsing, schema, reference and suggestions are folded from.

/// The shape of a value.
#[derive(Debug, Clone)]
pub struct Shape;

/// A key of a map.
#[derive(Debug, Clone)]
pub struct Field;
