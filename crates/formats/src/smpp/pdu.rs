//! Whole PDUs: a header of sixteen bytes, the mandatory fields of `deliver_sm` or `data_sm`, then TLVs.

use std::borrow::Cow;

use super::{Options, state_word, text};
use crate::cut::Cut;
use crate::{Limits, Phone, Reason, Receipt, Spot};

const HEADER_BYTES: usize = 16;
const DELIVER_SM: u32 = 0x0000_0005;
const DATA_SM: u32 = 0x0000_0103;
/// Bits 5 to 2 of `esm_class`, and their value in a delivery receipt.
const TYPE_MASK: u8 = 0x3C;
const RECEIPT: u8 = 0x04;
const TON_INTERNATIONAL: u8 = 1;

const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
const NETWORK_ERROR_CODE: u16 = 0x0423;
const MESSAGE_PAYLOAD: u16 = 0x0424;
const MESSAGE_STATE: u16 = 0x0427;

/// The PDU at the beginning of `bytes`, by the length it begins with.
pub(crate) fn cut(bytes: &[u8], ended: bool, limits: &Limits) -> Cut {
    let broken = |reason| Cut::Broken { from: 0, next: bytes.len(), reason };
    let [a, b, c, d, ..] = *bytes else {
        return if ended && !bytes.is_empty() { broken(Reason::Unfinished) } else { Cut::More { done: 0 } };
    };
    let length = u32::from_be_bytes([a, b, c, d]);
    match usize::try_from(length) {
        Ok(length) if (HEADER_BYTES..=limits.record_bytes_max).contains(&length) => match bytes.len() {
            held if held >= length => Cut::Record { from: 0, until: length, next: length },
            _ if ended => broken(Reason::Unfinished),
            _ => Cut::More { done: 0 },
        },
        _ => broken(Reason::NotAPdu),
    }
}

/// One receipt from a whole PDU. The id is `receipted_message_id` where it stands, else the text's; the code is the
/// operator's own in the text, else `message_state`, else the text's state.
pub fn pdu<'a>(record: &'a [u8], options: &Options, spot: Spot) -> Result<Receipt<'a>, Reason> {
    let message = Message::read(record)?;
    if message.esm_class & TYPE_MASK != RECEIPT {
        return Err(Reason::NotAReceipt);
    }
    let short = if message.text.is_empty() { message.payload.unwrap_or_default() } else { message.text };
    let written = match short.is_empty() {
        true => None,
        false => Some(text(short, options, spot)),
    };
    let (id, state) = (message.id, message.state);
    let state = match state {
        None => None,
        Some(state) => Some(state_word(state).ok_or(Reason::NotAWord { field: "message_state" })?),
    };
    let mut receipt = match (written, id, state) {
        (Some(Ok(receipt)), ..) => receipt,
        // A text in no known form does not matter when the TLVs say all.
        (_, Some(id), Some(state)) => bare(id.into(), state, spot),
        (Some(Err(reason)), ..) => return Err(reason),
        (None, None, _) => return Err(Reason::Missing { field: "receipted_message_id" }),
        (None, ..) => return Err(Reason::Missing { field: "message_state" }),
    };
    if let Some(id) = id {
        receipt.message_id = id.into();
    }
    if let Some(state) = state {
        if !receipt.code.contains(':') {
            receipt.code = state.into();
        }
        receipt.status = Some(state.into());
    }
    if receipt.text.is_none() {
        receipt.text = message.network_error.map(|(network, code)| format!("{network}:{code}").into());
    }
    receipt.phone = message.phone()?;
    Ok(receipt)
}

fn bare<'a>(id: Cow<'a, str>, state: &'a str, spot: Spot) -> Receipt<'a> {
    Receipt {
        provider: "smpp".into(),
        account: None,
        tag: None,
        message_id: id,
        part: None,
        phone: None,
        sent_at: None,
        reported_at: None,
        code: state.into(),
        text: None,
        carrier: None,
        parts: None,
        status: None,
        spot,
    }
}

/// What of a PDU a receipt needs.
#[derive(Default)]
struct Message<'a> {
    source: &'a str,
    source_ton: u8,
    esm_class: u8,
    text: &'a [u8],
    payload: Option<&'a [u8]>,
    id: Option<&'a str>,
    state: Option<u8>,
    network_error: Option<(u8, u16)>,
}

impl<'a> Message<'a> {
    fn read(record: &'a [u8]) -> Result<Message<'a>, Reason> {
        let mut bytes = Bytes(record);
        bytes.take(4)?;
        let command = bytes.u32()?;
        bytes.take(8)?;
        if command != DELIVER_SM && command != DATA_SM {
            return Err(Reason::NotAReceipt);
        }
        let mut message = Message::default();
        bytes.text()?;
        (message.source_ton, _, message.source) = (bytes.u8()?, bytes.u8()?, bytes.text()?);
        bytes.take(2)?;
        bytes.text()?;
        message.esm_class = bytes.u8()?;
        if command == DATA_SM {
            // registered_delivery, data_coding
            bytes.take(2)?;
        } else {
            // protocol_id, priority_flag
            bytes.take(2)?;
            // schedule_delivery_time, validity_period
            bytes.text()?;
            bytes.text()?;
            // registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
            bytes.take(4)?;
            let length = bytes.u8()?;
            message.text = bytes.take(usize::from(length))?;
        }
        while !bytes.0.is_empty() {
            let (tag, length) = (bytes.u16()?, bytes.u16()?);
            message.tlv(tag, bytes.take(usize::from(length))?)?;
        }
        Ok(message)
    }

    fn tlv(&mut self, tag: u16, value: &'a [u8]) -> Result<(), Reason> {
        match (tag, value) {
            (RECEIPTED_MESSAGE_ID, [id @ .., 0] | id) => {
                let id = str::from_utf8(id).map_err(|_| Reason::NotUtf8)?;
                self.id = Some(id).filter(|it| !it.is_empty());
            }
            (MESSAGE_STATE, [state]) => self.state = Some(*state),
            (MESSAGE_PAYLOAD, payload) => self.payload = Some(payload),
            (NETWORK_ERROR_CODE, [network, high, low]) => {
                self.network_error = Some((*network, u16::from_be_bytes([*high, *low])));
            }
            (MESSAGE_STATE | NETWORK_ERROR_CODE, _) => return Err(Reason::BrokenPdu),
            _ => {}
        }
        Ok(())
    }

    /// A receipt comes from the number the message went to.
    fn phone(&self) -> Result<Option<Phone>, Reason> {
        if self.source.is_empty() {
            return Ok(None);
        }
        let phone = match self.source_ton {
            TON_INTERNATIONAL => Phone::international(self.source),
            _ => Phone::domestic(self.source),
        };
        phone.map(Some).ok_or(Reason::NotAPhone { field: "source_addr" })
    }
}

/// The bytes of a PDU not yet read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Reason::BrokenPdu)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        self.take(N)?.try_into().map_err(|_| Reason::BrokenPdu)
    }

    fn u8(&mut self) -> Result<u8, Reason> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, Reason> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, Reason> {
        self.array().map(u32::from_be_bytes)
    }

    /// A text that ends in a zero byte.
    fn text(&mut self) -> Result<&'a str, Reason> {
        let end = self.0.iter().position(|it| *it == 0).ok_or(Reason::BrokenPdu)?;
        let text = self.take(end)?;
        self.take(1)?;
        str::from_utf8(text).map_err(|_| Reason::NotUtf8)
    }
}
