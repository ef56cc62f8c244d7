//! Time: milliseconds since the run started, and the calendar in UTC.
//!
//! Must not know what the time is needed for.

use std::time::SystemTime;

use tokio::time::Instant;

/// Counts from the moment it was made. Follows tokio's clock, so that tests may pause it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Milliseconds since the start; never goes backwards.
    #[must_use]
    pub fn ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Now, RFC 3339 in UTC, to the second.
#[must_use]
pub fn now_rfc3339() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// Today in UTC, `YYYY-MM-DD`: what waivers and advisories are compared with.
#[must_use]
pub fn today() -> String {
    now_rfc3339().chars().take_while(|c| *c != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_ten_characters() {
        let (today, now) = (today(), now_rfc3339());
        assert_eq!(today.len(), 10);
        assert!(now.ends_with('Z') && now.len() == 20, "{now}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_counts_milliseconds() {
        let clock = Clock::start();
        tokio::time::advance(std::time::Duration::from_millis(1500)).await;
        assert_eq!(clock.ms(), 1500);
    }
}
