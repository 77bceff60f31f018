//! One cycle of one subscription, settled: every level, promise, remedy, claim and right, with its reasons.

use calendar::{Cycle, cycle_named, tzdb_version};
use diagnostic::{Bilingual, Diagnostic, Lang, Severity};
use evidence::Facts;
use language::contract::{Claim, Compare, Contract, Gaps, Item, ItemId, ItemKind, Op, Status};
use quantity::Quantity;
use timeline::{Interval, Timeline};

use crate::absent::Absent;
use crate::evaluate::{Evaluator, Overrides, RemedyValue, World};
use crate::prepared::{OtherReading, Prepared};
use crate::settlement::{
    ClaimResult, CycleSpan, EvidenceSummary, Inputs, LevelResult, Lint, Outcome, PromiseResult,
    ReadingResult, RemedyResult, RemedyStatus, RightResult, Settlement, SettlementStatus, Verdict,
};
use crate::shown::duration_in;
use crate::value::Value;

/// Names the cycle to settle; `label` as in `2026-10`, `2026-Q1`, `2026-10-05`, `2026-10-01/2026-11-01`.
pub fn cycle_span(contract: &Contract, inputs: &Inputs, label: &str) -> Result<CycleSpan, Diagnostic> {
    let Cycle { whole, label } =
        cycle_named(&contract.cycle, &contract.zone, inputs.since, label).map_err(|it| bad_cycle(&it))?;
    let counted = match inputs.since {
        Some(since) if contract.cycle_from_since && since > whole.from() => {
            Interval::new(since, whole.until())
        }
        _ => Some(whole),
    };
    match counted {
        Some(counted) => Ok(CycleSpan { label, counted, whole }),
        None => Err(Diagnostic::new(
            "S0102",
            Severity::Error,
            Bilingual::new("the subscription begins after this cycle", "订阅开始于该周期之后"),
            Bilingual::new(
                "choose a later cycle, or an earlier --since",
                "请选择更晚的周期，或更早的 --since",
            ),
        )),
    }
}

fn bad_cycle(error: &calendar::CycleError) -> Diagnostic {
    Diagnostic::new(
        "S0101",
        Severity::Error,
        Bilingual::new(
            format!("the cycle cannot be named: {error}"),
            format!("无法确定服务周期：{}", crate::cycle_error::in_chinese(error)),
        ),
        Bilingual::new(
            "write a label such as 2026-10, 2026-Q4 or 2026-10-05; cycles counted from the subscription need --since",
            "请写 2026-10、2026-Q4 或 2026-10-05；从订阅起算的周期需要 --since",
        ),
    )
}

/// Settles one cycle. Pure: the same contract, evidence and inputs give the same settlement. For many subscriptions of
/// one contract, [`Prepared`] works out only once what they share.
pub fn settle(
    contract: &Contract,
    facts: &dyn Facts,
    cycle: &CycleSpan,
    inputs: &Inputs,
    overrides: &Overrides,
) -> Settlement {
    Prepared::new(contract).settle(facts, cycle, inputs, overrides)
}

impl Prepared<'_> {
    /// Settles one cycle, as [`settle`](fn@settle) does.
    pub fn settle(
        &self,
        facts: &dyn Facts,
        cycle: &CycleSpan,
        inputs: &Inputs,
        overrides: &Overrides,
    ) -> Settlement {
        Settling { contract: self.contract, prepared: self, facts, cycle, inputs, overrides }.run()
    }
}

struct Settling<'a> {
    contract: &'a Contract,
    prepared: &'a Prepared<'a>,
    facts: &'a dyn Facts,
    cycle: &'a CycleSpan,
    inputs: &'a Inputs,
    overrides: &'a Overrides,
}

/// An evaluation under another reading.
struct Alternative<'a> {
    reading: &'a OtherReading<'a>,
    evaluator: Evaluator<'a>,
}

impl<'a> Settling<'a> {
    fn evaluator(&self, reading: Option<&'a str>, excluding: bool, traced: bool) -> Evaluator<'a> {
        let world = World {
            contract: self.contract,
            facts: self.facts,
            inputs: self.inputs,
            cycle: self.cycle,
            overrides: self.overrides,
            reading,
            excluding,
            complete: false,
        };
        Evaluator::new(world, traced)
    }

    fn run(self) -> Settlement {
        let mut main = self.evaluator(None, true, true);
        let mut without = self.evaluator(None, false, false);
        let readings = self.prepared.others.iter();
        let mut others: Vec<Alternative<'a>> = readings
            .map(|reading| Alternative {
                reading,
                evaluator: self.evaluator(Some(reading.name), true, false),
            })
            .collect();
        let levels = self.levels(&mut main, &mut without, &mut others);
        let promises = self.promises(&mut main, &mut without, &mut others);
        let mut remedies = self.remedies(&mut main, &mut without, &mut others);
        self.choose(&mut remedies);
        let claims = self.claims(&mut main);
        let rights = self.rights(&mut main);
        let unclassified = crate::unclassified::lints(self.contract, self.facts, self.cycle.counted);
        let status = match self.status(&promises, &remedies, &claims) {
            SettlementStatus::Final if !unclassified.is_empty() => SettlementStatus::Provisional,
            status => status,
        };
        let mut lints = self.lints(&remedies);
        lints.extend(unclassified);
        let excluded = main.excluded_list();
        Settlement {
            contract: self.prepared.name.clone(),
            inputs: self.inputs.clone(),
            cycle: self.cycle.clone(),
            status,
            levels,
            promises,
            remedies,
            claims,
            rights,
            excluded,
            lints,
            derivation: main.trace.finish(),
            evidence: self.evidence(),
            tzdb: tzdb_version().to_owned(),
            calendars: self.prepared.calendars.clone(),
        }
    }

    fn evidence(&self) -> EvidenceSummary {
        EvidenceSummary {
            records: u64::try_from(self.facts.count_all()).unwrap_or(u64::MAX),
            sha256: hex(&self.facts.digest()),
        }
    }

    fn levels(
        &self,
        main: &mut Evaluator<'a>,
        without: &mut Evaluator<'a>,
        others: &mut [Alternative<'a>],
    ) -> Vec<LevelResult> {
        let mut results = Vec::new();
        for (id, item) in self.contract.of_kind(ItemKind::Level) {
            for subject in subjects(main, item) {
                let value = self.covered(quantity_of(main.item(id, subject.clone())));
                let bare = self.covered(quantity_of(without.item(id, subject.clone())));
                let readings =
                    self.readings(id, &value, others, |it| quantity_of(it.item(id, subject.clone())));
                results.push(LevelResult {
                    name: item.name.clone(),
                    subject: subject.as_ref().map(|it| it.name(&self.contract.zone)),
                    without_exclusions: (bare != value).then_some(bare),
                    percent: self.prepared.percentages.contains(&id),
                    value,
                    readings,
                    decimals: item.decimals,
                    clause: item.clause.clone(),
                });
            }
        }
        results
    }

    /// Time without coverage, where the contract says it leaves no data.
    fn covered(&self, value: Outcome<Quantity>) -> Outcome<Quantity> {
        if self.contract.gaps != Gaps::NoData || value.is_err() || self.uncovered().is_empty() {
            return value;
        }
        Err(Absent::no_data(
            "part of the cycle is not covered by any observation",
            "周期内有部分时间没有监测覆盖",
        ))
    }

    /// The part of the cycle that no record of `coverage` covers; nothing when the contract declares no such fact.
    fn uncovered(&self) -> Timeline {
        let Some((fact, _)) = self.contract.schema.fact("coverage") else { return Timeline::empty() };
        let covered = Timeline::from_intervals(
            self.facts.rows(fact).iter().filter_map(|it| Interval::new(it.from, it.until)),
        );
        Timeline::of(self.cycle.counted).difference(&covered)
    }

    fn readings<T: Clone + PartialEq>(
        &self,
        id: ItemId,
        in_force: &Outcome<T>,
        others: &mut [Alternative<'a>],
        mut value: impl FnMut(&mut Evaluator<'a>) -> Outcome<T>,
    ) -> Vec<ReadingResult<T>> {
        let mut found = Vec::new();
        for other in others.iter_mut().filter(|it| it.reading.touched.contains(&id)) {
            let (name, why) = (other.reading.name.to_owned(), other.reading.why.to_owned());
            let value = value(&mut other.evaluator);
            found.push(ReadingResult { name, why, in_force: false, value });
        }
        if !found.is_empty() {
            let (name, why) =
                self.prepared.in_force(id).map(|it| (it.name.clone(), it.why.clone())).unwrap_or_default();
            found.insert(0, ReadingResult { name, why, in_force: true, value: in_force.clone() });
        }
        found
    }

    fn promises(
        &self,
        main: &mut Evaluator<'a>,
        without: &mut Evaluator<'a>,
        others: &mut [Alternative<'a>],
    ) -> Vec<PromiseResult> {
        let mut results = Vec::new();
        for (id, item) in self.contract.items.iter().enumerate().map(|(at, it)| (ItemId(at), it)) {
            if !matches!(item.kind, ItemKind::Promise | ItemKind::Duty) {
                continue;
            }
            for subject in subjects(main, item) {
                results.push(self.promise(id, item, subject, main, without, others));
            }
        }
        results
    }

    fn promise(
        &self,
        id: ItemId,
        item: &'a Item,
        subject: Option<Value>,
        main: &mut Evaluator<'a>,
        without: &mut Evaluator<'a>,
        others: &mut [Alternative<'a>],
    ) -> PromiseResult {
        let outcome = self.timely(truth_of(main.item(id, subject.clone())));
        let bare = verdict(&self.timely(truth_of(without.item(id, subject.clone()))));
        let own = verdict(&outcome);
        let readings = self.readings(id, &outcome, others, |it| truth_of(it.item(id, subject.clone())));
        let (target, level) = self.target(item, subject.clone(), main);
        PromiseResult {
            name: item.name.clone(),
            subject: subject.as_ref().map(|it| it.name(&self.contract.zone)),
            duty: item.kind == ItemKind::Duty,
            verdict: own,
            reason: outcome.err(),
            target,
            level,
            without_exclusions: (bare != own).then_some(bare),
            readings,
            clause: item.clause.clone(),
        }
    }

    /// A verdict before the cycle is over is provisional.
    fn timely(&self, outcome: Outcome<bool>) -> Outcome<bool> {
        match outcome {
            Ok(_) if self.unfinished() => Err(Absent::provisional("the cycle is not over", "周期尚未结束")),
            other => other,
        }
    }

    fn unfinished(&self) -> bool {
        self.inputs.as_of.is_some_and(|it| it < self.cycle.counted.until())
    }

    /// What a promise compares: the level's name, the operator and the value promised.
    fn target(
        &self,
        item: &'a Item,
        subject: Option<Value>,
        main: &mut Evaluator<'a>,
    ) -> (Option<(Compare, Quantity)>, Option<String>) {
        let Some(body) = main.reading(item).and_then(|it| it.body.as_ref()) else { return (None, None) };
        let Op::Compare(operator, left, right) = &body.op else { return (None, None) };
        let level = match &left.op {
            Op::Item(id, _) => self.contract.item(*id).map(|it| it.name.clone()),
            _ => None,
        };
        let target = main.untraced(subject, |it| it.quantity(right)).ok();
        (target.map(|it| (*operator, it)), level)
    }

    fn remedies(
        &self,
        main: &mut Evaluator<'a>,
        without: &mut Evaluator<'a>,
        others: &mut [Alternative<'a>],
    ) -> Vec<RemedyResult> {
        let mut results = Vec::new();
        for terms in &self.contract.remedies {
            let Some(item) = self.contract.item(terms.item) else { continue };
            for subject in subjects(main, item) {
                let id = terms.item;
                let Ok(value) = main.remedy(id, subject.clone()) else { continue };
                let bare = without.remedy(id, subject.clone()).ok().and_then(|it| it.rounded);
                let in_force = rounded_of(&value);
                let rounded = |it: &mut Evaluator<'a>| rounded_of(&it.remedy(id, subject.clone())?);
                // What a person decides has no amount under any reading.
                let readings = match terms.discretionary {
                    Some(_) => Vec::new(),
                    None => self.readings(id, &in_force, others, rounded),
                };
                let shown = subject.as_ref().map(|it| it.name(&self.contract.zone));
                results.push(remedy_result(item, shown, &terms.kind, value, bare, readings));
            }
        }
        results
    }

    /// Of remedies that exclude each other, the greatest is paid, or the customer chooses.
    fn choose(&self, remedies: &mut [RemedyResult]) {
        for choice in &self.contract.choices {
            let names: Vec<&str> = choice
                .remedies
                .iter()
                .filter_map(|it| self.contract.item(*it))
                .map(|it| it.name.as_str())
                .collect();
            let due: Vec<usize> = (0..remedies.len())
                .filter(|at| {
                    remedies
                        .get(*at)
                        .is_some_and(|it| names.contains(&it.name.as_str()) && it.status == RemedyStatus::Due)
                })
                .collect();
            if due.len() < 2 {
                continue;
            }
            let value =
                |at: usize| remedies.get(at).and_then(|it| it.amount.as_ref()).map(|it| it.value.clone());
            let best = due.iter().copied().rev().max_by_key(|at| value(*at));
            for at in due {
                if let Some(remedy) = remedies.get_mut(at) {
                    displace(remedy, Some(at) == best, choice.by_customer);
                }
            }
        }
    }

    fn claims(&self, main: &mut Evaluator<'a>) -> Vec<ClaimResult> {
        let mut results = Vec::new();
        for claim in &self.contract.claims {
            let Some(item) = self.contract.item(claim.remedy) else { continue };
            for subject in subjects(main, item) {
                results.extend(self.claim_windows(claim, item, subject, main));
            }
        }
        results
    }

    fn claim_windows(
        &self,
        claim: &'a Claim,
        item: &Item,
        subject: Option<Value>,
        main: &mut Evaluator<'a>,
    ) -> Vec<ClaimResult> {
        let shown = subject.as_ref().map(|it| it.name(&self.contract.zone));
        let result = |opens, closes| ClaimResult {
            remedy: item.name.clone(),
            subject: shown.clone(),
            opens,
            closes,
            automatic: claim.automatic,
            by: claim.by.clone(),
            requires: claim.requires.clone(),
            clause: claim.clause.clone(),
        };
        let until = self.cycle.counted.until();
        let row_slot = usize::from(item.per.is_some());
        let edges = |it: &mut Evaluator<'a>| {
            let opens = claim.opens.as_ref().map_or(Ok(until), |node| it.claim_instant(node));
            let closes = claim.closes.as_ref().map(|node| it.claim_instant(node));
            (opens, closes)
        };
        let Some(per) = &claim.per else {
            let (opens, closes) = main.untraced(subject, edges);
            return vec![result(opens, closes)];
        };
        let rows = main.untraced(subject.clone(), |it| it.elements(per)).unwrap_or_default();
        let windows = rows.into_iter().flatten().map(|row| {
            let (opens, closes) = main.untraced(subject.clone(), |it| it.with_slot(row_slot, row, edges));
            result(opens, closes)
        });
        windows.collect()
    }

    fn rights(&self, main: &mut Evaluator<'a>) -> Vec<RightResult> {
        let mut results = Vec::new();
        for (id, item) in self.contract.of_kind(ItemKind::Right) {
            for subject in subjects(main, item) {
                let arisen = truth_of(main.item(id, subject.clone()));
                let until =
                    item.until.as_ref().map(|node| main.untraced(subject.clone(), |it| it.instant(node)));
                let name = match &subject {
                    Some(subject) => format!("{} of {}", item.name, subject.name(&self.contract.zone)),
                    None => item.name.clone(),
                };
                results.push(RightResult { name, arisen, until, clause: item.clause.clone() });
            }
        }
        results
    }

    fn status(
        &self,
        promises: &[PromiseResult],
        remedies: &[RemedyResult],
        claims: &[ClaimResult],
    ) -> SettlementStatus {
        let owed = |claim: &&ClaimResult| {
            let of_claim = |it: &&RemedyResult| it.name == claim.remedy && it.subject == claim.subject;
            remedies.iter().filter(of_claim).any(|it| it.status != RemedyStatus::NotDue)
        };
        let unpublished = |it: &Outcome<timeline::Instant>| matches!(it, Err(absent) if absent.status == Status::Provisional);
        let mut open =
            claims.iter().filter(owed).flat_map(|it| [Some(&it.opens), it.closes.as_ref()]).flatten();
        if self.facts.count_all() == 0 {
            SettlementStatus::NoData
        } else if self.unfinished()
            || promises.iter().any(|it| it.verdict == Verdict::Provisional)
            || open.any(unpublished)
        {
            SettlementStatus::Provisional
        } else {
            SettlementStatus::Final
        }
    }

    fn lints(&self, remedies: &[RemedyResult]) -> Vec<Lint> {
        let mut lints = Vec::new();
        for item in self.contract.items.iter().filter(|it| it.readings.len() > 1) {
            lints.extend(reading_lint(item));
        }
        for it in &self.contract.undetermined {
            lints.push(Lint {
                code: "N0301".to_owned(),
                message: Bilingual::new(it.text.clone(), it.text.clone()),
                clause: Some(it.clause.clone()),
            });
        }
        for it in remedies.iter().filter(|it| it.status == RemedyStatus::Negative) {
            lints.extend(it.reason.clone().map(|message| Lint {
                code: "N0303".to_owned(),
                message,
                clause: Some(it.clause.clone()),
            }));
        }
        for finding in &self.contract.findings {
            lints.push(Lint {
                code: finding.code.to_owned(),
                message: finding.message.clone(),
                clause: None,
            });
        }
        lints.extend(self.coverage_lint());
        lints
    }

    fn coverage_lint(&self) -> Option<Lint> {
        let declared = self.contract.schema.fact("coverage").is_some();
        let uncovered = self.uncovered();
        if declared && uncovered.is_empty() {
            return None;
        }
        let message = if declared {
            let seconds = crate::value::seconds(uncovered.nanos().unwrap_or(0));
            let time = |lang| duration_in(&seconds, lang);
            Bilingual::new(
                format!("{} of the cycle are covered by no observation", time(Lang::En)),
                format!("周期内有 {}没有监测覆盖", time(Lang::Zh)),
            )
        } else {
            Bilingual::new(
                "the evidence lists what happened; time it does not mention is taken as without incident",
                "证据列出已发生的事件；未提及的时间视为没有事件",
            )
        };
        Some(Lint { code: "N0304".to_owned(), message, clause: None })
    }
}

impl<'a> Evaluator<'a> {
    /// Evaluates for a subject, outside any rule's derivation.
    pub(crate) fn untraced<T>(&mut self, subject: Option<Value>, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.slots);
        self.slots.push(subject);
        self.trace.pause();
        let result = run(self);
        self.trace.resume();
        self.slots = outer;
        result
    }
}

fn reading_lint(item: &Item) -> Option<Lint> {
    let chosen = item.readings.get(item.in_force)?;
    let all: Vec<&str> = item.readings.iter().map(|it| it.name.as_str()).collect();
    let all = all.join(", ");
    let (why_en, why_zh) = halves(&chosen.why);
    Some(Lint {
        code: "N0302".to_owned(),
        message: Bilingual::new(
            format!(
                "`{}` can be read in {} ways ({all}); `{}` is in force: {why_en}",
                item.name,
                item.readings.len(),
                chosen.name
            ),
            format!(
                "`{}` 有 {} 种解读（{all}）；采用 `{}`：{why_zh}",
                item.name,
                item.readings.len(),
                chosen.name
            ),
        ),
        clause: Some(item.clause.clone()),
    })
}

/// Authors may write both languages in one text: "English ／ 中文".
fn halves(text: &str) -> (&str, &str) {
    text.split_once(" ／ ").unwrap_or((text, text))
}

fn displace(remedy: &mut RemedyResult, best: bool, by_customer: bool) {
    if by_customer {
        remedy.status = RemedyStatus::Choice;
        remedy.reason = Some(Bilingual::new(
            if best {
                "the customer may choose one; this is the greatest"
            } else {
                "the customer may choose one of several"
            },
            if best { "客户可任选其一；此项金额最高" } else { "客户可任选其一" },
        ));
    } else if !best {
        remedy.status = RemedyStatus::Displaced;
        remedy.reason = Some(Bilingual::new("a greater remedy takes its place", "由金额更高的补救取代"));
    }
}

fn remedy_result(
    item: &Item,
    subject: Option<String>,
    kind: &str,
    value: RemedyValue,
    bare: Option<Quantity>,
    readings: Vec<ReadingResult<Quantity>>,
) -> RemedyResult {
    RemedyResult {
        name: item.name.clone(),
        subject,
        kind: kind.to_owned(),
        status: value.status,
        reason: value.reason,
        literal: value.literal,
        amount: value.amount,
        without_exclusions: bare.filter(|it| Some(it) != value.rounded.as_ref()),
        rounded: value.rounded,
        share: value.share,
        base: value.base,
        capped: value.capped,
        directly: value.directly,
        readings,
        clause: item.clause.clone(),
    }
}

fn rounded_of(value: &RemedyValue) -> Outcome<Quantity> {
    match (&value.rounded, &value.absent) {
        (Some(rounded), _) => Ok(rounded.clone()),
        (None, Some(absent)) => Err(absent.clone()),
        (None, None) => Err(Absent::not_computable("a person decides the amount", "金额由人决定")),
    }
}

/// The subjects of an item: its domain's elements, or none.
fn subjects<'a>(main: &mut Evaluator<'a>, item: &Item) -> Vec<Option<Value>> {
    let Some(domain) = item.per else { return vec![None] };
    match main.untraced(None, |it| it.item(domain, None)) {
        Ok(Value::List(items)) => items.iter().filter_map(|it| it.clone().ok()).map(Some).collect(),
        _ => Vec::new(),
    }
}

fn quantity_of(outcome: Outcome<Value>) -> Outcome<Quantity> {
    match outcome? {
        Value::Quantity(it) => Ok(it),
        Value::Open(it) => Err(it.absent()),
        _ => Err(Absent::not_computable("it is no number", "不是数值")),
    }
}

fn truth_of(outcome: Outcome<Value>) -> Outcome<bool> {
    match outcome? {
        Value::Truth(it) => Ok(it),
        _ => Err(Absent::not_computable("it is no truth", "不是真值")),
    }
}

fn verdict(outcome: &Outcome<bool>) -> Verdict {
    match outcome {
        Ok(true) => Verdict::Met,
        Ok(false) => Verdict::Breached,
        Err(absent) => match absent.status {
            Status::NoData | Status::NotEnoughEvents => Verdict::NoData,
            Status::NotCovered => Verdict::NotCovered,
            Status::Provisional => Verdict::Provisional,
            Status::NotComputable | Status::NoRow | Status::Ambiguous => Verdict::NotComputable,
        },
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}
