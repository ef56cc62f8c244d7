//! The one hermetic integration binary.
