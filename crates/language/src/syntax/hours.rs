//! Opening hours and listed holidays, as written.

use super::ast::{Expr, ExprKind, HoursDays, HoursSpec, HoursWindow, Name};
use super::parser::{Parsed, Parser};
use super::token::TokenKind;

impl Parser<'_> {
    pub(super) fn hours(&mut self) -> Parsed<ExprKind> {
        self.take();
        let mut spec = HoursSpec {
            always: self.take_word("always"),
            windows: Vec::new(),
            days: HoursDays::Listed,
            zone: None,
        };
        if !spec.always && !self.is_word("on") {
            self.hours_windows(&mut spec)?;
        }
        if self.take_words(&["on", "working", "days", "of"]) {
            spec.days = HoursDays::WorkingDays(Box::new(self.calendar()?));
            if matches!(self.peek().kind, TokenKind::Time(_)) {
                let times = self.times()?;
                spec.windows.push(HoursWindow { days: None, times });
            }
        } else if self.take_words(&["except", "holidays", "of"]) {
            spec.days = HoursDays::ExceptHolidays(Box::new(self.calendar()?));
        }
        if self.is_word("in") && matches!(self.peek_at(1).kind, TokenKind::Text(_)) {
            self.take();
            let span = self.peek().span;
            spec.zone = Some(Name { text: self.text()?, span });
        }
        Ok(ExprKind::Hours(Box::new(spec)))
    }

    /// A calendar, one level deeper.
    fn calendar(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        self.refuse_deep(self.depth)?;
        let calendar = self.primary()?;
        self.depth -= 1;
        Ok(calendar)
    }

    fn hours_windows(&mut self, spec: &mut HoursSpec) -> Parsed<()> {
        loop {
            let days = self.weekdays()?;
            let times = self.times()?;
            spec.windows.push(HoursWindow { days, times });
            if !(self.is_word("and")
                && matches!(&self.peek_at(1).kind, TokenKind::Word(it) if weekday(it).is_some() || it == "every"))
            {
                return Ok(());
            }
            self.take();
        }
    }

    fn weekdays(&mut self) -> Parsed<Option<(u8, u8)>> {
        if self.take_words(&["every", "day"]) {
            return Ok(None);
        }
        let first = self.weekday()?;
        let last = if self.take_punct("..") { self.weekday()? } else { first };
        Ok(Some((first, last)))
    }

    fn weekday(&mut self) -> Parsed<u8> {
        let found = match &self.peek().kind {
            TokenKind::Word(word) => weekday(word),
            _ => None,
        };
        match found {
            Some(day) => {
                self.take();
                Ok(day)
            }
            None => {
                Err(self.expected("a weekday (Mon … Sun) or `every day`", "星期（Mon … Sun）或 `every day`"))
            }
        }
    }

    fn times(&mut self) -> Parsed<Vec<(String, String)>> {
        let mut times = vec![self.time_range()?];
        while self.is_punct(",") && matches!(self.peek_at(1).kind, TokenKind::Time(_)) {
            self.take();
            times.push(self.time_range()?);
        }
        Ok(times)
    }

    fn time_range(&mut self) -> Parsed<(String, String)> {
        let from = self.time()?;
        self.expect_punct("..")?;
        Ok((from, self.time()?))
    }

    pub(super) fn time(&mut self) -> Parsed<String> {
        match self.peek().kind.clone() {
            TokenKind::Time(time) => {
                self.take();
                Ok(time)
            }
            _ => Err(self.expected("a time such as `09:00`", "时间，例如 `09:00`")),
        }
    }

    pub(super) fn holidays(&mut self) -> Parsed<ExprKind> {
        self.take();
        let name = self.text()?;
        self.expect_word("covering")?;
        let first = self.year()?;
        let last = if self.take_punct("..") { self.year()? } else { first };
        self.expect_punct("{")?;
        let mut days = Vec::new();
        while !self.is_punct("}") && !self.at_end() {
            let span = self.peek().span;
            let TokenKind::Date(date) = self.peek().kind.clone() else {
                return Err(self.expected("a date", "日期"));
            };
            self.take();
            self.expect_punct(":")?;
            let off = self.take_word("off");
            if !off && !self.take_word("work") {
                return Err(self.expected("`off` or `work`", "`off` 或 `work`"));
            }
            days.push((Name { text: date, span }, off));
            self.take_punct(",");
        }
        self.expect_punct("}")?;
        Ok(ExprKind::Holidays { name, years: (first, last), days })
    }

    fn year(&mut self) -> Parsed<i32> {
        let year = match &self.peek().kind {
            TokenKind::Number(value) => value.to_integer().and_then(|it| i32::try_from(it).ok()),
            _ => None,
        };
        match year {
            Some(year) => {
                self.take();
                Ok(year)
            }
            None => Err(self.expected("a year", "年份")),
        }
    }
}

/// Monday = 0.
fn weekday(word: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.iter().position(|it| *it == word).and_then(|it| u8::try_from(it).ok())
}
