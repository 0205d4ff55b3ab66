use std::any::Any;
use std::cell::Cell;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

use crate::{Error, Result};

thread_local! {
    /// Whether this thread is within [`caught`], which tells what a panic says.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };

    /// Where the last panic of this thread was, and what it said.
    static LAST: Cell<Option<String>> = const { Cell::new(None) };
}

/// Keeps what a panic says, place included, for [`caught`] instead of printing it: it may quote a secret.
///
/// Of a panic elsewhere, in a thread or in a spawned task, stderr is told the place.
pub(crate) fn silence() {
    std::panic::set_hook(Box::new(|panic| {
        if CAUGHT.get() {
            LAST.set(Some(panic.to_string()));
        } else {
            // Where stderr is closed, there is nobody to tell.
            let _ = writeln!(io::stderr(), "{}", notice(panic));
        }
    }));
}

/// Where a panic was, without what it said.
fn notice(panic: &PanicHookInfo<'_>) -> String {
    let current = thread::current();
    let thread = current.name().unwrap_or("without a name");
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!("thread `{thread}` panicked at {place}; what it said is not shown, since it may quote a secret")
}

/// The future's output; a panic in it becomes an error.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let outer = CAUGHT.replace(true);
        // A future that has panicked is never polled again, and what it broke is its own.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        CAUGHT.set(outer);
        if polled.is_ok()
            && let Some(said) = LAST.take()
        {
            // A task within the future, whose panic tokio has kept for whoever awaits it: perhaps nobody does.
            log::error!("a spawned task stopped because of a fault of its own: {said}");
        }
        polled.unwrap_or_else(|payload| Poll::Ready(Err(error(&*payload))))
    })
    .await
}

fn error(payload: &(dyn Any + Send)) -> Error {
    let said = LAST.take().unwrap_or_else(|| {
        let said = payload.downcast_ref::<&str>().copied();
        said.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panicked").to_owned()
    });
    Error::system("the connector stopped because of a fault of its own; please report it to its author")
        .caused_by(said)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::output::tests::Page;
    use crate::scope::within;

    #[tokio::test]
    async fn a_panic_becomes_a_system_error_that_says_what_it_said() {
        let error = caught(async { if true { panic!("index {} is out of range", 7) } else { Ok(()) } })
            .await
            .unwrap_err();
        assert_eq!(error.failure_type(), connector_protocol::FailureType::SystemError);
        assert!(error.chain().contains("index 7 is out of range"), "{}", error.chain());
        assert!(!CAUGHT.get());
    }

    #[tokio::test]
    async fn a_panic_that_somebody_else_has_caught_is_logged_without_secrets() {
        let page = Page::default();
        let output = Rc::new(page.output());
        output.redact(&["k-123".to_owned()]);
        crate::logger::install(false);
        let command = caught(async {
            LAST.set(Some("key k-123".to_owned()));
            Ok(())
        });
        within(output, command).await.unwrap();
        assert!(page.text().contains("a fault of its own: key ****"), "{}", page.text());
    }

    #[test]
    fn the_notice_of_a_panic_elsewhere_names_thread_and_place_alone() {
        let notices = Arc::new(Mutex::new(Vec::new()));
        let (kept, usual) = (Arc::clone(&notices), Arc::new(std::panic::take_hook()));
        let others = Arc::clone(&usual);
        std::panic::set_hook(Box::new(move |panic| match thread::current().name() {
            Some("worker") => kept.lock().unwrap().push(notice(panic)),
            _ => others(panic),
        }));
        let worker = thread::Builder::new().name("worker".to_owned()).spawn(|| panic!("key k-123"));
        assert!(worker.unwrap().join().is_err());
        std::panic::set_hook(Box::new(move |panic| usual(panic)));
        let notices = notices.lock().unwrap().join("\n");
        assert!(notices.starts_with("thread `worker` panicked at sdk/src/panic.rs:"), "{notices}");
        assert!(!notices.contains("k-123"), "{notices}");
    }
}
