//! Laws of every plan, on random pipelines.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::sample::{G, check, pipeline, plan_of, product, setup, tool};
use super::{Plan, PlanError, Selection, Task};
use crate::model::GateName;

/// What a random gate is made of: its kind, its group, what it needs and uses, and whether it is
/// advisory (and expired).
type Seed = (
    u8,
    u8,
    Vec<prop::sample::Index>,
    Vec<prop::sample::Index>,
    u8,
);

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let index = any::<prop::sample::Index>;
    let few = move || prop::collection::vec(index(), 0..3);
    prop::collection::vec((0..10_u8, 0..5_u8, few(), few(), 0..8_u8), 1..25)
}

/// Mostly acyclic: gates need and use earlier ones; one in ten needs any.
fn gates(seeds: &[Seed]) -> Vec<G> {
    let name = |at: usize| {
        let group = ["", "", "x/", "x/y/", "z/"][seeds[at].1 as usize];
        format!("{group}g{at}")
    };
    let builds = |at: usize| matches!(seeds[at].0, 6..=8);
    let soft = |at: usize| seeds[at].4 == 0;
    let make = |(at, seed): (usize, &Seed)| {
        let gate = match seed.0 {
            0..=4 => check(&name(at)),
            5 => setup(&name(at)),
            6 | 7 => product(&name(at)),
            8 => tool(&name(at)),
            _ => check(&name(at)),
        };
        let bound = if seed.0 == 9 { seeds.len() } else { at };
        let pick = |from: &[prop::sample::Index], fits: &dyn Fn(usize) -> bool| {
            let picked = from
                .iter()
                .filter(|_| bound > 0)
                .map(|index| index.index(bound));
            picked.filter(|on| fits(*on)).map(name).collect::<Vec<_>>()
        };
        let needs = pick(&seed.2, &|on| !soft(on));
        let uses = pick(&seed.3, &|on| builds(on) && !soft(on));
        let refs = |names: &[String]| names.to_vec();
        let (needs, uses) = (refs(&needs), refs(&uses));
        let gate = gate.needs(&needs.iter().map(String::as_str).collect::<Vec<_>>());
        let gate = gate.uses(&uses.iter().map(String::as_str).collect::<Vec<_>>());
        match seed.4 {
            0 => gate.advisory(false),
            1 => gate.advisory(true),
            _ => gate,
        }
    };
    seeds.iter().enumerate().map(make).collect()
}

/// For each node, everything that it waits for, directly or not.
fn upstream(plan: &Plan) -> HashMap<GateName, HashSet<GateName>> {
    let mut all: HashMap<GateName, HashSet<GateName>> = HashMap::new();
    for node in plan.nodes() {
        let mut mine = HashSet::new();
        for edge in &node.after {
            let on = &plan.nodes()[edge.on.index()].name;
            mine.extend(all[on].iter().cloned());
            mine.insert(on.clone());
        }
        all.insert(node.name.clone(), mine);
    }
    all
}

fn gate(node: &super::Node) -> Option<&crate::spec::Gate> {
    match &node.task {
        Task::Gate(gate) => Some(gate),
        _ => None,
    }
}

fn is_product(gate: &crate::spec::Gate) -> bool {
    gate.kind.builds().is_some_and(|builds| !builds.tool)
}

fn is_soft(gate: &crate::spec::Gate) -> bool {
    gate.advisory
        .as_ref()
        .is_some_and(|advisory| !advisory.expired)
}

proptest! {
    #[test]
    fn nodes_stand_behind_what_they_wait_for(seeds in seeds()) {
        let Ok(plan) = Plan::new(&pipeline(&gates(&seeds)), &Selection::All) else { return Ok(()) };
        for (at, node) in plan.nodes().iter().enumerate() {
            prop_assert_eq!(node.id.index(), at);
            for edge in &node.after {
                prop_assert!(edge.on.index() < at);
            }
        }
    }

    #[test]
    fn a_check_is_upstream_of_every_product_build_or_downstream_of_one(seeds in seeds()) {
        let Ok(plan) = Plan::new(&pipeline(&gates(&seeds)), &Selection::All) else { return Ok(()) };
        let upstream = upstream(&plan);
        let products: Vec<_> = plan.nodes().iter().filter(|n| gate(n).is_some_and(is_product)).collect();
        for check in plan.nodes() {
            let Some(this) = gate(check).filter(|g| !is_soft(g) && !is_product(g)) else { continue };
            let behind_one = products.iter().any(|p| upstream[&this.name].contains(&p.name));
            let before_all = products.iter().all(|p| upstream[&p.name].contains(&this.name));
            prop_assert!(behind_one || before_all, "{} is beside a product build", this.name);
        }
    }

    #[test]
    fn a_tag_is_behind_everything_downstream_of_its_build(seeds in seeds()) {
        let Ok(plan) = Plan::new(&pipeline(&gates(&seeds)), &Selection::All) else { return Ok(()) };
        let upstream = upstream(&plan);
        let mut tags = 0;
        for tag in plan.nodes() {
            let Task::Tag { build, .. } = &tag.task else { continue };
            tags += 1;
            prop_assert!(upstream[&tag.name].contains(build));
            for other in plan.nodes() {
                let Some(gate) = gate(other).filter(|g| !is_soft(g)) else { continue };
                if upstream[&gate.name].contains(build) {
                    prop_assert!(upstream[&tag.name].contains(&gate.name));
                }
                prop_assert!(!upstream[&gate.name].contains(&tag.name));
            }
        }
        let tagged = plan.nodes().iter().filter_map(gate).filter(|g| is_product(g) && !is_soft(g));
        prop_assert_eq!(tags, tagged.count());
    }

    #[test]
    fn a_selection_is_closed_and_has_the_edges_of_the_whole(seeds in seeds(), pick: prop::sample::Index) {
        let gates = gates(&seeds);
        let Ok(whole) = Plan::new(&pipeline(&gates), &Selection::All) else { return Ok(()) };
        let pipeline = pipeline(&gates);
        let name = pipeline.gates[pick.index(pipeline.gates.len())].name.to_string();
        let part = plan_of(&gates, &[&name], false).unwrap();
        let (mine, all) = (upstream(&part), upstream(&whole));
        for node in part.nodes() {
            prop_assert_eq!(&mine[&node.name], &all[&node.name]);
        }
        let shown = part.nodes().iter().filter(|n| gate(n).is_some()).count();
        let left = part.left_out().iter().filter(|l| !l.gate.as_str().ends_with(":tag")).count();
        prop_assert_eq!(shown + left, pipeline.gates.len());
        prop_assert_eq!(part.is_narrowed(), left > 0);
        let tags = part.nodes().iter().any(|n| matches!(n.task, Task::Tag { .. }));
        prop_assert!(!(tags && part.is_narrowed()));
    }

    #[test]
    fn a_refusal_shows_a_real_way_round(seeds in seeds()) {
        let pipeline = pipeline(&gates(&seeds));
        let Err(PlanError::Cycles(cycles)) = Plan::new(&pipeline, &Selection::All) else { return Ok(()) };
        prop_assert!(!cycles.is_empty());
        for (step, on) in cycles.iter().flat_map(super::Cycle::edges) {
            let gate = pipeline.gates.iter().find(|gate| gate.name == step.gate).unwrap();
            if step.reason == super::EdgeReason::Needs {
                prop_assert!(gate.needs.iter().any(|(name, span)| name == on && Some(*span) == step.span));
            }
        }
    }
}
