//! Why the books do not take something: one variant for one problem, each with a stable code.

use std::fmt;

use calendar::Zone;
use diagnostic::Bilingual;
use quantity::Currency;
use timeline::Instant;

use crate::account::Account;
use crate::id::{Tenant, TransactionId, VoucherId};
use crate::money::Money;

/// Not like this. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// An amount of zero, with the wrong sign, or beyond the largest amount.
    Amount {
        /// The amount.
        amount: Money,
    },
    /// A currency does not sum to zero.
    Unbalanced {
        /// Which.
        currency: Currency,
        /// By how many minor units: debits less credits.
        off_minor: i128,
    },
    /// Fewer than two postings, or too many.
    PostingCount {
        /// How many.
        count: usize,
    },
    /// One transaction touches two tenants.
    Tenants {
        /// The first.
        left: Tenant,
        /// Another.
        right: Tenant,
    },
    /// Two amounts of different currencies.
    Currencies {
        /// One.
        left: Currency,
        /// The other.
        right: Currency,
    },
    /// The name was used for another body.
    OtherBody {
        /// The name.
        id: TransactionId,
    },
    /// A reversal that names nothing, or something else that names what it reverses.
    ReversalUnnamed {
        /// The transaction.
        id: TransactionId,
    },
    /// A reversal is not reversed.
    ReversalOfReversal {
        /// The reversal that was to be reversed.
        id: TransactionId,
    },
    /// A transaction is reversed once.
    ReversedBefore {
        /// The original.
        id: TransactionId,
        /// What reversed it.
        by: TransactionId,
    },
    /// A reversal of something that is not in the books.
    UnknownTransaction {
        /// The name.
        id: TransactionId,
    },
    /// A reversal that is not the mirror of its original.
    NotMirrored {
        /// The original.
        id: TransactionId,
    },
    /// A voucher of that name exists.
    VoucherTaken {
        /// The name.
        voucher: VoucherId,
    },
    /// Postings on a voucher nobody issued, or in another currency than it was issued in.
    UnknownVoucher {
        /// The name on the account.
        voucher: String,
    },
    /// A voucher would be worth less than nothing, or more than it was issued for.
    VoucherOverdrawn {
        /// The voucher.
        voucher: VoucherId,
        /// What it would be worth, in minor units.
        remaining_minor: i128,
        /// What it was issued for.
        original: Money,
    },
    /// A voucher is not expired before its time.
    NotExpired {
        /// The voucher.
        voucher: VoucherId,
        /// Until when it is good.
        expires_at: Option<Instant>,
    },
    /// A voucher buys nothing once it has expired.
    VoucherExpired {
        /// The voucher.
        voucher: VoucherId,
        /// Since when.
        expires_at: Instant,
    },
    /// A voucher is used before it is issued.
    VoucherNotIssuedYet {
        /// The voucher.
        voucher: VoucherId,
        /// When it is issued.
        issued_at: Instant,
    },
    /// A voucher that would expire before it is issued.
    ExpiryBeforeIssue {
        /// When it is issued.
        at: Instant,
        /// When it would expire.
        expires_at: Instant,
    },
    /// An account stands twice in one transaction.
    AccountTwice {
        /// The account.
        account: Account,
    },
    /// More is granted than is due.
    MoreThanDue {
        /// What was asked for.
        asked: Money,
        /// What was granted before.
        granted: Money,
        /// What is due.
        due: Money,
    },
    /// More is paid or received than is owed.
    MoreThanOwed {
        /// The account that holds what is owed.
        account: Account,
    },
}

impl Refusal {
    /// The stable code that `upheld explain` knows.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Amount { .. } => "L0101",
            Self::Unbalanced { .. } => "L0102",
            Self::PostingCount { .. } => "L0103",
            Self::Tenants { .. } => "L0104",
            Self::Currencies { .. } => "L0105",
            Self::OtherBody { .. } => "L0106",
            Self::ReversalUnnamed { .. } => "L0107",
            Self::ReversalOfReversal { .. } => "L0108",
            Self::ReversedBefore { .. } => "L0109",
            Self::UnknownTransaction { .. } => "L0110",
            Self::NotMirrored { .. } => "L0111",
            Self::VoucherTaken { .. } => "L0112",
            Self::UnknownVoucher { .. } => "L0113",
            Self::VoucherOverdrawn { .. } => "L0114",
            Self::NotExpired { .. } => "L0115",
            Self::VoucherExpired { .. } => "L0116",
            Self::VoucherNotIssuedYet { .. } => "L0117",
            Self::ExpiryBeforeIssue { .. } => "L0118",
            Self::MoreThanOwed { .. } => "L0119",
            Self::MoreThanDue { .. } => "L0121",
            Self::AccountTwice { .. } => "L0120",
        }
    }

    /// What is refused and why, in both languages.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::Amount { .. }
            | Self::Unbalanced { .. }
            | Self::PostingCount { .. }
            | Self::Tenants { .. }
            | Self::Currencies { .. } => self.of_amounts(),
            Self::OtherBody { .. }
            | Self::ReversalUnnamed { .. }
            | Self::ReversalOfReversal { .. }
            | Self::ReversedBefore { .. }
            | Self::UnknownTransaction { .. }
            | Self::NotMirrored { .. } => self.of_transactions(),
            _ => self.of_vouchers(),
        }
    }

    fn of_amounts(&self) -> Bilingual {
        match self {
            Self::Amount { amount } => say(
                format!("{amount} cannot be posted: an amount is more than zero and within the limit"),
                format!("{amount} 不能入账：金额须大于零且不超过上限"),
            ),
            Self::Unbalanced { currency, off_minor } => say(
                format!("the postings in {currency} are off balance by {off_minor} minor units"),
                format!("{currency} 的各分录不平衡，相差 {off_minor} 个最小货币单位"),
            ),
            Self::PostingCount { count } => say(
                format!("a transaction has at least two postings and at most 10000, this one has {count}"),
                format!("一笔交易须有 2 至 10000 条分录，此笔有 {count} 条"),
            ),
            Self::Tenants { left, right } => say(
                format!("one transaction touches the tenants `{left}` and `{right}`"),
                format!("一笔交易涉及两个租户 `{left}` 与 `{right}`"),
            ),
            Self::Currencies { left, right } => say(
                format!("amounts in {left} and {right} are not reckoned together"),
                format!("{left} 与 {right} 的金额不能一并计算"),
            ),
            _ => self.of_vouchers(),
        }
    }

    fn of_transactions(&self) -> Bilingual {
        match self {
            Self::OtherBody { id } => say(
                format!("the transaction `{id}` was posted before with another content"),
                format!("交易 `{id}` 此前已以不同内容入账"),
            ),
            Self::ReversalUnnamed { id } => say(
                format!("`{id}` must name what it reverses if it is a reversal, and nothing otherwise"),
                format!("`{id}` 若为冲销须指明所冲销的交易，否则不得指明"),
            ),
            Self::ReversalOfReversal { id } => say(
                format!("`{id}` is itself a reversal, which is not reversed"),
                format!("`{id}` 本身是冲销，不能再被冲销"),
            ),
            Self::ReversedBefore { id, by } => {
                say(format!("`{id}` was reversed before, by `{by}`"), format!("`{id}` 已被 `{by}` 冲销"))
            }
            Self::UnknownTransaction { id } => {
                say(format!("the books hold no transaction `{id}`"), format!("账簿中没有交易 `{id}`"))
            }
            Self::NotMirrored { id } => say(
                format!("the postings are not those of `{id}` with the other sign"),
                format!("各分录与 `{id}` 的分录并非符号相反"),
            ),
            _ => self.of_vouchers(),
        }
    }

    fn of_vouchers(&self) -> Bilingual {
        match self {
            Self::VoucherTaken { voucher } => say(
                format!("a voucher `{voucher}` was issued before"),
                format!("代金券 `{voucher}` 此前已发放"),
            ),
            Self::UnknownVoucher { voucher } => say(
                format!("no voucher `{voucher}` was issued in this currency"),
                format!("没有以该货币发放的代金券 `{voucher}`"),
            ),
            Self::VoucherOverdrawn { voucher, remaining_minor, original } => say(
                format!("the voucher `{voucher}` of {original} would be worth {remaining_minor} minor units"),
                format!("代金券 `{voucher}`（{original}）的余额将为 {remaining_minor} 个最小货币单位"),
            ),
            Self::NotExpired { voucher, expires_at: Some(end) } => say(
                format!("the voucher `{voucher}` is good until {}", utc(*end)),
                format!("代金券 `{voucher}` 的有效期至 {}", utc(*end)),
            ),
            Self::NotExpired { voucher, expires_at: None } => say(
                format!("the voucher `{voucher}` does not expire"),
                format!("代金券 `{voucher}` 没有有效期限"),
            ),
            Self::VoucherExpired { voucher, expires_at } => say(
                format!("the voucher `{voucher}` expired at {}", utc(*expires_at)),
                format!("代金券 `{voucher}` 已于 {} 过期", utc(*expires_at)),
            ),
            Self::VoucherNotIssuedYet { voucher, issued_at } => say(
                format!("the voucher `{voucher}` is issued at {} only", utc(*issued_at)),
                format!("代金券 `{voucher}` 于 {} 才发放", utc(*issued_at)),
            ),
            Self::ExpiryBeforeIssue { at, expires_at } => say(
                format!("a voucher issued at {} cannot expire at {}", utc(*at), utc(*expires_at)),
                format!("{} 发放的代金券不能于 {} 过期", utc(*at), utc(*expires_at)),
            ),
            Self::AccountTwice { account } => say(
                format!("the account of `{}` stands twice in one transaction", account.subject),
                format!("`{}` 的账户在一笔交易中出现两次", account.subject),
            ),
            Self::MoreThanDue { asked, granted, due } => say(
                format!("{due} is due and {granted} was given before, so {asked} more is not given"),
                format!("应付 {due}，此前已给予 {granted}，不能再给予 {asked}"),
            ),
            Self::MoreThanOwed { account } => say(
                format!("more than is owed on `{}` would be paid", account.subject),
                format!("支付将超过 `{}` 的应付金额", account.subject),
            ),
            other => say(other.code().to_owned(), other.code().to_owned()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message().en)
    }
}

impl std::error::Error for Refusal {}

fn say(en: String, zh: String) -> Bilingual {
    Bilingual { en, zh }
}

fn utc(at: Instant) -> String {
    Zone::utc().show(at)
}
