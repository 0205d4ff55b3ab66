use std::pin::{Pin, pin};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::panic::caught;
use crate::scope::{of_stream, stream};
use crate::{Error, Result};

/// Something to do.
pub(crate) type Job = Pin<Box<dyn Future<Output = Result<()>>>>;

/// Does the jobs side by side, each in a slot of its own, beginning them in their order; the first that fails ends all.
///
/// Slots are shared with others and handed out in the order in which they are asked for, so no one starves. A job is only
/// made when there is a slot for it, so a million of them take no more memory than a few. What waits for a slot holds
/// none: there is nothing to deadlock on.
pub(crate) async fn side_by_side(jobs: impl Iterator<Item = Job>, slots: &Arc<Semaphore>) -> Result<()> {
    let mut running = JoinSet::new();
    for job in jobs {
        let mut slot = pin!(Arc::clone(slots).acquire_owned());
        let slot = loop {
            tokio::select! {
                biased;
                Some(ended) = running.join_next() => done(ended)?,
                slot = &mut slot => break slot,
            }
        };
        let stream = stream();
        running.spawn_local(async move {
            let _slot = slot;
            match stream {
                Some(stream) => caught(of_stream(stream, job)).await,
                None => caught(job).await,
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        done(ended)?;
    }
    Ok(())
}

fn done(ended: Result<Result<()>, tokio::task::JoinError>) -> Result<()> {
    ended.unwrap_or_else(|error| Err(Error::system("a part of the read was given up").caused_by(error)))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use tokio::task::{LocalSet, yield_now};

    use super::*;

    fn run<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        LocalSet::new().block_on(&runtime, future)
    }

    #[test]
    fn no_more_run_at_once_than_there_are_slots_and_they_begin_in_order() {
        let (now, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let order = Rc::new(RefCell::new(Vec::new()));
        let jobs = (0..10).map(|number| {
            let (now, most, order) = (Rc::clone(&now), Rc::clone(&most), Rc::clone(&order));
            let job: Job = Box::pin(async move {
                order.borrow_mut().push(number);
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                for _ in 0..10 - number {
                    yield_now().await;
                }
                now.set(now.get() - 1);
                Ok(())
            });
            job
        });
        run(side_by_side(jobs, &Arc::new(Semaphore::new(3)))).unwrap();
        assert_eq!(most.get(), 3);
        assert_eq!(*order.borrow(), (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_failure_ends_all_and_gives_the_slots_back() {
        let slots = Arc::new(Semaphore::new(2));
        let begun = Rc::new(Cell::new(0));
        let jobs = (0..100).map(|number| {
            let begun = Rc::clone(&begun);
            let job: Job = Box::pin(async move {
                begun.set(begun.get() + 1);
                yield_now().await;
                if number == 3 { Err(Error::system("no")) } else { Ok(()) }
            });
            job
        });
        assert_eq!(run(side_by_side(jobs, &slots)).unwrap_err().to_string(), "no");
        assert!(begun.get() < 10, "{}", begun.get());
        assert_eq!(slots.available_permits(), 2);
    }
}
