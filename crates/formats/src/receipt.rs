//! One delivery receipt, whichever vendor sent it.

use std::borrow::Cow;
use std::fmt;

use timeline::Instant;

use crate::Phone;
use crate::masked::Masked;

/// Where in its file or body a record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// 1-based line.
    pub line: u64,
    /// Bytes before it.
    pub offset: u64,
}

impl Spot {
    /// The beginning.
    pub const START: Spot = Spot { line: 1, offset: 0 };
}

impl Default for Spot {
    fn default() -> Self {
        Spot::START
    }
}

/// Which part of a long message a receipt is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// 1 for the first.
    pub number: u16,
    /// How many parts the message has.
    pub of: u16,
}

/// What one receipt says, in nobody's own words but the code's. Parts of it may be a vendor's text with phone numbers in
/// it, so it prints masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// Who reports: `aliyun`, `tencent`, `huawei`, `baidu`, `smpp`, or the word of a [`Mapping`](crate::table::Mapping).
    pub provider: Cow<'a, str>,
    /// Whose message it was, where the receipt names an account.
    pub account: Option<Cow<'a, str>>,
    /// What the sender gave with the message, free text and often one for each: Aliyun's `out_id`, Tencent's `ext`, Huawei's
    /// `extend`, Baidu's `custom`.
    pub tag: Option<Cow<'a, str>>,
    /// The vendor's number of the message; one may cover a batch to many phones.
    pub message_id: Cow<'a, str>,
    /// The part of a long message, where the vendor reports each.
    pub part: Option<Part>,
    /// Whom it was sent to, where the receipt says so.
    pub phone: Option<Phone>,
    /// When it was sent. Tencent and Huawei do not say.
    pub sent_at: Option<Instant>,
    /// When the receipt was made.
    pub reported_at: Option<Instant>,
    /// The code that says what became of it: the most exact one the receipt has.
    pub code: Cow<'a, str>,
    /// The vendor's explanation.
    pub text: Option<Cow<'a, str>>,
    /// The operator, where the receipt says so.
    pub carrier: Option<Cow<'a, str>>,
    /// How many messages the operator counts.
    pub parts: Option<u16>,
    /// The vendor's coarse word of success or failure, as written.
    pub status: Option<Cow<'a, str>>,
    /// Where it was read.
    pub spot: Spot,
}

impl fmt::Debug for Receipt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |it: &Option<Cow<'_, str>>| it.as_ref().map(|it| Masked(it).to_string());
        f.debug_struct("Receipt")
            .field("provider", &Masked(&self.provider))
            .field("account", &optional(&self.account))
            .field("tag", &optional(&self.tag))
            .field("message_id", &Masked(&self.message_id))
            .field("part", &self.part)
            .field("phone", &self.phone)
            .field("sent_at", &self.sent_at)
            .field("reported_at", &self.reported_at)
            .field("code", &Masked(&self.code))
            .field("text", &optional(&self.text))
            .field("carrier", &optional(&self.carrier))
            .field("parts", &self.parts)
            .field("status", &optional(&self.status))
            .field("spot", &self.spot)
            .finish()
    }
}
