//! Records of a body that come in volume: checked one by one, made safe before anything is answered.

use std::collections::BTreeMap;
use std::fmt;

use diagnostic::Diagnostic;
use evidence::Record;
use lake::journal::Batch;
use lake::{Layout, Place, RowError, Rows};
use sha2::{Digest as _, Sha256};

use super::{Prepared, Reach, problem};
use crate::evidence::Said;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::stream::{Opened, Stream};
use crate::volume::Safe;

/// Most records of a batch.
const BATCH_RECORDS: usize = 10_000;
/// Most text of a batch.
const BATCH_TEXT_BYTES: usize = 4 << 20;

/// Records in volume on their way.
pub(super) struct InVolume {
    batches: Vec<(Place, Rows)>,
    /// Of the last batch of each fact its place among `batches`, and the bytes of its lines.
    filling: BTreeMap<usize, (usize, usize)>,
    pub(super) count: usize,
    pub(super) reach: Reach,
    lines: Sha256,
    /// Each record says itself when it was recorded, as a receipt does.
    keeps_times: bool,
    /// Where they are safe, once they are.
    pub(super) safe: Option<Safe>,
}

impl fmt::Debug for InVolume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InVolume")
            .field("count", &self.count)
            .field("safe", &self.safe)
            .finish_non_exhaustive()
    }
}

impl InVolume {
    pub(super) fn new() -> Self {
        Self {
            batches: Vec::new(),
            filling: BTreeMap::new(),
            count: 0,
            reach: Reach::NONE,
            lines: Sha256::new(),
            keeps_times: false,
            safe: None,
        }
    }

    /// Leaves the times at which records were made as they are: by these the contract's rule says which of several stands, and not
    /// by the order they came in.
    pub(super) fn keeps_times(&mut self) {
        self.keeps_times = true;
    }

    /// Takes a record whose canonical line is `line`.
    pub(super) fn add(
        &mut self,
        record: &Record,
        line: &str,
        (opened, actor): (&Opened, &str),
    ) -> Result<(), Diagnostic> {
        let schema = &opened.published.contract.schema;
        let Some(fact) = schema.facts.get(record.fact) else { return Ok(()) };
        if let Some(reason) = misplaced(record, opened, &fact.name) {
            return Err(reason);
        }
        let named = Said::by(actor, opened.side).name(record.clone());
        let at = match self.filling.get(&record.fact).copied() {
            Some((at, bytes)) if bytes < BATCH_TEXT_BYTES && self.len(at) < BATCH_RECORDS => at,
            _ => {
                let place = Place::new(&opened.tenant, &opened.name, &fact.name);
                self.batches.push((place, Rows::new(Layout::of(fact))));
                self.filling.insert(record.fact, (self.batches.len() - 1, 0));
                self.batches.len() - 1
            }
        };
        let Some((_, rows)) = self.batches.get_mut(at) else { return Ok(()) };
        rows.push(&named).map_err(|it| refused(&it, record))?;
        if let Some((_, bytes)) = self.filling.get_mut(&record.fact) {
            *bytes += line.len();
        }
        self.lines.update(line.as_bytes());
        self.lines.update(b"\n");
        self.count += 1;
        self.reach = self.reach.with(Reach::of(record));
        Ok(())
    }

    fn len(&self, batch: usize) -> usize {
        self.batches.get(batch).map_or(0, |it| it.1.len())
    }

    /// SHA-256 over what was listed and what came in volume: that of the listed lines where nothing did.
    pub(super) fn sha256(&self, listed: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(listed.as_bytes());
        if self.count > 0 {
            hash.update(format!(
                "in volume {} {}\n",
                self.count,
                settle::hex(&self.lines.clone().finalize())
            ));
        }
        settle::hex(&hash.finalize())
    }
}

/// Makes the records in volume of a body safe; nothing is done where it has none. What is safe is not taken back:
/// whatever can be known to be wrong is looked at before.
pub fn secure(platform: &Platform, who: &Principal, mut prepared: Prepared) -> Result<Prepared, Failure> {
    if prepared.volume.count == 0 {
        return Ok(prepared);
    }
    if prepared.atomic && !prepared.records.is_empty() {
        return Err(Refusal::invalid(
            "records in volume are kept whole only by themselves: send the others in a request of their own",
            "大量记录只能单独整体提交：其他记录请另行发送",
        )
        .into());
    }
    platform.read(|_, tx| {
        let stream = Stream::named(&prepared.opened.tenant, &prepared.opened.name);
        let tenant = stream.enter(tx, who, Resource::Evidence, Verb::Create)?;
        super::check_version(tx, &stream, (&tenant, &prepared.opened))
    })?;
    let now = platform.store.now().nanos();
    let keeps_times = prepared.volume.keeps_times;
    let batches = prepared.volume.batches.iter_mut().map(|(place, rows)| {
        if !keeps_times {
            rows.recorded_at.fill(now);
        }
        Batch::encode(place, rows)
    });
    prepared.volume.safe = Some(platform.volume.append(batches.collect())?);
    prepared.volume.batches = Vec::new();
    Ok(prepared)
}

/// Refuses records in volume where the platform itself makes records.
pub(super) fn none(prepared: &Prepared) -> Result<(), Failure> {
    if prepared.volume.count == 0 {
        return Ok(());
    }
    Err(Refusal::invalid(
        "facts in volume take records as they are sent, and none by consent or by a plan: send them as evidence",
        "大量事实的记录只接受直接提交，不能经协商或计划写入：请作为证据发送",
    )
    .into())
}

/// Why a record cannot be taken in volume where it was sent.
fn misplaced(record: &Record, opened: &Opened, fact: &str) -> Option<Diagnostic> {
    let refuse = |en: String, zh: String, help: (&str, &str)| {
        Some(problem("V0146", record.place.line, (en, zh), help))
    };
    if opened.is_shared() {
        return refuse(
            format!("records of `{fact}` come in volume, and each is of one subscription"),
            format!("`{fact}` 的记录数量巨大，每条只属于一个订阅"),
            ("send them to that subscription's own stream", "请发送到该订阅自己的证据流"),
        );
    }
    let subject = record.subject.as_deref().filter(|it| *it != opened.tenant)?;
    if !opened.published.contract.records_name_tenant {
        return None;
    }
    refuse(
        format!("the subject `{subject}` is another customer than `{}`", opened.tenant),
        format!("主体 `{subject}` 不是客户 `{}`", opened.tenant),
        ("leave the subject out, or send it to that customer's stream", "请省略主体，或发送到该客户的证据流"),
    )
}

fn refused(error: &RowError, record: &Record) -> Diagnostic {
    let text = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
    let (message, help) = match error {
        RowError::NoId => (
            text("a record of a fact in volume needs an id", "大量事实的记录必须有 id"),
            ("give it the id by which it is known again", "请填写可据以识别该记录的 id"),
        ),
        RowError::Revision => (
            text(
                "a record of a fact in volume supersedes or withdraws nothing",
                "大量事实的记录不能取代或撤回其他记录",
            ),
            ("send what holds now under the same id", "请以相同的 id 重新发送现在的内容"),
        ),
        RowError::Unbounded => {
            (text("the time is out of range", "时间超出范围"), ("give a point in time", "请填写具体时间"))
        }
        RowError::Digits { column, scale } => (
            (
                format!(
                    "the number `{column}` has too many digits, more than {scale} after the point, or no end"
                ),
                format!("数值 `{column}` 位数过多、小数超过 {scale} 位或除不尽"),
            ),
            ("round it to what can be kept", "请舍入到可保存的位数"),
        ),
        RowError::Missing(column) | RowError::WrongKind(column) => (
            (format!("`{column}` is missing or of another kind"), format!("缺少 `{column}` 或类型不符")),
            ("mend the attribute", "请改正该属性"),
        ),
        RowError::Long(column) => (
            (format!("`{column}` is too long"), format!("`{column}` 过长")),
            ("shorten the text", "请缩短文字"),
        ),
        RowError::Width { .. } | RowError::Full => (
            text("the record does not fit into the batch", "该记录无法放入批次"),
            ("send it in a request of its own", "请单独发送"),
        ),
    };
    problem("V0146", record.place.line, message, help)
}
