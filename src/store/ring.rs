//! The last bytes of a stream, in bounded memory that is only taken when it is needed.

/// Keeps the last `cap` bytes.
#[derive(Debug)]
pub(super) struct Ring {
    cap: usize,
    bytes: Vec<u8>,
    /// Where the oldest byte is, once `bytes` is full.
    start: usize,
    /// All bytes that ever came.
    seen: u64,
}

impl Ring {
    /// An empty ring; allocates nothing.
    pub(super) fn new(cap: usize) -> Self {
        Self {
            cap,
            bytes: Vec::new(),
            start: 0,
            seen: 0,
        }
    }

    /// Takes a chunk: at most one copy of it.
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.seen += chunk.len() as u64;
        if chunk.len() >= self.cap {
            self.bytes.clear();
            self.bytes
                .extend_from_slice(&chunk[chunk.len() - self.cap..]);
            self.start = 0;
            return;
        }
        let fits = chunk.len().min(self.cap - self.bytes.len());
        self.bytes.extend_from_slice(&chunk[..fits]);
        let mut rest = &chunk[fits..];
        while !rest.is_empty() {
            let run = rest.len().min(self.cap - self.start);
            self.bytes[self.start..self.start + run].copy_from_slice(&rest[..run]);
            self.start = (self.start + run) % self.cap;
            rest = &rest[run..];
        }
    }

    /// Bytes that came and are not kept any more.
    pub(super) fn lost(&self) -> u64 {
        self.seen - self.bytes.len() as u64
    }

    /// What is kept, oldest first, in two pieces.
    pub(super) fn pieces(&self) -> (&[u8], &[u8]) {
        let (newer, older) = self.bytes.split_at(self.start);
        (older, newer)
    }

    /// How many bytes are kept.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keeps_exactly_the_last_bytes(cap in 1_usize..20, chunks: Vec<Vec<u8>>) {
            let mut ring = Ring::new(cap);
            let mut all = Vec::new();
            for chunk in &chunks {
                ring.push(chunk);
                all.extend_from_slice(chunk);
                let (older, newer) = ring.pieces();
                let kept = [older, newer].concat();
                prop_assert_eq!(&kept[..], &all[all.len() - kept.len()..]);
                prop_assert_eq!(kept.len(), all.len().min(cap));
                prop_assert_eq!(ring.lost(), (all.len() - kept.len()) as u64);
            }
        }
    }

    #[test]
    fn an_unused_ring_costs_nothing() {
        assert_eq!(Ring::new(4 << 20).bytes.capacity(), 0);
    }
}
