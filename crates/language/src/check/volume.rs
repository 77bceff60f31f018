//! Facts in volume are asked questions and never listed: whether every rule over them can be asked.

use std::collections::BTreeSet;

use diagnostic::Bilingual;
use evidence::FactSchema;

use super::Checker;
use crate::contract::shape::{Asked, Condition, Narrows, Rules, Scope, Shape, Unasked, Why};
use crate::contract::{Claim, Item, ItemKind, Node, Op, Remedy, RowType, Span, Type};

impl Checker<'_> {
    /// Reports what would need the records of a fact in volume one by one.
    pub(super) fn check_volume(&mut self, items: &[Item], remedies: &[Remedy], claims: &[Claim]) {
        if !self.schema.facts.iter().any(|it| it.volume) {
            return;
        }
        let mut listed = BTreeSet::new();
        for reading in readings(items) {
            let rules = Rules { facts: &self.schema.facts, items, reading };
            let mut volume = Volume { rules, listed: &mut listed };
            items.iter().for_each(|it| volume.item(it));
            remedies.iter().flat_map(Remedy::nodes).for_each(|it| volume.walk(it));
            claims.iter().flat_map(Claim::nodes).for_each(|it| volume.walk(it));
        }
        let facts = &self.schema.facts;
        let said = |(it, fact): (Unasked, usize)| Some((it.span, said(it.why, facts.get(fact)?)));
        let found: Vec<_> = listed.into_iter().filter_map(said).collect();
        for (span, (text, help)) in found {
            self.error("E0141", span, text.en, text.zh, (&help.en, &help.zh));
        }
    }
}

/// The readings to follow: those in force, and each other one where it is offered.
fn readings(items: &[Item]) -> BTreeSet<Option<&str>> {
    let offered = items.iter().filter(|it| it.readings.len() > 1).flat_map(|it| &it.readings);
    offered.map(|it| Some(it.name.as_str())).chain([None]).collect()
}

/// A way through the rules by one reading, and what it met that is no question: where, why, and of which fact.
struct Volume<'a, 'l> {
    rules: Rules<'a>,
    listed: &'l mut BTreeSet<(Unasked, usize)>,
}

impl<'a> Volume<'a, '_> {
    fn item(&mut self, item: &'a Item) {
        if let Some(fact) = item.of_fact.filter(|it| self.is_volume(*it)) {
            self.refuse(item.span, Why::Derived, fact);
        }
        if let Some(body) = item.reading(self.rules.reading).and_then(|it| it.body.as_ref()) {
            match self.fact(body) {
                // A name for some of the records lists nothing by itself.
                Some(fact) => {
                    let excludes = item.kind == ItemKind::Exclusion;
                    let rules = self.rules;
                    self.rows(if excludes { rules.excluded(body) } else { rules.shape(body) }, fact);
                }
                None => self.walk(body),
            }
        }
        item.applies.iter().chain(&item.until).for_each(|it| self.walk(it));
    }

    fn walk(&mut self, node: &'a Node) {
        if let Some(fact) = self.fact(node) {
            let why = self.rules.shape(node).err().map_or(Why::Listed, |it| it.why);
            return self.refuse(node.span, why, fact);
        }
        if let Op::Aggregate { rows, rank, .. } = &node.op
            && let Some(fact) = self.fact(rows)
        {
            match self.rules.asking(node) {
                Ok(asking) => {
                    if let Asked::Share(condition) = &asking.what {
                        self.values(condition);
                    }
                    self.rows(Ok(asking.of), fact);
                }
                Err(it) => self.refuse(it.span, it.why, fact),
            }
            return rank.iter().for_each(|it| self.walk(it));
        }
        node.parts().into_iter().for_each(|it| self.walk(it));
    }

    /// What stands in the conditions on some rows may need others one by one. What stands behind a name is met there.
    fn rows(&mut self, rows: Result<Shape<'a>, Unasked>, fact: usize) {
        let shape = match rows {
            Ok(shape) => shape,
            Err(it) => return self.refuse(it.span, it.why, fact),
        };
        for step in shape.steps.iter().filter(|it| matches!(it.scope, Scope::Here)) {
            match &step.narrows {
                Narrows::Where(condition) => self.values(condition),
                Narrows::Of(_, subject) => self.walk(subject),
                Narrows::Counted(_) => {}
            }
        }
    }

    fn values(&mut self, condition: &Condition<'a>) {
        condition.values().into_iter().for_each(|it| self.walk(it));
    }

    fn refuse(&mut self, span: Span, why: Why, fact: usize) {
        self.listed.insert((Unasked { span, why }, fact));
    }

    fn is_volume(&self, fact: usize) -> bool {
        self.rules.facts.get(fact).is_some_and(|it| it.volume)
    }

    /// The fact in volume whose records a node is.
    fn fact(&self, node: &Node) -> Option<usize> {
        match node.ty {
            Type::Rows(RowType::Fact(fact)) => Some(fact).filter(|it| self.is_volume(*it)),
            _ => None,
        }
    }
}

/// What is wrong, and what to do about it.
fn said(why: Why, fact: &FactSchema) -> (Bilingual, Bilingual) {
    let (reason, help) = words(why, fact);
    let name = &fact.name;
    let text = Bilingual::new(
        format!("`{name}` comes in volume and cannot be listed, and {}", reason.en),
        format!("`{name}` 的记录大量到来，不能逐条列出，而{}", reason.zh),
    );
    (text, help)
}

fn words(why: Why, fact: &FactSchema) -> (Bilingual, Bilingual) {
    let both = |reason: (&str, &str), help: (&str, &str)| {
        (Bilingual::new(reason.0, reason.1), Bilingual::new(help.0, help.1))
    };
    let name = &fact.name;
    match why {
        Why::Listed => both(
            ("this rule needs its records one by one", "此规则需要逐条读取"),
            (
                "count, sum, average or take the share of records chosen by what each of them says, or leave out `in volume`",
                "请对按记录内容筛选的记录计数、求和、求平均或求占比，或去掉 `in volume`",
            ),
        ),
        Why::Derived => both(
            ("this would be computed for each of them", "此处要为每条记录计算一次"),
            (
                "write the condition where records are chosen, or let each record say it as an attribute",
                "请在筛选记录处写出条件，或让每条记录以属性写明",
            ),
        ),
        Why::Window => (
            Bilingual::new("`over` stands inside the question", "`over` 写在了查询之内"),
            Bilingual::new(
                format!("put `over` behind the number: `count({name}) over history`"),
                format!("请把 `over` 写在数值之后：`count({name}) over history`"),
            ),
        ),
        Why::Moment => both(
            ("this asks when each of them happened", "此处要看每条记录的时刻"),
            (
                "ask in another window with `over`, or slice by slice with `for each`",
                "请用 `over` 在其他窗口中查询，或用 `for each` 逐段查询",
            ),
        ),
        Why::Missing(attribute) => missing(
            fact.attributes.get(attribute).map_or("", |it| &it.name),
            (", or write the condition without `not` and `!=`", "，或改写条件，不用 `not` 与 `!=`"),
        ),
        Why::Unsaid(attribute) => missing(fact.attributes.get(attribute).map_or("", |it| &it.name), ("", "")),
        Why::Condition => both(
            ("this is not decided by one thing that a record says", "此处并非由记录中的某一项内容决定"),
            (
                "compare an attribute, on the left, with what is the same for every record; join with `and`, `or`, `not`",
                "请将属性写在左侧，与对所有记录都相同的值比较；可用 `and`、`or`、`not` 连接",
            ),
        ),
        Why::Measured => both(
            ("this is not a number that each of them says", "此处并非每条记录写明的数值"),
            (
                "measure one number attribute; let each record say what would have to be computed",
                "请只对一个数值属性求值；需要计算的内容请由每条记录写明",
            ),
        ),
        Why::Latest => both(
            ("only a list shows which record of a key is the latest", "只有逐条列出才知道同一键中哪条最新"),
            (
                "choose records before `distinct by`, and only count the keys",
                "请在 `distinct by` 之前筛选，之后只计数",
            ),
        ),
        Why::Key => both(
            ("this key is not something that each of them says", "此键并非记录写明的内容"),
            (
                "name attributes, `subject`, `id` or `source` in `distinct by`",
                "`distinct by` 中请写属性、`subject`、`id` 或 `source`",
            ),
        ),
        Why::Rank => both(
            ("its ranks are asked by the thousandth", "其百分位以千分之一为单位查询"),
            (
                "write the rank as a number from 0 to 100 with at most one decimal: `99.9`",
                "请将百分位写成 0 到 100 之间、至多一位小数的数：`99.9`",
            ),
        ),
    }
}

fn missing(attribute: &str, or: (&str, &str)) -> (Bilingual, Bilingual) {
    (
        Bilingual::new(
            format!("only one by one do they show which of them lack `{attribute}`"),
            format!("只有逐条读取才知道哪些记录缺少 `{attribute}`"),
        ),
        Bilingual::new(
            format!("let every record say `{attribute}`, without `?`{}", or.0),
            format!("请让每条记录都有 `{attribute}`（去掉 `?`）{}", or.1),
        ),
    )
}
