//! What a settlement asked of facts in volume, and what it was told: written down, so that it can be settled again where
//! the records are not.
//!
//! The answers are taken on the word of whoever signed them until somebody who holds the records counts again; the
//! [`Partition`]s name these records exactly.

mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use timeline::Interval;

use crate::volume::digest_with;
use crate::{Facts, FactsError, Group, Memory, Partition, Question, Record, Schema, Touching};

pub use text::UnreadAnswer;

/// Questions and their answers, by the text of the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    told: BTreeMap<String, Vec<Group>>,
}

impl Answers {
    /// One line of text per question and per group of its answer; [`Answers::parse`] reads it back.
    pub fn text(&self) -> String {
        text::answers(&self.told)
    }

    /// What [`Answers::text`] wrote; the error names the line.
    pub fn parse(text: &str) -> Result<Answers, UnreadAnswer> {
        text::parse(text).map(|told| Answers { told })
    }

    /// How many questions.
    pub fn len(&self) -> usize {
        self.told.len()
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The questions whose answers differ, or that only one of both has.
    pub fn differing<'a>(&'a self, other: &'a Answers) -> Vec<&'a str> {
        let mut all: Vec<&str> = self.told.keys().chain(other.told.keys()).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|it| self.told.get(*it) != other.told.get(*it));
        all
    }
}

/// Facts that write down each question about a fact in volume, and its answer.
pub struct Asked<'f> {
    facts: &'f dyn Facts,
    schema: &'f Schema,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    answers: Answers,
    failed: Option<FactsError>,
}

impl<'f> Asked<'f> {
    /// Asks `facts`, whose records are those of `schema`.
    pub fn of(facts: &'f dyn Facts, schema: &'f Schema) -> Asked<'f> {
        Asked { facts, schema, heard: Mutex::default() }
    }

    /// What was asked and answered. The error is the first one met: what was settled then is worth nothing, for a question
    /// that could not be asked is not one without an answer.
    pub fn answers(self) -> Result<Answers, FactsError> {
        let heard = self.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        heard.failed.map_or(Ok(heard.answers), Err)
    }
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

impl Facts for Asked<'_> {
    fn rows(&self, fact: usize) -> &[Record] {
        self.facts.rows(fact)
    }

    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
        if !self.schema.facts.get(question.fact).is_some_and(|it| it.volume) {
            return self.facts.aggregate(question);
        }
        let key = text::question(self.schema, question);
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = heard.answers.told.get(&key) {
            return Ok(known.clone());
        }
        let answer = self.facts.aggregate(question);
        match &answer {
            Ok(groups) => {
                heard.answers.told.insert(key, groups.clone());
            }
            Err(error @ FactsError::Unavailable(_)) => {
                heard.failed.get_or_insert_with(|| error.clone());
            }
            Err(_) => {}
        }
        answer
    }

    fn lists(&self, fact: usize) -> bool {
        self.facts.lists(fact)
    }

    fn count_all(&self) -> usize {
        self.facts.count_all()
    }

    fn digest(&self) -> [u8; 32] {
        self.facts.digest()
    }

    fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
        self.facts.touching(fact, window)
    }
}

/// Facts whose records in volume are elsewhere: their partitions are named, and their answers were written down.
#[derive(Clone, Debug)]
pub struct Answered<'s> {
    listed: Memory,
    schema: &'s Schema,
    partitions: Vec<Partition>,
    answers: Answers,
}

impl<'s> Answered<'s> {
    /// The listed records of `schema`, and what is known of the others.
    pub fn new(
        listed: Memory,
        schema: &'s Schema,
        partitions: Vec<Partition>,
        answers: Answers,
    ) -> Answered<'s> {
        Answered { listed, schema, partitions, answers }
    }
}

impl Facts for Answered<'_> {
    fn rows(&self, fact: usize) -> &[Record] {
        self.listed.rows(fact)
    }

    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
        if !self.schema.facts.get(question.fact).is_some_and(|it| it.volume) {
            return self.listed.aggregate(question);
        }
        let key = text::question(self.schema, question);
        let known = self.answers.told.get(&key).cloned();
        known.ok_or_else(|| FactsError::Unavailable(format!("no answer was written down: {key}")))
    }

    fn lists(&self, fact: usize) -> bool {
        self.listed.lists(fact)
    }

    fn count_all(&self) -> usize {
        let rows = self.partitions.iter().map(|it| usize::try_from(it.rows).unwrap_or(usize::MAX));
        rows.fold(self.listed.count_all(), usize::saturating_add)
    }

    fn digest(&self) -> [u8; 32] {
        digest_with(self.listed.digest(), &self.partitions)
    }

    fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
        self.listed.touching(fact, window)
    }
}
