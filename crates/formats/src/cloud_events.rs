//! CloudEvents 1.0 in JSON, structured or in a batch, whose `data` is a vendor's receipt, a list of them, or a plain record.
//! The last word of `type` that is no version says which: `com.example.sms.aliyun.v1`.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cut::{Cut, Cutter};
use crate::json::{Text, object, required, said};
use crate::objects::Objects;
use crate::table::{self, Mapping};
use crate::{Limits, Reason, Receipt, Reject, Spot, aliyun, baidu, huawei, smpp, tencent};

/// What a sender of events is answered: HTTP 202, nothing in the body.
pub const fn answer() -> &'static str {
    ""
}

const FIELDS: &[&str] =
    &["specversion", "type", "source", "id", "time", "subject", "datacontenttype", "data"];

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    specversion: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    source: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

type Take<'t> = &'t mut dyn FnMut(Result<Receipt<'_>, Reject>);

/// The receipts of one event, or why there are none. `subject` is the account and `time` the time of the receipt where the
/// data does not say.
pub(crate) fn receipts(record: &[u8], spot: Spot, by: (&Limits, &smpp::Options), take: Take<'_>) {
    if let Err(reason) = open(record, spot, by, take) {
        take(Err(Reject { spot, reason }));
    }
}

fn open(
    record: &[u8],
    spot: Spot,
    (limits, options): (&Limits, &smpp::Options),
    take: Take<'_>,
) -> Result<(), Reason> {
    let event: Event<'_> = object(record, FIELDS)?;
    if required(event.specversion, "specversion")? != "1.0" {
        return Err(Reason::NotAWord { field: "specversion" });
    }
    required(event.source, "source")?;
    required(event.id, "id")?;
    let kind = required(event.kind, "type")?;
    let inside = Inside::named(last_word(&kind)).ok_or(Reason::UnknownEvent)?;
    let time = match said(event.time) {
        None => None,
        Some(text) => Some(calendar::parse_instant(&text).map_err(|_| Reason::NotATime { field: "time" })?),
    };
    let account = said(event.subject);
    let data = event.data.ok_or(Reason::Missing { field: "data" })?.get();
    let mut each = |read: Result<Receipt<'_>, Reason>| {
        let read = read.map(|mut receipt| {
            receipt.reported_at = receipt.reported_at.or(time);
            receipt.account = receipt.account.or(account.as_deref().map(Cow::Borrowed));
            receipt
        });
        take(read.map_err(|reason| Reject { spot, reason }));
    };
    match data.as_bytes().first() {
        Some(b'"') => {
            let text: Text<'_> = object(data.as_bytes(), &[])?;
            each(inside.text(text.0.as_bytes(), options, spot));
        }
        Some(b'[') => list(data.as_bytes(), limits, |it| each(inside.object(it, spot))),
        _ => each(inside.object(data.as_bytes(), spot)),
    }
    Ok(())
}

/// Each object of a list that is already known to be JSON.
fn list(data: &[u8], limits: &Limits, mut each: impl FnMut(&[u8])) {
    let mut cutter = Cutter::Objects(Objects::default());
    let mut rest = data;
    while !rest.is_empty() {
        let done = match cutter.cut(rest, true, limits) {
            Cut::Record { from, until, next } => {
                each(rest.get(from..until).unwrap_or_default());
                next
            }
            // A word or number in the list is refused by whoever reads it as an object.
            Cut::Broken { from, .. } => {
                each(rest.get(from..).unwrap_or_default());
                rest.len()
            }
            Cut::More { done } => done.max(1),
        };
        rest = rest.get(done..).unwrap_or_default();
    }
}

/// What an event carries.
#[derive(Clone, Copy)]
enum Inside {
    Aliyun,
    AliyunInternational,
    Tencent,
    Huawei,
    Baidu,
    Smpp,
    Plain,
}

impl Inside {
    fn named(word: &str) -> Option<Inside> {
        Some(match word {
            "aliyun" => Inside::Aliyun,
            "aliyun_international" => Inside::AliyunInternational,
            "tencent" => Inside::Tencent,
            "huawei" => Inside::Huawei,
            "baidu" => Inside::Baidu,
            "smpp" => Inside::Smpp,
            "receipt" => Inside::Plain,
            _ => return None,
        })
    }

    fn object(self, data: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
        match self {
            Inside::Aliyun => aliyun::receipt(data, spot),
            Inside::AliyunInternational => aliyun::receipt_abroad(data, spot),
            Inside::Tencent => tencent::receipt(data, spot),
            Inside::Baidu => baidu::receipt(data, spot),
            Inside::Huawei | Inside::Smpp => Err(Reason::WrongType),
            Inside::Plain => plain(data, spot),
        }
    }

    /// A body that is no JSON stands in the event as a text.
    fn text<'a>(self, data: &'a [u8], options: &smpp::Options, spot: Spot) -> Result<Receipt<'a>, Reason> {
        match self {
            Inside::Huawei => huawei::receipt(data, spot),
            Inside::Smpp => smpp::text(data, options, spot),
            _ => Err(Reason::WrongType),
        }
    }
}

static PLAIN: LazyLock<Mapping> = LazyLock::new(|| Mapping::plain(""));

/// A plain record names its provider itself.
fn plain(data: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    let receipt = table::object(data, &PLAIN, spot)?;
    if receipt.provider.is_empty() { Err(Reason::Missing { field: "provider" }) } else { Ok(receipt) }
}

/// The last word of a type that is no version.
fn last_word(kind: &str) -> &str {
    let is_version =
        |it: &&str| it.strip_prefix('v').is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    kind.rsplit('.').find(|it| !is_version(it)).unwrap_or(kind)
}
