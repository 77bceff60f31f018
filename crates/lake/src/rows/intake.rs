//! Rows on their way in: checked against the layout, then taken whole or not at all.

use std::sync::Arc;

use calendar::Date;
use evidence::{Datum, Record};
use quantity::Ratio;
use timeline::Instant;

use super::{
    ABSENT, ABSENT_DATE, ABSENT_TRUTH, Cell, RowError, RowView, Rows, TEXT_BYTES_MAX, UNSCALED_LIMIT, Values,
};
use crate::layout::{Column, Kind, Layout, NumberKind};

/// Most rows of a batch.
const ROWS_MAX: usize = 1 << 30;

impl Rows {
    /// Takes a record of the fact.
    pub fn push(&mut self, record: &Record) -> Result<(), RowError> {
        if record.supersedes.is_some() || record.withdrawn {
            return Err(RowError::Revision);
        }
        let cells = cells_of(&self.layout, record)?;
        self.push_row(RowView {
            at: record.from.nanos(),
            recorded_at: record.recorded_at.map(Instant::nanos),
            subject: record.subject.as_deref(),
            source: record.source.as_deref(),
            id: record.id.as_deref().ok_or(RowError::NoId)?,
            cells: &cells,
        })
    }

    /// Takes a row; after an error nothing of it is left behind.
    pub fn push_row(&mut self, row: RowView<'_>) -> Result<(), RowError> {
        self.check(&row)?;
        self.id.push(Some(row.id))?;
        self.at.push(row.at);
        self.recorded_at.push(row.recorded_at.unwrap_or(ABSENT));
        self.subject.push(row.subject);
        self.source.push(row.source);
        for ((values, column), cell) in self.columns.iter_mut().zip(&self.layout.columns).zip(row.cells) {
            values.push(*cell, column)?;
        }
        Ok(())
    }

    /// Bytes of the ids and texts.
    pub(crate) fn text_bytes(&self) -> usize {
        let texts = self.columns.iter().map(|it| match it {
            Values::Texts(it) => it.bytes().len(),
            _ => 0,
        });
        texts.fold(self.id.bytes().len(), usize::saturating_add)
    }

    fn check(&self, row: &RowView<'_>) -> Result<(), RowError> {
        let bounded = |at: i64| at != i64::MIN && at != i64::MAX;
        if !bounded(row.at) || !row.recorded_at.is_none_or(bounded) {
            return Err(RowError::Unbounded);
        }
        for (name, text) in [("id", Some(row.id)), ("subject", row.subject), ("source", row.source)] {
            check_length(name, text)?;
        }
        if row.cells.len() != self.layout.columns.len() {
            return Err(RowError::Width { found: row.cells.len(), expected: self.layout.columns.len() });
        }
        if self.at.len() >= ROWS_MAX || !self.id.has_room(row.id.len()) {
            return Err(RowError::Full);
        }
        let columns = self.layout.columns.iter().zip(&self.columns);
        columns.zip(row.cells).try_for_each(|((column, values), cell)| check_cell(column, values, cell))
    }
}

impl Values {
    /// The cell was checked; what does not fit is absent.
    fn push(&mut self, cell: Cell<'_>, column: &Column) -> Result<(), RowError> {
        match self {
            Values::Words(words) => words.push(cell.word()),
            Values::Texts(texts) => texts.push(cell.word())?,
            Values::Truths(truths) => truths.push(match cell {
                Cell::Truth(truth) => u8::from(truth),
                _ => ABSENT_TRUTH,
            }),
            Values::Numbers(values) => values.push(number_at_scale(cell, column.kind).unwrap_or(ABSENT)),
            Values::Instants(values) => values.push(match cell {
                Cell::Instant(at) => at,
                _ => ABSENT,
            }),
            Values::Dates(dates) => dates.push(match cell {
                Cell::Date(days) => days,
                _ => ABSENT_DATE,
            }),
        }
        Ok(())
    }
}

impl<'a> Cell<'a> {
    fn word(self) -> Option<&'a str> {
        match self {
            Cell::Word(word) => Some(word),
            _ => None,
        }
    }
}

fn check_length(name: &str, text: Option<&str>) -> Result<(), RowError> {
    let fits = text.is_none_or(|it| it.len() <= TEXT_BYTES_MAX);
    if fits { Ok(()) } else { Err(RowError::Long(name.to_owned())) }
}

fn check_cell(column: &Column, values: &Values, cell: &Cell<'_>) -> Result<(), RowError> {
    let wrong = || Err(RowError::WrongKind(column.name.clone()));
    match (cell, column.kind) {
        (Cell::Absent, _) if column.optional => Ok(()),
        (Cell::Absent, _) => Err(RowError::Missing(column.name.clone())),
        (Cell::Word(word), Kind::Word) => check_length(&column.name, Some(word)),
        (Cell::Word(text), Kind::Text) => match values {
            Values::Texts(texts) if !texts.has_room(text.len()) => Err(RowError::Full),
            _ => check_length(&column.name, Some(text)),
        },
        (Cell::Truth(_), Kind::Truth) => Ok(()),
        (Cell::Number { .. }, Kind::Number(kind)) => match number_at_scale(*cell, column.kind) {
            Some(_) => Ok(()),
            None => Err(RowError::Digits { column: column.name.clone(), scale: kind.scale() }),
        },
        (Cell::Instant(at), Kind::Instant) if *at == i64::MIN || *at == i64::MAX => Err(RowError::Unbounded),
        (Cell::Instant(_), Kind::Instant) => Ok(()),
        (Cell::Date(days), Kind::Date) if *days != ABSENT_DATE => Ok(()),
        _ => wrong(),
    }
}

/// The number as a multiple of 10^-scale of its kind; `None` when it has too many digits on either side.
fn number_at_scale(cell: Cell<'_>, kind: Kind) -> Option<i64> {
    let (Cell::Number { unscaled, scale }, Kind::Number(kind)) = (cell, kind) else { return None };
    let value = match kind.scale().checked_sub(scale) {
        Some(missing) => unscaled.checked_mul(power_of_ten(missing)?)?,
        None => {
            let power = power_of_ten(scale.checked_sub(kind.scale())?)?;
            (unscaled % power == 0).then_some(unscaled / power)?
        }
    };
    (value.unsigned_abs() < UNSCALED_LIMIT.unsigned_abs()).then_some(value)
}

fn power_of_ten(exponent: u8) -> Option<i64> {
    10_i64.checked_pow(u32::from(exponent))
}

fn cells_of<'r>(layout: &Layout, record: &'r Record) -> Result<Vec<Cell<'r>>, RowError> {
    if record.attributes.len() != layout.columns.len() {
        let (found, expected) = (record.attributes.len(), layout.columns.len());
        return Err(RowError::Width { found, expected });
    }
    // Collecting results would begin with room for none.
    let mut cells = Vec::with_capacity(layout.columns.len());
    for (column, datum) in layout.columns.iter().zip(&record.attributes) {
        cells.push(cell_of(column, datum.as_ref())?);
    }
    Ok(cells)
}

fn cell_of<'r>(column: &Column, datum: Option<&'r Datum>) -> Result<Cell<'r>, RowError> {
    let Some(datum) = datum else { return Ok(Cell::Absent) };
    let number = |kind: NumberKind, ratio: &Ratio| {
        let digits = || RowError::Digits { column: column.name.clone(), scale: kind.scale() };
        unscaled(ratio, kind)
            .map(|unscaled| Cell::Number { unscaled, scale: kind.scale() })
            .ok_or_else(digits)
    };
    match (datum, column.kind) {
        (Datum::Number(it), Kind::Number(NumberKind::Number)) => number(NumberKind::Number, it),
        (Datum::Money(it), Kind::Number(NumberKind::Money)) => number(NumberKind::Money, it),
        (Datum::Duration(it), Kind::Number(NumberKind::Duration)) => number(NumberKind::Duration, it),
        (Datum::Quantity(it), Kind::Number(NumberKind::Quantity)) => number(NumberKind::Quantity, it),
        (Datum::Text(it), Kind::Word | Kind::Text) => Ok(Cell::Word(it)),
        (Datum::Truth(it), Kind::Truth) => Ok(Cell::Truth(*it)),
        (Datum::Instant(it), Kind::Instant) => Ok(Cell::Instant(it.nanos())),
        (Datum::Date(it), Kind::Date) => Ok(Cell::Date(days_of(*it))),
        _ => Err(RowError::WrongKind(column.name.clone())),
    }
}

fn unscaled(ratio: &Ratio, kind: NumberKind) -> Option<i64> {
    let power = Ratio::int(i128::from(power_of_ten(kind.scale())?));
    i64::try_from(ratio.mul(&power).ok()?.to_integer()?).ok()
}

/// Days since 1970-01-01.
fn days_of(date: Date) -> i32 {
    Date::new(1970, 1, 1).map_or(0, |epoch| epoch.days_until(date))
}

impl Rows {
    /// The row as a record; `None` when there is no such row.
    pub fn record(&self, row: usize, fact: usize) -> Option<Record> {
        let at = Instant::from_nanos(*self.at.get(row)?);
        let attributes = self.layout.columns.iter().enumerate();
        Some(Record {
            fact,
            id: self.id.get(row).map(Arc::from),
            subject: self.subject.get(row).map(Arc::from),
            from: at,
            until: at,
            attributes: attributes
                .map(|(index, column)| datum_of(self.cell(row, index), column.kind))
                .collect(),
            source: self.source.get(row).map(Arc::from),
            recorded_at: self
                .recorded_at
                .get(row)
                .filter(|it| **it != ABSENT)
                .map(|it| Instant::from_nanos(*it)),
            supersedes: None,
            reason: None,
            place: evidence::RecordPlace::default(),
            withdrawn: false,
        })
    }
}

fn datum_of(cell: Cell<'_>, kind: Kind) -> Option<Datum> {
    Some(match cell {
        Cell::Absent => return None,
        Cell::Word(word) => Datum::Text(Arc::from(word)),
        Cell::Number { unscaled, scale } => {
            let ratio = Ratio::new(i128::from(unscaled), i128::from(power_of_ten(scale)?)).ok()?;
            match kind {
                Kind::Number(NumberKind::Money) => Datum::Money(ratio),
                Kind::Number(NumberKind::Duration) => Datum::Duration(ratio),
                Kind::Number(NumberKind::Quantity) => Datum::Quantity(ratio),
                _ => Datum::Number(ratio),
            }
        }
        Cell::Truth(truth) => Datum::Truth(truth),
        Cell::Instant(at) => Datum::Instant(Instant::from_nanos(at)),
        Cell::Date(days) => Datum::Date(Date::new(1970, 1, 1)?.add_days(days)?),
    })
}
