//! Tables: lookups by word, by band, by date. A hole is "no row"; rows that disagree are "ambiguous".

use calendar::Date;
use diagnostic::Lang;
use language::contract::{BandNode, Compare, LadderMode, Node, Op};

use super::{Evaluator, lost};
use crate::absent::Absent;
use crate::settlement::Outcome;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    pub(super) fn table(&mut self, node: &'a Node) -> Outcome<Value> {
        match &node.op {
            Op::By(key, entries, otherwise) => self.lookup(key, entries, otherwise.as_deref()),
            Op::Ladder(key, mode, entries, otherwise) => {
                self.ladder(key, *mode, entries, otherwise.as_deref())
            }
            Op::AsOf(date, entries) => self.as_of(date, entries),
            _ => Err(lost()),
        }
    }

    fn lookup(
        &mut self,
        key: &'a Node,
        entries: &'a [(Vec<Node>, Node)],
        otherwise: Option<&'a Node>,
    ) -> Outcome<Value> {
        let value = self.eval(key)?;
        for (keys, result) in entries {
            for key in keys {
                let key = self.eval(key)?;
                if super::scalar::compare(Compare::Equal, &value, &key)? {
                    return self.eval(result);
                }
            }
        }
        match otherwise {
            Some(result) => self.eval(result),
            None => Err(self.no_row(key, &value)),
        }
    }

    fn no_row(&self, key: &Node, value: &Value) -> Absent {
        let shown = |lang| value.show(&self.world.contract.zone, lang);
        let key = super::written::one_line(self.world.contract.source(key.span));
        Absent::no_row(
            format!("no row of the table matches `{key}` = {}", shown(Lang::En)),
            format!("表中没有与 `{key}` = {} 对应的行", shown(Lang::Zh)),
        )
    }

    fn ladder(
        &mut self,
        key: &'a Node,
        mode: LadderMode,
        entries: &'a [(BandNode, Node)],
        otherwise: Option<&'a Node>,
    ) -> Outcome<Value> {
        let value = self.eval(key)?;
        let mut results: Vec<Value> = Vec::new();
        for (band, result) in entries {
            if !self.inside_band(&value, band)? {
                continue;
            }
            let result = self.eval(result)?;
            if mode == LadderMode::First {
                return Ok(result);
            }
            if !holds_already(&results, &result)? {
                results.push(result);
            }
        }
        if mode == LadderMode::Greatest && !results.is_empty() {
            return greatest(results);
        }
        match (results.len(), otherwise) {
            (0, Some(result)) => self.eval(result),
            (0, None) => Err(self.no_row(key, &value)),
            (1, _) => results.pop().ok_or_else(lost),
            _ => Err(self.ambiguous(&value, &results)),
        }
    }

    fn ambiguous(&self, value: &Value, results: &[Value]) -> Absent {
        let show = |it: &Value, lang| it.show(&self.world.contract.zone, lang);
        let all = |or, lang| results.iter().map(|it| show(it, lang)).collect::<Vec<_>>().join(or);
        Absent::ambiguous(
            format!(
                "{} rows of the table match {} with different results: {}",
                results.len(),
                show(value, Lang::En),
                all(" or ", Lang::En)
            ),
            format!(
                "{} 同时符合表中 {} 行，结果不同：{}",
                show(value, Lang::Zh),
                results.len(),
                all(" 或 ", Lang::Zh)
            ),
        )
    }

    fn as_of(&mut self, date: &'a Node, entries: &'a [(Date, Node)]) -> Outcome<Value> {
        let Value::Date(date) = self.eval(date)? else { return Err(lost()) };
        match entries.iter().rev().find(|(from, _)| *from <= date) {
            Some((_, result)) => self.eval(result),
            None => Err(Absent::not_covered(
                format!("no text was in force on {date}"),
                format!("{date} 没有生效的条文"),
            )),
        }
    }
}

fn holds_already(results: &[Value], result: &Value) -> Outcome<bool> {
    for known in results {
        if super::scalar::compare(Compare::Equal, known, result)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn greatest(results: Vec<Value>) -> Outcome<Value> {
    let mut results = results.into_iter();
    let mut best = results.next().ok_or_else(lost)?;
    for result in results {
        if super::scalar::compare(Compare::More, &result, &best)? {
            best = result;
        }
    }
    Ok(best)
}
