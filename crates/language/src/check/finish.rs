//! The last step: remedies, claims, choices, restatements, and the contract itself.

use quantity::{Rounding, Unit};

use super::Checker;
use super::item::Progress;
use super::scope::Variable;
use crate::contract::{
    Choice, Claim, Contract, Gaps, Item, ItemId, ItemKind, Remedy, Restated, RowType, Type, Undetermined,
};
use crate::problem::Problem;
use crate::syntax::ast::{ClaimPart, Example, Name, RemedyPart, Statement, StatementKind};
use crate::syntax::document::Document;
use crate::syntax::token::Span;

impl Checker<'_> {
    /// The contract, and everything found wrong with it.
    pub(crate) fn finish(
        mut self,
        file: &str,
        document: &Document,
        examples: Vec<Example>,
    ) -> (Contract, Vec<Problem>) {
        let (cycle, cycle_from_since) = self.cycle_rule();
        let statements = std::mem::take(&mut self.statements);
        let mut remedies = statements.iter().filter_map(|it| self.remedy(it)).collect::<Vec<_>>();
        let claims: Vec<Claim> = statements.iter().filter_map(|it| self.claim(it)).collect();
        self.claims_once(&statements);
        let choices = statements.iter().filter_map(|it| self.choice(it)).collect();
        let restated = statements.iter().filter_map(|it| self.restated(it)).collect();
        let undetermined: Vec<Undetermined> = statements.iter().filter_map(undetermined).collect();
        let gaps: Vec<(Gaps, Span)> =
            statements.iter().filter_map(|it| Some((self.gaps(it)?, it.span))).collect();
        if let Some((_, span)) = gaps.get(1) {
            self.twice("gaps", *span);
        }
        let gaps = gaps.first().map_or(Gaps::Unsaid, |it| it.0);
        let upstreams = statements.iter().filter_map(upstream).collect();
        self.rounding_unsaid(&remedies);
        let items: Vec<Item> = self
            .items
            .iter()
            .enumerate()
            .map(|(at, it)| match &it.progress {
                Progress::Done(item) => (**item).clone(),
                _ => self.unread(ItemId(at)),
            })
            .collect();
        self.check_taken_for_money(&items);
        self.check_circles(&items, &mut remedies, &claims);
        self.check_volume(&items, &remedies, &claims);
        let front = self.front.clone();
        let contract = Contract {
            id: front.id,
            version: front.version,
            title: front.title,
            effective: front.effective,
            provider: front.provider,
            customer: front.customer,
            amendment: front.amendment,
            zone: front.zone,
            currency: front.currency,
            rounding: front.rounding.unwrap_or(Rounding::HalfUp),
            records_name_tenant: front.records_name_tenant,
            cycle,
            cycle_from_since,
            plans: self.plans.to_vec(),
            units: self.units,
            schema: self.schema,
            causes: self.causes,
            items,
            remedies,
            claims,
            choices,
            undetermined,
            restated,
            gaps,
            upstreams,
            links: document.links.clone(),
            headings: document.headings.clone(),
            examples,
            findings: Vec::new(),
            file: file.to_owned(),
            text: std::sync::Arc::from(self.text),
        };
        (contract, self.problems)
    }

    fn unread(&self, id: ItemId) -> Item {
        let state = self.items.get(id.0);
        Item {
            name: state.map(|it| it.name.text.clone()).unwrap_or_default(),
            kind: state.map_or(ItemKind::Definition, |it| it.kind),
            per: None,
            of_fact: None,
            readings: Vec::new(),
            in_force: 0,
            ty: Type::Unknown,
            applies: None,
            until: None,
            decimals: None,
            absolute: false,
            clause: String::new(),
            span: Span::default(),
        }
    }

    fn done(&self, id: ItemId) -> Option<&Item> {
        match &self.items.get(id.0)?.progress {
            Progress::Done(item) => Some(item),
            _ => None,
        }
    }

    /// In a remedy `per S`, slot 0 holds the subject.
    fn enter(&mut self, id: ItemId) {
        self.scope.clear();
        let per = self.done(id).and_then(|it| it.per);
        if let Some(subject) = per {
            let ty = match self.done(subject).map(|it| it.ty.clone()) {
                Some(Type::List(inner)) => *inner,
                _ => Type::Text,
            };
            let name = self.items.get(subject.0).map(|it| it.name.text.clone());
            self.scope.push(Variable { name, ty, subject: Some(subject) });
        }
    }

    fn remedy(&mut self, statement: &Statement) -> Option<Remedy> {
        let StatementKind::Remedy(name, _, kind, parts) = &statement.kind else { return None };
        let id = self.find_item(&name.text)?;
        self.enter(id);
        let ty = self.done(id).map_or(Type::Unknown, |it| it.ty.clone());
        let mut remedy = Remedy {
            item: id,
            kind: kind.text.clone(),
            when: None,
            pays: None,
            base: None,
            at_most: Vec::new(),
            at_least: Vec::new(),
            nothing_unless: None,
            rounded: None,
            discretionary: None,
            directly: None,
            rolling: false,
        };
        self.remedy_parts_once(parts);
        self.terms_of = Some(id);
        for (part, _) in parts {
            self.remedy_part(&mut remedy, part, &ty);
        }
        self.terms_of = None;
        if remedy.pays.is_none() && remedy.discretionary.is_none() {
            self.error(
                "E0132",
                name.span,
                format!("remedy `{}` does not say what it pays", name.text),
                format!("赔付 `{}` 没有写明赔付内容", name.text),
                (
                    "add `pays …`, or `discretionary \"…\"` when the text leaves it open",
                    "请添加 `pays …`；若文本未定，请写 `discretionary \"…\"`",
                ),
            );
        }
        self.scope.clear();
        Some(remedy)
    }

    fn remedy_part(&mut self, remedy: &mut Remedy, part: &RemedyPart, ty: &Type) {
        match part {
            RemedyPart::When(it) => {
                remedy.when = Some(self.lower_as(it, &Type::Truth));
            }
            RemedyPart::Pays(share, Some(base)) => {
                remedy.pays = Some(self.lower_as(share, &Type::Scalar(Unit::none())));
                remedy.base = Some(self.lower_as(base, ty));
            }
            RemedyPart::Pays(amount, None) => remedy.pays = Some(self.lower_as(amount, ty)),
            RemedyPart::AtMost(it) => {
                let cap = self.lower_as(it, ty);
                remedy.at_most.push(cap);
            }
            RemedyPart::AtLeast(it) => {
                let least = self.lower_as(it, ty);
                remedy.at_least.push(least);
            }
            RemedyPart::NothingUnless(operator, it) => {
                remedy.nothing_unless = Some((*operator, self.lower_as(it, ty)))
            }
            RemedyPart::Rounded(how, to) => {
                let to = self.lower_as(to, ty);
                self.refuse_no_step(&to);
                match Rounding::parse(&how.text) {
                    Some(how) => remedy.rounded = Some((how, to)),
                    None => self.error(
                        "E0134",
                        how.span,
                        format!("unknown rounding `{}`", how.text),
                        format!("未知的舍入方式 `{}`", how.text),
                        (
                            "half_up, half_even, half_down, up, down, ceiling or floor",
                            "half_up、half_even、half_down、up、down、ceiling 或 floor",
                        ),
                    ),
                }
            }
            RemedyPart::Discretionary(text) => remedy.discretionary = Some(text.clone()),
            RemedyPart::PaidDirectly(it) => remedy.directly = Some(self.lower_as(it, &Type::Truth)),
            RemedyPart::Clause(_) => {}
        }
    }

    fn claim(&mut self, statement: &Statement) -> Option<Claim> {
        let StatementKind::Claim(name, parts) = &statement.kind else { return None };
        let id = self.find_remedy(name)?;
        self.enter(id);
        let mut claim = Claim {
            remedy: id,
            opens: None,
            closes: None,
            per: None,
            by: None,
            requires: Vec::new(),
            automatic: false,
            clause: statement.clause.clone(),
        };
        self.claim_parts_once(parts);
        let per = parts.iter().find_map(|(part, _)| match part {
            ClaimPart::Per(rows) => Some(rows),
            _ => None,
        });
        if let Some(rows) = per {
            let rows = self.lower(rows, None);
            let row = match rows.ty {
                Type::Rows(row) => row,
                _ => {
                    self.mismatch(&rows, ("records", "记录"));
                    RowType::Run
                }
            };
            self.scope.push(Variable { name: None, ty: Type::Row(row), subject: None });
            claim.per = Some(rows);
        }
        for (part, _) in parts {
            match part {
                ClaimPart::Opens(it) => claim.opens = Some(self.lower_as(it, &Type::Instant)),
                ClaimPart::Closes(it) => claim.closes = Some(self.closing(it)),
                ClaimPart::By(text) => claim.by = Some(text.clone()),
                ClaimPart::Requires(texts) => claim.requires.extend(texts.iter().cloned()),
                ClaimPart::Automatic => claim.automatic = true,
                ClaimPart::Per(_) => {}
            }
        }
        self.scope.clear();
        Some(claim)
    }

    /// One remedy is claimed in one way.
    fn claims_once(&mut self, statements: &[Statement]) {
        let mut seen: Vec<&str> = Vec::new();
        for statement in statements {
            let StatementKind::Claim(name, _) = &statement.kind else { continue };
            if seen.contains(&name.text.as_str()) {
                self.twice(&format!("claim {}", name.text), name.span);
            }
            seen.push(&name.text);
        }
    }

    /// A claim that closes on a date closes when that date is over.
    fn closing(&mut self, closes: &crate::syntax::ast::Expr) -> crate::contract::Node {
        let found = self.lower(closes, None);
        if found.ty == Type::Date {
            let span = found.span;
            return super::lower::node(
                crate::contract::Op::Call(crate::contract::Function::EndOfDay, vec![found]),
                Type::Instant,
                span,
            );
        }
        self.coerce(found, &Type::Instant)
    }

    fn find_remedy(&mut self, name: &Name) -> Option<ItemId> {
        let found = self
            .find_item(&name.text)
            .filter(|it| self.items.get(it.0).is_some_and(|it| it.kind == ItemKind::Remedy));
        if found.is_none() {
            self.wrong_kind(name, ItemKind::Remedy);
        }
        found
    }

    fn choice(&mut self, statement: &Statement) -> Option<Choice> {
        let StatementKind::OnlyOne(names, by_customer) = &statement.kind else { return None };
        let remedies = names.iter().filter_map(|it| self.find_remedy(it)).collect();
        Some(Choice { remedies, by_customer: *by_customer })
    }

    fn restated(&mut self, statement: &Statement) -> Option<Restated> {
        let StatementKind::Restated(name, body) = &statement.kind else { return None };
        let Some(item) = self.find_item(&name.text) else {
            self.unknown_name(name, &self.item_names(&[ItemKind::Definition, ItemKind::Level]));
            return None;
        };
        self.enter(item);
        let ty = self.done(item).map_or(Type::Unknown, |it| it.ty.clone());
        let body = self.lower_as(body, &ty);
        self.scope.clear();
        Some(Restated { item, body, clause: statement.clause.clone(), span: statement.span })
    }

    fn gaps(&mut self, statement: &Statement) -> Option<Gaps> {
        let StatementKind::Gaps(word) = &statement.kind else { return None };
        match word.text.as_str() {
            "up" => Some(Gaps::Up),
            "down" => {
                self.error(
                    "E0136",
                    word.span,
                    "a gap counts as down only where the rule says so",
                    "只有规则写明时，监测缺口才计为中断",
                    (
                        "write `outage or not coverage` in the definition of downtime",
                        "请在停机时间的定义中写 `outage or not coverage`",
                    ),
                );
                None
            }
            "no data" => Some(Gaps::NoData),
            _ => {
                self.error(
                    "E0135",
                    word.span,
                    format!("expected `up` or `no data`, found `{}`", word.text),
                    format!("此处应为 `up` 或 `no data`，却是 `{}`", word.text),
                    ("say who bears time without coverage", "请说明没有监测数据的时间由谁承担"),
                );
                None
            }
        }
    }

    fn rounding_unsaid(&mut self, remedies: &[Remedy]) {
        let in_money = remedies.iter().any(|it| it.pays.is_some() && it.rounded.is_none());
        if in_money && self.front.rounding.is_none() && self.front.currency.is_some() {
            let span = self.front.span;
            self.warning(
                "W0202",
                span,
                "the contract does not say how amounts are rounded; half up to the minor unit is used",
                "合同没有说明金额如何取整；按四舍五入到最小货币单位处理",
                ("add `rounding: half_up` to the front matter", "请在前置信息中添加 `rounding: half_up`"),
            );
        }
    }
}

fn undetermined(statement: &Statement) -> Option<Undetermined> {
    match &statement.kind {
        StatementKind::Undetermined(text) => {
            Some(Undetermined { text: text.clone(), clause: statement.clause.clone(), span: statement.span })
        }
        _ => None,
    }
}

fn upstream(statement: &Statement) -> Option<(String, String)> {
    match &statement.kind {
        StatementKind::Upstream(name, url) => Some((name.text.clone(), url.clone())),
        _ => None,
    }
}
