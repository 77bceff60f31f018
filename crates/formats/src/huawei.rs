//! Huawei Cloud's status callback: one form a call, in files one form a line. After 72 hours without a receipt the platform
//! makes one itself, `EXPIRED` with source 1 and without a time.

use std::borrow::Cow;

use crate::form::pairs;
use crate::json::count;
use crate::receipt::Part;
use crate::{Offset, Phone, Reason, Receipt, Spot};

/// What Huawei is answered: HTTP 200, nothing in the body.
pub const fn answer() -> &'static str {
    ""
}

#[derive(Default)]
struct Report<'a> {
    id: Option<Cow<'a, str>>,
    total: Option<Cow<'a, str>>,
    sequence: Option<Cow<'a, str>>,
    status: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
    updated: Option<Cow<'a, str>>,
    extend: Option<Cow<'a, str>>,
    to: Option<Cow<'a, str>>,
}

impl<'a> Report<'a> {
    fn read(body: &'a str) -> Result<Report<'a>, Reason> {
        let mut report = Report::default();
        pairs(body, |key, value| {
            let (field, place) = match key {
                "smsMsgId" => ("smsMsgId", &mut report.id),
                "total" => ("total", &mut report.total),
                "sequence" => ("sequence", &mut report.sequence),
                "status" => ("status", &mut report.status),
                "source" => ("source", &mut report.source),
                "updateTime" => ("updateTime", &mut report.updated),
                "extend" => ("extend", &mut report.extend),
                "to" => ("to", &mut report.to),
                _ => return Ok(()),
            };
            if place.is_some() {
                return Err(Reason::Twice { field });
            }
            *place = Some(value).filter(|it| !it.is_empty());
            Ok(())
        })?;
        Ok(report)
    }

    /// The parts of a long message are reported one by one.
    fn part(&self) -> Result<Option<Part>, Reason> {
        let of = count(self.total.as_deref(), "total")?.unwrap_or(1);
        if of < 2 {
            return Ok(None);
        }
        let number = count(self.sequence.as_deref(), "sequence")?;
        Ok(Some(Part { number: number.ok_or(Reason::Missing { field: "sequence" })?, of }))
    }
}

/// One receipt.
pub fn receipt(record: &[u8], spot: Spot) -> Result<Receipt<'_>, Reason> {
    let body = str::from_utf8(record).map_err(|_| Reason::NotUtf8)?;
    let report = Report::read(body.trim())?;
    let part = report.part()?;
    let reported_at = match &report.updated {
        None => None,
        Some(text) => Some(Offset::UTC.instant(text).ok_or(Reason::NotATime { field: "updateTime" })?),
    };
    let phone = match &report.to {
        None => None,
        Some(text) => Some(Phone::domestic(text).ok_or(Reason::NotAPhone { field: "to" })?),
    };
    Ok(Receipt {
        provider: "huawei".into(),
        account: None,
        tag: report.extend,
        message_id: report.id.ok_or(Reason::Missing { field: "smsMsgId" })?,
        part,
        phone,
        sent_at: None,
        reported_at,
        code: report.status.ok_or(Reason::Missing { field: "status" })?,
        text: None,
        carrier: None,
        parts: None,
        status: report.source,
        spot,
    })
}
