//! Accounts: whose, of what kind, in which currency, and about what.

use quantity::Currency;

use crate::id::{Tenant, VoucherId};

/// One account. Debits are positive and credits negative on every kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// Whose books.
    pub tenant: Tenant,
    /// What it counts.
    pub kind: AccountKind,
    /// In which currency.
    pub currency: Currency,
    /// About what: a voucher, a claim, an invoice; its kind says which.
    pub subject: String,
}

/// What an account counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// What a voucher is still worth: a liability, so the balance is minus the worth. Subject: the voucher.
    VoucherBalance,
    /// Cash owed to the customer: a liability. Subject: the claim.
    PayableCash,
    /// What credits cost the provider. Subject: the claim or statement.
    CreditExpense,
    /// What vouchers took off an invoice: contra revenue, so the balance is minus the amount. Subject: the invoice.
    VoucherApplied,
    /// Vouchers nobody used in time: breakage, income of the provider. Subject: the voucher.
    VoucherExpired,
    /// Credits given in error and left with the customer. Subject: the superseding statement.
    CreditWaived,
    /// Money on its way to or from a bank. Subject: the payment's reference.
    Clearing,
    /// Credits a provider of ours owes us. Subject: the claim.
    UpstreamReceivable,
    /// Credits from providers of ours: they lower our cost. Subject: the claim.
    UpstreamCredit,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [AccountKind; 9] = [
        Self::VoucherBalance,
        Self::PayableCash,
        Self::CreditExpense,
        Self::VoucherApplied,
        Self::VoucherExpired,
        Self::CreditWaived,
        Self::Clearing,
        Self::UpstreamReceivable,
        Self::UpstreamCredit,
    ];

    /// The stable word files and tables write.
    pub const fn word(self) -> &'static str {
        match self {
            Self::VoucherBalance => "voucher_balance",
            Self::PayableCash => "payable_cash",
            Self::CreditExpense => "credit_expense",
            Self::VoucherApplied => "voucher_applied",
            Self::VoucherExpired => "voucher_expired",
            Self::CreditWaived => "credit_waived",
            Self::Clearing => "clearing",
            Self::UpstreamReceivable => "upstream_receivable",
            Self::UpstreamCredit => "upstream_credit",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<AccountKind> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Account {
    /// The account of one voucher.
    pub fn voucher(tenant: &Tenant, currency: Currency, voucher: &VoucherId) -> Account {
        Account::about(tenant, AccountKind::VoucherBalance, currency, voucher.as_str())
    }

    /// The account of a kind about a subject.
    pub fn about(tenant: &Tenant, kind: AccountKind, currency: Currency, subject: &str) -> Account {
        Account { tenant: tenant.clone(), kind, currency, subject: subject.to_owned() }
    }
}
