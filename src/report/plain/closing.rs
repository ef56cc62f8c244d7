//! The end of a run: what did not pass, root causes first, and the verdict as the last line.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::shown_lines;
use super::{Plain, left_out, text};
use crate::event::{GateFinished, GateState, Summary};
use crate::model::{GateName, RunVerdict, VerdictWord};

impl Plain {
    /// Everything behind the last gate.
    pub(super) fn closing(
        &self,
        summary: &Summary,
        verdict: RunVerdict,
        duration_ms: u64,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.options.quiet {
            lines.push(String::new());
        }
        let stories = self.stories(summary).into_iter();
        lines.extend(stories.flat_map(|(_, story)| story));
        lines.extend(self.rest(summary, verdict, duration_ms));
        lines
    }

    /// The gates that did not pass and decide, failed ones first, each with its story.
    pub(in crate::report) fn stories<'s>(
        &self,
        summary: &'s Summary,
    ) -> Vec<(&'s GateFinished, Vec<String>)> {
        let gates = in_order(summary);
        let of = |word| gates.iter().filter(move |gate| gate.verdict == word);
        let bad = of(VerdictWord::Failed).chain(of(VerdictWord::Errored));
        bad.filter(|gate| !summary.is_advisory(&gate.gate))
            .map(|gate| (*gate, self.failure(gate, summary)))
            .collect()
    }

    /// What is behind the stories, the verdict last.
    pub(in crate::report) fn rest(
        &self,
        summary: &Summary,
        verdict: RunVerdict,
        duration_ms: u64,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let gates = in_order(summary);
        let mut asides = self.advisories(&gates, summary);
        asides.extend(self.never_started(&gates, summary));
        asides.extend(self.doubts(summary));
        if self.options.quiet {
            asides.extend(self.soft(&gates, summary));
        }
        if !asides.is_empty() {
            lines.extend(asides);
            lines.push(String::new());
        }
        lines.push(self.verdict_line(&gates, summary, verdict, duration_ms));
        lines
    }

    /// What `-q` would otherwise pass over in silence (rule 7).
    fn soft(&self, gates: &[&GateFinished], summary: &Summary) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(head) = &summary.head {
            lines.extend(
                left_out(head)
                    .into_iter()
                    .map(|line| format!("note: {line}")),
            );
        }
        for gate in gates {
            if gate.flaky {
                lines.push(format!(
                    "note: {} is flaky: passed at attempt {}",
                    gate.gate, gate.attempts
                ));
            }
            let notes = gate.notes.iter().map(|note| text::show_line(note));
            lines.extend(notes.map(|note| format!("note: {}: {note}", gate.gate)));
        }
        lines.extend(
            summary
                .notices
                .iter()
                .map(|said| format!("note: {}", text::show_line(said))),
        );
        lines
    }

    /// Advisory gates that did not pass: said, and that they do not decide.
    fn advisories(&self, gates: &[&GateFinished], summary: &Summary) -> Vec<String> {
        let mut lines = Vec::new();
        for gate in gates {
            let why = summary
                .gate_head(&gate.gate)
                .and_then(|head| head.advisory.as_deref());
            let Some(why) = why.filter(|_| !gate.verdict.lets_dependents_run()) else {
                continue;
            };
            let headline = gate
                .reason
                .as_ref()
                .map(|reason| text::show_line(&reason.headline));
            let headline = headline.map(|said| format!(": {said}")).unwrap_or_default();
            let word = gate.verdict.as_str();
            lines.push(format!(
                "advisory {} {word}{headline} (does not decide: {})",
                gate.gate,
                text::show_line(why)
            ));
            if gate.attempts > 0 {
                lines.extend(self.where_to_look(gate, summary));
            }
        }
        lines
    }

    /// Gates that never started, together, by what stopped them.
    fn never_started(&self, gates: &[&GateFinished], summary: &Summary) -> Vec<String> {
        let mut roots = Roots {
            summary,
            known: BTreeMap::new(),
        };
        let mut groups: Vec<(String, Vec<&GateName>)> = Vec::new();
        for gate in gates {
            // One that was stopped while it ran has a line of its own already.
            let told = gate.attempts > 0 && !self.options.quiet;
            if told || summary.is_advisory(&gate.gate) {
                continue;
            }
            let cause = match gate.verdict {
                VerdictWord::Skipped => skipped_because(gate, &roots.of(&gate.gate), summary),
                VerdictWord::Cancelled => {
                    let why = gate
                        .reason
                        .as_ref()
                        .map(|reason| text::show_line(&reason.headline));
                    format!("cancelled ({})", why.unwrap_or_default())
                }
                _ => continue,
            };
            match groups.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, names)) => names.push(&gate.gate),
                None => groups.push((cause, vec![&gate.gate])),
            }
        }
        let line = |(cause, names): (String, Vec<&GateName>)| {
            format!(
                "{} {cause}: {}",
                text::count(names.len(), "gate"),
                text::some(&names, 12)
            )
        };
        groups.into_iter().map(line).collect()
    }

    /// Why the run cannot be proved though no gate says so, and what to do about it.
    fn doubts(&self, summary: &Summary) -> Vec<String> {
        let mut lines = Vec::new();
        for doubt in &summary.doubts {
            lines.push(
                self.paint
                    .yellow(&format!("doubt: {}", text::show_line(&doubt.headline))),
            );
            let details = doubt.details.iter().flat_map(|detail| shown_lines(detail));
            lines.extend(details.map(|line| format!("    {line}")));
            lines.extend(
                doubt
                    .hint
                    .iter()
                    .map(|hint| format!("    hint    {}", text::show_line(hint))),
            );
        }
        lines
    }

    fn verdict_line(
        &self,
        gates: &[&GateFinished],
        summary: &Summary,
        verdict: RunVerdict,
        duration_ms: u64,
    ) -> String {
        let mut parts: Vec<String> = [
            VerdictWord::Failed,
            VerdictWord::Errored,
            VerdictWord::Passed,
            VerdictWord::Skipped,
            VerdictWord::Cancelled,
            VerdictWord::NotApplicable,
        ]
        .into_iter()
        .map(|word| (summary.count(word), word.as_str()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
        let soft = |gate: &&&GateFinished| {
            summary.is_advisory(&gate.gate) && !gate.verdict.lets_dependents_run()
        };
        let of = |n: usize, said: &str| (n > 0).then(|| format!("{n} {said}"));
        parts.extend(of(gates.iter().filter(soft).count(), "advisory not passed"));
        parts.extend(of(gates.iter().filter(|gate| gate.flaky).count(), "flaky"));
        let unjudged = summary.gates.len() - gates.len();
        parts.extend(of(unjudged, "without a verdict"));
        parts.extend(
            (!summary.doubts.is_empty()).then(|| text::count(summary.doubts.len(), "doubt")),
        );
        if parts.is_empty() {
            parts.push("no gate".to_owned());
        }
        let mut line = format!(
            "{}: {} in {}",
            self.paint.run(verdict, verdict.as_str()),
            parts.join(", "),
            text::duration(duration_ms)
        );
        if let Some(signal) = summary.interrupted {
            line.push_str(&format!(", interrupted by {}", text::signal(signal)));
        }
        if verdict == RunVerdict::Undecided && summary.count(VerdictWord::Passed) == 0 {
            line.push_str(" (nothing that decides passed)");
        }
        if summary.head.as_ref().is_some_and(|head| head.narrowed) {
            line.push_str(" (a part of the pipeline)");
        }
        line
    }
}

/// Finished gates in the order of the file.
fn in_order(summary: &Summary) -> Vec<&GateFinished> {
    let heads = summary.head.iter().flat_map(|head| &head.gates);
    let finished = heads.filter_map(|head| match summary.gates.get(&head.gate) {
        Some(GateState::Finished(finished)) => Some(&**finished),
        _ => None,
    });
    finished.collect()
}

/// `skipped because build failed`.
fn skipped_because(gate: &GateFinished, roots: &BTreeSet<GateName>, summary: &Summary) -> String {
    if roots.is_empty() {
        let why = gate
            .reason
            .as_ref()
            .map(|reason| text::show_line(&reason.headline));
        return format!("skipped ({})", why.unwrap_or_default());
    }
    let said: Vec<String> = roots
        .iter()
        .map(|root| match summary.gates.get(root) {
            Some(GateState::Finished(finished)) if finished.verdict == VerdictWord::Cancelled => {
                format!("{root} was cancelled")
            }
            Some(GateState::Finished(finished)) => format!("{root} {}", finished.verdict.as_str()),
            _ => format!("{root} got no verdict"),
        })
        .collect();
    format!("skipped because {}", text::some(&said, 4))
}

/// The gates for which others were skipped.
struct Roots<'a> {
    summary: &'a Summary,
    known: BTreeMap<GateName, BTreeSet<GateName>>,
}

impl Roots<'_> {
    /// Gates that did not pass, of themselves, and that this one waits for. Without recursion: a
    /// chain may be ten thousand gates long. In the order of a plan each step is known already.
    fn of(&mut self, gate: &GateName) -> BTreeSet<GateName> {
        let mut roots = BTreeSet::new();
        let mut seen = BTreeSet::from([gate.clone()]);
        let mut open = vec![gate.clone()];
        while let Some(gate) = open.pop() {
            if let Some(known) = self.known.get(&gate) {
                roots.extend(known.iter().cloned());
                continue;
            }
            let head = self.summary.gate_head(&gate);
            for need in head.map(|head| head.after.as_slice()).unwrap_or_default() {
                let verdict = match self.summary.gates.get(need) {
                    Some(GateState::Finished(finished)) => Some(finished.verdict),
                    _ => None,
                };
                match verdict {
                    Some(VerdictWord::Skipped) if seen.insert(need.clone()) => {
                        open.push(need.clone());
                    }
                    Some(
                        VerdictWord::Passed | VerdictWord::NotApplicable | VerdictWord::Skipped,
                    ) => {}
                    _ => {
                        roots.insert(need.clone());
                    }
                }
            }
        }
        self.known.insert(gate.clone(), roots.clone());
        roots
    }
}
