//! Opening hours and listed calendars: constants of the contract.

use std::sync::Arc;

use calendar::{
    Date, DayMark, DayRule, HolidayCalendar, Hours, TimeOfDay, Weekday, WeekdaySet, Window, Zone,
};

use super::Checker;
use super::lower::{broken, node};
use crate::contract::{Node, Op, Type};
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
                let near = unknown.nearest.unwrap_or_else(|| "Asia/Shanghai".to_owned());
                self.error(
                    "E0128",
                    name.span,
                    format!("unknown zone `{}`", name.text),
                    format!("未知时区 `{}`", name.text),
                    (&format!("did you mean `{near}`?"), &format!("是否想写 `{near}`？")),
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
                Some((from, until)) => built.push(Window { days, from, until }),
                None => {
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

    pub(crate) fn holidays(
        &mut self,
        name: &str,
        years: (i32, i32),
        days: &[(Name, bool)],
        span: Span,
    ) -> Node {
        let mut marks = Vec::new();
        for (date, off) in days {
            match Date::parse(&date.text) {
                Some(day) => marks.push((day, if *off { DayMark::Off } else { DayMark::Work })),
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

fn weekday(index: u8) -> Option<Weekday> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    [Mon, Tue, Wed, Thu, Fri, Sat, Sun].get(usize::from(index)).copied()
}
