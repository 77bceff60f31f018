//! Records in volume: the lake they lie in, and what is written into a package in their stead.

use std::collections::BTreeMap;

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::{Answers, FactSchema, Facts, FactsError, Memory, Partition, partitions_text};
use language::Contract;
use proof::{ANSWERS_FILE, PARTITIONS_FILE};
use timeline::{Instant, Interval};

use crate::settlement::Told;

/// Where records in volume are kept and asked.
pub(crate) trait Lake {
    /// The listed records and those in volume that happened in the window, as they were known at `as_of`.
    fn facts<'a>(
        &'a self,
        contract: &'a Contract,
        listed: Memory,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Box<dyn LakeFacts + 'a>, Diagnostic>;

    /// The facts beside those in volume that have open receipts of messages sent in the window.
    fn unclassified(
        &self,
        contract: &Contract,
        within: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FactSchema>, Diagnostic>;
}

/// The facts beside those in volume, of receipts in no class, that a statement rests on.
pub(crate) fn named_beside(contract: &Contract, partitions: &[Partition]) -> Vec<FactSchema> {
    let beside = contract.schema.facts.iter().filter(|it| it.volume).map(FactSchema::unclassified);
    beside.filter(|it| partitions.iter().any(|partition| partition.fact == it.name)).collect()
}

/// Facts of which those in volume are in a lake.
pub(crate) trait LakeFacts {
    /// To be asked.
    fn facts(&self) -> &dyn Facts;

    /// The files of the lake that are asked.
    fn partitions(&self) -> Vec<Partition>;
}

/// The files of a package that stand for records in volume.
pub(crate) fn files(told: &Told) -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([
        (PARTITIONS_FILE.to_owned(), partitions_text(&told.partitions).into_bytes()),
        (ANSWERS_FILE.to_owned(), told.answers.text().into_bytes()),
    ])
}

/// What a package says of records in volume; nothing when it has none. The error names the file and line.
pub(crate) fn told(files: &BTreeMap<String, Vec<u8>>) -> Result<Option<Told>, Diagnostic> {
    let text = |name: &str| {
        let bytes = files.get(name)?;
        Some(std::str::from_utf8(bytes).map_err(|_| unreadable(name, 1)))
    };
    let (partitions, answers) = match (text(PARTITIONS_FILE), text(ANSWERS_FILE)) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(unreadable(PARTITIONS_FILE, 0)),
        (Some(_), None) => return Err(unreadable(ANSWERS_FILE, 0)),
        (Some(partitions), Some(answers)) => (partitions?, answers?),
    };
    let read = |(at, line)| Partition::parse(line).ok_or_else(|| unreadable(PARTITIONS_FILE, at + 1));
    let partitions = partitions.lines().enumerate().map(read).collect::<Result<_, _>>()?;
    let answers = Answers::parse(answers).map_err(|it| unreadable(ANSWERS_FILE, it.line))?;
    Ok(Some(Told { partitions, answers }))
}

fn unreadable(file: &str, line: usize) -> Diagnostic {
    Diagnostic::new(
        "P0204",
        Severity::Error,
        Bilingual::new(
            format!("line {line} of {file} cannot be read"),
            format!("无法读取 {file} 的第 {line} 行"),
        ),
        Bilingual::new("ask for a complete package", "请索取完整的包"),
    )
}

/// Records in volume could not be asked, so nothing was settled.
pub(crate) fn unanswered(why: &FactsError) -> Diagnostic {
    Diagnostic::new(
        "S0108",
        Severity::Error,
        Bilingual::new(
            format!("the records in volume cannot be asked: {why}"),
            format!("无法查询大量记录：{why}"),
        ),
        Bilingual::new(
            "nothing was settled; mend what is named and settle again",
            "未作任何结算；请排除上述问题后重新结算",
        ),
    )
}
