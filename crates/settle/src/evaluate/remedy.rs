//! Remedies: literal amount, floor at zero, caps, minimum, suppression, rounding, in that order.

use language::contract::{ItemId, Node, Remedy, Status};
use quantity::{Quantity, Ratio};
use timeline::Instant;

use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::{Outcome, RemedyStatus};
use crate::shown::quantity_in;
use crate::value::Value;
use diagnostic::{Bilingual, Lang};

/// A remedy, computed.
#[derive(Debug, Clone)]
pub(crate) struct RemedyValue {
    pub(crate) status: RemedyStatus,
    pub(crate) reason: Option<Bilingual>,
    pub(crate) absent: Option<Absent>,
    pub(crate) literal: Option<Quantity>,
    pub(crate) amount: Option<Quantity>,
    pub(crate) rounded: Option<Quantity>,
    pub(crate) share: Option<Ratio>,
    pub(crate) base: Option<Quantity>,
    pub(crate) capped: bool,
    pub(crate) directly: Option<Outcome<bool>>,
}

impl RemedyValue {
    fn empty(status: RemedyStatus) -> Self {
        Self {
            status,
            reason: None,
            absent: None,
            literal: None,
            amount: None,
            rounded: None,
            share: None,
            base: None,
            capped: false,
            directly: None,
        }
    }

    fn absent(absent: Absent) -> Self {
        let status = match absent.status {
            Status::NoData | Status::NotEnoughEvents => RemedyStatus::NoData,
            Status::NotCovered => RemedyStatus::NotCovered,
            Status::NotComputable => RemedyStatus::NotComputable,
            Status::Provisional => RemedyStatus::Provisional,
            Status::NoRow => RemedyStatus::NoRow,
            Status::Ambiguous => RemedyStatus::Ambiguous,
        };
        Self { reason: Some(absent.reason.clone()), absent: Some(absent), ..Self::empty(status) }
    }
}

impl<'a> Evaluator<'a> {
    /// The exact amount, for rules that name the remedy.
    pub(super) fn remedy_amount(&mut self, id: ItemId, subject: Option<Value>) -> Outcome<Value> {
        let value = self.remedy(id, subject)?;
        match (value.absent, value.amount) {
            (Some(absent), _) => Err(absent),
            (None, Some(amount)) => Ok(Value::Quantity(amount)),
            (None, None) => Err(Absent::not_computable("a person decides the amount", "金额由人决定")),
        }
    }

    /// The rounded amount; zero where nothing is paid.
    pub(super) fn paid(&mut self, id: ItemId, subject: Option<Value>) -> Outcome<Value> {
        let value = self.remedy(id, subject)?;
        match (value.rounded, value.absent) {
            (Some(rounded), _) => Ok(Value::Quantity(rounded)),
            (None, Some(absent)) => Err(absent),
            (None, None) => Err(Absent::not_computable("a person decides the amount", "金额由人决定")),
        }
    }

    /// Everything about a remedy, remembered.
    pub(crate) fn remedy(&mut self, id: ItemId, subject: Option<Value>) -> Outcome<RemedyValue> {
        let contract = self.world.contract;
        let item = contract.item(id).ok_or_else(lost)?;
        let terms = contract.remedy(id).ok_or_else(lost)?;
        let key = (id, self.period.counted, subject.as_ref().map(|it| it.key(&contract.zone)));
        if let Some(known) = self.remedies.get(&key) {
            return Ok(known.clone());
        }
        let shown = subject.as_ref().map(|it| it.name(&contract.zone));
        let outer = std::mem::take(&mut self.slots);
        self.slots.push(subject);
        let named = terms.pays.as_ref();
        self.trace.enter_remedy(item, named, shown, &self.period, &self.world);
        let computed = self.compute(terms);
        let directly = terms.directly.as_ref().map(|it| self.truth(it));
        let computed = RemedyValue { directly, ..computed };
        let outcome = match (&computed.absent, &computed.amount) {
            (Some(absent), _) => Err(absent.clone()),
            (None, Some(amount)) => Ok(Value::Quantity(amount.clone())),
            (None, None) => Err(Absent::not_computable("a person decides", "由人决定")),
        };
        self.trace.leave(&outcome);
        self.slots = outer;
        let computed = self.with_zero(computed, &item.ty);
        self.remedies.insert(key, computed.clone());
        Ok(computed)
    }

    /// Where nothing is paid, nothing is zero of the right unit.
    fn with_zero(&self, mut value: RemedyValue, ty: &language::contract::Type) -> RemedyValue {
        use RemedyStatus::{Negative, NoRow, NotCovered, NotDue, Suppressed};
        let unit = match ty {
            language::contract::Type::Scalar(unit) => unit.clone(),
            _ => quantity::Unit::none(),
        };
        if matches!(value.status, NotDue | Negative | NoRow | NotCovered | Suppressed) {
            let zero = Quantity { value: Ratio::ZERO, unit };
            value.amount = Some(zero.clone());
            value.rounded = Some(zero);
        }
        value
    }

    fn compute(&mut self, terms: &'a Remedy) -> RemedyValue {
        if let Some(when) = &terms.when {
            match self.truth(when) {
                Ok(true) => {}
                Ok(false) => return RemedyValue::empty(RemedyStatus::NotDue),
                Err(absent) => return RemedyValue::absent(absent),
            }
        }
        if let Some(text) = &terms.discretionary {
            let mut value = RemedyValue::empty(RemedyStatus::Discretionary);
            value.reason = Some(Bilingual::new(text.clone(), text.clone()));
            return value;
        }
        let mut value = RemedyValue::empty(RemedyStatus::Due);
        match self.literal(terms, &mut value) {
            Ok(literal) => self.limited(terms, literal, value),
            Err(absent) => {
                let failed = RemedyValue::absent(absent);
                RemedyValue { base: value.base, share: value.share, ..failed }
            }
        }
    }

    /// What the words compute, before anything limits it.
    fn literal(&mut self, terms: &'a Remedy, value: &mut RemedyValue) -> Outcome<Quantity> {
        let pays = terms.pays.as_ref().ok_or_else(lost)?;
        let Some(base) = &terms.base else { return self.quantity(pays) };
        let base_outcome = self.quantity(base);
        value.base = base_outcome.as_ref().ok().cloned();
        let share = self.quantity(pays)?;
        value.share = Some(share.value.clone());
        share.mul(&base_outcome?).map_err(|_| Absent::not_computable("the amount is too large", "金额过大"))
    }

    fn limited(&mut self, terms: &'a Remedy, literal: Quantity, mut value: RemedyValue) -> RemedyValue {
        value.literal = Some(literal.clone());
        if literal.value.is_negative() {
            value.status = RemedyStatus::Negative;
            value.reason = Some(Bilingual::new(
                format!(
                    "the text literally computes {}; a remedy never charges the customer, so nothing is paid",
                    quantity_in(&literal, Lang::En)
                ),
                format!(
                    "按条文字面计算为 {}；补救不会向客户收费，因此不支付",
                    quantity_in(&literal, Lang::Zh)
                ),
            ));
            return value;
        }
        if literal.value.is_zero() {
            value.status = RemedyStatus::NotDue;
            return value;
        }
        match self.capped(terms, literal) {
            Ok((amount, capped)) => {
                value.capped = capped;
                self.settled(terms, amount, value)
            }
            Err(absent) => RemedyValue {
                literal: value.literal,
                share: value.share,
                base: value.base,
                ..RemedyValue::absent(absent)
            },
        }
    }

    fn capped(&mut self, terms: &'a Remedy, mut amount: Quantity) -> Outcome<(Quantity, bool)> {
        let mut capped = false;
        for cap in &terms.at_most {
            let cap = self.quantity(cap)?;
            if cap.value < amount.value {
                amount = if cap.value.is_negative() {
                    Quantity { value: Ratio::ZERO, unit: cap.unit }
                } else {
                    cap
                };
                capped = true;
            }
        }
        for least in &terms.at_least {
            let least = self.quantity(least)?;
            if amount.value < least.value && amount.value.is_positive() {
                amount = least;
            }
        }
        Ok((amount, capped))
    }

    fn settled(&mut self, terms: &'a Remedy, amount: Quantity, mut value: RemedyValue) -> RemedyValue {
        if let Some((operator, limit)) = &terms.nothing_unless {
            match self.quantity(limit) {
                Ok(limit) if !operator.holds(amount.value.cmp(&limit.value)) => {
                    value.status = RemedyStatus::Suppressed;
                    let (sign, shown) = (operator.symbol(), quantity_in);
                    value.reason = Some(Bilingual::new(
                        format!(
                            "{} is paid only when it is {sign} {}",
                            shown(&amount, Lang::En),
                            shown(&limit, Lang::En)
                        ),
                        format!(
                            "{} 仅在 {sign} {} 时支付",
                            shown(&amount, Lang::Zh),
                            shown(&limit, Lang::Zh)
                        ),
                    ));
                    return value;
                }
                Ok(_) => {}
                Err(absent) => return RemedyValue::absent(absent),
            }
        }
        match self.rounded(terms, &amount) {
            Ok(rounded) => RemedyValue { rounded: Some(rounded), amount: Some(amount), ..value },
            Err(absent) => RemedyValue {
                literal: value.literal,
                share: value.share,
                base: value.base,
                ..RemedyValue::absent(absent)
            },
        }
    }

    fn rounded(&mut self, terms: &'a Remedy, amount: &Quantity) -> Outcome<Quantity> {
        let value = match (&terms.rounded, amount.unit.currency()) {
            (Some((how, step)), _) => {
                let source = super::written::one_line(self.world.contract.source(step.span));
                let step = self.quantity(step)?.value;
                amount.value.round_to(&step, *how).map_err(|it| super::scalar::ratio_absent(it, &source))?
            }
            (None, Some(currency)) => {
                quantity::round_money(&amount.value, currency, self.world.contract.rounding)
            }
            (None, None) => amount.value.clone(),
        };
        Ok(Quantity { value, unit: amount.unit.clone() })
    }

    /// When claims for a remedy open (or close).
    pub(super) fn claim_edge(&mut self, id: ItemId, opens: bool) -> Outcome<Instant> {
        let contract = self.world.contract;
        let claim = contract.claims.iter().find(|it| it.remedy == id);
        let none =
            || Absent::not_computable("the contract sets no claim window for it", "合同没有为其规定申请期限");
        let claim = claim.filter(|it| it.per.is_none()).ok_or_else(none)?;
        match (opens, &claim.opens, &claim.closes) {
            (true, Some(node), _) | (false, _, Some(node)) => self.claim_instant(node),
            (true, None, _) => Ok(self.period.counted.until()),
            (false, _, None) => Err(none()),
        }
    }

    pub(crate) fn claim_instant(&mut self, node: &'a Node) -> Outcome<Instant> {
        self.instant(node)
    }
}
