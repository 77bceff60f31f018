//! Records of a body that come in volume: checked one by one, made safe before anything is answered.

use std::collections::BTreeMap;
use std::fmt;

use diagnostic::Diagnostic;
use evidence::{FactSchema, LineWriter, Record};
use lake::journal::Part;
use lake::{Layout, Place, RowError, Rows};
use sha2::{Digest as _, Sha256};
use store::Tx;
use timeline::Instant;

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
/// So many bytes of lines are hashed at once: a digest of many short pieces costs more than one of few long ones.
const HASHED_BYTES: usize = 16 << 10;

/// The digest of lines, each with its line feed.
#[derive(Default)]
struct Lines {
    hashed: Sha256,
    /// Those that are still to be hashed.
    waiting: String,
}

impl Lines {
    /// Writes a line, of so many bytes, which is to be ended or taken back.
    fn begin(&mut self, writer: &LineWriter<'_>, record: &Record) -> usize {
        let before = self.waiting.len();
        writer.push(&mut self.waiting, record);
        self.waiting.len() - before
    }

    fn take_back(&mut self, bytes: usize) {
        self.waiting.truncate(self.waiting.len().saturating_sub(bytes));
    }

    fn end(&mut self) {
        self.waiting.push('\n');
        if self.waiting.len() >= HASHED_BYTES {
            self.hashed.update(self.waiting.as_bytes());
            self.waiting.clear();
        }
    }

    fn sha256(&self) -> String {
        settle::hex(&self.hashed.clone().chain_update(&self.waiting).finalize())
    }
}

/// Records in volume on their way.
pub(super) struct InVolume {
    said: Said,
    batches: Vec<(Place, Rows)>,
    /// Of the last batch of each fact its place among `batches`, and the bytes of its lines.
    filling: BTreeMap<String, (usize, usize)>,
    pub(super) count: usize,
    /// Records of facts beside those of the contract, which count nowhere.
    beside: usize,
    pub(super) reach: Reach,
    lines: Lines,
    lines_beside: Lines,
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
    /// None yet; whoever sends them is named as their source.
    pub(super) fn new(said: Said) -> Self {
        Self {
            said,
            batches: Vec::new(),
            filling: BTreeMap::new(),
            count: 0,
            beside: 0,
            reach: Reach::NONE,
            lines: Lines::default(),
            lines_beside: Lines::default(),
            keeps_times: false,
            safe: None,
        }
    }

    /// Leaves the times at which records were made as they are: by these the contract's rule says which of several stands, and not
    /// by the order they came in.
    pub(super) fn keeps_times(&mut self) {
        self.keeps_times = true;
    }

    /// Takes a record of that fact.
    pub(super) fn add(
        &mut self,
        record: Record,
        fact: &FactSchema,
        (opened, writer): (&Opened, &LineWriter<'_>),
    ) -> Result<(), Diagnostic> {
        if let Some(reason) = misplaced(&record, opened, &fact.name) {
            return Err(reason);
        }
        self.put(record, fact, (opened, writer), Self::own)?;
        self.count += 1;
        Ok(())
    }

    /// Takes a record of a fact beside one of the contract's.
    pub(super) fn add_beside(
        &mut self,
        record: Record,
        fact: &FactSchema,
        (opened, writer): (&Opened, &LineWriter<'_>),
    ) -> Result<(), Diagnostic> {
        self.put(record, fact, (opened, writer), Self::beside)?;
        self.beside += 1;
        Ok(())
    }

    fn own(&mut self) -> &mut Lines {
        &mut self.lines
    }

    fn beside(&mut self) -> &mut Lines {
        &mut self.lines_beside
    }

    /// Takes a record whose line is one of `lines`.
    fn put(
        &mut self,
        record: Record,
        fact: &FactSchema,
        (opened, writer): (&Opened, &LineWriter<'_>),
        lines: fn(&mut Self) -> &mut Lines,
    ) -> Result<(), Diagnostic> {
        // As it was sent: the line does not name who sent it.
        let bytes = lines(self).begin(writer, &record);
        let named = self.said.name(record);
        let Some(rows) = self.batch(fact, opened) else { return Ok(()) };
        if let Err(error) = rows.push(&named) {
            lines(self).take_back(bytes);
            return Err(refused(&error, &named));
        }
        if let Some((_, filled)) = self.filling.get_mut(fact.name.as_str()) {
            *filled += bytes;
        }
        lines(self).end();
        self.reach = self.reach.with(Reach::of(&named));
        Ok(())
    }

    /// The batch that takes the next record of a fact.
    fn batch(&mut self, fact: &FactSchema, opened: &Opened) -> Option<&mut Rows> {
        let filling = self.filling.get(fact.name.as_str()).copied();
        let batch = match filling {
            Some((batch, bytes)) if bytes < BATCH_TEXT_BYTES && self.len(batch) < BATCH_RECORDS => batch,
            _ => {
                let place = Place::new(&opened.tenant, &opened.name, &fact.name);
                self.batches.push((place, Rows::new(Layout::of(fact))));
                self.filling.insert(fact.name.clone(), (self.batches.len() - 1, 0));
                self.batches.len() - 1
            }
        };
        self.batches.get_mut(batch).map(|it| &mut it.1)
    }

    /// The records, said to have come now unless they say it themselves. They are gone afterwards.
    pub(super) fn encode(&mut self, now: Instant) -> Encoded {
        let batches = std::mem::take(&mut self.batches);
        let part = |(place, mut rows): (Place, Rows)| {
            if !self.keeps_times {
                rows.recorded_at.fill(now.nanos());
            }
            Part::of(&place, &rows)
        };
        Encoded(batches.into_iter().map(part).collect())
    }

    /// Whether there is nothing to be made safe.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.beside == 0
    }

    fn len(&self, batch: usize) -> usize {
        self.batches.get(batch).map_or(0, |it| it.1.len())
    }

    /// SHA-256 over what was listed and what came in volume: that of the listed lines where nothing did.
    pub(super) fn sha256(&self, listed: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(listed.as_bytes());
        for (what, count, lines) in
            [("in volume", self.count, &self.lines), ("beside", self.beside, &self.lines_beside)]
        {
            if count > 0 {
                hash.update(format!("{what} {count} {}\n", lines.sha256()));
            }
        }
        settle::hex(&hash.finalize())
    }
}

/// Makes the records in volume of a body safe; nothing is done where it has none. What is safe is not taken back:
/// whatever can be known to be wrong is looked at before.
pub fn secure(platform: &Platform, who: &Principal, mut prepared: Prepared) -> Result<Prepared, Failure> {
    if prepared.volume.is_empty() {
        return Ok(prepared);
    }
    if prepared.atomic && !prepared.records.is_empty() {
        return Err(Refusal::invalid(
            "records in volume are kept whole only by themselves: send the others in a request of their own",
            "大量记录只能单独整体提交：其他记录请另行发送",
        )
        .into());
    }
    match prepared.told.open.news() {
        None => platform.read(|_, tx| check(tx, who, &prepared.opened))?,
        // Before the receipts are safe: whoever puts them into classes later knows that they may be open.
        Some(news) => {
            let (who, opened) = (who.clone(), prepared.opened.clone());
            platform.write(move |_, tx| {
                check(tx, &who, &opened)?;
                Ok(news.keep(tx, (&opened.tenant, &opened.name))?)
            })?;
        }
    }
    let encoded = prepared.volume.encode(platform.store.now());
    prepared.volume.safe = Some(platform.volume.append(Part::join(encoded.0))?);
    Ok(prepared)
}

/// Refused when the caller may no longer, or the contract is no longer the one a body was checked under.
fn check(tx: &mut Tx<'_>, who: &Principal, opened: &Opened) -> Result<(), Failure> {
    let stream = Stream::named(&opened.tenant, &opened.name);
    let tenant = stream.enter(tx, who, Resource::Evidence, Verb::Create)?;
    super::check_version(tx, &stream, (&tenant, opened))
}

/// The records in volume of a body as they are made safe.
pub(super) struct Encoded(Vec<Part>);

impl Encoded {
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(Part::bytes).sum()
    }

    /// What is taken away is gone.
    pub(super) fn take(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.0)
    }
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
