//! Tencent Cloud's status callback: a JSON list a call, local times of UTC+8; it says when the message was received, not
//! when it was sent.

mod split;

use serde::Deserialize;

pub use split::{Difference, Split, difference, split};

use crate::json::{Text, object, required, said};
use crate::{Offset, Phone, Reason, Receipt, Spot};

/// What Tencent must be answered, or it sends the list again.
pub const fn answer() -> &'static str {
    r#"{"result":0,"errmsg":"OK"}"#
}

const FIELDS: &[&str] =
    &["user_receive_time", "nationcode", "mobile", "report_status", "errmsg", "description", "sid", "ext"];

#[derive(Deserialize)]
struct Report<'a> {
    #[serde(borrow)]
    user_receive_time: Option<Text<'a>>,
    #[serde(borrow)]
    nationcode: Option<Text<'a>>,
    #[serde(borrow)]
    mobile: Option<Text<'a>>,
    #[serde(borrow)]
    report_status: Option<Text<'a>>,
    #[serde(borrow)]
    errmsg: Option<Text<'a>>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    sid: Option<Text<'a>>,
    #[serde(borrow)]
    ext: Option<Text<'a>>,
}

/// One receipt. Its code is `errmsg`, the operator's own.
pub fn receipt(record: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    let report: Report<'_> = object(record, FIELDS)?;
    let mobile = required(report.mobile, "mobile")?;
    let phone = match said(report.nationcode) {
        Some(country) => Phone::with_country(&country, &mobile),
        None => Phone::domestic(&mobile),
    };
    let status = required(report.report_status, "report_status")?;
    if !matches!(&*status, "SUCCESS" | "FAIL") {
        return Err(Reason::NotAWord { field: "report_status" });
    }
    let reported_at = match said(report.user_receive_time) {
        None => None,
        Some(text) => {
            let at = Offset::CHINA.instant(&text);
            Some(at.ok_or(Reason::NotATime { field: "user_receive_time" })?)
        }
    };
    Ok(Receipt {
        provider: "tencent".into(),
        account: None,
        tag: said(report.ext),
        message_id: required(report.sid, "sid")?,
        part: None,
        phone: Some(phone.ok_or(Reason::NotAPhone { field: "mobile" })?),
        sent_at: None,
        reported_at,
        code: required(report.errmsg, "errmsg")?,
        text: said(report.description),
        carrier: None,
        parts: None,
        status: Some(status),
        spot,
    })
}
