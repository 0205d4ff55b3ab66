//! As much of the format of RFC 1035 as one question and one address need.

use super::Names;

const HEADER: usize = 12;
/// The most bytes of a name.
const NAME: usize = 253;

const A: u16 = 1;
const INTERNET: u16 = 1;
/// Seconds that an answer may be kept.
const KEPT: u32 = 60;

const NO_ERROR: u8 = 0;
const FORMAT_ERROR: u8 = 1;
const SERVER_FAILURE: u8 = 2;
const NOT_IMPLEMENTED: u8 = 4;

/// The answer to a message; `None` to what is no question, such as an answer: two servers would never come to an end.
///
/// Every host has one IPv4 address, and nothing else is known of it.
pub(super) fn answer(message: &[u8], names: &Names) -> Option<Vec<u8>> {
    let header = message.first_chunk::<HEADER>()?;
    let [flags, ..] = header[2..] else { return None };
    if flags & 0x80 != 0 {
        return None;
    }
    if flags & 0x78 != 0 {
        return Some(reply(header, &[], NOT_IMPLEMENTED, None));
    }
    let Some((name, kind, class, question)) = question(message, header) else {
        return Some(reply(header, &[], FORMAT_ERROR, None));
    };
    if name.is_empty() || (kind, class) != (A, INTERNET) {
        return Some(reply(header, question, NO_ERROR, None));
    }
    Some(match names.address_of(&name) {
        Some(address) => reply(header, question, NO_ERROR, Some(address.octets())),
        None => reply(header, question, SERVER_FAILURE, None),
    })
}

/// The one question: its name in lower case, type, class, and bytes.
fn question<'a>(message: &'a [u8], header: &[u8; HEADER]) -> Option<(String, u16, u16, &'a [u8])> {
    if header[4..6] != [0, 1] {
        return None;
    }
    let mut name = String::new();
    let mut rest = &message[HEADER..];
    loop {
        let (length, after) = rest.split_first()?;
        if *length == 0 {
            rest = after;
            break;
        }
        // Two bits more would point to a name said before: there is none.
        if *length > 63 {
            return None;
        }
        let (label, after) = after.split_at_checked(usize::from(*length))?;
        if !label.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'.') {
            return None;
        }
        if !name.is_empty() {
            name.push('.');
        }
        name.extend(label.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
        rest = after;
    }
    let ([kind @ .., c0, c1], after) = rest.split_first_chunk::<4>()?;
    let question = &message[HEADER..message.len() - after.len()];
    (name.len() <= NAME).then_some((
        name,
        u16::from_be_bytes(*kind),
        u16::from_be_bytes([*c0, *c1]),
        question,
    ))
}

fn reply(header: &[u8; HEADER], question: &[u8], code: u8, address: Option<[u8; 4]>) -> Vec<u8> {
    // The number, and whether the client wished for recursion, go back as they came.
    let (recursion_wished, recursion_had, is_answer, is_authority) = (header[2] & 1, 0x80, 0x80, 0x04);
    let mut reply =
        vec![header[0], header[1], is_answer | is_authority | recursion_wished, recursion_had | code];
    reply.extend([0, u8::from(!question.is_empty()), 0, u8::from(address.is_some()), 0, 0, 0, 0]);
    reply.extend(question);
    if let Some(address) = address {
        // The name stands right behind the header.
        reply.extend([0xc0, 12]);
        reply.extend(A.to_be_bytes());
        reply.extend(INTERNET.to_be_bytes());
        reply.extend(KEPT.to_be_bytes());
        reply.extend([0, 4]);
        reply.extend(address);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    const AAAA: u16 = 28;

    fn ask(name: &str, kind: u16) -> Vec<u8> {
        let mut message = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            message.push(u8::try_from(label.len()).unwrap());
            message.extend(label.as_bytes());
        }
        message.push(0);
        message.extend(kind.to_be_bytes());
        message.extend([0, 1]);
        message
    }

    #[test]
    fn a_host_is_given_its_address_however_it_is_spelt() {
        let names = Names::default();
        let answer = |name: &str| answer(&ask(name, A), &names).unwrap();
        let address = names.address_of("api.a.test").unwrap().octets();
        for name in ["api.a.test", "API.a.Test"] {
            let answer = answer(name);
            assert_eq!(answer[..12], [0xab, 0xcd, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
            assert_eq!(answer[12..12 + 16], ask(name, A)[12..], "the question comes back as it was asked");
            assert_eq!(answer[answer.len() - 4..], address);
        }
    }

    #[test]
    fn of_what_is_no_host_s_address_nothing_is_known() {
        let mut root = ask("a", A);
        root.splice(HEADER..HEADER + 2, []);
        for question in [ask("api.a.test", AAAA), root] {
            let answer = answer(&question, &Names::default()).unwrap();
            assert_eq!((answer[3] & 0x0f, answer[7], answer.len()), (NO_ERROR, 0, question.len()));
        }
    }

    #[test]
    fn what_does_not_read_is_said_so_or_passed_over() {
        let names = Names::default();
        let code = |message: &[u8]| answer(message, &names).map(|answer| answer[3] & 0x0f);
        let whole = ask("a.test", A);
        for end in 0..whole.len() {
            let wanted = (end >= HEADER).then_some(FORMAT_ERROR);
            assert_eq!(code(&whole[..end]), wanted, "cut at {end}");
        }
        let changed = |place: usize, byte: u8| {
            let mut message = whole.clone();
            message[place] = byte;
            code(&message)
        };
        assert_eq!(changed(2, 0x81), None, "an answer");
        assert_eq!(changed(2, 0x28), Some(NOT_IMPLEMENTED));
        assert_eq!(changed(5, 2), Some(FORMAT_ERROR), "two questions");
        assert_eq!(changed(HEADER, 0xc0), Some(FORMAT_ERROR), "a pointer");
        assert_eq!(changed(HEADER + 1, b'.'), Some(FORMAT_ERROR));
        let long = vec!["a".repeat(60); 5].join(".");
        assert_eq!(code(&ask(&long, A)), Some(FORMAT_ERROR));
    }
}
