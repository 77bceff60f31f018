//! Maintenance as a calendar to subscribe to (RFC 5545, and the names of RFC 7986).

use platform::Failure;
use platform::status::Board;
use platform::time::Moment;
use timeline::Instant;

use super::feeds::page_name;
use super::{name, told};
use crate::view::View;

/// Octets of a line before it is folded.
const OCTETS: usize = 75;

pub(super) fn maintenance(view: &View<'_, '_>, board: &Board) -> Result<String, Failure> {
    let title = view.w.status_calendar_title(page_name(view, board));
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Upheld//Status//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        format!("NAME:{}", escaped(&title)),
        format!("X-WR-CALNAME:{}", escaped(&title)),
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H".to_owned(),
    ];
    let host = view.parts.host.split(':').next().unwrap_or_default();
    for of in &board.components {
        for it in &of.windows {
            let summary = format!("{}: {}", name(view.w, of), told::window_title(view.w, it));
            lines.extend([
                "BEGIN:VEVENT".to_owned(),
                format!("UID:{}@{host}", it.id),
                format!("DTSTAMP:{}", stamp(it.announced_at.unwrap_or(it.span.from()))),
                format!("DTSTART:{}", stamp(it.span.from())),
                format!("DTEND:{}", stamp(it.span.until())),
                format!("SUMMARY:{}", escaped(&summary)),
                "STATUS:CONFIRMED".to_owned(),
                "TRANSP:TRANSPARENT".to_owned(),
                "END:VEVENT".to_owned(),
            ]);
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    Ok(lines.iter().map(|it| folded(it)).collect())
}

/// `20261122T090000Z`.
fn stamp(at: Instant) -> String {
    let shown = Moment(at).to_string();
    let seconds = shown.get(..19).unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

/// TEXT of section 3.3.11.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// A content line: broken after 75 octets, never within a character (section 3.1).
fn folded(line: &str) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for it in line.chars() {
        if length + it.len_utf8() > OCTETS {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(it);
        length += it.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_between_characters_and_unfolds_to_itself() {
        let line = format!("SUMMARY:{}", "维护窗口 maintenance ".repeat(20));
        let out = folded(&line);
        for part in out.trim_end_matches("\r\n").split("\r\n") {
            assert!(part.len() <= OCTETS, "{}", part.len());
        }
        assert_eq!(out.replace("\r\n ", "").trim_end_matches("\r\n"), line);
    }

    #[test]
    fn what_means_something_in_a_calendar_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }

    #[test]
    fn an_instant_is_written_in_utc() {
        assert_eq!(stamp(Instant::EPOCH), "19700101T000000Z");
    }
}
