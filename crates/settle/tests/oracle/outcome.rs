//! The oracle's verdicts and money, from the levels it counted.

use crate::model::{Band, Ladder, Mode, Pays, Share};
use crate::number::Fraction;
use crate::seconds::Seconds;
use crate::value::{Absent, Range, Value, at_least, exact, more};

/// What the oracle expects of one settlement.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) levels: Vec<Value>,
    /// By name of the machine.
    pub(crate) machines: Vec<(&'static str, Value)>,
    pub(crate) verdict: &'static str,
    pub(crate) status: &'static str,
    pub(crate) literal: Option<Fraction>,
    pub(crate) amount: Option<Fraction>,
    pub(crate) rounded: Option<Fraction>,
    pub(crate) capped: bool,
    /// Cause, from, until.
    pub(crate) excluded: Vec<(&'static str, i64, i64)>,
    pub(crate) excluded_records: Vec<(&'static str, usize)>,
}

/// What becomes of the remedy.
struct Paid {
    status: &'static str,
    literal: Option<Fraction>,
    amount: Option<Fraction>,
    rounded: Option<Fraction>,
    capped: bool,
}

impl Seconds<'_> {
    pub(crate) fn expected(mut self) -> Expected {
        let has_evidence = self.has_evidence();
        let case = self.case;
        let mut level = |number| if has_evidence { self.range(number) } else { Err(Absent::NoData) };
        let ranges: Vec<Result<Range, Absent>> = case.levels.iter().map(&mut level).collect();
        let levels = ranges.iter().map(|it| exact(it.clone()?)).collect();
        let names = if case.per_vm { self.machine_names() } else { Vec::new() };
        let machines = names.into_iter().map(|it| (it, self.machine_up(it))).collect();
        let first = ranges.first().cloned().unwrap_or(Err(Absent::NoData));
        let kept = self.kept(&first);
        let verdict = match &kept {
            Ok(true) => "met",
            Ok(false) => "breached",
            Err(absent) => verdict_word(*absent),
        };
        let paid = self.paid(kept, &first);
        Expected {
            levels,
            machines,
            verdict,
            status: paid.status,
            literal: paid.literal,
            amount: paid.amount,
            rounded: paid.rounded,
            capped: paid.capped,
            excluded: self.excluded(),
            excluded_records: self.excluded_records(),
        }
    }

    fn kept(&mut self, level: &Result<Range, Absent>) -> Result<bool, Absent> {
        let promise = &self.case.promise;
        if let Some(least) = promise.applies {
            use crate::model::{Fact, Rows};
            let probes = i64::try_from(self.rows(&Rows::Fact(Fact::Probe), true).len()).unwrap();
            if probes < least {
                return Err(Absent::NotCovered);
            }
        }
        let level = level.clone()?;
        let target = Fraction::per_mille(promise.target);
        if promise.strict { more(&level, &target) } else { at_least(&level, &target) }
    }

    fn paid(&mut self, kept: Result<bool, Absent>, level: &Result<Range, Absent>) -> Paid {
        match kept {
            Ok(true) => return Paid::nothing("not_due"),
            Err(absent) => return Paid::absent(absent),
            Ok(false) => {}
        }
        match self.literal(level) {
            Ok(literal) => self.limited(literal),
            Err(absent) => Paid::absent(absent),
        }
    }

    fn literal(&mut self, level: &Result<Range, Absent>) -> Value {
        let case = self.case;
        match &case.money.pays {
            Pays::Ladder(ladder) => {
                let level = level.clone()?;
                Ok(share(ladder, &level)?.times(&self.fee()))
            }
            Pays::PerHour(rate, area) => {
                let area = self.area(area);
                Ok(Fraction::new(*rate * self.seconds_in(&area), 100 * 3600))
            }
            Pays::PerRow(rate, rows) => {
                let count = i64::try_from(self.asked_rows(rows, true)?.len()).unwrap();
                Ok(Fraction::new(*rate * count, 100))
            }
        }
    }

    /// The fees of the cycle.
    fn fee(&mut self) -> Fraction {
        use crate::model::{Fact, Rows};
        let rows = self.rows(&Rows::Fact(Fact::Fee), true);
        Fraction::new(rows.iter().map(|it| self.case.records[*it].amount).sum(), 100)
    }

    /// Floor, cap, minimum, suppression, rounding: in this order.
    fn limited(&mut self, literal: Fraction) -> Paid {
        let money = &self.case.money;
        if literal.is_negative() {
            return Paid { literal: Some(literal), ..Paid::nothing("negative") };
        }
        if literal.is_zero() {
            return Paid { literal: Some(literal), ..Paid::nothing("not_due") };
        }
        let (mut amount, mut capped) = (literal.clone(), false);
        if let Some(cap) = money.cap {
            let cap = Fraction::per_mille(cap).times(&self.fee());
            if cap < amount {
                (amount, capped) = (cap, true);
            }
        }
        if let Some(least) = money.least.map(|it| Fraction::new(it, 100))
            && !amount.is_zero()
        {
            amount = amount.max(least);
        }
        if let Some(limit) = money.unless_above.map(|it| Fraction::new(it, 100))
            && amount <= limit
        {
            return Paid { literal: Some(literal), capped, ..Paid::nothing("suppressed") };
        }
        let (how, step) = match money.step {
            Some((how, step)) => (how, Fraction::new(step, 100)),
            None => (money.rounding, Fraction::new(1, 10_i64.pow(money.digits))),
        };
        let rounded = amount.rounded(how, &step);
        Paid { status: "due", literal: Some(literal), amount: Some(amount), rounded: Some(rounded), capped }
    }

    fn excluded(&self) -> Vec<(&'static str, i64, i64)> {
        let mut listed = Vec::new();
        for (source, seconds) in &self.taken_seconds {
            let mut from = 0;
            while from < seconds.len() {
                let until = (from..seconds.len()).find(|it| !seconds[*it]).unwrap_or(seconds.len());
                if until > from {
                    let at = |it: usize| self.origin + i64::try_from(it).unwrap();
                    listed.push((source.name(), at(from), at(until)));
                }
                from = until + 1;
            }
        }
        listed
    }

    fn excluded_records(&self) -> Vec<(&'static str, usize)> {
        let taken = self.taken_records.iter().filter(|(_, it)| !it.is_empty());
        taken.map(|(source, records)| (source.name(), records.len())).collect()
    }
}

impl Paid {
    fn nothing(status: &'static str) -> Self {
        let zero = Some(Fraction::whole(0));
        Self { status, literal: None, amount: zero.clone(), rounded: zero, capped: false }
    }

    fn absent(absent: Absent) -> Self {
        let paid = Self::nothing(absent.word());
        match absent {
            Absent::NoRow | Absent::NotCovered => paid,
            Absent::NoData | Absent::NotComputable | Absent::Ambiguous | Absent::Provisional => {
                Self { amount: None, rounded: None, ..paid }
            }
        }
    }
}

fn verdict_word(absent: Absent) -> &'static str {
    match absent {
        Absent::NoData => "no_data",
        Absent::NotCovered => "not_covered",
        Absent::Provisional => "provisional",
        Absent::NotComputable | Absent::NoRow | Absent::Ambiguous => "not_computable",
    }
}

/// The share a table gives at a level.
fn share(ladder: &Ladder, level: &Range) -> Value {
    let mut matching: Vec<Range> = Vec::new();
    for (band, share) in &ladder.rows {
        if !inside(*band, level)? {
            continue;
        }
        let result = result(*share, level);
        if ladder.mode == Mode::First {
            return exact(result);
        }
        if !is_among(&matching, &result)? {
            matching.push(result);
        }
    }
    match (ladder.mode, matching.as_slice()) {
        (_, []) => exact(result(ladder.otherwise.ok_or(Absent::NoRow)?, level)),
        (Mode::Greatest, all) => greatest(all),
        (_, [only]) => exact(only.clone()),
        _ => Err(Absent::Ambiguous),
    }
}

fn is_among(known: &[Range], result: &Range) -> Result<bool, Absent> {
    for it in known {
        let apart = it.1 < result.0 || result.1 < it.0;
        let same = it.0 == it.1 && result.0 == result.1 && it.0 == result.0;
        match (apart, same) {
            (true, _) => {}
            (_, true) => return Ok(true),
            _ => return Err(Absent::Provisional),
        }
    }
    Ok(false)
}

fn greatest(all: &[Range]) -> Value {
    let mut best = all[0].clone();
    for it in &all[1..] {
        if it.0 > best.1 {
            best = it.clone();
        } else if it.1 > best.0 {
            return Err(Absent::Provisional);
        }
    }
    exact(best)
}

/// An edge that the level may still come to lie on either side of decides nothing.
fn inside(band: Band, level: &Range) -> Result<bool, Absent> {
    let above = |edge, included| {
        let edge = Fraction::per_mille(edge);
        if included { at_least(level, &edge) } else { more(level, &edge) }
    };
    let below = |edge, included: bool| above(edge, !included).map(|it| !it);
    match band {
        Band::From(edge, included) => above(edge, included),
        Band::To(edge, included) => below(edge, included),
        Band::Between(low, low_included, high, high_included) => {
            Ok(above(low, low_included)? && below(high, high_included)?)
        }
        Band::Exactly(edge) => Ok(above(edge, true)? && below(edge, true)?),
    }
}

/// Least and greatest; a share falls as the level rises.
fn result(share: Share, level: &Range) -> Range {
    let of = |level: &Fraction| match share {
        Share::Flat(it) => Fraction::per_mille(it),
        Share::Linear { from, per, times } => {
            let short = Fraction::per_mille(from).sub(level);
            short.over(&Fraction::per_mille(per)).unwrap().times(&Fraction::per_mille(times))
        }
    };
    (of(&level.1), of(&level.0))
}
