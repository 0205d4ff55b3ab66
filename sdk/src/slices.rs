use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use connector_protocol::JsonObject;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::cursor::Windows;
use crate::known_state::is_complete;
use crate::progress::Progress;
use crate::side_by_side::{Job, side_by_side};
use crate::stream::{Mode, Reader};
use crate::watch::Watch;
use crate::{Cursor, Partition, Records, Result, Resume, Slice, Stream};

/// Cuts a stream into slices and reads them, as many at once as there are slots.
pub(crate) async fn read_slices(
    stream: &Stream,
    state: Option<&JsonObject>,
    now: Timestamp,
    progress: &Rc<RefCell<Progress>>,
    slots: &Arc<Semaphore>,
) -> Result<()> {
    match stream.mode() {
        Mode::FullRefresh(read) => side_by_side(std::iter::once(whole((), read, progress)), slots).await,
        Mode::Resumable(_) if state.is_some_and(is_complete) => {
            log::info!(
                "the state of the stream `{}` says that its full refresh is complete: nothing is read; without the state, \
                 it begins anew",
                stream.name()
            );
            Ok(())
        }
        Mode::Resumable(read) | Mode::Token(read) => {
            side_by_side(std::iter::once(whole(Resume::from(state), read, progress)), slots).await
        }
        Mode::Incremental(cursor, read) => {
            let windows = cursor.windows(progress.borrow_mut().begin(None), now);
            let jobs = windows.map(|slice| {
                let (read, progress) = (Rc::clone(read), Rc::clone(progress));
                let watch = Watch::new(cursor, slice.clone(), None, cursor.latest(now));
                let job: Job = Box::pin(async move { watched(slice, watch, &read, &progress).await });
                job
            });
            side_by_side(jobs, slots).await
        }
        Mode::Each(partitions, read) => {
            let listed = partitions.list().await?;
            let jobs = listed.iter().map(|partition| whole(partition.clone(), read, progress));
            side_by_side(jobs, slots).await
        }
        Mode::EachIncremental(partitions, cursor, read) => {
            let listed = partitions.list().await?;
            let jobs = listed.iter().map(|partition| {
                let begin = progress.borrow_mut().begin(Some(partition));
                let windows = cursor.windows(begin, now);
                part(partition.clone(), windows, cursor, read, progress, now)
            });
            side_by_side(jobs, slots).await?;
            progress.borrow_mut().retain(&listed);
            Ok(())
        }
    }
}

/// What is read in one piece.
fn whole<S: 'static>(what: S, read: &Reader<S>, progress: &Rc<RefCell<Progress>>) -> Job {
    let (read, progress) = (Rc::clone(read), Rc::clone(progress));
    Box::pin(async move { read(what, &mut Records::of(&progress, None)).await })
}

/// One slice, whose cursor is watched.
async fn watched<S>(what: S, watch: Watch, read: &Reader<S>, progress: &Rc<RefCell<Progress>>) -> Result<()> {
    let mut records = Records::of(progress, Some(watch));
    read(what, &mut records).await?;
    records.done()
}

/// The children of one parent, slice by slice.
fn part(
    partition: Partition,
    windows: Windows,
    cursor: &Rc<Cursor>,
    read: &Reader<(Partition, Slice)>,
    progress: &Rc<RefCell<Progress>>,
    now: Timestamp,
) -> Job {
    let (cursor, read, progress) = (Rc::clone(cursor), Rc::clone(read), Rc::clone(progress));
    Box::pin(async move {
        let key = partition.shared_key();
        for slice in windows {
            let watch = Watch::new(&cursor, slice.clone(), Some(Rc::clone(&key)), cursor.latest(now));
            watched((partition.clone(), slice), watch, &read, &progress).await?;
        }
        progress.borrow_mut().end(&key);
        Ok(())
    })
}
