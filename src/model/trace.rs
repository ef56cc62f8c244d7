//! Which trace a run is, and which span of it each gate and attempt: made from the run's id, so
//! that a run that is told again is the same trace.

use super::{Digest, GateName};

/// A trace, as W3C Trace Context names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    run: String,
    id: [u8; 16],
    parent: Option<[u8; 8]>,
}

impl Trace {
    /// The trace of this run; when the caller hands over a `TRACEPARENT` that can be read, a part
    /// of the caller's.
    #[must_use]
    pub fn new(run: &str, traceparent: Option<&str>) -> Self {
        let given = traceparent.and_then(parse);
        let own = || first(&Digest::of(format!("trace {run}").as_bytes()));
        Self {
            run: run.to_owned(),
            id: given.map_or_else(own, |(id, _)| id),
            parent: given.map(|(_, parent)| parent),
        }
    }

    /// The trace's id.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The caller's span.
    #[must_use]
    pub fn parent(&self) -> Option<[u8; 8]> {
        self.parent
    }

    /// The span of the run itself.
    #[must_use]
    pub fn root(&self) -> [u8; 8] {
        self.span("run")
    }

    /// The span of a gate.
    #[must_use]
    pub fn gate(&self, gate: &GateName) -> [u8; 8] {
        self.span(gate.as_str())
    }

    /// The span of an attempt of a gate.
    #[must_use]
    pub fn attempt(&self, gate: &GateName, attempt: u32) -> [u8; 8] {
        self.span(&format!("{gate} {attempt}"))
    }

    /// What an attempt gets as `TRACEPARENT`: version 00, sampled.
    #[must_use]
    pub fn traceparent(&self, gate: &GateName, attempt: u32) -> String {
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        let span = self.attempt(gate, attempt);
        format!("00-{}-{}-01", hex(&self.id), hex(&span))
    }

    fn span(&self, what: &str) -> [u8; 8] {
        first(&Digest::of(format!("span {} {what}", self.run).as_bytes()))
    }
}

/// The first bytes of a digest. All zeros, which would be no id, has never been seen.
fn first<const N: usize>(digest: &Digest) -> [u8; N] {
    let mut bytes = [0; N];
    let hex = digest.hex();
    unhex(&hex[..2 * N], &mut bytes);
    bytes
}

/// `00-<32 hex>-<16 hex>-<2 hex>`; ids of zeros are none.
fn parse(text: &str) -> Option<([u8; 16], [u8; 8])> {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [version, id, span, flags, ..] = parts[..] else {
        return None;
    };
    let version_known = version.len() == 2 && version != "ff";
    let four = version != "00" || parts.len() == 4;
    if !version_known || !four || flags.len() != 2 {
        return None;
    }
    let (mut trace, mut parent) = ([0; 16], [0; 8]);
    let read = unhex(id, &mut trace) && unhex(span, &mut parent);
    (read && trace != [0; 16] && parent != [0; 8]).then_some((trace, parent))
}

/// Reads lower-case hexadecimal digits of just this length.
fn unhex(text: &str, into: &mut [u8]) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 2 * into.len() || !text.bytes().all(digit) {
        return false;
    }
    for (at, byte) in into.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_run_is_one_trace_and_every_attempt_a_span_of_its_own() {
        let gate = GateName::segment("unit").unwrap();
        let trace = Trace::new("run-1", None);
        assert_eq!(trace, Trace::new("run-1", None));
        assert_ne!(trace.id(), Trace::new("run-2", None).id());
        let spans = [
            trace.root(),
            trace.gate(&gate),
            trace.attempt(&gate, 1),
            trace.attempt(&gate, 2),
        ];
        for (at, span) in spans.iter().enumerate() {
            assert!(!spans[..at].contains(span));
        }
        let handed = trace.traceparent(&gate, 2);
        assert_eq!(parse(&handed), Some((trace.id(), spans[3])));
    }

    #[test]
    fn a_callers_trace_goes_on_and_what_is_none_is_not_taken() {
        let trace = Trace::new("run-1", Some(CALLER));
        assert_eq!(trace.id()[..2], [0x4b, 0xf9]);
        assert_eq!(trace.parent().unwrap()[1], 0xf0);
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e473\u{e9}-00f067aa0ba902b7-01",
        ] {
            let trace = Trace::new("run-1", Some(wrong));
            assert_eq!(trace, Trace::new("run-1", None), "{wrong}");
        }
    }
}
