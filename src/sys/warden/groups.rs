//! The process groups that live now, in memory that `prove` and its warden share.
//!
//! A table, not a message for each: telling the warden over its pipe would wake it twice a gate,
//! and a thousand trivial gates would pay for two thousand switches of process. Knows nothing of
//! what becomes of a group.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};

/// As many as `-j` can ask for. Pages that nobody wrote to cost nothing.
const SLOTS: usize = 1 << 16;

/// The table; 0 is a free slot. Mapped as shared, so a fork sees every later change of it. Never
/// unmapped: it lives as long as `prove` does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Groups {
    slots: &'static [AtomicI32],
}

impl Groups {
    /// An empty table. To be made before the fork.
    pub(super) fn new() -> io::Result<Self> {
        let bytes = SLOTS * size_of::<AtomicI32>();
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: an anonymous mapping at a place of the kernel's choice touches nothing of ours.
        let place =
            unsafe { mmap_anonymous(std::ptr::null_mut(), bytes, protection, MapFlags::SHARED)? };
        // SAFETY: the mapping is page-aligned, zeroed (a valid `AtomicI32`), as long as asked for,
        // and is never unmapped; both sides go through atomics only.
        let slots = unsafe { std::slice::from_raw_parts(place.cast::<AtomicI32>(), SLOTS) };
        Ok(Self { slots })
    }

    /// Puts a group in. False when the table is full.
    pub(super) fn put(self, group: i32) -> bool {
        self.exchange(0, group)
    }

    /// Takes a group out.
    pub(super) fn take(self, group: i32) {
        self.exchange(group, 0);
    }

    /// The groups that are in it.
    pub(super) fn live(self) -> impl Iterator<Item = i32> {
        let groups = self.slots.iter().map(|slot| slot.load(Ordering::SeqCst));
        groups.filter(|group| *group > 0)
    }

    /// The first slots are reused first, so this looks at hardly more than run at once.
    fn exchange(self, from: i32, to: i32) -> bool {
        let mut slots = self.slots.iter();
        slots.any(|slot| {
            let swap = slot.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
            swap.is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_and_not_taken_out_is_there() {
        let groups = Groups::new().unwrap();
        assert!([7, 8, 9].into_iter().all(|group| groups.put(group)));
        groups.take(8);
        assert!(groups.put(10), "a free slot is used again");
        assert_eq!(groups.live().collect::<Vec<_>>(), [7, 10, 9]);
    }

    #[test]
    fn a_full_table_says_so() {
        let groups = Groups::new().unwrap();
        // By hand: each `put` looks from the start, and all of them would take a minute.
        for slot in groups.slots {
            slot.store(1, Ordering::SeqCst);
        }
        assert!(!groups.put(2));
        groups.take(1);
        assert!(groups.put(2));
    }
}
