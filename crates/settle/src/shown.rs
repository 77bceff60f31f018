//! What is said of a value: kept as what it is, put in words only where somebody reads it.

use std::sync::Arc;

use calendar::{Date, Period, Zone};
use diagnostic::{Bilingual, Lang};
use language::contract::RowType;
use quantity::{Quantity, Ratio, show_duration};
use timeline::{Instant, Interval};

use crate::settlement::Outcome;
use crate::value::{RowRef, Value, seconds};

/// Parts of a duration in English and Chinese.
const DURATION_PARTS: [(&str, &str); 4] = [("d", "天"), ("h", "小时"), ("min", "分钟"), ("s", "秒")];
/// Elements of a list that are shown.
const ELEMENTS_SHOWN: usize = 6;

/// A value as far as words can say it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// A number with its unit.
    Quantity(Quantity),
    /// A truth.
    Truth(bool),
    /// A text, or the name of a calendar.
    Text(Arc<str>),
    /// A moment.
    Instant(Instant),
    /// A civil date.
    Date(Date),
    /// Months, days and nanoseconds.
    Period(Period),
    /// So many working days.
    WorkingDays(i32),
    /// Not known while a record is still open.
    Open(Bilingual),
    /// So many nanoseconds of opening hours.
    OfHours(i128),
    /// So many nanoseconds of a timeline.
    OfTimeline(i128),
    /// So many records.
    Records(usize),
    /// So many runs of a timeline.
    Runs(usize),
    /// A record by its place among those of its fact, from 0.
    Record(usize),
    /// A run, or the part of a window that counts.
    Interval(Interval),
    /// A timeline: its length in nanoseconds unless it has no end, and how many runs it has.
    Timeline(Option<i128>, usize),
    /// A number over time.
    Series,
    /// Opening hours.
    Hours,
    /// The first elements of a list, and how many it has.
    List(Vec<Outcome<Shown>>, usize),
}

impl Shown {
    /// What is said of `value`.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Quantity(it) => Self::Quantity(it.clone()),
            Value::Truth(it) => Self::Truth(*it),
            Value::Text(it) => Self::Text(it.clone()),
            Value::Instant(it) => Self::Instant(*it),
            Value::Date(it) => Self::Date(*it),
            Value::Open(it) => Self::Open(it.absent().reason),
            Value::Period(it) => Self::Period(*it),
            Value::WorkingDays(days, _) => Self::WorkingDays(*days),
            Value::Clock(nanos, _) => Self::OfHours(*nanos),
            Value::Ticking(nanos, _) => Self::OfTimeline(*nanos),
            Value::Rows(it) if it.kind == RowType::Run => Self::Runs(it.rows.len()),
            Value::Rows(it) => Self::Records(it.rows.len()),
            Value::Row(RowRef::Record(_, at)) => Self::Record(*at),
            Value::Row(RowRef::Run(run)) => Self::Interval(*run),
            Value::Timeline(it) => Self::Timeline(it.nanos(), it.runs().len()),
            Value::Series(..) => Self::Series,
            Value::List(items) => {
                let first = items.iter().take(ELEMENTS_SHOWN);
                Self::List(first.map(of_outcome).collect(), items.len())
            }
            Value::Hours(_) => Self::Hours,
            Value::Calendar(it) => Self::Text(Arc::from(it.name())),
            Value::Window(it) => Self::Interval(it.counted),
        }
    }

    /// It in words of `lang`, instants in `zone`.
    pub fn in_words(&self, zone: &Zone, lang: Lang) -> String {
        match self {
            Self::Quantity(it) => quantity_in(it, lang),
            Self::Truth(it) => truth(*it, lang).to_owned(),
            Self::Text(it) => it.to_string(),
            Self::Instant(it) => zone.show(*it),
            Self::Date(it) => it.to_string(),
            Self::Open(why) => why.in_lang(lang).to_owned(),
            Self::Period(it) => period(it, lang),
            Self::WorkingDays(days) => counted(i64::from(*days), ("working day", "个工作日"), lang),
            Self::OfHours(nanos) => of_clock(*nanos, ("opening hours", "工作时段"), lang),
            Self::OfTimeline(nanos) => of_clock(*nanos, ("the timeline", "时间线"), lang),
            Self::Records(count) => counted(saturated(*count), ("record", "条记录"), lang),
            Self::Runs(count) => counted(saturated(*count), ("run", "段"), lang),
            Self::Record(at) => match lang {
                Lang::En => format!("record {}", at.saturating_add(1)),
                Lang::Zh => format!("第 {} 条记录", at.saturating_add(1)),
            },
            Self::Interval(it) => format!("{} … {}", zone.show(it.from()), zone.show(it.until())),
            Self::Timeline(nanos, runs) => timeline(*nanos, *runs, lang),
            Self::Series => in_lang(("a series", "序列"), lang).to_owned(),
            Self::Hours => in_lang(("hours", "工作时段"), lang).to_owned(),
            Self::List(first, length) => list(first, *length, zone, lang),
        }
    }
}

/// What is said of an outcome.
pub fn of_outcome(outcome: &Outcome<Value>) -> Outcome<Shown> {
    match outcome {
        Ok(Value::Open(it)) => Err(it.absent()),
        Ok(value) => Ok(Shown::of(value)),
        Err(absent) => Err(absent.clone()),
    }
}

/// A quantity in words of `lang`.
pub fn quantity_in(it: &Quantity, lang: Lang) -> String {
    if it.unit.is_time() { duration_in(&it.value, lang) } else { it.show() }
}

/// A duration in words of `lang`.
pub fn duration_in(seconds: &Ratio, lang: Lang) -> String {
    duration_words(show_duration(seconds), lang)
}

/// `1 h 30 min` in words of `lang`.
pub fn duration_words(text: String, lang: Lang) -> String {
    let word = |part| DURATION_PARTS.iter().find(|(en, _)| *en == part).map_or(part, |(_, zh)| *zh);
    match lang {
        Lang::En => text,
        Lang::Zh => text.split(' ').map(word).collect::<Vec<_>>().join(" "),
    }
}

fn truth(it: bool, lang: Lang) -> &'static str {
    in_lang(if it { ("true", "是") } else { ("false", "否") }, lang)
}

fn in_lang((en, zh): (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// `1 record`, `2 records`, `2 条记录`.
fn counted(count: i64, what: (&'static str, &'static str), lang: Lang) -> String {
    let plural = if lang == Lang::En && count != 1 { "s" } else { "" };
    format!("{count} {}{plural}", in_lang(what, lang))
}

fn saturated(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `1 month 2 days`, parts of zero left out; a day of the calendar is no 24 hours.
fn period(it: &Period, lang: Lang) -> String {
    let part = |count: i32, what| (count != 0).then(|| counted(i64::from(count), what, lang));
    let exact = (it.nanos != 0).then(|| duration_in(&seconds(i128::from(it.nanos)), lang));
    let parts = [part(it.months, ("month", "个月")), part(it.days, ("day", "天")), exact];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { counted(0, ("day", "天"), lang) } else { parts.join(" ") }
}

/// A day of opening hours is no 24 hours, so whole hours are the largest part.
fn of_clock(nanos: i128, of: (&'static str, &'static str), lang: Lang) -> String {
    const HOUR: i128 = 3_600_000_000_000;
    let (hours, rest) = (nanos / HOUR, nanos % HOUR);
    let rest = duration_in(&seconds(rest), lang);
    let length = match (hours, nanos % HOUR) {
        (0, _) => rest,
        (_, 0) => format!("{hours} {}", in_lang(("h", "小时"), lang)),
        _ => format!("{hours} {} {rest}", in_lang(("h", "小时"), lang)),
    };
    match lang {
        Lang::En => format!("{length} of {}", of.0),
        Lang::Zh => format!("{}内 {length}", of.1),
    }
}

fn timeline(nanos: Option<i128>, runs: usize, lang: Lang) -> String {
    let Some(nanos) = nanos else { return in_lang(("without end", "无界"), lang).to_owned() };
    let length = duration_in(&seconds(nanos), lang);
    match lang {
        _ if runs < 2 => length,
        Lang::En => format!("{length} ({runs} runs)"),
        Lang::Zh => format!("{length}（{runs} 段）"),
    }
}

fn list(first: &[Outcome<Shown>], length: usize, zone: &Zone, lang: Lang) -> String {
    let element = |it: &Outcome<Shown>| match it {
        Ok(it) => it.in_words(zone, lang),
        Err(absent) => absent.reason.in_lang(lang).to_owned(),
    };
    let shown: Vec<String> = first.iter().map(element).collect();
    let shown = shown.join(in_lang((", ", "、"), lang));
    match lang {
        Lang::En if length > first.len() => format!("({shown}, … {length} in all)"),
        Lang::En => format!("({shown})"),
        Lang::Zh if length > first.len() => format!("（{shown}……共 {length} 项）"),
        Lang::Zh => format!("（{shown}）"),
    }
}

#[cfg(test)]
mod tests {
    use quantity::Unit;

    use super::*;
    use crate::absent::Absent;

    const HOUR: i128 = 3_600_000_000_000;

    fn number(it: i128) -> Shown {
        Shown::Quantity(Quantity::number(Ratio::int(it)))
    }

    fn period(months: i32, days: i32) -> Shown {
        Shown::Period(Period { months, days, nanos: 0 })
    }

    #[test]
    fn every_sort_of_value_is_said_in_both_languages() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let span = Interval::new(Instant::EPOCH, Instant::from_nanos(1_000_000_000)).unwrap();
        let span_text = "1970-01-01T08:00:00+08:00 … 1970-01-01T08:00:01+08:00";
        let money = Quantity { value: Ratio::int(3), unit: Unit::named("MOS") };
        let absent = Absent::no_data("a record has no `amount`", "记录没有 `amount`");
        for (shown, en, zh) in [
            (number(7), "7", "7"),
            (Shown::Quantity(money), "3 MOS", "3 MOS"),
            (Shown::Quantity(Quantity::seconds(Ratio::int(7740))), "2 h 9 min", "2 小时 9 分钟"),
            (Shown::Truth(true), "true", "是"),
            (Shown::Truth(false), "false", "否"),
            (Shown::Text(Arc::from("major")), "major", "major"),
            (Shown::Instant(Instant::EPOCH), "1970-01-01T08:00:00+08:00", "1970-01-01T08:00:00+08:00"),
            (Shown::Date(Date::new(2026, 10, 1).unwrap()), "2026-10-01", "2026-10-01"),
            (period(1, 0), "1 month", "1 个月"),
            (period(-2, 10), "-2 months 10 days", "-2 个月 10 天"),
            (period(0, 0), "0 days", "0 天"),
            (Shown::WorkingDays(1), "1 working day", "1 个工作日"),
            (Shown::WorkingDays(3), "3 working days", "3 个工作日"),
            (Shown::OfHours(24 * HOUR), "24 h of opening hours", "工作时段内 24 小时"),
            (Shown::OfHours(HOUR / 2), "30 min of opening hours", "工作时段内 30 分钟"),
            (Shown::OfTimeline(HOUR * 3 / 2), "1 h 30 min of the timeline", "时间线内 1 小时 30 分钟"),
            (Shown::Records(1), "1 record", "1 条记录"),
            (Shown::Records(367), "367 records", "367 条记录"),
            (Shown::Runs(0), "0 runs", "0 段"),
            (Shown::Record(0), "record 1", "第 1 条记录"),
            (Shown::Interval(span), span_text, span_text),
            (Shown::Timeline(Some(2 * HOUR), 1), "2 h", "2 小时"),
            (Shown::Timeline(Some(2 * HOUR), 3), "2 h (3 runs)", "2 小时（3 段）"),
            (Shown::Timeline(Some(0), 0), "0 s", "0 秒"),
            (Shown::Timeline(None, 1), "without end", "无界"),
            (Shown::Series, "a series", "序列"),
            (Shown::Hours, "hours", "工作时段"),
            (Shown::List(vec![Ok(number(1)), Ok(Shown::Truth(true))], 2), "(1, true)", "（1、是）"),
            (
                Shown::List(vec![Err(absent)], 9),
                "(a record has no `amount`, … 9 in all)",
                "（记录没有 `amount`……共 9 项）",
            ),
        ] {
            let said = [Lang::En, Lang::Zh].map(|lang| shown.in_words(&zone, lang));
            assert_eq!(said, [en, zh], "{shown:?}");
        }
    }

    #[test]
    fn a_long_list_keeps_its_first_elements_and_its_length() {
        let items = (0..1000).map(|it| Ok(Value::Truth(it % 2 == 0))).collect();
        let Shown::List(first, length) = Shown::of(&Value::List(Arc::new(items))) else { panic!("a list") };
        assert_eq!((first.len(), length), (ELEMENTS_SHOWN, 1000));
    }
}
