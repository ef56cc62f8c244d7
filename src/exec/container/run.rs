//! x
use super::*;
pub(super) async fn run(_s: &Session, _r: &crate::model::RunRequest, _i:&crate::model::ImageRef, _d: &Desk<'_>) -> Answer { not_ours("a run") }
