//! Where chunks end changes nothing, and memory does not grow with the input.

use std::io::{self, BufRead, Read};

use formats::table::Mapping;
use formats::{Format, Limits, Receipt, Receipts, Reject};

use crate::some::{outline_of, shown};

/// Gives so many bytes at a time, over and over, so many times in all.
struct Repeated<'a> {
    body: &'a [u8],
    at: usize,
    chunk: usize,
    times: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let chunk = self.fill_buf()?;
        let length = chunk.len().min(into.len());
        into[..length].copy_from_slice(&chunk[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Repeated<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.body.len() && self.times > 1 {
            self.times -= 1;
            self.at = 0;
        }
        Ok(&self.body[self.at..self.body.len().min(self.at + self.chunk)])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

const BODY: &str = "[{\"phone_number\":\"13800000000\",\"err_code\":\"DELIVERED\",\"biz_id\":\"1\"} , {\"a\":1,\n {\"phone_number\":\"13800000001\",\"err_code\":\"MK:0001\",\"biz_id\":\"用\\\"{\"}]\nx {} ,{\"err_code\":1}\n";

#[test]
fn where_chunks_end_changes_nothing() {
    let limits = Limits { record_bytes_max: 90, ..Limits::default() };
    let whole = outline_of(&mut BODY.as_bytes(), Format::Aliyun, limits);
    assert_eq!(whole, ["DELIVERED", "1!not_json", "MK:0001", "3!not_an_object", "3!missing"]);
    for chunk in 1..BODY.len() {
        let mut reader = Repeated { body: BODY.as_bytes(), at: 0, chunk, times: 1 };
        assert_eq!(outline_of(&mut reader, Format::Aliyun, limits), whole, "{chunk}");
    }
}

#[test]
fn a_long_input_is_read_to_its_end_and_lines_are_counted() -> io::Result<()> {
    let mut reader = Repeated { body: BODY.as_bytes(), at: 0, chunk: 1000, times: 20_000 };
    let mut receipts = Receipts::new(&mut reader, Format::Aliyun, Limits::default());
    let (mut good, mut last) = (0, 0);
    receipts.for_each(&mut |it| match it {
        Ok(_) => good += 1,
        Err(reject) => last = reject.spot.line,
    })?;
    assert_eq!((good, last), (40_000, 60_000));
    assert_eq!(receipts.spot().offset, 20_000 * BODY.len() as u64);
    Ok(())
}

#[test]
fn reading_goes_on_from_an_offset_after_an_interruption() -> io::Result<()> {
    let (mut first, mut body) = (Vec::new(), BODY.as_bytes());
    let mut receipts = Receipts::new(&mut body, Format::Aliyun, Limits::default());
    receipts.step(&mut |it| first.push(it.is_ok()))?;
    let offset = usize::try_from(receipts.spot().offset).expect("a small body");
    let rest = shown(&BODY.as_bytes()[offset..], Format::Aliyun);
    assert_eq!((first, rest.matches("Receipt {").count()), (vec![true], 1));
    Ok(())
}

#[test]
fn a_reading_interrupted_after_any_record_gives_the_same_as_one_that_was_not() -> io::Result<()> {
    let table = "message_id,code\n1,A\n\"2\n\",B\n\"x,\ny\n3,C";
    let mapping = Mapping::plain("x");
    for (body, format) in [(BODY, Format::Aliyun), (table, Format::Csv(&mapping))] {
        let whole = interrupted_after(usize::MAX, body, format)?;
        assert!(whole.len() > 3, "{whole:?}");
        for steps in 1..whole.len() {
            assert_eq!(interrupted_after(steps, body, format)?, whole, "{steps} {format:?}");
        }
    }
    Ok(())
}

fn interrupted_after(steps: usize, body: &str, format: Format<'_>) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut take = |it: Result<Receipt<'_>, Reject>| lines.push(format!("{it:?}"));
    let mut bytes = body.as_bytes();
    let mut receipts = Receipts::new(&mut bytes, format, Limits::default());
    for _ in 0..steps {
        if !receipts.step(&mut take)? {
            break;
        }
    }
    let spot = receipts.spot();
    let offset = usize::try_from(spot.offset).expect("a small body");
    let mut rest = &body.as_bytes()[offset..];
    let receipts = Receipts::starting_at(spot, &mut rest, format, Limits::default());
    let header = body.lines().next().unwrap_or_default();
    receipts.with_header(header.as_bytes()).expect("a header").for_each(&mut take)?;
    Ok(lines)
}

#[test]
fn a_reader_that_fails_is_told_and_not_mended() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
    let mut reader = io::BufReader::new(Failing);
    let mut receipts = Receipts::new(&mut reader, Format::Tencent, Limits::default());
    assert_eq!(receipts.for_each(&mut |_| {}).map_err(|it| it.kind()), Err(io::ErrorKind::TimedOut));
}
