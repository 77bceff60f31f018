//! Aliyun's receipts: SmsReport, pushed as a JSON list, and the same in the words of its message queue and of
//! `QuerySendDetails`. Bodies are not signed, so whoever receives them needs a secret path and a reconciliation.

use serde::Deserialize;

use crate::json::{Text, count, object, required, said};
use crate::{Offset, Phone, Reason, Receipt, Spot};

/// What Aliyun must be answered, or it sends the list again.
pub const fn answer() -> &'static str {
    r#"{"code":0,"msg":"接收成功"}"#
}

const FIELDS: &[&str] = &[
    "phone_number",
    "send_time",
    "report_time",
    "success",
    "err_code",
    "err_msg",
    "sms_size",
    "biz_id",
    "out_id",
];

#[derive(Deserialize)]
struct Report<'a> {
    #[serde(borrow, alias = "PhoneNumber", alias = "PhoneNum")]
    phone_number: Option<Text<'a>>,
    #[serde(borrow, alias = "SendDate")]
    send_time: Option<Text<'a>>,
    #[serde(borrow, alias = "ReceiveDate")]
    report_time: Option<Text<'a>>,
    #[serde(borrow, alias = "SendStatus")]
    success: Option<Text<'a>>,
    #[serde(borrow, alias = "ErrorCode", alias = "ErrCode")]
    err_code: Option<Text<'a>>,
    #[serde(borrow)]
    err_msg: Option<Text<'a>>,
    #[serde(borrow, alias = "SmsQuantity")]
    sms_size: Option<Text<'a>>,
    #[serde(borrow, alias = "BizId")]
    biz_id: Option<Text<'a>>,
    #[serde(borrow, alias = "ExternalId", alias = "OutId")]
    out_id: Option<Text<'a>>,
}

/// One receipt of a message within mainland China.
pub fn receipt(record: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    read(record, spot, Phone::domestic)
}

/// One receipt of a message abroad: the number begins with its country code.
pub fn receipt_abroad(record: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    read(record, spot, Phone::international)
}

fn read(record: &[u8], spot: Spot, phone: fn(&str) -> Option<Phone>) -> Result<Receipt<'_>, Reason> {
    let report: Report<'_> = object(record, FIELDS)?;
    let number = required(report.phone_number, "phone_number")?;
    let time = |text: Option<Text<'_>>, field| match said(text) {
        None => Ok(None),
        Some(text) => Offset::CHINA.instant(&text).map(Some).ok_or(Reason::NotATime { field }),
    };
    let status = said(report.success);
    // Before the operator's receipt there is no code, only the state of sending.
    let code = match (said(report.err_code), status.as_deref()) {
        (Some(code), _) => code,
        (None, Some("1")) => "SendStatus=1".into(),
        (None, Some("2")) => "SendStatus=2".into(),
        (None, Some("3")) => "SendStatus=3".into(),
        _ => return Err(Reason::Missing { field: "err_code" }),
    };
    Ok(Receipt {
        provider: "aliyun".into(),
        account: None,
        tag: said(report.out_id),
        message_id: required(report.biz_id, "biz_id")?,
        part: None,
        phone: Some(phone(&number).ok_or(Reason::NotAPhone { field: "phone_number" })?),
        sent_at: time(report.send_time, "send_time")?,
        reported_at: time(report.report_time, "report_time")?,
        code,
        text: said(report.err_msg),
        carrier: None,
        parts: count(said(report.sms_size).as_deref(), "sms_size")?,
        status,
        spot,
    })
}
