//! Opening hours and listed calendars: constants of the contract.

use std::sync::Arc;

use calendar::{
    Date, DayMark, DayRule, HolidayCalendar, Hours, TimeOfDay, Weekday, WeekdaySet, Window, Zone,
};

use diagnostic::Bilingual;

use super::Checker;
use super::lower::{broken, node};
use super::scope::nearest;
use crate::contract::{Node, Op, Type};
use crate::problem::both;
use crate::syntax::ast::{Expr, HoursDays, HoursSpec, HoursWindow, Name};
use crate::syntax::token::Span;

impl Checker<'_> {
    pub(crate) fn hours(&mut self, spec: &HoursSpec, span: Span) -> Node {
        let zone = match &spec.zone {
            Some(name) => self.zone_named(name),
            None => Some(self.front.zone.clone()),
        };
        let Some(zone) = zone else { return broken(span) };
        if spec.always {
            return node(Op::Hours(Arc::new(Hours::always(zone))), Type::Hours, span);
        }
        let days = match &spec.days {
            HoursDays::Listed => Some(DayRule::EveryListedDay),
            HoursDays::WorkingDays(calendar) => self.calendar_of(calendar).map(DayRule::WorkingDays),
            HoursDays::ExceptHolidays(calendar) => self.calendar_of(calendar).map(DayRule::ExceptHolidays),
        };
        let windows: Option<Vec<Vec<Window>>> =
            spec.windows.iter().map(|it| self.windows(it, span)).collect();
        match (days, windows) {
            (Some(days), Some(windows)) => {
                let windows = windows.into_iter().flatten().collect();
                node(Op::Hours(Arc::new(Hours { zone, windows, days })), Type::Hours, span)
            }
            _ => broken(span),
        }
    }

    fn zone_named(&mut self, name: &Name) -> Option<Zone> {
        match Zone::named(&name.text) {
            Ok(zone) => Some(zone),
            Err(unknown) => {
                let names: Vec<&str> = Zone::names().collect();
                let near = unknown.nearest.or_else(|| nearest(&name.text, names).map(str::to_owned));
                let help = zone_help(near);
                self.error(
                    "E0128",
                    name.span,
                    format!("unknown zone `{}`", name.text),
                    format!("未知时区 `{}`", name.text),
                    (&help.en, &help.zh),
                );
                None
            }
        }
    }

    fn windows(&mut self, window: &HoursWindow, span: Span) -> Option<Vec<Window>> {
        let days = match window.days {
            None => WeekdaySet::through(Weekday::Mon, Weekday::Sun),
            Some((first, last)) => WeekdaySet::through(weekday(first)?, weekday(last)?),
        };
        let mut built = Vec::new();
        for (from, until) in &window.times {
            match TimeOfDay::parse(from).zip(TimeOfDay::parse(until)) {
                Some((from, until)) if from != until => built.push(Window { days, from, until }),
                _ => {
                    self.error(
                        "E0129",
                        span,
                        format!("`{from}..{until}` is no range of times"),
                        format!("`{from}..{until}` 不是有效的时间范围"),
                        (
                            "write `09:00..17:00`; `24:00` is the end of the day",
                            "请写 `09:00..17:00`；`24:00` 表示当天结束",
                        ),
                    );
                    return None;
                }
            }
        }
        Some(built)
    }

    /// The calendar an expression names: built in, or listed in the contract.
    fn calendar_of(&mut self, expr: &Expr) -> Option<HolidayCalendar> {
        let found = self.lower(expr, None);
        match self.constant_calendar(&found) {
            Some(calendar) => Some(calendar),
            None if found.ty == Type::Calendar => {
                self.error(
                    "E0120",
                    found.span,
                    "expected the name of one holiday calendar, found a choice between calendars",
                    "此处应为一个假日表的名称，却是在多个假日表之间的选择",
                    (
                        "choose between two `hours …`, each with its own calendar",
                        "请在两个各带假日表的 `hours …` 之间选择",
                    ),
                );
                None
            }
            None => {
                self.mismatch(
                    &found,
                    (
                        "a holiday calendar: `cn`, `us_federal`, or one listed with `holidays`",
                        "假日表：`cn`、`us_federal` 或用 `holidays` 列出的表",
                    ),
                );
                None
            }
        }
    }

    fn constant_calendar(&self, node: &Node) -> Option<HolidayCalendar> {
        match &node.op {
            Op::Calendar(calendar) => Some((**calendar).clone()),
            Op::Item(id, _) => match &self.items.get(id.0)?.progress {
                super::item::Progress::Done(item) => {
                    let body = item.readings.get(item.in_force)?.body.as_ref()?;
                    self.constant_calendar(body)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn bad_holidays(&mut self, span: Span, en: &str, zh: &str) {
        self.error(
            "E0139",
            span,
            en,
            zh,
            ("list each day once, within the years covered", "每日只列一次，且须在所涵盖的年份内"),
        );
    }

    pub(crate) fn holidays(
        &mut self,
        name: &str,
        years: (i32, i32),
        days: &[(Name, bool)],
        span: Span,
    ) -> Node {
        if years.0 > years.1 {
            self.bad_holidays(span, "the years run backwards", "年份先后颠倒");
        }
        let mut marks: Vec<(Date, DayMark)> = Vec::new();
        for (date, off) in days {
            match Date::parse(&date.text) {
                Some(day) => {
                    if marks.iter().any(|it| it.0 == day) {
                        self.bad_holidays(date.span, "this day stands twice", "此日出现两次");
                    }
                    if !(years.0..=years.1).contains(&day.year()) {
                        self.bad_holidays(
                            date.span,
                            "this day is outside the years covered",
                            "此日不在所涵盖的年份内",
                        );
                    }
                    marks.push((day, if *off { DayMark::Off } else { DayMark::Work }));
                }
                None => self.error(
                    "E0115",
                    date.span,
                    format!("`{}` is no date", date.text),
                    format!("`{}` 不是日期", date.text),
                    ("write `2026-01-31`", "请写 `2026-01-31`"),
                ),
            }
        }
        let calendar = HolidayCalendar::listed(name, marks, years.0..=years.1);
        node(Op::Calendar(Arc::new(calendar)), Type::Calendar, span)
    }
}

/// What to write instead of a zone that nobody knows.
fn zone_help(nearest: Option<String>) -> Bilingual {
    match nearest {
        Some(near) => both(format!("did you mean `{near}`?"), format!("是否想写 `{near}`？")),
        None => both(
            "write an IANA name such as `Asia/Shanghai`, or an offset such as `+08:00`",
            "请写 IANA 时区名，例如 `Asia/Shanghai`，或偏移量，例如 `+08:00`",
        ),
    }
}

fn weekday(index: u8) -> Option<Weekday> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    [Mon, Tue, Wed, Thu, Fri, Sat, Sun].get(usize::from(index)).copied()
}
