//! Receipts as vendors send them: read, put into classes by the annex of the contract that governs the stream, and taken as
//! records of its fact. A receipt whose code the annex does not list is in no class: it is told, and is kept beside the fact until
//! it comes again and is in one.

use std::collections::BTreeMap;

use diagnostic::{Bilingual, Diagnostic};
use evidence::unclassified::{CLASSIFIED, OPEN};
use evidence::{FactSchema, LineWriter, Record, RecordPlace, Schema};
use formats::table::Mapping;
use formats::{
    Classified, Classifier, Codes, Format, Limits, Receipts, Reject, Spot, Unclassified, Unplaced,
};
use serde_json::{Value as Json, json};

use super::open::Open;
use super::{BODY_BYTES_MAX, Prepared, RECORDS_MAX, fit, problem};
use crate::annexes;
use crate::contracts::Published;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::stream::Opened;

/// Whose receipts a body holds, and how they are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Aliyun's SmsReport.
    Aliyun,
    /// The same for messages abroad.
    AliyunInternational,
    /// Tencent Cloud's status callback.
    Tencent,
    /// Huawei Cloud's status callback.
    Huawei,
    /// Baidu's status callback.
    Baidu,
    /// The text of SMPP receipts, one a line.
    SmppText,
    /// CloudEvents around receipts of these forms.
    CloudEvents,
    /// A table with the columns of [`formats::table::Field`].
    Csv,
    /// JSON objects with these keys.
    Lines,
}

/// Receipts as they were sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Whose they are.
    pub vendor: Vendor,
    /// The fact they are records of; may be left out where the contract has an annex for one only.
    pub fact: Option<String>,
    /// Who reports, where the form does not say so.
    pub provider: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
    /// Keep nothing when any receipt is left out.
    pub atomic: bool,
}

/// What is told of receipts beside what is told of records.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many were in each class.
    pub(super) classes: BTreeMap<String, u64>,
    /// How often each reason to leave one out came, by its English words: it is told once, with its first line.
    pub(super) reasons: BTreeMap<String, u64>,
    /// How often each code came that the annex does not list.
    pub(super) unseen: BTreeMap<Code, u64>,
    /// Which receipts are in no class, and kept.
    pub(super) open: Open,
}

/// A code as a vendor reports it; long runs of digits in it are masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Code {
    pub(super) provider: String,
    /// Empty where the receipt does not say.
    pub(super) carrier: String,
    pub(super) code: String,
}

impl Code {
    /// What stands for all codes that are not told apart.
    pub(super) const OTHERS: Self =
        Self { provider: String::new(), carrier: String::new(), code: String::new() };

    pub(super) fn of(it: &Unplaced) -> Self {
        let carrier = it.carrier.clone().unwrap_or_default();
        Self { provider: it.provider.clone(), carrier, code: it.code.clone() }
    }

    /// Whether it has a U+0000, which no database keeps.
    pub(super) fn has_zero(&self) -> bool {
        [&self.provider, &self.carrier, &self.code].iter().any(|it| it.contains('\0'))
    }
}

impl Vendor {
    /// All of them, as `from` lists them.
    pub const ALL: [Self; 9] = [
        Self::Aliyun,
        Self::AliyunInternational,
        Self::Tencent,
        Self::Huawei,
        Self::Baidu,
        Self::SmppText,
        Self::CloudEvents,
        Self::Csv,
        Self::Lines,
    ];

    /// Its name in `from`, the one an import knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aliyun => "aliyun",
            Self::AliyunInternational => "aliyun-international",
            Self::Tencent => "tencent",
            Self::Huawei => "huawei",
            Self::Baidu => "baidu",
            Self::SmppText => "smpp-text",
            Self::CloudEvents => "cloudevents",
            Self::Csv => "csv",
            Self::Lines => "ndjson",
        }
    }

    /// The one of that name. Refused when there is none.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|it| it.name() == name);
        Ok(found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Refusal::invalid(
                format!("from: `{name}` is none of {names}"),
                format!("from：`{name}` 不是 {names} 之一"),
            )
        })?)
    }

    /// What this vendor wants to read in the answer before it takes a receipt for delivered, as its documentation has it.
    pub fn acknowledgement(self) -> Option<Json> {
        match self {
            Self::Aliyun | Self::AliyunInternational => Some(json!({ "code": 0, "msg": "接收成功" })),
            Self::Tencent => Some(json!({ "result": 0, "errmsg": "OK" })),
            _ => None,
        }
    }

    fn format(self, mapping: &Mapping) -> Format<'_> {
        match self {
            Self::Aliyun => Format::Aliyun,
            Self::AliyunInternational => Format::AliyunInternational,
            Self::Tencent => Format::Tencent,
            Self::Huawei => Format::Huawei,
            Self::Baidu => Format::Baidu,
            Self::SmppText => Format::SmppText(formats::smpp::Options::default()),
            Self::CloudEvents => Format::CloudEvents,
            Self::Csv => Format::Csv(mapping),
            Self::Lines => Format::Lines(mapping),
        }
    }
}

/// Reads receipts, as [`super::prepare`] reads records; asks the store only which may be open. Refused where the contract has no
/// annex for them.
pub fn prepare_receipts(
    platform: &Platform,
    opened: Opened,
    who: &Principal,
    sent: Sent,
) -> Result<Prepared, Failure> {
    fit::check_bytes(sent.bytes.len(), BODY_BYTES_MAX)?;
    if opened.is_shared() {
        return Err(shared().into());
    }
    let published = opened.published.clone();
    let (fact, schema, codes) = annex(&published, sent.fact.as_deref())?;
    let key = annexes::phone_key(platform, &opened.tenant);
    let mapping = Mapping::plain(sent.provider.as_deref().unwrap_or("provider"));
    let beside = Schema { facts: vec![schema.unclassified()], ..Schema::default() };
    let open = Open::of(&platform.store, &opened, &schema.name)?;
    let mut prepared = Prepared::new(opened, who, sent.atomic);
    prepared.volume.keeps_times();
    prepared.told.open = open;
    let mut sink = Sink {
        prepared: &mut prepared,
        fact,
        codes,
        classifier: Classifier::new(codes, schema, &key),
        writer: LineWriter::new(&published.contract.schema),
        beside: (&beside, LineWriter::new(&beside)),
        names_tenant: published.contract.records_name_tenant,
        count: 0,
    };
    let mut bytes = sent.bytes.as_slice();
    let mut receipts = Receipts::new(&mut bytes, sent.vendor.format(&mapping), Limits::default());
    while sink.count <= RECORDS_MAX && receipts.step(&mut |it| sink.take(it)).unwrap_or(false) {}
    if sink.count > RECORDS_MAX {
        return Err(fit::too_many().into());
    }
    prepared.sha256 = prepared.volume.sha256("");
    prepared.check_whole()?;
    Ok(prepared)
}

/// The annex for the fact that was named, or the only one.
fn annex<'p>(
    published: &'p Published,
    named: Option<&str>,
) -> Result<(usize, &'p FactSchema, &'p Codes), Refusal> {
    let facts = &published.contract.schema.facts;
    let with = |it: &'p (usize, Codes)| Some((it.0, facts.get(it.0)?, &it.1));
    let all: Vec<_> = published.annexes.iter().filter_map(with).collect();
    let (agreement, version) = (&published.agreement, &published.version);
    match (named, all.as_slice()) {
        (_, []) => Err(Refusal::invalid(
            format!(
                "{agreement} {version} was published without an annex that says what codes of receipts mean: publish a version with one, or send records"
            ),
            format!(
                "{agreement} {version} 发布时没有说明回执状态码含义的附件：请发布带附件的版本，或直接发送记录"
            ),
        )),
        (None, [one]) => Ok(*one),
        (named, _) => {
            let found = named.and_then(|name| all.iter().find(|it| it.1.name == name));
            found.copied().ok_or_else(|| {
                let names = all.iter().map(|it| it.1.name.as_str()).collect::<Vec<_>>().join(", ");
                Refusal::invalid(
                    format!("fact: name one that has an annex: {names}"),
                    format!("fact：请指明一个有附件的事实：{names}"),
                )
            })
        }
    }
}

/// Takes receipts one by one.
struct Sink<'s> {
    prepared: &'s mut Prepared,
    fact: usize,
    codes: &'s Codes,
    classifier: Classifier<'s>,
    writer: LineWriter<'s>,
    /// The fact beside, alone in a schema.
    beside: (&'s Schema, LineWriter<'s>),
    names_tenant: bool,
    count: usize,
}

impl Sink<'_> {
    fn take(&mut self, receipt: Result<formats::Receipt<'_>, Reject>) {
        self.count += 1;
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(it) => return self.leave_out("V0148", it.spot, (it.reason.message(), it.reason.help())),
        };
        match self.classifier.classify(&receipt) {
            Ok(classified) => {
                let record = self.record(&classified, receipt.spot);
                let class = classified.class.to_owned();
                match self.prepared.add(record, &self.writer) {
                    Ok(()) => *self.prepared.told.classes.entry(class).or_default() += 1,
                    Err(reason) => return self.prepared.leave_out(reason),
                }
                self.close(&receipt);
            }
            Err(why) => {
                self.note(&why);
                if why.is_open() {
                    self.keep_open(&receipt);
                }
                self.leave_out("V0149", receipt.spot, (why.message(), why.help()));
            }
        }
    }

    /// The record as an import makes it: the source says who reports and by which annex it was classified. In a stream that is
    /// one tenant's, the vendor's name for the account does not say whose it is.
    fn record(&self, classified: &Classified<'_>, spot: Spot) -> Record {
        let place = RecordPlace { file: 0, line: line(spot) };
        let source = format!("{}, {} {}", classified.source, self.codes.id(), self.codes.version());
        let mut record = classified.record(self.fact, place);
        record.source = Some(source.into());
        if self.names_tenant {
            record.subject = None;
        }
        record
    }

    /// Keeps a receipt that is in no class, unless nothing says when its message was sent.
    fn keep_open(&mut self, receipt: &formats::Receipt<'_>) {
        let Some(it) = self.classifier.unplaced(receipt) else { return };
        // One that is too long to be kept is told all the same.
        if self.say(&it, OPEN, receipt.spot).is_ok() {
            self.prepared.told.open.note(&it);
        }
    }

    /// Notes that a receipt is in a class, should it have been in none.
    fn close(&mut self, receipt: &formats::Receipt<'_>) {
        if self.prepared.told.open.is_empty() {
            return;
        }
        let Some(it) = self.classifier.unplaced(receipt) else { return };
        if self.prepared.told.open.may_have(&it) {
            // What is too long was never kept open.
            let _ = self.say(&it, CLASSIFIED, receipt.spot);
        }
    }

    fn say(&mut self, receipt: &Unplaced, state: &str, spot: Spot) -> Result<(), Diagnostic> {
        let record = receipt.record(state, 0, RecordPlace { file: 0, line: line(spot) });
        self.prepared.add_beside(record, (self.beside.0, &self.beside.1))
    }

    fn leave_out(&mut self, code: &'static str, spot: Spot, (message, help): (Bilingual, Bilingual)) {
        let help = (help.en.as_str(), help.zh.as_str());
        self.prepared.leave_out(problem(code, line(spot), (message.en, message.zh), help));
    }

    fn note(&mut self, why: &Unclassified) {
        let (Unclassified::Unseen { provider, carrier, code }
        | Unclassified::NotYet { provider, carrier, code, .. }) = why
        else {
            return;
        };
        let carrier = carrier.clone().unwrap_or_default();
        let code = Code { provider: provider.clone(), carrier, code: code.clone() };
        if code.has_zero() {
            return;
        }
        *self.prepared.told.unseen.entry(code).or_default() += 1;
    }
}

impl Prepared {
    /// Takes a record of the fact beside, the only one of its schema.
    fn add_beside(
        &mut self,
        record: Record,
        (schema, writer): (&Schema, &LineWriter<'_>),
    ) -> Result<(), Diagnostic> {
        let Some(fact) = schema.facts.get(record.fact) else { return Ok(()) };
        self.volume.add_beside(record, fact, (&self.opened, writer))
    }

    /// Leaves a receipt out. A reason is told once, with the first line it came at.
    fn leave_out(&mut self, problem: Diagnostic) {
        match self.told.reasons.get_mut(&problem.message.en) {
            Some(count) => {
                *count += 1;
                self.refused += 1;
            }
            None => {
                self.told.reasons.insert(problem.message.en.clone(), 1);
                self.refuse(problem);
            }
        }
    }
}

fn line(spot: Spot) -> u32 {
    u32::try_from(spot.line).unwrap_or(u32::MAX)
}

fn shared() -> Refusal {
    Refusal::invalid(
        "receipts are of one subscription each: send them to that subscription's own stream",
        "每条回执只属于一个订阅：请发送到该订阅自己的证据流",
    )
}
