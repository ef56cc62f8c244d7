//! An executor with a script.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use crate::exec::{Closed, Desk, Executor, LocalFuture, Stream};
use crate::model::{Answer, Built, Ending, GateName, ImageIdentity, Probe, Ran, Reason};

/// What the executor does when a gate asks, one per question; the last one holds for ever.
#[derive(Clone, Debug)]
pub enum Act {
    /// The process exits with this code.
    Exit(i32),
    /// So much later it exits with this code.
    After(Duration, i32),
    /// Prints this on stdout, chunk by chunk, a progress line for each, and exits with 1.
    Print(&'static [&'static str]),
    /// Says "up" and runs until it is stopped.
    Hold,
    /// Says "up" and runs until it is killed.
    Stubborn,
    /// Never comes back.
    Deaf,
    /// The image is built.
    Image,
}

#[derive(Default)]
pub struct Actor {
    pub acts: BTreeMap<GateName, RefCell<Vec<Act>>>,
    /// How long clearing up takes; `None` never ends.
    pub clearing: Option<Duration>,
    /// What is to be said after it.
    pub said: Vec<String>,
    pub cleared: Cell<bool>,
}

impl Executor for Actor {
    fn answer<'a>(&'a self, probe: &'a Probe, desk: &'a Desk<'a>) -> LocalFuture<'a, Answer> {
        Box::pin(async move {
            if let Probe::Tag { .. } = probe {
                return Answer::Tagged;
            }
            let act = self.acts.get(desk.gate).map_or(Act::Exit(0), |acts| {
                let mut acts = acts.borrow_mut();
                if acts.len() > 1 {
                    acts.remove(0)
                } else {
                    acts[0].clone()
                }
            });
            let ending = act_out(act, desk).await;
            match ending {
                Some(ending) => Answer::Ran(Box::new(Ran::ended(ending))),
                None => {
                    let image = ImageIdentity {
                        id: "sha256:abc".to_owned(),
                        layers: vec![],
                    };
                    Answer::Built(Built::Image {
                        image,
                        builder: "scripted".to_owned(),
                    })
                }
            }
        })
    }

    fn clear_up(&self) -> LocalFuture<'_, ()> {
        Box::pin(async {
            match self.clearing {
                Some(pause) => sleep(pause).await,
                None => std::future::pending().await,
            }
            self.cleared.set(true);
        })
    }

    fn closed(&self) -> Closed {
        let left = Reason::new("prove-tmp/x:1 is still there").hint("docker rmi prove-tmp/x:1");
        Closed {
            notes: self.said.clone(),
            left: (!self.cleared.get()).then_some(left).into_iter().collect(),
        }
    }
}

async fn act_out(act: Act, desk: &Desk<'_>) -> Option<Ending> {
    let mut stop = desk.stop.clone();
    Some(match act {
        Act::Exit(code) => Ending::Exited(code),
        Act::After(pause, code) => {
            sleep(pause).await;
            Ending::Exited(code)
        }
        Act::Print(chunks) => {
            for chunk in chunks {
                desk.sink.output(Stream::Stdout, chunk.as_bytes());
                desk.sink.progress(chunk);
            }
            Ending::Exited(1)
        }
        Act::Hold | Act::Stubborn => {
            desk.sink.progress("up");
            let gentle = matches!(act, Act::Hold);
            let raised = stop
                .wait_for(|s| s.is_some_and(|s| gentle || s.kill))
                .await
                .unwrap();
            Ending::Stopped(raised.unwrap().cause)
        }
        Act::Deaf => std::future::pending().await,
        Act::Image => return None,
    })
}
