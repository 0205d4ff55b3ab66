use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;

use connector_protocol::StreamDescriptor;

use crate::http::Hosts;
use crate::output::Output;

thread_local! {
    /// The command that runs on this thread.
    ///
    /// A connector has one thread, so what it spawns there is within its command as well. A task-local would not
    /// reach that far.
    static CURRENT: RefCell<Option<Command>> = const { RefCell::new(None) };

    /// The stream whose reading goes on just now.
    static STREAM: RefCell<Option<Rc<StreamDescriptor>>> = const { RefCell::new(None) };
}

/// What all of a command shares.
#[derive(Clone)]
struct Command {
    /// Where it writes, and with it its clock and its secrets.
    output: Rc<Output>,
    /// The hosts that it has asked.
    hosts: Rc<Hosts>,
}

/// Runs a command: meanwhile, [`current`] is its output.
pub(crate) async fn within<F: Future>(output: Rc<Output>, command: F) -> F::Output {
    let _end = End;
    let scope = Command { output, hosts: Rc::default() };
    let mut command = pin!(command);
    std::future::poll_fn(move |context| {
        // At each poll, since tests may run two commands by turns.
        CURRENT.set(Some(scope.clone()));
        command.as_mut().poll(context)
    })
    .await
}

/// Reads a stream, or a part of it: meanwhile, [`stream`] is that stream.
pub(crate) async fn of_stream<F: Future>(stream: impl Into<Rc<StreamDescriptor>>, reading: F) -> F::Output {
    let stream = stream.into();
    let mut reading = pin!(reading);
    std::future::poll_fn(move |context| {
        let _outer = Outer(STREAM.replace(Some(Rc::clone(&stream))));
        reading.as_mut().poll(context)
    })
    .await
}

/// The stream whose reading goes on just now, if one is read.
pub(crate) fn stream() -> Option<Rc<StreamDescriptor>> {
    STREAM.with_borrow(Clone::clone)
}

/// The output of the command that runs on this thread, if one does.
pub(crate) fn current() -> Option<Rc<Output>> {
    CURRENT.try_with(|current| Some(Rc::clone(&current.borrow().as_ref()?.output))).ok().flatten()
}

/// The hosts that the command on this thread has asked.
pub(crate) fn hosts() -> Option<Rc<Hosts>> {
    CURRENT.with_borrow(|current| Some(Rc::clone(&current.as_ref()?.hosts)))
}

/// The text without the secrets that the running command knows so far.
///
/// To be called before a text is cut or joined: a secret in another shape is not found any more.
pub(crate) fn redacted(text: &str) -> String {
    current().map_or_else(|| text.to_owned(), |output| output.redacted(text))
}

/// The end of a command, also of one that is dropped half-way.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(RefCell::take);
    }
}

/// What was read before a stream's turn came. Put back after the turn, also after one that panics.
struct Outer(Option<Rc<StreamDescriptor>>);

impl Drop for Outer {
    fn drop(&mut self) {
        STREAM.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::Page;

    async fn say(word: &str) {
        tokio::task::yield_now().await;
        current().unwrap().log(connector_protocol::LogLevel::Info, word.to_owned());
    }

    #[tokio::test]
    async fn commands_that_run_by_turns_keep_their_outputs_apart() {
        let (left, right) = (Page::default(), Page::default());
        tokio::join!(
            within(Rc::new(left.output()), say("left")),
            within(Rc::new(right.output()), say("right"))
        );
        assert!(left.text().contains("left") && !left.text().contains("right"), "{}", left.text());
        assert!(right.text().contains("right") && !right.text().contains("left"), "{}", right.text());
        assert!(current().is_none());
    }

    #[tokio::test]
    async fn what_a_command_spawns_on_its_thread_is_within_it() {
        let page = Page::default();
        within(Rc::new(page.output()), async {
            tokio::task::LocalSet::new()
                .run_until(async { tokio::task::spawn_local(say("inner")).await })
                .await
        })
        .await
        .unwrap();
        assert!(page.text().contains("inner"), "{}", page.text());
    }

    #[tokio::test]
    async fn streams_that_are_read_by_turns_are_told_apart() {
        let name = || stream().map(|stream| stream.name.clone());
        let reading = async || {
            tokio::task::yield_now().await;
            name()
        };
        let (left, right) = tokio::join!(
            of_stream(StreamDescriptor::new("left"), reading()),
            of_stream(StreamDescriptor::new("right"), reading())
        );
        assert_eq!((left.as_deref(), right.as_deref(), name()), (Some("left"), Some("right"), None));
    }
}
