//! x
use super::*;
pub(super) async fn build(_s: &Session, _r: &crate::model::BuildRequest, _d: &Desk<'_>) -> Answer { not_ours("a build") }
