//! Facts kept in memory: per fact one sorted list of records, and for each how far any record up to it reaches.

mod measure;

use std::collections::BTreeMap;

use timeline::{Instant, Interval};

use crate::facts::starting_in;
use crate::question::slice_of;
use crate::{Datum, Evidence, Facts, FactsError, Group, Question, Record, Touching, View};

/// The records of a [`View`], ready to be asked.
#[derive(Clone, Debug)]
pub struct Memory {
    tables: Vec<Table>,
    digest: [u8; 32],
}

#[derive(Clone, Debug, Default)]
struct Table {
    rows: Vec<Record>,
    /// The greatest `until` of the row and all before it, which never falls and so can be searched.
    reach: Vec<Instant>,
}

impl Memory {
    /// Keeps what stands in `view`.
    pub fn new(view: View) -> Memory {
        let digest = view.digest();
        let mut tables: Vec<Table> = Vec::new();
        for record in view.into_records() {
            if tables.len() <= record.fact {
                tables.resize_with(record.fact + 1, Table::default);
            }
            if let Some(table) = tables.get_mut(record.fact) {
                table.push(record);
            }
        }
        Memory { tables, digest }
    }

    /// Keeps records made by a program, revisions applied with everything known.
    pub fn from_records(records: Vec<Record>) -> Memory {
        Memory::new(Evidence::from_records(records).as_of(None))
    }

    fn table(&self, fact: usize) -> Option<&Table> {
        self.tables.get(fact)
    }
}

impl From<View> for Memory {
    fn from(view: View) -> Memory {
        Memory::new(view)
    }
}

impl Table {
    /// Views are sorted, so rows arrive in order.
    fn push(&mut self, record: Record) {
        let reach = self.reach.last().copied().unwrap_or(Instant::MIN).max(record.until);
        self.reach.push(reach);
        self.rows.push(record);
    }

    /// The rows from the first one that reaches into the window or begins in it.
    fn reaching(&self, window: Interval) -> &[Record] {
        let reaching = self.reach.partition_point(|it| *it <= window.from());
        let beginning = self.rows.partition_point(|it| it.from < window.from());
        self.rows.get(reaching.min(beginning)..).unwrap_or_default()
    }
}

impl Facts for Memory {
    fn rows(&self, fact: usize) -> &[Record] {
        self.table(fact).map_or(&[], |it| &it.rows)
    }

    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
        let sliced = question.slice_nanos.is_some();
        if question.slice_nanos.is_some_and(|it| it <= 0) || (sliced && !question.within.from().is_bounded())
        {
            return Err(FactsError::NoSlices);
        }
        let members = members(question, starting_in(self.rows(question.fact), question.within))?;
        members.into_iter().map(|((slice, keys), rows)| answer(question, slice, keys, &rows)).collect()
    }

    fn count_all(&self) -> usize {
        self.tables.iter().map(|it| it.rows.len()).sum()
    }

    fn digest(&self) -> [u8; 32] {
        self.digest
    }

    fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
        Touching::new(self.table(fact).map_or(&[], |it| it.reaching(window)), window)
    }
}

type Key = (Option<u64>, Vec<Option<Datum>>);

/// The rows of every group that occurs.
fn members<'r>(
    question: &Question,
    rows: &'r [Record],
) -> Result<BTreeMap<Key, Vec<&'r Record>>, FactsError> {
    let mut members: BTreeMap<Key, Vec<&Record>> = BTreeMap::new();
    if question.slice_nanos.is_none() && question.group_by.is_empty() {
        members.insert((None, Vec::new()), Vec::new());
    }
    for row in rows {
        if question.filter.holds(row).map_err(FactsError::UnknownField)? {
            members.entry(key(question, row)?).or_default().push(row);
        }
    }
    Ok(members)
}

fn key(question: &Question, row: &Record) -> Result<Key, FactsError> {
    let slice = question.slice_nanos.and_then(|nanos| slice_of(row.from, question.within.from(), nanos));
    let keys = question.group_by.iter().map(|field| field.of(row).ok_or(FactsError::UnknownField(*field)));
    Ok((slice, keys.collect::<Result<_, _>>()?))
}

fn answer(
    question: &Question,
    slice: Option<u64>,
    keys: Vec<Option<Datum>>,
    rows: &[&Record],
) -> Result<Group, FactsError> {
    let values = question.measures.iter().map(|measure| measure::measure(measure, rows));
    Ok(Group { slice, keys, values: values.collect::<Result<_, _>>()? })
}
