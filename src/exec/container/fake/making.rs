//! Containers that are asked for and not there yet when prove wants them gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use tokio::sync::{Notify, watch};

use super::super::tests::{Heard, ask_until};
use super::{Play, json, polite, run, staged};
use crate::exec::container::Container;
use crate::exec::{Executor as _, Stop};
use crate::model::{Answer, ImageIdentity, NoAnswer, Probe, StopCause};

/// An engine that makes a container only when it is told to, as if its disk were slow.
#[derive(Clone, Default)]
struct Slow {
    asked: Arc<Notify>,
    make: Arc<Notify>,
    made: Arc<Notify>,
    there: Arc<AtomicBool>,
}

impl Slow {
    fn start(&self) -> (Container, tempfile::TempDir) {
        let slow = self.clone();
        staged(Arc::new(move |request| {
            if request.starts_with("POST") && request.contains("/containers/create") {
                slow.asked.notify_one();
                let (there, made) = (Arc::clone(&slow.there), Arc::clone(&slow.made));
                let make = move || {
                    there.store(true, SeqCst);
                    made.notify_one();
                    json(r#"{"Id":"c","Warnings":[]}"#)
                };
                return Play::When(Arc::clone(&slow.make), Arc::new(make));
            }
            if request.starts_with("DELETE") && !slow.there.swap(false, SeqCst) {
                let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close";
                return Play::Send(format!("{missing}\r\n\r\n{{}}"));
            }
            polite(request)
        }))
    }

    /// Asks for a container and stops while it is made; then does this.
    async fn stopped_while_making(&self, container: &Container, then: impl FnOnce()) -> Answer {
        let (stop, stopped) = watch::channel(None);
        let (probe, heard) = (run(), Heard::default());
        let asking = ask_until(container, &probe, &heard, stopped);
        let stopping = async {
            self.asked.notified().await;
            let cause = StopCause::FailFast;
            stop.send_replace(Some(Stop { cause, kill: false }));
            then();
        };
        let (answer, ()) = tokio::join!(asking, stopping);
        drop(stop);
        answer
    }
}

fn is_stopped(answer: &Answer) -> bool {
    matches!(answer, Answer::Unanswered(why) if matches!(why.why, NoAnswer::Stopped(_)))
}

#[tokio::test]
async fn a_container_that_is_made_while_it_is_stopped_is_removed_before_the_answer() {
    let slow = Slow::default();
    let (container, _dir) = slow.start();
    let answer = slow
        .stopped_while_making(&container, || slow.make.notify_one())
        .await;
    assert!(is_stopped(&answer), "{answer:?}");
    assert!(!slow.there.load(SeqCst), "it was removed");
    container.clear_up().await;
    assert_eq!(container.closed().left, []);
}

#[tokio::test]
async fn a_container_that_comes_to_be_after_the_answer_is_removed_at_the_end() {
    let slow = Slow::default();
    let (container, _dir) = slow.start();
    let answer = slow.stopped_while_making(&container, || ()).await;
    assert!(is_stopped(&answer), "{answer:?}");
    slow.make.notify_one();
    slow.made.notified().await;
    container.clear_up().await;
    assert!(!slow.there.load(SeqCst), "its name was remembered");
    assert_eq!(container.closed().left, []);
}

#[tokio::test]
async fn a_container_that_may_still_come_to_be_is_said() {
    let slow = Slow::default();
    let (container, _dir) = slow.start();
    slow.stopped_while_making(&container, || ()).await;
    container.clear_up().await;
    let left = container.closed().left;
    assert!(
        left[0].details[0].contains("did not say whether"),
        "{left:?}"
    );
}

/// Stops while the engine is putting a tag on, which it then does; what is answered.
async fn stopped_while_tagging(kill: bool) -> Answer {
    let (asked, put) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (hears, puts) = (Arc::clone(&asked), Arc::clone(&put));
    let (container, _dir) = staged(Arc::new(move |request| {
        if request.starts_with("POST") && request.contains("/tag?") {
            hears.notify_one();
            return Play::When(Arc::clone(&puts), Arc::new(|| json("{}")));
        }
        polite(request)
    }));
    let image = ImageIdentity {
        id: "sha256:1".to_owned(),
        layers: Vec::new(),
    };
    let reference = "app:1".to_owned();
    let (probe, heard) = (Probe::Tag { image, reference }, Heard::default());
    let (stop, stopped) = watch::channel(None);
    let asking = ask_until(&container, &probe, &heard, stopped);
    let stopping = async {
        asked.notified().await;
        let cause = StopCause::Interrupted;
        stop.send_replace(Some(Stop { cause, kill }));
        // Whoever let go at the stop has answered by now.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        put.notify_one();
    };
    let (answer, ()) = tokio::join!(asking, stopping);
    answer
}

#[tokio::test]
async fn a_tag_that_is_put_on_while_it_is_stopped_is_known_to_stand() {
    let answer = stopped_while_tagging(false).await;
    assert!(matches!(answer, Answer::Tagged), "{answer:?}");
}

#[tokio::test]
async fn a_tag_that_nobody_may_wait_for_is_said_to_stand_perhaps() {
    let answer = stopped_while_tagging(true).await;
    assert!(is_stopped(&answer), "{answer:?}");
    let Answer::Unanswered(why) = answer else {
        return;
    };
    assert!(why.message.contains("app:1 may stand"), "{}", why.message);
}
