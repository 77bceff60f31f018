//! Named rules: the reading followed, the window they are asked in, the subject they are asked for.

use language::contract::{Item, ItemId, ItemKind, Node, Reading, Type};

use super::{Evaluator, MemoKey};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// The value of an item, remembered.
    pub(crate) fn item(&mut self, id: ItemId, subject: Option<Value>) -> Outcome<Value> {
        let contract = self.world.contract;
        let item = contract.item(id).ok_or_else(super::lost)?;
        self.trace.uses(&item.name);
        if let Some(given) = self.given(id, item) {
            return given;
        }
        let subject = if item.per.is_some() || item.of_fact.is_some() { subject } else { None };
        let key: MemoKey = (
            id,
            (!item.absolute || matches!(item.ty, Type::Rows(_))).then_some((
                self.period.counted,
                self.window,
                self.reach,
            )),
            subject.as_ref().map(|it| it.key(&contract.zone)),
        );
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        let shown = subject.as_ref().map(|it| it.name(&contract.zone));
        let value = self.fresh(id, item, subject, shown);
        self.memo.insert(key, value.clone());
        value
    }

    /// A subject that is named: of a list of windows, the one with this label.
    pub(super) fn member(&mut self, id: ItemId, subject: Option<Value>) -> Outcome<Option<Value>> {
        let contract = self.world.contract;
        let per = contract.item(id).and_then(|it| it.per);
        let windows = per.and_then(|it| contract.item(it)).is_some_and(|it| it.ty == windows());
        let (Some(per), true, Some(Value::Text(label))) = (per, windows, &subject) else {
            return Ok(subject);
        };
        let Value::List(items) = self.item(per, None)? else { return Err(super::lost()) };
        let named = |it: &&Outcome<Value>| it.as_ref().is_ok_and(|it| it.name(&contract.zone) == **label);
        items.iter().find(named).cloned().transpose()?.map(Some).ok_or_else(|| {
            Absent::no_data(format!("there is no `{label}` in it"), format!("其中没有 `{label}`"))
        })
    }

    /// A value given instead of computed.
    fn given(&self, id: ItemId, item: &Item) -> Option<Outcome<Value>> {
        if matches!(item.kind, ItemKind::Promise | ItemKind::Duty) {
            let here = self.period.counted;
            let current = here == self.world.cycle.counted;
            let found = self.world.overrides.verdicts.iter().find(|(it, window, _)| {
                *it == id && window.map_or(current, |it| it == here || it == self.period.whole)
            });
            return found.map(|(_, _, met)| Ok(Value::Truth(*met)));
        }
        self.world.overrides.items.iter().find(|(it, _)| *it == id).map(|(_, value)| value.clone())
    }

    fn fresh(
        &mut self,
        id: ItemId,
        item: &'a Item,
        subject: Option<Value>,
        shown: Option<String>,
    ) -> Outcome<Value> {
        if item.kind == ItemKind::Remedy {
            return self.remedy_amount(id, subject);
        }
        let reading = self.reading(item);
        let Some(body) = reading.and_then(|it| it.body.as_ref()) else { return Err(missing(item)) };
        let outer = std::mem::take(&mut self.slots);
        self.slots.push(subject);
        self.trace.enter(item, shown, reading.map(|it| it.name.clone()), &self.period, &self.world);
        let value = self.applied(item, body);
        self.trace.leave(&value);
        self.slots = outer;
        value
    }

    /// Promises that do not apply are not covered; levels without any evidence have no data.
    fn applied(&mut self, item: &'a Item, body: &'a Node) -> Outcome<Value> {
        if let Some(applies) = &item.applies
            && !self.truth(applies)?
        {
            let text = super::written::one_line(self.world.contract.source(applies.span));
            return Err(Absent::not_covered(
                format!("it applies only when `{text}`"),
                format!("仅在 `{text}` 时适用"),
            ));
        }
        if item.kind == ItemKind::Level && !self.world.complete && !self.any_evidence() {
            return Err(Absent::no_data("no evidence falls in the cycle", "周期内没有任何证据"));
        }
        self.eval(body)
    }

    /// The reading to follow.
    pub(crate) fn reading(&self, item: &'a Item) -> Option<&'a Reading> {
        item.reading(self.world.reading)
    }
}

fn windows() -> Type {
    Type::List(Box::new(Type::Window))
}

fn missing(item: &Item) -> Absent {
    Absent::not_computable(
        format!("the parameter `{}` is not given", item.name),
        format!("未给出参数 `{}`", item.name),
    )
}
