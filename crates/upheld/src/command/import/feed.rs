//! From a file to rows of the lake: receipts by the annex, records as they are.

use std::io::{self, BufRead};

use diagnostic::Bilingual;
use evidence::{FactSchema, Record, Shape, SourceFile};
use formats::{
    Classified, Classifier, Codes, Format, Limits, Masked, Receipt, Receipts, Reject, Spot, Unplaced, smpp,
    table::Mapping,
};
use lake::{Cell, Importer, LakeError, RowView};
use language::Contract;

use super::beside::{self, Open};
use super::failed;
use super::report::Counted;
use super::source::Source;
use super::told::Told;
use crate::arguments::{ImportArguments, ImportFormat, SmppId};
use crate::failure::Failure;

/// Receipts between two looks at how far it has come.
const STRIDE: u64 = 8_192;
/// Lines of records are read so many bytes at a time.
const CHUNK_BYTES: usize = 4 << 20;

/// Keys that records of every fact have.
const KEYS: [&str; 10] =
    ["fact", "id", "subject", "at", "from", "until", "source", "recorded_at", "supersedes", "reason"];

/// What files are read by.
pub(super) struct Feed<'a> {
    pub(super) contract: &'a Contract,
    pub(super) fact: &'a FactSchema,
    pub(super) codes: Option<&'a Codes>,
    /// Receipts of earlier imports in no class.
    pub(super) open: Option<&'a Open>,
    pub(super) key: &'a formats::Key,
    pub(super) arguments: &'a ImportArguments,
}

impl Feed<'_> {
    /// Pushes everything the file holds from the spot on.
    pub(super) fn read(
        &self,
        source: &Source,
        from: Option<(Spot, Told)>,
        importer: &mut Importer,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        // A table is read from its header on; what was read before is merged away.
        let from = from.filter(|_| self.arguments.source != ImportFormat::Csv);
        let (spot, told) = from.unwrap_or_default();
        counted.begin(source, spot.offset, told);
        match (self.arguments.source, self.codes) {
            (ImportFormat::Records, _) | (_, None) => self.records(source, spot, importer, counted),
            (_, Some(codes)) => self.receipts(source, spot, codes, importer, counted),
        }
    }

    fn mapping(&self) -> Mapping {
        Mapping { offset: self.arguments.zone, ..Mapping::plain(&self.arguments.provider) }
    }

    fn smpp(&self) -> smpp::Options {
        let id = match self.arguments.smpp_id {
            SmppId::AsWritten => smpp::Id::AsWritten,
            SmppId::Decimal => smpp::Id::Decimal,
            SmppId::Hexadecimal => smpp::Id::Hexadecimal,
        };
        let offset = self.arguments.zone.unwrap_or(smpp::Options::default().offset);
        smpp::Options { id, offset }
    }

    fn format<'m>(&self, mapping: &'m Mapping) -> Format<'m> {
        match self.arguments.source {
            ImportFormat::Aliyun => Format::Aliyun,
            ImportFormat::AliyunInternational => Format::AliyunInternational,
            ImportFormat::Tencent => Format::Tencent,
            ImportFormat::Huawei => Format::Huawei,
            ImportFormat::Baidu => Format::Baidu,
            ImportFormat::SmppText => Format::SmppText(self.smpp()),
            ImportFormat::SmppPdus => Format::SmppPdus(self.smpp()),
            ImportFormat::Cloudevents => Format::CloudEvents,
            ImportFormat::Csv => Format::Csv(mapping),
            ImportFormat::Ndjson | ImportFormat::Parquet | ImportFormat::Records => Format::Lines(mapping),
        }
    }

    fn receipts(
        &self,
        source: &Source,
        spot: Spot,
        codes: &Codes,
        importer: &mut Importer,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        let mapping = self.mapping();
        let format = self.format(&mapping);
        let unread = |error: &io::Error| Failure::io(&source.path, "read it", error);
        let mut reader = source.open(spot).map_err(|it| unread(&it))?;
        let mut receipts = Receipts::starting_at(spot, &mut *reader, format, Limits::default());
        receipts = receipts.with_smpp(self.smpp());
        let classifier =
            Classifier::new(codes, self.fact, self.key).tag_is_subject(self.arguments.subject_from_tag);
        let mut sink =
            Sink { feed: self, codes, classifier, importer, counted, said_by: Said::default(), broken: None };
        let mut steps: u64 = 0;
        loop {
            let more = receipts.step(&mut |it| sink.take(it)).map_err(|it| unread(&it))?;
            if let Some(why) = sink.broken.take() {
                return Err(failed(&why));
            }
            steps += 1;
            if !more || steps.is_multiple_of(STRIDE) {
                let progress = source.progress(receipts.spot(), !more, sink.counted.told());
                sink.importer.note(progress).map_err(|it| failed(&it))?;
                sink.counted.at(receipts.spot().offset);
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Records in the contract's own form, some lines at a time.
    fn records(
        &self,
        source: &Source,
        from: Spot,
        importer: &mut Importer,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        let unread = |error: &io::Error| Failure::io(&source.path, "read it", error);
        let mut spot = from;
        let mut reader = source.open(spot).map_err(|it| unread(&it))?;
        loop {
            let mut bytes = Vec::new();
            let lines = some_lines(&mut *reader, &mut bytes).map_err(|it| unread(&it))?;
            let read = bytes.len() as u64;
            if lines > 0 {
                self.take(source, spot, bytes, importer, counted)?;
            }
            spot = Spot { line: spot.line + lines, offset: spot.offset + read };
            let progress = source.progress(spot, lines == 0, counted.told());
            importer.note(progress).map_err(|it| failed(&it))?;
            counted.at(spot.offset);
            if lines == 0 {
                return Ok(());
            }
        }
    }

    fn take(
        &self,
        source: &Source,
        spot: Spot,
        bytes: Vec<u8>,
        importer: &mut Importer,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        let file = SourceFile { name: source.path.display().to_string(), bytes };
        let taken = evidence::take(&self.contract.schema, &file, Shape::Lines);
        let told = taken.diagnostics.iter().filter(|it| it.severity == diagnostic::Severity::Error);
        let mut named = 0;
        for it in told {
            let line = it.place.as_ref().map_or(0, |it| it.line as u64);
            let masked =
                |it: &Bilingual| Bilingual::new(Masked(&it.en).to_string(), Masked(&it.zh).to_string());
            let reason = format!("{} {}", it.code, without_values(&it.message.en, self.fact));
            let line = spot.line + line.saturating_sub(1);
            counted.reject_as(&reason, &masked(&it.message), &masked(&it.help), line);
            named += 1;
        }
        counted.rejects_untold(taken.refused.saturating_sub(named) as u64);
        let wanted = self.contract.schema.fact(&self.fact.name).map(|(at, _)| at);
        for record in &taken.records {
            self.push(record, wanted, spot, importer, counted)?;
        }
        Ok(())
    }

    fn push(
        &self,
        record: &Record,
        wanted: Option<usize>,
        spot: Spot,
        importer: &mut Importer,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        let line = spot.line + u64::from(record.place.line).saturating_sub(1);
        if Some(record.fact) != wanted {
            let message = diagnostic::Bilingual::new(
                format!("a record of another fact than `{}`", self.fact.name),
                format!("并非 `{}` 的记录", self.fact.name),
            );
            let help = diagnostic::Bilingual::new(
                "give it as evidence, or name its fact with --fact",
                "请作为证据文件提供，或用 --fact 指明其事实",
            );
            counted.reject(&message, &help, line);
            return Ok(());
        }
        match importer.push(record) {
            Ok(()) => counted.take(None),
            Err(LakeError::Row(why)) => counted.refuse(&why, line),
            Err(why) => return Err(failed(&why)),
        }
        Ok(())
    }
}

/// A message without what it quotes of the record: only names of the contract stay.
fn without_values(message: &str, fact: &FactSchema) -> String {
    let is_name = |it: &str| it == fact.name || fact.attribute(it).is_some() || KEYS.contains(&it);
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(at, it)| if at % 2 == 1 && !is_name(it) { "…" } else { it });
    parts.collect::<Vec<_>>().join("`")
}

/// Whole lines of about [`CHUNK_BYTES`]; how many.
fn some_lines(reader: &mut dyn BufRead, bytes: &mut Vec<u8>) -> io::Result<u64> {
    let mut lines = 0;
    while bytes.len() < CHUNK_BYTES {
        // A line without end is refused by its length when it is read as a record.
        if reader.read_until(b'\n', bytes)? == 0 {
            break;
        }
        lines += 1;
    }
    Ok(lines)
}

/// The annex and its version beside who reports, made once for all receipts of one reporter.
#[derive(Default)]
struct Said {
    provider: String,
    text: String,
}

impl Said {
    fn by(&mut self, provider: &str, codes: &Codes) -> &str {
        if self.provider != provider || self.text.is_empty() {
            self.provider = provider.to_owned();
            self.text = format!("{provider}, {} {}", codes.id(), codes.version());
        }
        &self.text
    }
}

/// Takes receipts one by one.
struct Sink<'s> {
    feed: &'s Feed<'s>,
    codes: &'s Codes,
    classifier: Classifier<'s>,
    importer: &'s mut Importer,
    counted: &'s mut Counted,
    said_by: Said,
    broken: Option<LakeError>,
}

impl Sink<'_> {
    fn take(&mut self, receipt: Result<Receipt<'_>, Reject>) {
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(it) => {
                let reason = it.reason;
                self.counted.reject(&reason.message(), &reason.help(), it.spot.line);
                return;
            }
        };
        let line = receipt.spot.line;
        match self.classifier.classify(&receipt) {
            Ok(classified) => {
                let source = self.said_by.by(classified.source, self.codes);
                let subject = classified.subject.or(self.feed.arguments.subject.as_deref());
                let pushed = push(self.importer, &classified, subject, source);
                match pushed {
                    Ok(()) => self.counted.take(Some(classified.class)),
                    Err(LakeError::Row(why)) => return self.counted.refuse(&why, line),
                    Err(why) => self.broken = Some(why),
                }
                if let Some(open) = self.feed.open.filter(|it| !it.is_empty()) {
                    let receipt = self.classifier.unplaced(&receipt);
                    self.beside(receipt, |it, importer| open.close(it, importer));
                }
            }
            Err(why) => {
                self.counted.reject(&why.message(), &why.help(), line);
                let kept = self.classifier.unplaced(&receipt).filter(|_| why.is_open());
                self.beside(kept, beside::keep);
            }
        }
    }

    fn beside(
        &mut self,
        receipt: Option<Unplaced>,
        push: impl FnOnce(&Unplaced, &mut Importer) -> Result<(), LakeError>,
    ) {
        let pushed = receipt.map_or(Ok(()), |it| push(&it, self.importer));
        // One that is too long to be kept was told of all the same.
        self.broken = pushed.err().filter(|it| !matches!(it, LakeError::Row(_))).or(self.broken.take());
    }
}

fn push(
    importer: &mut Importer,
    classified: &Classified<'_>,
    subject: Option<&str>,
    source: &str,
) -> Result<(), LakeError> {
    let cells: Vec<Cell<'_>> = classified.cells.iter().map(cell).collect();
    importer.push_row(RowView {
        at: classified.at.nanos(),
        recorded_at: classified.recorded_at.map(|it| it.nanos()),
        subject,
        source: Some(source),
        id: &classified.id,
        cells: &cells,
    })
}

fn cell<'a>(it: &'a formats::Cell<'a>) -> Cell<'a> {
    match it {
        formats::Cell::Absent => Cell::Absent,
        formats::Cell::Word(word) => Cell::Word(word),
        formats::Cell::Number { unscaled, scale } => Cell::Number { unscaled: *unscaled, scale: *scale },
        formats::Cell::Truth(truth) => Cell::Truth(*truth),
    }
}
