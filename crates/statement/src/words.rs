//! Every fixed phrase of a statement, in English and Chinese.
//!
//! The terms are those of `docs/glossary.md`: one word per idea. `{0}`, `{1}` … stand for what a sentence is
//! filled with.

use diagnostic::Lang;
use language::contract::Status;
use settle::settlement::{RemedyStatus, SettlementStatus, Verdict};

use crate::bilingual::is_han;

macro_rules! words {
    ($($name:ident $en:literal $zh:literal)*) => {
        /// A fixed phrase.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Word {
            $(#[doc = $en] $name,)*
        }

        impl Word {
            /// Every phrase, in the order of the table.
            pub const ALL: &'static [Word] = &[$(Word::$name,)*];

            /// The phrase in `lang`.
            pub const fn in_lang(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Word::$name, Lang::En) => $en, (Word::$name, Lang::Zh) => $zh,)*
                }
            }
        }
    };
}

words! {
    // What stands at the top.
    Statement "Statement" "结算单"
    StatementFor "Statement for {0}" "{0} 结算单"
    Contract "Contract" "合同"
    Provider "Provider" "服务方"
    Tenant "Tenant" "租户"
    Plan "Plan" "套餐"
    Cycle "Cycle" "服务周期"
    CountedPart "Counted part" "计入部分"
    Since "Subscribed since" "订阅开始"
    AsOf "As known on" "截至"
    Parameters "Parameters" "参数"
    Zone "Time zone" "时区"
    Settlement "Settlement" "结算"
    Span "{0} – {1}" "{0} 至 {1}"

    // Headings.
    Levels "Levels" "指标水平"
    Promises "Promises and duties" "承诺与义务"
    Remedies "Remedies" "补救"
    Claims "Claims" "申请"
    Rights "Rights" "权利"
    Exclusions "Exclusions" "除外"
    Readings "Readings side by side" "解读并列"
    Findings "What the text leaves open" "条文留白"
    Derivations "Why" "推导"
    Proof "Evidence and proof" "证据与证明"
    ContractText "The contract" "合同全文"

    // Columns and labels.
    Level "Level" "指标水平"
    Promise "Promise" "承诺"
    Duty "duty" "义务"
    Remedy "Remedy" "补救"
    Right "Right" "权利"
    Target "promised" "承诺值"
    Verdict "Verdict" "结论"
    Clause "Clause" "条款"
    Value "Value" "数值"
    Cause "Cause" "原因"
    From "From" "自"
    Until "Until" "至"
    Amount "Amount" "数量"
    Total "Total" "合计"
    Subject "Subject" "对象"
    Rule "Rule" "规则"
    Steps "Arithmetic" "算式"
    Uses "Uses" "引用"
    Given "Given" "已知"
    RowApplies "the row" "适用行"
    Exactly "Exactly" "精确值"
    MadeFrom "made from" "取自"
    Evidence "Evidence" "证据"
    Window "Window" "时间窗"
    Reading "Reading" "解读"
    InForce "in force" "采用"
    WithoutExclusions "Without exclusions" "不计除外"
    OneRecordKnown "{0} record" "{0} 条记录"
    RecordsKnown "{0} records" "{0} 条记录"
    RecordsOf "{1} of {0}" "{0} {1} 条"
    ContractDigest "Contract SHA-256" "合同 SHA-256"
    EvidenceDigest "Evidence SHA-256" "证据 SHA-256"
    TimeZoneDatabase "Time-zone database" "时区数据库"
    HolidayCalendar "Holiday calendar" "节假日历"
    NoneNamed "none named" "未引用"
    Recompute
        "The same contract, evidence and inputs give this settlement again, to the last digit."
        "以相同的合同、证据与输入重新计算，所得结算逐位相同。"
    Language "Language" "语言"
    OneEvent "{0} event" "{0} 件"
    Events "{0} events" "{0} 件"

    // Settlement status.
    Final "final" "终局"
    ProvisionalStatement "provisional" "暂定"
    FinalMeans
        "The cycle is over and everything it needs is known."
        "周期已结束，所需事项均已知。"
    ProvisionalMeans
        "The cycle is not over, or something it needs is not published yet: figures may still change."
        "周期尚未结束，或所需信息尚未公布：数值仍可能变化。"
    NoDataMeans
        "No evidence was supplied: nothing is held to be met or breached."
        "未提供任何证据：不认定达标，也不认定未达标。"

    // Verdicts and third values.
    Met "met" "达标"
    Breached "breached" "未达标"
    NotCovered "not covered" "不适用"
    NoData "no data" "无数据"
    NotEnoughEvents "not enough events" "事件不足"
    NotComputable "not computable" "无法计算"
    Provisional "provisional" "暂定"
    NoRow "no row of the table matches" "表中无对应行"
    Ambiguous "rows of the table disagree" "表中各行不一致"

    // Headlines.
    HeadBreached "Breached" "未达标"
    HeadMet "Upheld" "达标"
    HeadUndecided "Undecided" "未决"
    HeadProvisional "Provisional" "暂定"
    HeadNoData "No data" "无数据"
    HeadNoPromise "No promise applies" "无适用承诺"
    CountBreached "{0} breached" "{0} 项未达标"
    CountMet "{0} met" "{0} 项达标"
    CountUndecided "{0} undecided" "{0} 项未决"
    CountNotCovered "{0} not covered" "{0} 项不适用"
    Owed "{0} due" "应付 {0}"
    NothingOwed "nothing due" "无应付款项"
    OwedOpen "a person decides on {0}" "{0} 待人工决定"

    // Remedy status.
    Due "due" "应付"
    NotDue "not due" "不应付"
    Negative "nothing paid" "不予支付"
    Discretionary "left to a person" "由人酌定"
    Suppressed "below the least amount paid" "低于最低支付额"
    Displaced "another remedy takes its place" "由其他补救取代"
    Choice "the customer may choose it" "客户可择一"

    // What is given.
    KindServiceCredit "service credit" "服务赔付"
    KindVoucher "voucher" "代金券"
    KindCash "cash" "现金"
    KindExtension "service extension" "服务延期"
    KindCompensation "compensation" "补偿"
    KindRefund "refund" "退款"

    // How it is paid.
    PaidDirectly "paid directly, not on an invoice" "直接支付，不在发票中抵扣"
    PaidOnInvoice "given on the next invoice" "在下一张发票中抵扣"
    PaidUnknown "whether it is paid directly is not known: {0}" "是否直接支付未知：{0}"

    // Calculations.
    ShareOf "{0} of {1} = {2}" "{1} 的 {0} = {2}"
    LiteralIs "the text computes {0}" "按条文算得 {0}"
    LiteralNegative
        "the printed formula computes less than zero, so nothing is paid"
        "按条文公式得负数，故不予支付"
    CappedTo "capped at {0}" "封顶为 {0}"
    OwedExactly "{0} is owed" "应付 {0}"
    RoundedTo "rounded to {0}" "取整为 {0}"

    // Claims.
    ClaimFromTo "may be claimed from {0} until the end of {1}" "可自 {0} 起申请，至 {1} 止（含当日）"
    ClaimFromBefore "may be claimed from {0} until {1}" "可自 {0} 起申请，至 {1} 止"
    ClaimFrom "may be claimed from {0}; the text sets no end" "可自 {0} 起申请；条文未定截止日"
    ClaimAutomatic "paid without a claim" "无需申请，自动支付"
    ClaimOpensUnknown "the opening is not known: {0}" "起始时间未知：{0}"
    ClaimClosesUnknown "may be claimed from {0}; the end is not known: {1}" "可自 {0} 起申请；截止时间未知：{1}"
    ClaimBy "How" "方式"
    ClaimRequires "Supply" "须提供"
    RightArisen "has arisen" "已产生"
    RightNotArisen "has not arisen" "未产生"
    RightUntil "until {0}" "至 {0}"

    // Findings in place of lists that are empty.
    NothingExcluded "Nothing was taken out of account." "没有除外事项。"
    NoLevels "The contract measures no level." "合同未约定指标水平。"
}

impl Word {
    /// The phrase with `{0}`, `{1}` … replaced.
    pub fn fill(self, lang: Lang, parts: &[&str]) -> String {
        let mut filled = String::new();
        let mut rest = self.in_lang(lang);
        while let Some((before, slot, after)) = next_slot(rest) {
            filled.push_str(before);
            filled.push_str(parts.get(slot).copied().unwrap_or_default());
            // Chinese sets a space beside digits and Latin letters only.
            rest = if filled.ends_with(is_han) { after.strip_prefix(' ').unwrap_or(after) } else { after };
        }
        filled.push_str(rest);
        filled
    }

    /// The word for a verdict.
    pub fn verdict(verdict: Verdict) -> Word {
        match verdict {
            Verdict::Met => Word::Met,
            Verdict::Breached => Word::Breached,
            Verdict::NotCovered => Word::NotCovered,
            Verdict::NoData => Word::NoData,
            Verdict::NotComputable => Word::NotComputable,
            Verdict::Provisional => Word::Provisional,
        }
    }

    pub(crate) fn absent(status: Status) -> Word {
        match status {
            Status::NoData => Word::NoData,
            Status::NotEnoughEvents => Word::NotEnoughEvents,
            Status::NotCovered => Word::NotCovered,
            Status::NotComputable => Word::NotComputable,
            Status::Provisional => Word::Provisional,
            Status::NoRow => Word::NoRow,
            Status::Ambiguous => Word::Ambiguous,
        }
    }

    /// The word for what became of a remedy.
    pub fn remedy(status: RemedyStatus) -> Word {
        match status {
            RemedyStatus::Due => Word::Due,
            RemedyStatus::NotDue => Word::NotDue,
            RemedyStatus::Negative => Word::Negative,
            RemedyStatus::NoRow => Word::NoRow,
            RemedyStatus::Ambiguous => Word::Ambiguous,
            RemedyStatus::Discretionary => Word::Discretionary,
            RemedyStatus::Suppressed => Word::Suppressed,
            RemedyStatus::Displaced => Word::Displaced,
            RemedyStatus::Choice => Word::Choice,
            RemedyStatus::NotCovered => Word::NotCovered,
            RemedyStatus::NoData => Word::NoData,
            RemedyStatus::NotComputable => Word::NotComputable,
            RemedyStatus::Provisional => Word::Provisional,
        }
    }

    /// The word for whether a settlement is final.
    pub fn settlement(status: SettlementStatus) -> Word {
        match status {
            SettlementStatus::Final => Word::Final,
            SettlementStatus::Provisional => Word::ProvisionalStatement,
            SettlementStatus::NoData => Word::NoData,
        }
    }

    /// What a remedy gives; `None` for a kind the contract named itself.
    pub(crate) fn kind(kind: &str) -> Option<Word> {
        match kind {
            "service_credit" => Some(Word::KindServiceCredit),
            "voucher" => Some(Word::KindVoucher),
            "cash" => Some(Word::KindCash),
            "extension" => Some(Word::KindExtension),
            "compensation" => Some(Word::KindCompensation),
            "refund" => Some(Word::KindRefund),
            _ => None,
        }
    }
}

/// What stands before the next `{digit}`, its number, and what stands after it.
fn next_slot(text: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (number, after) = rest.split_once('}')?;
    Some((before, number.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some((_, slot, after)) = next_slot(rest) {
            found.push(slot);
            rest = after;
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_of_a_phrase_have_the_same_slots() {
        for word in Word::ALL {
            let (en, zh) = (word.in_lang(Lang::En), word.in_lang(Lang::Zh));
            assert_eq!(slots(en), slots(zh), "{en}");
        }
    }

    #[test]
    fn the_chinese_of_a_phrase_is_chinese_and_the_english_is_not() {
        for word in Word::ALL {
            let (en, zh) = (word.in_lang(Lang::En), word.in_lang(Lang::Zh));
            assert!(zh.contains(is_han), "{zh}");
            assert!(!en.contains(is_han), "{en}");
        }
    }

    #[test]
    fn slots_are_filled_in_the_order_of_the_language() {
        let parts = ["5%", "200.00 USD", "10.00 USD"];
        assert_eq!(Word::ShareOf.fill(Lang::En, &parts), "5% of 200.00 USD = 10.00 USD");
        assert_eq!(Word::ShareOf.fill(Lang::Zh, &parts), "200.00 USD 的 5% = 10.00 USD");
    }

    #[test]
    fn chinese_words_that_fill_a_slot_stand_without_a_space_after_them() {
        let filled = Word::ClaimFrom.fill(Lang::Zh, &["2026 年 12 月 1 日"]);
        assert_eq!(filled, "可自 2026 年 12 月 1 日起申请；条文未定截止日");
        assert!(Word::ClaimFrom.fill(Lang::Zh, &["09:30"]).starts_with("可自 09:30 起"));
    }

    #[test]
    fn a_missing_part_leaves_nothing_behind() {
        assert_eq!(Word::Owed.fill(Lang::En, &[]), " due");
    }
}
