//! How often a window recurs: a rule of RFC 5545 from a few plain choices, and back into words.

use calendar::{Date, Weekday, Zone};
use platform::Refusal;
use platform::maintenance::Recurrence;
use platform::time::Moment;

use crate::fields::Fields;
use crate::view::View;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The rule that was chosen; `None` for a window that takes place once. It always has the window it begins with.
pub(super) fn chosen(fields: &Fields, from: Moment, zone: &Zone) -> Result<Option<Recurrence>, Refusal> {
    let date = zone.date(from.0);
    let rule = match fields.text("repeat") {
        "daily" => "FREQ=DAILY".to_owned(),
        "weekly" => format!("FREQ=WEEKLY;BYDAY={}", days(fields, date.weekday())),
        "monthly_day" => format!("FREQ=MONTHLY;BYMONTHDAY={}", date.day()),
        "monthly_weekday" => {
            let nth = (date.day() - 1) / 7 + 1;
            format!("FREQ=MONTHLY;BYDAY={nth}{}", day(date.weekday()))
        }
        "rule" => fields.text("rrule").to_owned(),
        _ => return Ok(None),
    };
    let until = match fields.given("repeat_until") {
        Some(text) => format!(";UNTIL={}", until(text)?),
        None => String::new(),
    };
    Ok(Some(Recurrence { rrule: format!("{rule}{until}"), zone: zone.name().to_owned() }))
}

fn day(it: Weekday) -> &'static str {
    DAYS.get(usize::from(it.index())).copied().unwrap_or("MO")
}

fn days(fields: &Fields, first: Weekday) -> String {
    let chosen = fields.all("day");
    let all: Vec<&str> = DAYS.into_iter().filter(|it| chosen.contains(it) || *it == day(first)).collect();
    all.join(",")
}

fn until(text: &str) -> Result<String, Refusal> {
    let date = Date::parse(text).ok_or_else(|| {
        Refusal::invalid(
            format!("repeat until: `{text}` is no date: write it like 2026-12-31"),
            format!("重复至：`{text}` 不是日期：请写作 2026-12-31"),
        )
    })?;
    Ok(date.to_string().replace('-', ""))
}

/// The rule in words; as it stands where it says more than the choices do.
pub(super) fn words(view: &View<'_, '_>, it: &Recurrence) -> String {
    let w = view.w;
    let part = |name: &str| it.rrule.split(';').find_map(|it| it.strip_prefix(name)?.strip_prefix('='));
    let known = ["FREQ", "BYDAY", "BYMONTHDAY", "UNTIL"];
    let plain = it.rrule.split(';').all(|it| known.contains(&it.split('=').next().unwrap_or_default()));
    let named = |it: &str| DAYS.iter().position(|day| it.ends_with(day)).map(|at| at + 1);
    let weekday = |it: &str| {
        named(it).map_or_else(|| it.to_owned(), |at| w.evidence_weekday(i64::try_from(at).unwrap_or(1)))
    };
    let weekdays = |it: &str| {
        it.split(',').map(weekday).collect::<Vec<_>>().join(if view.lang == diagnostic::Lang::Zh {
            "、"
        } else {
            ", "
        })
    };
    let said = match (part("FREQ"), part("BYDAY"), part("BYMONTHDAY")) {
        _ if !plain => None,
        (Some("DAILY"), None, None) => Some(w.evidence_daily().to_owned()),
        (Some("WEEKLY"), Some(days), None) => Some(w.evidence_weekly(weekdays(days))),
        (Some("MONTHLY"), None, Some(day)) => Some(w.evidence_monthly_day(day)),
        (Some("MONTHLY"), Some(day), None) => {
            let nth = day.chars().next().and_then(|it| it.to_digit(10)).map(i64::from);
            nth.map(|nth| w.evidence_monthly_weekday(nth, weekday(day)))
        }
        _ => None,
    };
    let said = said.unwrap_or_else(|| it.rrule.clone());
    match part("UNTIL").and_then(|it| Some((it.get(..4)?, it.get(4..6)?, it.get(6..8)?))) {
        Some((year, month, day)) if plain => w.evidence_repeat_until(said, format!("{year}-{month}-{day}")),
        _ => said,
    }
}
