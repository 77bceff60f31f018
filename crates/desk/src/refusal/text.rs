//! What refusals say, in both languages.

use calendar::Zone;
use diagnostic::Bilingual;
use timeline::Instant;

use super::Refusal;
use crate::effect::Deadline;
use crate::reason::REASON_CHARS_MAX;

impl Refusal {
    /// What is refused and why, in both languages.
    pub fn message(&self) -> Bilingual {
        self.of_submission()
            .or_else(|| self.of_acts())
            .or_else(|| self.of_awards())
            .unwrap_or_else(|| self.of_time())
    }

    fn of_submission(&self) -> Option<Bilingual> {
        Some(match self {
            Self::WindowNotOpen { window } => say(
                format!("claims are not open yet: they can be submitted within {}", window.show()),
                format!("尚未到申请期：可在 {} 内提出申请", window.show()),
            ),
            Self::WindowClosed { window } => say(
                format!("claims are closed: they could be submitted within {}", window.show()),
                format!("申请期已过：应在 {} 内提出申请", window.show()),
            ),
            Self::FieldsMissing { missing } => {
                let names = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                say(
                    format!("the contract requires what is missing: {}", names.join(", ")),
                    format!("缺少合同要求的内容：{}", names.join("、")),
                )
            }
            Self::FieldsTooLarge => say(
                "a claim has at most 64 fields of at most 10000 characters".to_owned(),
                "一份申请最多 64 项，每项最多 10000 个字符".to_owned(),
            ),
            Self::SentAfterReceipt { sent_at, received_at } => say(
                format!(
                    "a claim received at {} cannot have been sent at {}",
                    utc(*received_at),
                    utc(*sent_at)
                ),
                format!("{} 收到的申请不可能于 {} 发出", utc(*received_at), utc(*sent_at)),
            ),
            Self::WindowUnknown { reason } => say(
                format!("when claims may be submitted is not known: {}", reason.en),
                format!("申请期尚不可知：{}", reason.zh),
            ),
            Self::DueUnknown { reason } => say(
                format!("what is due is not known: {}", reason.en),
                format!("应付金额尚不可知：{}", reason.zh),
            ),
            Self::NotAutomatic => say(
                "the contract gives this remedy on a claim only".to_owned(),
                "合同规定该补救须经申请".to_owned(),
            ),
            Self::NothingDue => {
                say("nothing is due that could be awarded".to_owned(), "没有可以给予的应付金额".to_owned())
            }
            _ => return None,
        })
    }

    fn of_acts(&self) -> Option<Bilingual> {
        Some(match self {
            Self::EarlierThanLast { last } => say(
                format!("something happened later already, at {}", utc(*last)),
                format!("此后（{}）已有其他操作", utc(*last)),
            ),
            Self::Final { state } => say(
                format!("nothing changes any more: the state `{state}` is final"),
                format!("状态 `{state}` 为终局，不再变化"),
            ),
            Self::NotInThisState { state, act } => say(
                format!("`{act}` is not possible in the state `{state}`"),
                format!("状态 `{state}` 下不能执行 `{act}`"),
            ),
            Self::OtherSide { needed } => say(
                format!("only {} can do this", needed.text().en),
                format!("只有{}可以这样做", needed.text().zh),
            ),
            Self::PersonNeeded => say("a person has to do this".to_owned(), "此事须由人来做".to_owned()),
            Self::PlatformOnly => {
                say("only the platform itself does this".to_owned(), "此事只由平台自身执行".to_owned())
            }
            Self::ReasonMissing => say(
                format!("a reason is needed: some words, at most {REASON_CHARS_MAX} characters"),
                format!("须写明理由，最多 {REASON_CHARS_MAX} 个字符"),
            ),
            _ => return None,
        })
    }

    fn of_awards(&self) -> Option<Bilingual> {
        Some(match self {
            Self::AwardAboveDue { amount, due } => {
                say(format!("{amount} is more than the {due} due"), format!("{amount} 超过应付的 {due}"))
            }
            Self::AwardNotPositive { amount } => say(
                format!("{amount} cannot be awarded: an award is more than nothing"),
                format!("不能给予 {amount}：金额须大于零"),
            ),
            Self::AwardCurrency { amount, of } => say(
                format!("{amount} cannot be awarded: what is due is in {}", of.word()),
                format!("不能给予 {amount}：应付的单位为 {}", of.word()),
            ),
            Self::AmountLeftToPerson => say(
                "the contract leaves the amount to a person: name it".to_owned(),
                "合同将金额留给人决定：请写明金额".to_owned(),
            ),
            Self::AppealAwardNotHigher { amount, before } => say(
                format!("an appeal that is upheld awards more than {before}, and {amount} is not"),
                format!("申诉成立时金额须高于 {before}，而 {amount} 并不高于它"),
            ),
            _ => return None,
        })
    }

    fn of_time(&self) -> Bilingual {
        match self {
            Self::NoAppeal => say("this decision cannot be appealed".to_owned(), "该裁定不可申诉".to_owned()),
            Self::AppealLate { until } => say(
                format!("appeals were possible before {}", utc(*until)),
                format!("申诉应在 {} 之前提出", utc(*until)),
            ),
            Self::AppealOpen { until } => say(
                format!("the award can be appealed before {}, and is posted then", utc(*until)),
                format!("{} 之前可以申诉，届时才入账", utc(*until)),
            ),
            Self::AnswerLate { until } => say(
                format!("answers were possible before {}", utc(*until)),
                format!("应在 {} 之前答复", utc(*until)),
            ),
            Self::AnswerEmpty => say("the answer says nothing".to_owned(), "答复没有内容".to_owned()),
            Self::NoSuchDeadline { deadline } => say(
                format!("nothing waits for the deadline `{}`", deadline.word()),
                format!("没有在等待期限 `{}`", deadline.word()),
            ),
            Self::DeadlineAhead { deadline, at } => say(
                format!("the deadline `{}` passes at {} only", deadline.word(), utc(*at)),
                format!("期限 `{}` 于 {} 才届满", deadline.word(), utc(*at)),
            ),
            Self::NothingProposed => say(
                "a revision names a record, brings one, or both".to_owned(),
                "修订须指明一条记录或给出一条记录".to_owned(),
            ),
            Self::ProposalExpired { until } => say(
                format!("the revision could be answered before {}", utc(*until)),
                format!("该修订应在 {} 之前答复", utc(*until)),
            ),
            Self::TermIsOver { until } => say(
                format!("the subscription's term was over at {}", utc(*until)),
                format!("订阅期已于 {} 届满", utc(*until)),
            ),
            Self::TermTooShort { from, until } => say(
                format!("a term from {} cannot end at {}", utc(*from), utc(*until)),
                format!("自 {} 起的订阅期不能于 {} 结束", utc(*from), utc(*until)),
            ),
            Self::OpenEnded => say(
                "a subscription without an end is not renewed".to_owned(),
                "没有终止日期的订阅无需续订".to_owned(),
            ),
            other => say(other.code().to_owned(), other.code().to_owned()),
        }
    }
}

impl Deadline {
    /// The stable word files and tables write.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Adjudication => "adjudication",
            Self::Information => "information",
            Self::Appeal => "appeal",
            Self::AppealAdjudication => "appeal_adjudication",
            Self::Consent => "consent",
            Self::Term => "term",
        }
    }
}

fn say(en: String, zh: String) -> Bilingual {
    Bilingual { en, zh }
}

fn utc(at: Instant) -> String {
    Zone::utc().show(at)
}
