//! Where the boxes of a graph stand: in layers from left to right, every edge pointing right, few
//! crossings. Numbers in, numbers out; total for every input, also for one with a cycle in it.
//!
//! The way of Sugiyama, Tagawa and Toda (1981): longest paths give the layers, long edges get
//! bends, barycentres give the order.

/// A box, in pixels.
pub(super) const BOX: (i32, i32) = (184, 34);
const GAP: (i32, i32) = (52, 12);
/// Height of the bend of a long edge.
const BEND: i32 = 8;
const SWEEPS: usize = 8;

/// The picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub width: i32,
    pub height: i32,
    /// The upper left corner of each box.
    pub boxes: Vec<(i32, i32)>,
    /// From a box through its bends to another.
    pub edges: Vec<Edge>,
}

/// An edge.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// From the right side of one to the left side of the other; each bend has two points.
    pub points: Vec<(i32, i32)>,
}

/// The layer of each node: the length of the longest path that leads to it. Nodes of a cycle, which
/// no plan has, stand in the first.
pub(super) fn layers(after: &[Vec<usize>]) -> Vec<usize> {
    let mut layer = vec![0; after.len()];
    let mut waits: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (node, needs) in after.iter().enumerate() {
        for need in needs {
            before[*need].push(node);
        }
    }
    let mut ready: Vec<usize> = (0..after.len()).filter(|node| waits[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for next in &before[node] {
            layer[*next] = layer[*next].max(layer[node] + 1);
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    for (node, waits) in waits.iter().enumerate() {
        if *waits > 0 {
            layer[node] = 0;
        }
    }
    layer
}

/// Only the edges that no longer path replaces. For at most 128 nodes; more are left as they are.
pub(super) fn reduced(after: &[Vec<usize>]) -> Vec<Vec<usize>> {
    if after.len() > 128 {
        return after.to_vec();
    }
    let layer = layers(after);
    let mut order: Vec<usize> = (0..after.len()).collect();
    order.sort_by_key(|node| layer[*node]);
    let mut above = vec![0_u128; after.len()];
    for node in order {
        above[node] = after[node]
            .iter()
            .fold(0, |seen, need| seen | above[*need] | 1 << *need);
    }
    let kept = |needs: &Vec<usize>| {
        let direct = |need: &&usize| !needs.iter().any(|other| above[*other] & 1 << **need != 0);
        needs.iter().filter(direct).copied().collect()
    };
    after.iter().map(kept).collect()
}

/// Nodes that wait for the same and are waited for by the same, together; in order.
pub(super) fn twins(after: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    for (node, needs) in after.iter().enumerate() {
        for need in needs {
            before[*need].push(node);
        }
    }
    let mut seen = std::collections::BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for node in 0..after.len() {
        let mut needs = after[node].clone();
        needs.sort_unstable();
        let key = (needs, before[node].clone());
        let group = *seen.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(node);
    }
    groups
}

/// A place in a layer: a box, or the bend of an edge.
#[derive(Default)]
struct Spot {
    left: Vec<usize>,
    right: Vec<usize>,
    height: i32,
    y: i32,
}

impl Spot {
    fn middle(&self) -> i32 {
        self.y + self.height / 2
    }
}

struct Grid {
    spots: Vec<Spot>,
    columns: Vec<Vec<usize>>,
}

/// Lays a graph out.
pub(super) fn lay(after: &[Vec<usize>]) -> Layout {
    let layer = layers(after);
    let (mut grid, chains) = grid(after, &layer);
    for sweep in 0..SWEEPS {
        grid.order(sweep % 2 == 0);
    }
    grid.stand();
    let column_x = |column: usize| i32::try_from(column).unwrap_or(i32::MAX) * (BOX.0 + GAP.0);
    let boxes: Vec<(i32, i32)> = (0..after.len())
        .map(|node| (column_x(layer[node]), grid.spots[node].y))
        .collect();
    let edges = chains.into_iter().map(|(from, to, bends)| {
        let mut points = vec![(boxes[from].0 + BOX.0, grid.spots[from].middle())];
        for (nth, bend) in bends.iter().enumerate() {
            let x = column_x(layer[from] + 1 + nth);
            let y = grid.spots[*bend].middle();
            points.extend([(x, y), (x + BOX.0, y)]);
        }
        points.push((boxes[to].0, grid.spots[to].middle()));
        Edge { from, to, points }
    });
    let bottom = grid.spots.iter().map(|spot| spot.y + spot.height);
    Layout {
        width: column_x(grid.columns.len()) - GAP.0.min(column_x(grid.columns.len())),
        height: bottom.max().unwrap_or(0),
        edges: edges.collect(),
        boxes,
    }
}

/// An edge and the spots of its bends.
type Chain = (usize, usize, Vec<usize>);

fn grid(after: &[Vec<usize>], layer: &[usize]) -> (Grid, Vec<Chain>) {
    let new = |height| Spot {
        height,
        ..Spot::default()
    };
    let mut spots: Vec<Spot> = after.iter().map(|_| new(BOX.1)).collect();
    let count = layer.iter().max().map_or(0, |last| last + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (node, layer) in layer.iter().enumerate() {
        columns[*layer].push(node);
    }
    let mut chains = Vec::new();
    for (to, needs) in after.iter().enumerate() {
        for from in needs
            .iter()
            .copied()
            .filter(|from| layer[*from] < layer[to])
        {
            let mut bends = Vec::new();
            let mut last = from;
            for column in &mut columns[layer[from] + 1..layer[to]] {
                let bend = spots.len();
                spots.push(new(BEND));
                column.push(bend);
                spots[last].right.push(bend);
                spots[bend].left.push(last);
                bends.push(bend);
                last = bend;
            }
            spots[last].right.push(to);
            spots[to].left.push(last);
            chains.push((from, to, bends));
        }
    }
    (Grid { spots, columns }, chains)
}

impl Grid {
    /// Sorts each column by where its neighbours stand, going right or left.
    fn order(&mut self, rightwards: bool) {
        let count = self.columns.len();
        let mut place = vec![0_usize; self.spots.len()];
        for column in &self.columns {
            for (at, spot) in column.iter().enumerate() {
                place[*spot] = at;
            }
        }
        for step in 0..count {
            let at = if rightwards { step } else { count - 1 - step };
            let spots = &self.spots;
            let weight = |spot: &usize| {
                let near = if rightwards {
                    &spots[*spot].left
                } else {
                    &spots[*spot].right
                };
                let sum: usize = near.iter().map(|other| place[*other]).sum();
                match near.len() {
                    0 => place[*spot] * 1_000,
                    n => sum * 1_000 / n,
                }
            };
            let mut column = std::mem::take(&mut self.columns[at]);
            column.sort_by_cached_key(weight);
            for (at, spot) in column.iter().enumerate() {
                place[*spot] = at;
            }
            self.columns[at] = column;
        }
    }

    /// Gives each spot its height: below the one before it, and each column as a whole beside
    /// what it waits for.
    fn stand(&mut self) {
        for column in self.columns.clone() {
            let mut y = 0;
            let (mut pull, mut pulled) = (0, 0);
            for spot in &column {
                self.spots[*spot].y = y;
                let near: Vec<i32> = self.spots[*spot]
                    .left
                    .iter()
                    .map(|other| self.spots[*other].middle())
                    .collect();
                if let Ok(n @ 1..) = i32::try_from(near.len()) {
                    pull += near.iter().sum::<i32>() / n - self.spots[*spot].middle();
                    pulled += 1;
                }
                y += self.spots[*spot].height + GAP.1;
            }
            let shift = if pulled > 0 { pull / pulled } else { -y / 2 };
            for spot in &column {
                self.spots[*spot].y += shift;
            }
        }
        let top = self.spots.iter().map(|spot| spot.y).min().unwrap_or(0);
        for spot in &mut self.spots {
            spot.y -= top;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_layer_is_the_longest_way() {
        // 0 <- 1 <- 2, and 3 after 0 and 2
        assert_eq!(
            layers(&[vec![], vec![0], vec![1], vec![0, 2]]),
            [0, 1, 2, 3]
        );
        assert_eq!(layers(&[vec![1], vec![0], vec![]]), [0, 0, 0]);
    }

    #[test]
    fn an_edge_that_a_longer_way_replaces_is_not_drawn() {
        let after = [vec![], vec![0], vec![1, 0], vec![2, 1, 0]];
        assert_eq!(reduced(&after), [vec![], vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn twins_wait_for_the_same_and_are_waited_for_by_the_same() {
        let after = [vec![], vec![], vec![0, 1], vec![1, 0], vec![0]];
        assert_eq!(twins(&after), [vec![0], vec![1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn a_chain_stands_on_one_line() {
        let laid = lay(&[vec![], vec![0], vec![1]]);
        assert_eq!(laid.boxes, [(0, 0), (236, 0), (472, 0)]);
        assert_eq!((laid.width, laid.height), (656, 34));
        assert_eq!(laid.edges[0].points, [(184, 17), (236, 17)]);
    }

    #[test]
    fn crossings_are_undone() {
        // 0 -> 3 and 1 -> 2: the right column turns round.
        let laid = lay(&[vec![], vec![], vec![1], vec![0]]);
        assert!(laid.boxes[3].1 < laid.boxes[2].1);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(lay(&[]), Layout::default());
    }

    proptest! {
        #[test]
        fn boxes_never_overlap_and_edges_point_right(
            picks in prop::collection::vec(prop::collection::vec(any::<usize>(), 0..4), 1..40)
        ) {
            let after: Vec<Vec<usize>> = picks
                .iter()
                .enumerate()
                .map(|(node, picks)| {
                    let mut needs: Vec<usize> =
                        picks.iter().filter(|_| node > 0).map(|pick| pick % node.max(1)).collect();
                    needs.sort_unstable();
                    needs.dedup();
                    needs
                })
                .collect();
            let after = reduced(&after);
            let laid = lay(&after);
            prop_assert_eq!(laid.edges.len(), after.iter().map(Vec::len).sum::<usize>());
            for edge in &laid.edges {
                prop_assert!(edge.points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            }
            for (one, a) in laid.boxes.iter().enumerate() {
                prop_assert!(a.0 >= 0 && a.1 >= 0);
                prop_assert!(a.0 + BOX.0 <= laid.width && a.1 + BOX.1 <= laid.height);
                for b in &laid.boxes[one + 1..] {
                    prop_assert!(a.0 != b.0 || (a.1 - b.1).abs() >= BOX.1);
                }
            }
        }

        #[test]
        fn any_graph_is_laid_out(edges in prop::collection::vec((0_usize..9, 0_usize..9), 0..30)) {
            let mut after = vec![Vec::new(); 9];
            for (from, to) in edges {
                after[to].push(from);
            }
            prop_assert_eq!(lay(&reduced(&after)).boxes.len(), 9);
        }
    }
}
