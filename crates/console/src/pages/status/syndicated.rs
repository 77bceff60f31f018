//! Incidents as RSS 2.0 and Atom (RFC 4287).

use std::fmt::Write as _;

use calendar::Zone;
use platform::Failure;
use platform::status::Board;
use platform::time::Moment;
use timeline::Instant;

use super::feeds::{page_address, page_name};
use super::told::{self, Told};
use crate::view::View;

/// Incidents in a feed, the newest first.
const MOST: usize = 50;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Text for XML: what it has no character for is left out.
fn escaped(text: &str) -> String {
    let allowed = |it: &char| !it.is_control() || matches!(it, '\n' | '\t');
    let text: String = text.chars().filter(allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `Sun, 22 Nov 2026 09:00:00 GMT` (RFC 822 as RSS uses it).
fn rfc822(at: Instant) -> String {
    let date = Zone::utc().date(at);
    let shown = Moment(at).to_string();
    let time = shown.get(11..19).unwrap_or("00:00:00");
    // 5 January 1970 was a Monday.
    let days = at.nanos().div_euclid(86_400_000_000_000) - 4;
    let day = usize::try_from(days.rem_euclid(7)).ok().and_then(|it| DAYS.get(it)).unwrap_or(&"Mon");
    let month = MONTHS.get(usize::from(date.month()).saturating_sub(1)).unwrap_or(&"Jan");
    format!("{day}, {:02} {month} {:04} {time} GMT", date.day(), date.year())
}

fn body(view: &View<'_, '_>, it: &Told) -> String {
    let state = match it.until {
        Some(_) => view.w.status_told_over(&it.length),
        None => view.w.status_told_lasts(&it.length),
    };
    format!("{} {} · {} {}", view.w.status_told_begun(&it.component), it.when, state, it.why.join(" "))
}

fn title(view: &View<'_, '_>, board: &Board) -> String {
    view.w.status_feed_title(page_name(view, board))
}

pub(super) fn rss(view: &View<'_, '_>, board: &Board) -> Result<String, Failure> {
    let address = page_address(view);
    let mut items = String::new();
    for it in told::all(view.w, board).iter().take(MOST) {
        let _ = writeln!(
            items,
            "<item><title>{}</title><link>{}#{}</link><guid isPermaLink=\"false\">{}</guid><pubDate>{}</pubDate><description>{}</description></item>",
            escaped(&it.title),
            escaped(&address),
            it.id,
            it.id,
            rfc822(it.from),
            escaped(&body(view, it)),
        );
    }
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title><link>{}</link><description>{}</description><language>{}</language><lastBuildDate>{}</lastBuildDate><ttl>1</ttl>\n{items}</channel></rss>\n",
        escaped(&title(view, board)),
        escaped(&address),
        escaped(view.w.status_feed_about()),
        if view.lang_name() == "zh" { "zh-cn" } else { "en" },
        rfc822(board.updated_at().0),
    ))
}

pub(super) fn atom(view: &View<'_, '_>, board: &Board) -> Result<String, Failure> {
    let address = page_address(view);
    let own = format!("{}{}", crate::address::site(view.parts), view.parts.uri);
    let mut entries = String::new();
    for it in told::all(view.w, board).iter().take(MOST) {
        let changed = it.until.unwrap_or(it.from).max(it.recorded_at);
        let _ = writeln!(
            entries,
            "<entry><title>{}</title><id>urn:upheld:status:{}</id><link href=\"{}#{}\"/><published>{}</published><updated>{}</updated><summary>{}</summary></entry>",
            escaped(&it.title),
            it.id,
            escaped(&address),
            it.id,
            Moment(it.from),
            Moment(changed),
            escaped(&body(view, it)),
        );
    }
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\"><title>{}</title><id>{}</id><link href=\"{}\"/><link rel=\"self\" href=\"{}\"/><updated>{}</updated><author><name>{}</name></author>\n{entries}</feed>\n",
        if view.lang_name() == "zh" { "zh-Hans" } else { "en" },
        escaped(&title(view, board)),
        escaped(&address),
        escaped(&address),
        escaped(&own),
        board.updated_at(),
        escaped(&page_name(view, board)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_a_feed_has_the_day_of_the_week_it_fell_on() {
        for (at, shown) in [
            ("1970-01-05T00:00:00Z", "Mon, 05 Jan 1970 00:00:00 GMT"),
            ("2026-11-22T09:03:07Z", "Sun, 22 Nov 2026 09:03:07 GMT"),
            ("1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] {
            assert_eq!(rfc822(calendar::parse_instant(at).unwrap()), shown);
        }
    }

    #[test]
    fn no_text_breaks_out_of_its_element() {
        assert_eq!(escaped("a <b> & \"c\"\u{1}"), "a &lt;b&gt; &amp; &quot;c&quot;");
    }
}
