//! When a recurring window of maintenance takes place: an RRULE of RFC 5545 over the clock on the wall of a zone.
//!
//! The rule is expanded over local readings, as if they were UTC, and each reading becomes an instant by the zone data
//! compiled in, so that a window at 02:00 stays at 02:00 when the clocks change.

use calendar::{Date, TimeOfDay, Zone, parse_instant};
use rrule::RRuleSet;
use timeline::Instant;

use crate::refusal::{Failure, Refusal};

/// Most occurrences in a year.
pub const OCCURRENCES_MAX: usize = 1_000;
/// Longest rule, in bytes.
const RULE_BYTES_MAX: usize = 500;
const DAY_NANOS: i64 = 86_400 * SECOND_NANOS;
const SECOND_NANOS: i64 = 1_000_000_000;
const YEAR_SECONDS: i64 = 366 * 86_400;

/// A rule that has been checked.
#[derive(Debug, Clone)]
pub struct Rule {
    set: RRuleSet,
    zone: Zone,
}

impl Rule {
    /// The rule `text` (`FREQ=WEEKLY;BYDAY=SU`), beginning with the window that begins at `first`. Refused when it cannot be
    /// computed here, recurs more often than hourly or than a thousand times a year, or does not begin with that window.
    pub fn read(text: &str, zone: &str, first: Instant) -> Result<Self, Failure> {
        let zone = Zone::named(zone).map_err(|it| {
            let near = it.nearest.unwrap_or_else(|| "Asia/Shanghai".to_owned());
            refused(
                &format!("zone: no time zone is named `{}`; did you mean `{near}`?", it.name),
                &format!("zone：没有名为 `{}` 的时区；是否想写 `{near}`？", it.name),
            )
        })?;
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        check_parts(text)?;
        let parts: Vec<String> = text.split(';').map(|it| part(it, &zone)).collect::<Result<_, _>>()?;
        let start = reading(&zone, first).ok_or_else(|| refused("from: out of range", "from：超出范围"))?;
        let set: Result<RRuleSet, _> = format!("DTSTART:{start}\nRRULE:{}", parts.join(";")).parse();
        let set = set.map_err(|it| {
            refused(&format!("rrule: it cannot be understood: {it}"), &format!("rrule：无法理解该规则：{it}"))
        })?;
        let rule = Self { set: set.limit(), zone };
        rule.check(first)?;
        Ok(rule)
    }

    /// The beginnings of its windows in `[from, until)`, in order.
    pub fn beginnings(&self, from: Instant, until: Instant) -> Vec<Instant> {
        let all = self.set.into_iter().filter_map(|it| self.instant(it.timestamp()));
        all.skip_while(|it| *it < from).take_while(|it| *it < until).collect()
    }

    fn instant(&self, reading_s: i64) -> Option<Instant> {
        let nanos = reading_s.checked_mul(SECOND_NANOS)?;
        let date = epoch()?.add_days(i32::try_from(nanos.div_euclid(DAY_NANOS)).ok()?)?;
        self.zone.instant(date, TimeOfDay::from_nanos(nanos.rem_euclid(DAY_NANOS))?)
    }

    fn check(&self, first: Instant) -> Result<(), Failure> {
        let readings: Vec<i64> =
            self.set.into_iter().take(OCCURRENCES_MAX + 1).map(|it| it.timestamp()).collect();
        let begins = readings.first().and_then(|it| self.instant(*it));
        if begins != Some(first) {
            return Err(refused(
                "rrule: the window given is not the first the rule names; begin with one it names",
                "rrule：所给窗口不是规则的首次；请从规则所指的一次开始",
            ));
        }
        let (begin, end) = (readings.first(), readings.get(OCCURRENCES_MAX));
        if let (Some(begin), Some(end)) = (begin, end)
            && end.saturating_sub(*begin) < YEAR_SECONDS
        {
            return Err(refused(
                &format!("rrule: it recurs more than {OCCURRENCES_MAX} times a year"),
                &format!("rrule：每年超过 {OCCURRENCES_MAX} 次"),
            ));
        }
        Ok(())
    }
}

/// What no rule here may say.
fn check_parts(text: &str) -> Result<(), Failure> {
    if text.is_empty() || text.len() > RULE_BYTES_MAX || !text.bytes().all(|it| it.is_ascii_graphic()) {
        return Err(refused(
            "rrule: write one rule like `FREQ=WEEKLY;BYDAY=SU`",
            "rrule：请写一条规则，如 `FREQ=WEEKLY;BYDAY=SU`",
        ));
    }
    let names: Vec<&str> = text.split(';').map(|it| it.split('=').next().unwrap_or_default()).collect();
    if names.iter().any(|it| matches!(*it, "RSCALE" | "SKIP")) {
        return Err(refused(
            "rrule: RSCALE is not computed here; list the windows one by one",
            "rrule：不计算 RSCALE（非公历）；请逐一列出窗口",
        ));
    }
    let sub_hourly = text.split(';').any(|it| {
        matches!(it, "FREQ=MINUTELY" | "FREQ=SECONDLY")
            || it
                .strip_prefix("BYMINUTE=")
                .or(it.strip_prefix("BYSECOND="))
                .is_some_and(|it| it.contains(','))
    });
    if sub_hourly {
        return Err(refused(
            "rrule: windows recur hourly at most; announce one longer window",
            "rrule：至多每小时一次；请公告一个较长的窗口",
        ));
    }
    Ok(())
}

/// One part of the rule over readings: `UNTIL` as an instant, a date or a local time becomes a reading.
fn part(text: &str, zone: &Zone) -> Result<String, Failure> {
    let Some(until) = text.strip_prefix("UNTIL=") else { return Ok(text.to_owned()) };
    let wrong = || refused("rrule: UNTIL is like `20261231T235959Z`", "rrule：UNTIL 形如 `20261231T235959Z`");
    let digits: String = until.chars().filter(char::is_ascii_digit).collect();
    let group = |from: usize, to: usize| digits.get(from..to).ok_or_else(wrong);
    let date = || Ok::<_, Failure>(format!("{}-{}-{}", group(0, 4)?, group(4, 6)?, group(6, 8)?));
    match until.len() {
        8 => Ok(format!("UNTIL={until}T235959Z")),
        15 => Ok(format!("UNTIL={until}Z")),
        16 if until.ends_with('Z') => {
            let at = format!("{}T{}:{}:{}Z", date()?, group(8, 10)?, group(10, 12)?, group(12, 14)?);
            let at = parse_instant(&at).map_err(|_| wrong())?;
            Ok(format!("UNTIL={}", reading(zone, at).ok_or_else(wrong)?))
        }
        _ => Err(wrong()),
    }
}

/// What the clock on the wall of a zone shows, as if it were UTC: `20261001T020000Z`.
fn reading(zone: &Zone, at: Instant) -> Option<String> {
    let (date, time) = (zone.date(at), zone.time(at));
    let seconds = time.nanos() / SECOND_NANOS;
    let day = date.to_string().replace('-', "");
    at.is_bounded()
        .then(|| format!("{day}T{:02}{:02}{:02}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

fn epoch() -> Option<Date> {
    Date::new(1970, 1, 1)
}

fn refused(en: &str, zh: &str) -> Failure {
    Refusal::invalid(en, zh).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        parse_instant(text).unwrap()
    }

    fn expanded(rule: &str, zone: &str, first: &str, until: &str) -> Vec<String> {
        let rule = Rule::read(rule, zone, at(first)).unwrap();
        let zone = Zone::named(zone).unwrap();
        rule.beginnings(at(first), at(until)).into_iter().map(|it| zone.show(it)).collect()
    }

    fn why(rule: &str, zone: &str) -> String {
        Rule::read(rule, zone, at("2026-10-04T02:00:00Z")).unwrap_err().to_string()
    }

    #[test]
    fn a_window_stays_at_its_hour_when_the_clocks_change() {
        let found = expanded(
            "FREQ=WEEKLY;BYDAY=SU",
            "America/New_York",
            "2026-10-25T02:00:00-04:00",
            "2026-11-16T00:00:00Z",
        );
        assert_eq!(
            found,
            [
                "2026-10-25T02:00:00-04:00",
                "2026-11-01T02:00:00-05:00",
                "2026-11-08T02:00:00-05:00",
                "2026-11-15T02:00:00-05:00"
            ]
        );
    }

    #[test]
    fn until_is_an_instant_a_date_or_a_local_time() {
        for until in ["20261017T160000Z", "20261018T000000", "20261018"] {
            let rule = format!("FREQ=WEEKLY;UNTIL={until}");
            let found = expanded(&rule, "Asia/Shanghai", "2026-10-04T00:00:00+08:00", "2027-10-01T00:00:00Z");
            assert_eq!(found.len(), 3, "{until}: {found:?}");
        }
    }

    #[test]
    fn the_last_sunday_of_each_month() {
        let found = expanded(
            "FREQ=MONTHLY;BYDAY=-1SU;COUNT=3",
            "UTC",
            "2026-10-25T02:00:00Z",
            "2030-01-01T00:00:00Z",
        );
        assert_eq!(found, ["2026-10-25T02:00:00Z", "2026-11-29T02:00:00Z", "2026-12-27T02:00:00Z"]);
    }

    #[test]
    fn rules_that_cannot_be_kept_are_refused_with_the_remedy() {
        for (rule, zone, word) in [
            ("FREQ=YEARLY;RSCALE=CHINESE", "UTC", "RSCALE"),
            ("FREQ=MINUTELY", "UTC", "hourly"),
            ("FREQ=HOURLY;BYMINUTE=0,30", "UTC", "hourly"),
            ("FREQ=HOURLY", "UTC", "1000 times"),
            ("FREQ=WEEKLY;BYDAY=MO", "UTC", "first"),
            ("FREQ=SOMETIMES", "UTC", "understood"),
            ("FREQ=DAILY;UNTIL=tomorrow", "UTC", "UNTIL"),
            ("FREQ=DAILY\nEXDATE:20261005T020000Z", "UTC", "one rule"),
            ("", "UTC", "one rule"),
            ("FREQ=DAILY", "asia/shanghai", "Asia/Shanghai"),
        ] {
            let why = why(rule, zone);
            assert!(why.contains(word), "{rule}: {why}");
        }
        assert!(Rule::read("FREQ=HOURLY;INTERVAL=9", "UTC", at("2026-10-04T02:00:00Z")).is_ok());
    }
}
