//! The critical path: the gates that the end of a run waited for.

/// From the gate that ended last always back to the one that it waited for longest, given first to
/// last. `ends` says when each gate ended, `None` for one that never ran; `after` which it waited for.
pub(super) fn path(ends: &[Option<u64>], after: &[Vec<usize>]) -> Vec<usize> {
    let ran = |at: usize| Some((ends.get(at).copied().flatten()?, at));
    let mut seen = vec![false; ends.len()];
    let mut path = Vec::new();
    let mut next = (0..ends.len()).filter_map(ran).max();
    while let Some((_, at)) = next {
        if std::mem::replace(&mut seen[at], true) {
            break;
        }
        path.push(at);
        let waited = after.get(at).into_iter().flatten().copied();
        next = waited.filter_map(ran).max();
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leads_back_over_what_was_waited_for_longest() {
        let after = [vec![], vec![], vec![0, 1], vec![2], vec![]];
        let ends = [Some(5), Some(9), Some(20), None, Some(15)];
        assert_eq!(path(&ends, &after), [1, 2]);
        assert_eq!(path(&[None], &[vec![]]), [0; 0]);
        // A damaged recording may say anything.
        assert_eq!(path(&[Some(1), Some(2)], &[vec![1, 9], vec![0]]), [0, 1]);
    }
}
