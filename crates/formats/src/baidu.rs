//! Baidu's status callback: one JSON object a call, times in UTC. Its HTTP headers carry an MD5 over token, timestamp and
//! body, which whoever receives the call checks.

use serde::Deserialize;

use crate::json::{Text, count, object, required, said};
use crate::{Offset, Phone, Reason, Receipt, Spot};

/// What Baidu is answered: any body, as long as the HTTP status is 200.
pub const fn answer() -> &'static str {
    "{}"
}

const FIELDS: &[&str] = &[
    "code",
    "requestId",
    "messageId",
    "mobile",
    "carrierCode",
    "custom",
    "segmentCount",
    "deliverTime",
    "requestTime",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    #[serde(borrow)]
    code: Option<Text<'a>>,
    #[serde(borrow)]
    request_id: Option<Text<'a>>,
    #[serde(borrow)]
    message_id: Option<Text<'a>>,
    #[serde(borrow)]
    mobile: Option<Text<'a>>,
    #[serde(borrow)]
    carrier_code: Option<Text<'a>>,
    #[serde(borrow)]
    custom: Option<Text<'a>>,
    #[serde(borrow)]
    segment_count: Option<Text<'a>>,
    #[serde(borrow)]
    deliver_time: Option<Text<'a>>,
    #[serde(borrow)]
    request_time: Option<Text<'a>>,
}

/// One receipt. Its code is the operator's own; where the call carries none, Baidu's `code=0` or `code=2`.
pub fn receipt(record: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    let report: Report<'_> = object(record, FIELDS)?;
    let mobile = required(report.mobile, "mobile")?;
    let status = required(report.code, "code")?;
    let coarse = match &*status {
        "0" => "code=0",
        "2" => "code=2",
        _ => return Err(Reason::NotAWord { field: "code" }),
    };
    let time = |text: Option<Text<'_>>, field| match said(text) {
        None => Ok(None),
        Some(text) => Offset::UTC.instant(&text).map(Some).ok_or(Reason::NotATime { field }),
    };
    Ok(Receipt {
        provider: "baidu".into(),
        account: None,
        tag: said(report.custom),
        message_id: said(report.message_id)
            .or_else(|| said(report.request_id))
            .ok_or(Reason::Missing { field: "messageId" })?,
        part: None,
        phone: Some(Phone::domestic(&mobile).ok_or(Reason::NotAPhone { field: "mobile" })?),
        sent_at: time(report.request_time, "requestTime")?,
        reported_at: time(report.deliver_time, "deliverTime")?,
        code: said(report.carrier_code).unwrap_or(coarse.into()),
        text: None,
        carrier: None,
        parts: count(said(report.segment_count).as_deref(), "segmentCount")?,
        status: Some(status),
        spot,
    })
}
