use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::{Error, Result};

thread_local! {
    /// Where the last panic of this thread was, and what it said.
    static LAST: Cell<Option<String>> = const { Cell::new(None) };
}

/// Keeps what a panic says, place included, for [`caught`] instead of printing it: it may quote a secret.
pub(crate) fn silence() {
    std::panic::set_hook(Box::new(|panic| LAST.set(Some(panic.to_string()))));
}

/// The future's output; a panic in it becomes an error.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        // A future that has panicked is never polled again, and what it broke is its own.
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .unwrap_or_else(|payload| Poll::Ready(Err(error(&*payload))))
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
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_system_error_that_says_what_it_said() {
        let error = caught(async { if true { panic!("index {} is out of range", 7) } else { Ok(()) } })
            .await
            .unwrap_err();
        assert_eq!(error.failure_type(), connector_protocol::FailureType::SystemError);
        assert!(error.chain().contains("index 7 is out of range"), "{}", error.chain());
    }
}
