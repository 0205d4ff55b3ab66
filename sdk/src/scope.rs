use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;

use crate::output::Output;

thread_local! {
    /// The output, and with it the clock and the secrets, of the command that runs on this thread.
    ///
    /// A connector has one thread, so what it spawns there is within its command as well. A task-local would not
    /// reach that far.
    static CURRENT: RefCell<Option<Rc<Output>>> = const { RefCell::new(None) };
}

/// Runs a command: meanwhile, [`current`] is its output.
pub(crate) async fn within<F: Future>(output: Rc<Output>, command: F) -> F::Output {
    let _end = End;
    let mut command = pin!(command);
    std::future::poll_fn(move |context| {
        // At each poll, since tests may run two commands by turns.
        CURRENT.set(Some(Rc::clone(&output)));
        command.as_mut().poll(context)
    })
    .await
}

/// The output of the command that runs on this thread, if one does.
pub(crate) fn current() -> Option<Rc<Output>> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
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
}
