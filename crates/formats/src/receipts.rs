//! Receipts from a file or body of any length, one by one.

use std::io::{self, BufRead};

use crate::cut::{Cut, Cutter};
use crate::objects::Objects;
use crate::table::{Header, Mapping};
use crate::window::Window;
use crate::{Receipt, Reject, Spot, aliyun, baidu, cloud_events, huawei, smpp, table, tencent};

/// What one record may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longer records are refused.
    pub record_bytes_max: usize,
    /// Records nested deeper are refused; at most 64.
    pub levels_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { record_bytes_max: 64 * 1024, levels_max: 8 }
    }
}

/// Whose receipts they are, and how they are written down. JSON may be a list, one object, objects on lines or lists on
/// lines, so that bodies can be kept one after the other in a file.
#[derive(Clone, Copy, Debug)]
pub enum Format<'m> {
    /// Aliyun's SmsReport, and the fields of its message queue and query interface; eleven digits are a Chinese number.
    Aliyun,
    /// The same for messages abroad; every number begins with its country code.
    AliyunInternational,
    /// Tencent Cloud's status callback.
    Tencent,
    /// Huawei Cloud's status callback: one form a line.
    Huawei,
    /// Baidu's status callback.
    Baidu,
    /// The text of SMPP receipts, one a line.
    SmppText(smpp::Options),
    /// SMPP's `deliver_sm` and `data_sm`, whole PDUs one after the other.
    SmppPdus(smpp::Options),
    /// CloudEvents in JSON around receipts of the formats above.
    CloudEvents,
    /// A table with a header, its columns as mapped.
    Csv(&'m Mapping),
    /// JSON objects, their fields as mapped.
    Lines(&'m Mapping),
}

/// A reader of receipts. Needs memory for one record and one chunk.
pub struct Receipts<'r> {
    window: Window<'r>,
    cutter: Cutter,
    format: Format<'r>,
    /// Of receipts of SMPP in events.
    smpp: smpp::Options,
    limits: Limits,
    header: Option<Header>,
    resuming: bool,
    given_up: bool,
}

impl<'r> Receipts<'r> {
    /// Reads receipts of that format.
    pub fn new(reader: &'r mut dyn BufRead, format: Format<'r>, limits: Limits) -> Self {
        Receipts::starting_at(Spot::START, reader, format, limits)
    }

    /// Reads on where an earlier reader was interrupted: `reader` begins at that [`Receipts::spot`]. A table needs
    /// [`Receipts::with_header`] as well.
    pub fn starting_at(spot: Spot, reader: &'r mut dyn BufRead, format: Format<'r>, limits: Limits) -> Self {
        let cutter = match format {
            Format::Huawei | Format::SmppText(_) => Cutter::Lines,
            Format::SmppPdus(_) => Cutter::Pdus,
            Format::Csv(_) => Cutter::Rows,
            _ => Cutter::Objects(Objects::default()),
        };
        let window = Window::new(reader, spot);
        let smpp = smpp::Options::default();
        Receipts { window, cutter, format, smpp, limits, header: None, resuming: false, given_up: false }
    }

    /// What receipts of SMPP within events leave to the vendor.
    pub fn with_smpp(self, smpp: smpp::Options) -> Self {
        Receipts { smpp, ..self }
    }

    /// Takes a table's first row, without its line break, from elsewhere, so that every row read is a receipt.
    pub fn with_header(mut self, row: &[u8]) -> Result<Self, Reject> {
        if let Format::Csv(mapping) = self.format {
            let header = Header::read(row, mapping);
            self.header = Some(header.map_err(|reason| Reject { spot: Spot::START, reason })?);
        }
        Ok(self)
    }

    /// Where reading goes on; after an interruption, [`Receipts::starting_at`] reads the rest from there.
    pub fn spot(&self) -> Spot {
        self.window.spot()
    }

    /// Reads all of it.
    pub fn for_each(&mut self, take: &mut dyn FnMut(Result<Receipt<'_>, Reject>)) -> io::Result<()> {
        while self.step(take)? {}
        Ok(())
    }

    /// Reads one record, which gives `take` one receipt or reject, or several where an event holds a list, or none for the
    /// header of a table. `false` when there is no further record.
    pub fn step(&mut self, take: &mut dyn FnMut(Result<Receipt<'_>, Reject>)) -> io::Result<bool> {
        if self.resuming {
            self.resume()?;
        }
        while !self.given_up {
            match self.cutter.cut(self.window.rest(), self.window.ended(), &self.limits) {
                Cut::More { done: 0 } if self.window.ended() => return Ok(false),
                Cut::More { done: 0 } => self.window.more()?,
                Cut::More { done } => self.window.advance(done),
                Cut::Broken { from, next, reason } => {
                    self.window.advance(from);
                    let spot = self.window.spot();
                    self.window.advance(next - from);
                    self.resuming = true;
                    take(Err(Reject { spot, reason }));
                    self.resume()?;
                    return Ok(true);
                }
                Cut::Record { from, until, next } => {
                    self.window.advance(from);
                    self.read(until - from, take);
                    self.window.advance(next - from);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Passes over the rest of a broken record.
    fn resume(&mut self) -> io::Result<()> {
        loop {
            let (skip, found) = self.cutter.resume(self.window.rest());
            self.window.advance(skip);
            if found || self.window.ended() {
                self.resuming = false;
                return Ok(());
            }
            self.window.more()?;
        }
    }

    /// Reads the record in the first bytes of the window.
    fn read(&mut self, length: usize, take: &mut dyn FnMut(Result<Receipt<'_>, Reject>)) {
        let record = self.window.rest().get(..length).unwrap_or_default();
        let spot = self.window.spot();
        let read = match self.format {
            Format::Aliyun => aliyun::receipt(record, spot),
            Format::AliyunInternational => aliyun::receipt_abroad(record, spot),
            Format::Tencent => tencent::receipt(record, spot),
            Format::Huawei => huawei::receipt(record, spot),
            Format::Baidu => baidu::receipt(record, spot),
            Format::SmppText(options) => smpp::text(record, &options, spot),
            Format::SmppPdus(options) => smpp::pdu(record, &options, spot),
            Format::CloudEvents => {
                return cloud_events::receipts(record, spot, (&self.limits, &self.smpp), take);
            }
            Format::Lines(mapping) => table::object(record, mapping, spot),
            Format::Csv(mapping) => match &mut self.header {
                Some(header) => table::row(record, mapping, header, spot),
                None => match Header::read(record, mapping) {
                    Ok(header) => {
                        self.header = Some(header);
                        return;
                    }
                    Err(reason) => {
                        self.given_up = true;
                        Err(reason)
                    }
                },
            },
        };
        take(read.map_err(|reason| Reject { spot, reason }));
    }
}
