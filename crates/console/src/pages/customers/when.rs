//! Times of day in forms: what the clock on the wall of a zone shows, read and written as browsers do.

use calendar::{Date, TimeOfDay, Zone, parse_instant};
use platform::Refusal;
use platform::time::Moment;
use timeline::Instant;

const SECOND_NANOS: i64 = 1_000_000_000;

/// `2026-11-22T09:00` on the clock of `zone`; an offset in the text counts instead of the zone. `None` when nothing was
/// filled in; a date alone is its first instant.
pub(crate) fn read(name: &str, text: &str, zone: &Zone) -> Result<Option<Moment>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let local = || {
        let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
        zone.instant(Date::parse(date)?, TimeOfDay::parse(time)?)
    };
    let at = parse_instant(text).ok().or_else(local);
    at.map(|it| Some(Moment(it))).ok_or_else(|| {
        Refusal::invalid(
            format!("{name}: `{text}` is no date and time: write it like 2026-11-22T09:00"),
            format!("{name}：`{text}` 不是日期时间：请写作 2026-11-22T09:00"),
        )
    })
}

/// The same, and refused when nothing was filled in.
pub(crate) fn needed(name: &str, text: &str, zone: &Zone) -> Result<Moment, Refusal> {
    read(name, text, zone)?
        .ok_or_else(|| Refusal::invalid(format!("{name}: say when"), format!("{name}：请填写时间")))
}

/// What a field of a date and time shows.
pub(crate) fn shown(zone: &Zone, at: Instant) -> String {
    let time = zone.time(at);
    let seconds = time.nanos() / SECOND_NANOS;
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let rest = if rest == 0 { String::new() } else { format!(":{rest:02}") };
    format!("{}T{hours:02}:{minutes:02}{rest}", zone.date(at))
}

/// The same to the minute, for what is suggested.
pub(crate) fn minute(zone: &Zone, at: Instant) -> String {
    let nanos = 60 * SECOND_NANOS;
    shown(zone, Instant::from_nanos(at.nanos() - at.nanos().rem_euclid(nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_follows_the_clock_of_its_zone_and_comes_back_as_it_was() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        for (text, utc) in [
            ("2026-11-22T09:00", "2026-11-22T01:00:00Z"),
            ("2026-11-22", "2026-11-21T16:00:00Z"),
            ("2026-11-22T09:00:30", "2026-11-22T01:00:30Z"),
            ("2026-11-22T09:00:00+00:00", "2026-11-22T09:00:00Z"),
        ] {
            let at = read("from", text, &zone).unwrap().unwrap();
            assert_eq!(at.to_string(), utc, "{text}");
        }
        let at = needed("from", "2026-11-22T09:00", &zone).unwrap();
        assert_eq!(shown(&zone, at.0), "2026-11-22T09:00");
        assert!(read("from", "tomorrow", &zone).is_err() && needed("from", "", &zone).is_err());
        assert_eq!(read("from", "", &zone).unwrap(), None);
    }
}
