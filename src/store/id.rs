//! Run ids: `20261121T002500Z-k3w9qa`. They sort by time, and no two are alike.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

/// RFC 4648's base 32, in lower case and in the order of ASCII: no letter that a reader could take
/// for a digit.
const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
/// Letters behind the time.
const LETTERS: usize = 6;
/// Those of them that say the millisecond, so that two runs of a second have an order.
const MILLIS: u32 = 2;
/// The last second that fits four digits of a year.
const LATEST: Duration = Duration::from_secs(253_402_300_799);

/// A new id for a run that starts now.
#[must_use]
pub fn new_run_id(now: SystemTime) -> String {
    let since = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .min(LATEST);
    let time = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string();
    let mut id: String = time.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    id.push('-');
    // The standard library seeds every `RandomState` from the system's randomness.
    let random = RandomState::new().build_hasher().finish() >> (5 * MILLIS);
    // Ten bits hold a thousand.
    let letters = random | u64::from(since.subsec_millis()) << (64 - 5 * MILLIS);
    for at in 0..LETTERS {
        let shift = 64 - 5 * (at + 1);
        id.push(char::from(ALPHABET[(letters >> shift & 31) as usize]));
    }
    id
}

/// Whether this text has the shape of a run id.
#[must_use]
pub fn is_run_id(text: &str) -> bool {
    let Some((time, letters)) = text.split_once('-') else {
        return false;
    };
    let shape = |(at, byte): (usize, u8)| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    time.len() == 16
        && time.bytes().enumerate().all(shape)
        && letters.len() == LETTERS
        && letters.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_time_and_is_unique() {
        let at = |secs| SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
        let id = new_run_id(at(1_795_220_700));
        assert!(id.starts_with("20261121T002500Z-"), "{id}");
        assert!(is_run_id(&id));
        assert!(id < new_run_id(at(1_795_220_701)));
        assert_ne!(id, new_run_id(at(1_795_220_700)));
        let later = |millis| new_run_id(at(1_795_220_700) + Duration::from_millis(millis));
        let ids: Vec<String> = (0..1000).map(later).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| is_run_id(id)));
    }

    #[test]
    fn a_clock_that_is_off_gives_an_id_all_the_same() {
        assert!(is_run_id(&new_run_id(
            SystemTime::UNIX_EPOCH - Duration::from_secs(1)
        )));
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert!(is_run_id(&new_run_id(far)));
    }

    #[test]
    fn other_names_are_no_ids() {
        for name in [
            "",
            "last",
            "20261121T002500Z",
            "20261121T002500Z-abc",
            "../../../etc/passwd",
            "20261121T002500Z-ABCDEF",
            "2026x121T002500Z-abcdef",
            "20261121T002500Z-abcde1",
        ] {
            assert!(!is_run_id(name), "{name}");
        }
    }
}
