//! The records of a subscription for people to look at: filtered, in pages, each with its revisions. Only reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::evidence::{AttributeKind, Evidence, FactKind, LineWriter, Record, Schema};
use serde_json::{Map, Value as Json};
use store::{Tx, values};
use timeline::{Instant, Interval};

use crate::contracts::Published;
use crate::evidence;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// Most subjects offered to choose from.
const SUBJECTS_MAX: usize = 100;
/// Keys of a line that are not attributes of its fact.
const KEYS: [&str; 11] = [
    "fact",
    "id",
    "subject",
    "from",
    "until",
    "at",
    "source",
    "recorded_at",
    "supersedes",
    "reason",
    "withdrawn",
];

/// The records of one subscription, its agreement's included, under the version of the contract it holds.
#[derive(Debug, Clone)]
pub struct Records {
    /// The contract they are read under.
    pub published: Arc<Published>,
    all: Arc<Evidence>,
    standing: Vec<Record>,
}

/// Which records are asked for; what is empty asks for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Only of this fact.
    pub fact: String,
    /// Only of this source.
    pub source: String,
    /// Only with this cause.
    pub cause: String,
    /// Only about this subject.
    pub subject: String,
    /// Only those that say this somewhere, in any case.
    pub text: String,
    /// Only those that reach into this time.
    pub within: Option<Interval>,
    /// Superseded and withdrawn ones, too.
    pub all: bool,
}

/// What records can be asked for by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The facts the contract declares.
    pub facts: Vec<String>,
    /// Who said something.
    pub sources: Vec<String>,
    /// Why something happened.
    pub causes: Vec<String>,
    /// Whom or what something is about; the first hundred.
    pub subjects: Vec<String>,
}

/// A record on a timeline.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The fact.
    pub fact: &'a str,
    /// How it lies in time.
    pub kind: FactKind,
    /// Its id.
    pub id: Option<&'a str>,
    /// Why it happened.
    pub cause: Option<&'a str>,
    /// Who says so.
    pub source: &'a str,
    /// Whom or what it is about.
    pub subject: Option<&'a str>,
    /// When it began or happened.
    pub from: Instant,
    /// When it ended: `from` for an event, the end of time while it goes on.
    pub until: Instant,
}

/// A record in words.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordView {
    /// The fact.
    pub fact: String,
    /// How it lies in time.
    pub kind: FactKind,
    /// Its id.
    pub id: Option<String>,
    /// Whom or what it is about.
    pub subject: Option<String>,
    /// When it began or happened; absent in a withdrawal that names no time.
    pub from: Option<Moment>,
    /// When it ended; absent for an event, and while it goes on.
    pub until: Option<Moment>,
    /// What else it says, in the order of the line.
    pub attributes: Vec<(String, String)>,
    /// Who says so.
    pub source: Option<String>,
    /// Since when it is known.
    pub recorded_at: Option<Moment>,
    /// The record it revises.
    pub supersedes: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// It takes a record back.
    pub withdrawn: bool,
    /// It counts; a later record has not taken its place.
    pub stands: bool,
    /// The record as a line of evidence has it.
    pub line: Map<String, Json>,
}

/// The records of a subscription.
pub fn open(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
) -> Result<Records, Failure> {
    let tenant = who.tenant(tx, tenant, Resource::Evidence, Verb::Read)?;
    let row = tx.row(
        "SELECT agreement_id, version FROM subscription WHERE tenant_id = $1 AND id = $2",
        values![tenant.id(), subscription],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let published = platform.contracts.get(tx, &row.get::<String>(0)?, &row.get::<String>(1)?)?;
    let loaded = evidence::load_under(platform, tx, tenant.id(), subscription, &published)?;
    let standing = loaded.evidence.as_of(None).into_records();
    Ok(Records { published, all: loaded.evidence, standing })
}

impl Records {
    fn schema(&self) -> &Schema {
        &self.published.contract.schema
    }

    /// How many records stand.
    pub fn count(&self) -> usize {
        self.standing.len()
    }

    /// What they can be asked for by.
    pub fn names(&self) -> Names {
        let (mut sources, mut causes, mut subjects) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for it in &self.standing {
            sources.extend(it.source.as_deref());
            causes.extend(self.cause(it));
            subjects.extend(it.subject.as_deref());
        }
        let owned = |it: BTreeSet<&str>, most| it.into_iter().take(most).map(str::to_owned).collect();
        Names {
            facts: self.schema().facts.iter().map(|it| it.name.clone()).collect(),
            sources: owned(sources, usize::MAX),
            causes: owned(causes, usize::MAX),
            subjects: owned(subjects, SUBJECTS_MAX),
        }
    }

    /// The records that stand and reach into a stretch of time, by fact and beginning.
    pub fn within(&self, within: Interval) -> impl Iterator<Item = Seen<'_>> {
        self.standing.iter().filter(move |it| reaches(it, within)).filter_map(|it| self.seen(it))
    }

    /// The time from the first record to the last; `None` without records.
    pub fn reach(&self) -> Option<Interval> {
        let bounded = |it: &Instant| it.is_bounded();
        let from = self.standing.iter().map(|it| it.from).filter(bounded).min()?;
        let until = self.standing.iter().flat_map(|it| [it.from, it.until]).filter(bounded).max()?;
        Interval::new(from, until.checked_add(1)?)
    }

    /// A page of records, the latest first, and how many there are in all.
    pub fn page(&self, asked: &Asked, skip: usize, limit: usize) -> (Vec<RecordView>, usize) {
        let records = if asked.all { self.all.records() } else { &self.standing };
        let mut found: Vec<&Record> = records.iter().filter(|it| self.fits(it, asked)).collect();
        found.sort_by(|one, other| other.from.cmp(&one.from).then_with(|| one.id.cmp(&other.id)));
        let page = found.iter().skip(skip).take(limit).map(|it| self.view(it)).collect();
        (page, found.len())
    }

    /// Every version of a record and what took its place, in the order they became known. Empty when there is none.
    pub fn versions(&self, id: &str) -> Vec<RecordView> {
        let mut ids = BTreeSet::from([id]);
        loop {
            let before = ids.len();
            for it in self.all.records() {
                let (own, before) = (it.id.as_deref(), it.supersedes.as_deref());
                if [own, before].into_iter().flatten().any(|it| ids.contains(it)) {
                    ids.extend(own);
                    ids.extend(before);
                }
            }
            if ids.len() == before {
                break;
            }
        }
        let named = |it: &&Record| {
            [it.id.as_deref(), it.supersedes.as_deref()].into_iter().flatten().any(|it| ids.contains(it))
        };
        let mut found: Vec<&Record> = self.all.records().iter().filter(named).collect();
        found.sort_by_key(|it| (it.recorded_at, it.supersedes.is_some()));
        found.into_iter().map(|it| self.view(it)).collect()
    }

    /// How many records have taken the place of another, by the ids they name.
    pub fn revised(&self) -> BTreeSet<&str> {
        self.all.records().iter().filter_map(|it| it.supersedes.as_deref()).collect()
    }

    fn cause<'a>(&self, record: &'a Record) -> Option<&'a str> {
        let fact = self.schema().facts.get(record.fact)?;
        let at = fact.attributes.iter().position(|it| matches!(it.kind, AttributeKind::Cause(_)))?;
        match record.attributes.get(at) {
            Some(Some(::evidence::Datum::Text(it))) => Some(it),
            _ => None,
        }
    }

    fn seen<'a>(&'a self, record: &'a Record) -> Option<Seen<'a>> {
        let fact = self.schema().facts.get(record.fact)?;
        Some(Seen {
            fact: &fact.name,
            kind: fact.kind,
            id: record.id.as_deref(),
            cause: self.cause(record),
            source: record.source.as_deref().unwrap_or_default(),
            subject: record.subject.as_deref(),
            from: record.from,
            until: record.until,
        })
    }

    fn fits(&self, record: &Record, asked: &Asked) -> bool {
        let is = |asked: &str, found: Option<&str>| asked.is_empty() || found == Some(asked);
        let fact = self.schema().facts.get(record.fact).map(|it| it.name.as_str());
        is(&asked.fact, fact)
            && is(&asked.source, record.source.as_deref())
            && is(&asked.cause, self.cause(record))
            && is(&asked.subject, record.subject.as_deref())
            && asked.within.is_none_or(|it| reaches(record, it))
            && (asked.text.is_empty()
                || self.text(record).to_lowercase().contains(&asked.text.to_lowercase()))
    }

    fn text(&self, record: &Record) -> String {
        let mut line = String::new();
        LineWriter::new(self.schema()).push(&mut line, record);
        line
    }

    fn view(&self, record: &Record) -> RecordView {
        let mut view = read_line(self.schema(), &self.text(record));
        view.recorded_at = record.recorded_at.map(Moment);
        view.stands = self.standing.iter().any(|it| it.id == record.id && it.says_the_same(record));
        view
    }
}

/// What a canonical line of evidence says, in words.
pub fn read_line(schema: &Schema, line: &str) -> RecordView {
    let line: Map<String, Json> = serde_json::from_str(line).unwrap_or_default();
    let text = |name: &str| line.get(name).map(shown);
    let time = |name: &str| text(name).and_then(|it| calendar::parse_instant(&it).ok()).map(Moment);
    let fact = text("fact").unwrap_or_default();
    let attributes = line.iter().filter(|it| !KEYS.contains(&it.0.as_str()));
    RecordView {
        kind: schema.fact(&fact).map_or(FactKind::Event, |it| it.1.kind),
        id: text("id"),
        subject: text("subject"),
        from: time("from").or_else(|| time("at")),
        until: time("until"),
        attributes: attributes.map(|(name, value)| (name.clone(), shown(value))).collect(),
        source: text("source"),
        recorded_at: None,
        supersedes: text("supersedes"),
        reason: text("reason"),
        withdrawn: line.get("withdrawn") == Some(&Json::Bool(true)),
        stands: true,
        fact,
        line,
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a record lasts into a stretch of time, or happened in it.
fn reaches(record: &Record, within: Interval) -> bool {
    let until = record.until.max(record.from);
    record.from < within.until() && (until > within.from() || record.from >= within.from())
}
