//! What differs between two recordings of the same thing, and that no client acts on. This is the one list of it.

/// Headers that say when, by whom and how fast an answer was made, or how much may still be asked; by their whole names.
const NAMES: [&str; 30] = [
    "age",
    "alt-svc",
    "cf-cache-status",
    "cf-ray",
    "connection",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "nel",
    "report-to",
    "reporting-endpoints",
    "request-id",
    "server-timing",
    "sforce-limit-info",
    "traceparent",
    "tracestate",
    "via",
    "x-amz-cf-id",
    "x-amz-cf-pop",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-cache",
    "x-cache-hits",
    "x-process-time",
    "x-response-time",
    "x-runtime",
    "x-served-by",
    "x-shopify-shop-api-call-limit",
    "x-timer",
];

/// Likewise, by what their names hold.
const PARTS: [&str; 8] = [
    "correlation-id",
    "correlationid",
    "rate-limit",
    "ratelimit",
    "request-id",
    "requestid",
    "trace-id",
    "transaction-id",
];

/// The fewest characters of a word that is taken for random.
const RANDOM: usize = 16;

/// Whether what a header of an answer says does not matter, whatever it is.
pub(super) fn is_noise(name: &str) -> bool {
    NAMES.contains(&name) || PARTS.iter().any(|part| name.contains(part))
}

/// Whether a word looks as if nobody had chosen it: long, of letters and digits.
pub(super) fn is_random(word: &str) -> bool {
    let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    word.len() >= RANDOM && count(u8::is_ascii_digit) >= 3 && count(u8::is_ascii_alphabetic) >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_of_themselves_is_noise_and_what_clients_follow_is_not() {
        for name in ["date", "x-request-id", "x-amzn-requestid", "x-ratelimit-remaining", "ratelimit-reset"] {
            assert!(is_noise(name), "{name}");
        }
        for name in ["location", "link", "retry-after", "content-type", "last-modified", "x-next-cursor"] {
            assert!(!is_noise(name), "{name}");
        }
        assert!(is_random("req_7Yh2KdLs93jQpA") && is_random("9f86d081884c7d659a2feaa0c55ad015"));
        assert!(!is_random("application") && !is_random("strict-origin-when-cross-origin"));
        assert!(!is_random("12345678901234567890"), "a number may be an identifier");
    }
}
