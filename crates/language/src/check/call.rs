//! Calls: functions of values, aggregates over rows and lists.

use evidence::FactKind;
use quantity::Unit;

use super::Checker;
use super::form::form_of;
use super::lower::{broken, node};
use crate::contract::{Aggregate, Function, Node, Op, RowType, Type, WindowName};
use crate::syntax::ast::{Argument, Expr, Name};
use crate::syntax::token::Span;

impl Checker<'_> {
    pub(crate) fn call(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Node {
        match name.text.as_str() {
            "length" => self.length(arguments, span),
            "count" => self.count(arguments, span),
            "sum" => self.aggregate(Aggregate::Sum, arguments, span),
            "mean" => self.mean(arguments, span),
            "min" => self.smallest_or_greatest(Aggregate::Min, Function::Min, arguments, span),
            "max" | "greatest" => self.smallest_or_greatest(Aggregate::Max, Function::Max, arguments, span),
            "first" => self.first_or_last(Aggregate::First, Function::FirstRows, arguments, span),
            "last" => self.first_or_last(Aggregate::Last, Function::LastRows, arguments, span),
            "share" => self.share(arguments, span),
            "percentile" => self.percentile(arguments, span),
            "values" => self.aggregate(Aggregate::Values, arguments, span),
            "paid" => self.paid(arguments, span),
            "timeline" => self.spans_of(arguments, span),
            "streak" => self.streak(arguments, span),
            "held" => self.held(arguments, span),
            "stack" => self.stack(arguments, span),
            "highest" => self.highest(arguments, span),
            "split" => self.split(arguments, span),
            "elapsed" => self.elapsed(arguments, span),
            other => self.plain(other, name.span, arguments, span),
        }
    }

    pub(super) fn wrong_arguments(&mut self, span: Span, form: &str) -> Node {
        let found = self.excerpt(span);
        self.error(
            "E0130",
            span,
            format!("expected `{form}`, found `{found}`"),
            format!("应写作 `{form}`，却是 `{found}`"),
            ("see the list of functions in the language book", "请参阅语言手册的函数表"),
        );
        broken(span)
    }

    /// What stands at `span`, cut short.
    pub(crate) fn excerpt(&self, span: Span) -> String {
        let written = self.text.get(span.from..span.until).unwrap_or("");
        let short: String = written.split_whitespace().collect::<Vec<_>>().join(" ");
        if short.chars().count() > 40 { short.chars().take(39).chain(['…']).collect() } else { short }
    }

    /// A single argument, `of` joined to it as a subject.
    fn single(&mut self, arguments: &[Argument], span: Span, form: &str) -> Option<Node> {
        let [argument] = arguments else {
            self.wrong_arguments(span, form);
            return None;
        };
        Some(match &argument.of {
            None => self.lower(&argument.value, None),
            Some(of) => self.of(&argument.value, of, span),
        })
    }

    fn length(&mut self, arguments: &[Argument], span: Span) -> Node {
        let Some(argument) = self.single(arguments, span, "length(TIMELINE)") else { return broken(span) };
        if let Type::Rows(RowType::Fact(fact)) = argument.ty
            && self.schema.facts.get(fact).is_some_and(|it| it.kind == FactKind::Event)
        {
            let shown = self.show_type(&argument.ty);
            self.error(
                "E0137",
                argument.span,
                format!("{} are events, which have no length", shown.0),
                format!("{}是事件，没有时长", shown.1),
                (
                    "count them with `count(…)`, or build a timeline with `timeline`, `streak` or `held`",
                    "请用 `count(…)` 计数，或用 `timeline`、`streak`、`held` 构造时间线",
                ),
            );
            return broken(span);
        }
        if matches!(argument.op, Op::Window(WindowName::WholeCycle)) {
            return whole_length(argument);
        }
        let timeline = self.as_timeline(argument);
        if timeline.ty == Type::Unknown {
            return broken(span);
        }
        node(Op::Call(Function::Length, vec![timeline]), Type::Scalar(Unit::time()), span)
    }

    fn count(&mut self, arguments: &[Argument], span: Span) -> Node {
        let Some(argument) = self.single(arguments, span, "count(ROWS)") else { return broken(span) };
        let number = Type::Scalar(Unit::none());
        match &argument.ty {
            Type::Rows(row) => {
                let (slot, ()) = self.in_row(*row, |_| ());
                node(
                    Op::Aggregate {
                        which: Aggregate::Count,
                        rows: Box::new(argument),
                        slot,
                        body: None,
                        rank: None,
                    },
                    number,
                    span,
                )
            }
            Type::Timeline => {
                let runs = node(Op::Call(Function::Runs, vec![argument]), Type::Rows(RowType::Run), span);
                node(
                    Op::Aggregate {
                        which: Aggregate::Count,
                        rows: Box::new(runs),
                        slot: self.scope.len(),
                        body: None,
                        rank: None,
                    },
                    number,
                    span,
                )
            }
            Type::List(_) => node(Op::Fold(Aggregate::Count, Box::new(argument)), number, span),
            _ => {
                self.mismatch(&argument, ("records or a list", "记录或列表"));
                broken(span)
            }
        }
    }

    /// `f(E of ROWS)` or `f(LIST)`.
    fn aggregate(&mut self, which: Aggregate, arguments: &[Argument], span: Span) -> Node {
        let [argument] = arguments else {
            return self.wrong_arguments(span, form_of(which.name()));
        };
        match &argument.of {
            Some(rows) => self.over_rows(which, &argument.value, rows, None, span),
            None => {
                let list = self.lower(&argument.value, None);
                self.fold(which, list, span)
            }
        }
    }

    fn fold(&mut self, which: Aggregate, list: Node, span: Span) -> Node {
        match list.ty.clone() {
            Type::List(inner) => {
                let ty = if which == Aggregate::Values { Type::List(inner) } else { *inner };
                node(Op::Fold(which, Box::new(list)), ty, span)
            }
            Type::Series(unit) if matches!(which, Aggregate::Min | Aggregate::Max) => {
                let function = if which == Aggregate::Min { Function::Min } else { Function::Max };
                node(Op::Call(function, vec![list]), Type::Scalar(unit), span)
            }
            Type::Unknown => broken(span),
            _ => {
                self.mismatch(&list, ("a list, or `E of ROWS`", "列表，或 `E of ROWS`"));
                broken(span)
            }
        }
    }

    fn over_rows(
        &mut self,
        which: Aggregate,
        value: &Expr,
        rows: &Expr,
        rank: Option<Node>,
        span: Span,
    ) -> Node {
        let rows = self.lower(rows, None);
        let rows = match rows.ty {
            Type::Timeline | Type::Hours => {
                let timeline = self.as_timeline(rows);
                let span = timeline.span;
                node(Op::Call(Function::Runs, vec![timeline]), Type::Rows(RowType::Run), span)
            }
            Type::Text | Type::OneOf(_) => {
                let inner = self.of_lowered(value, rows, span);
                return self.fold(which, inner, span);
            }
            _ => rows,
        };
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records after `of`", "`of` 之后应为记录"));
            return broken(span);
        };
        let wanted = (which == Aggregate::Share).then_some(Type::Truth);
        let (slot, body) = self.in_row(row, |it| match &wanted {
            Some(ty) => it.lower_as(value, ty),
            None => it.lower(value, None),
        });
        let ty = match which {
            Aggregate::Share | Aggregate::Count => Type::Scalar(Unit::none()),
            Aggregate::Values => Type::List(Box::new(body.ty.clone())),
            _ => body.ty.clone(),
        };
        if matches!(which, Aggregate::Sum | Aggregate::Mean | Aggregate::Percentile)
            && !matches!(body.ty, Type::Scalar(_) | Type::Unknown)
        {
            self.mismatch(&body, ("a number", "数字"));
        }
        node(
            Op::Aggregate {
                which,
                rows: Box::new(rows),
                slot,
                body: Some(Box::new(body)),
                rank: rank.map(Box::new),
            },
            ty,
            span,
        )
    }

    fn of_lowered(&mut self, value: &Expr, subject: Node, span: Span) -> Node {
        let left = self.lower(value, None);
        let ty = left.ty.clone();
        node(Op::OfSubject(Box::new(left), Box::new(subject)), ty, span)
    }

    fn mean(&mut self, arguments: &[Argument], span: Span) -> Node {
        if let [Argument { value, of: None }] = arguments {
            let found = self.lower(value, None);
            if let Type::Series(unit) = &found.ty {
                let ty = Type::Scalar(unit.clone());
                return node(Op::Call(Function::SeriesMean, vec![found]), ty, span);
            }
            return self.fold(Aggregate::Mean, found, span);
        }
        self.aggregate(Aggregate::Mean, arguments, span)
    }

    /// `min(a, b)`, `min(LIST)`, `min(E of ROWS)`; `min(SERIES, a)` at each instant, `min(SERIES)` over the window.
    fn smallest_or_greatest(
        &mut self,
        which: Aggregate,
        function: Function,
        arguments: &[Argument],
        span: Span,
    ) -> Node {
        if arguments.len() < 2 {
            return self.aggregate(which, arguments, span);
        }
        let mut nodes: Vec<Node> = arguments.iter().map(|it| self.lower(&it.value, None)).collect();
        if let [Node { ty: Type::Series(unit), .. }, Node { ty: Type::Scalar(limit), .. }] = nodes.as_slice()
            && unit == limit
        {
            let ty = Type::Series(unit.clone());
            return node(Op::Call(function, nodes), ty, span);
        }
        let typed = nodes.iter().position(|it| !super::lower::is_zero(it)).unwrap_or(0);
        let ty = nodes.get(typed).map_or(Type::Unknown, |it| it.ty.clone());
        let ty = if ty == Type::Period { Type::Scalar(Unit::time()) } else { ty };
        nodes = nodes.into_iter().map(|it| self.coerce(it, &ty)).collect();
        node(Op::Call(function, nodes), ty, span)
    }

    /// `first(E of ROWS)`, `first(ROWS)` (a row), `first(n, ROWS)` (rows), `first(4 h, TIMELINE)`.
    fn first_or_last(
        &mut self,
        which: Aggregate,
        rows: Function,
        arguments: &[Argument],
        span: Span,
    ) -> Node {
        match arguments {
            [count, of] => {
                let count = self.lower(&count.value, None);
                if rows == Function::FirstRows
                    && matches!(&count.ty, Type::Period | Type::Scalar(_))
                    && count.ty != Type::Scalar(Unit::none())
                {
                    let limit = self.coerce(count, &Type::Scalar(Unit::time()));
                    let Some(of) = self.single(std::slice::from_ref(of), span, "first(DURATION, TIMELINE)")
                    else {
                        return broken(span);
                    };
                    let timeline = self.as_timeline(of);
                    return node(Op::Call(Function::FirstTime, vec![limit, timeline]), Type::Timeline, span);
                }
                let count = self.coerce(count, &Type::Scalar(Unit::none()));
                let Some(of) = self.single(std::slice::from_ref(of), span, "first(n, ROWS)") else {
                    return broken(span);
                };
                let ty = of.ty.clone();
                if !matches!(ty, Type::Rows(_)) {
                    self.mismatch(&of, ("records", "记录"));
                    return broken(span);
                }
                node(Op::Call(rows, vec![count, of]), ty, span)
            }
            [Argument { value, of: None }] => {
                let found = self.lower(value, None);
                match found.ty.clone() {
                    Type::Rows(row) => {
                        let (slot, ()) = self.in_row(row, |_| ());
                        let aggregate =
                            Op::Aggregate { which, rows: Box::new(found), slot, body: None, rank: None };
                        node(aggregate, Type::Row(row), span)
                    }
                    _ => self.fold(which, found, span),
                }
            }
            _ => self.aggregate(which, arguments, span),
        }
    }

    /// `share(P of ROWS)`, `share(LIST of truths)`.
    fn share(&mut self, arguments: &[Argument], span: Span) -> Node {
        if let [Argument { value, of: None }] = arguments {
            let list = self.lower(value, None);
            let list = self.coerce_list(list, &Type::Truth);
            return node(Op::Fold(Aggregate::Share, Box::new(list)), Type::Scalar(Unit::none()), span);
        }
        let [Argument { value, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "share(PREDICATE of ROWS)");
        };
        self.over_rows(Aggregate::Share, value, rows, None, span)
    }

    /// `percentile(95, E of ROWS)`, `percentile(95, LIST)`.
    fn percentile(&mut self, arguments: &[Argument], span: Span) -> Node {
        if let [rank, Argument { value, of: None }] = arguments {
            let rank = self.lower_as(&rank.value, &Type::Scalar(Unit::none()));
            let list = self.lower(value, None);
            let ty = match &list.ty {
                Type::List(inner) if matches!(**inner, Type::Scalar(_)) => (**inner).clone(),
                Type::Unknown => return broken(span),
                _ => return self.wrong_arguments(span, "percentile(95, E of ROWS) or percentile(95, LIST)"),
            };
            return node(Op::Call(Function::Percentile, vec![rank, list]), ty, span);
        }
        let [rank, Argument { value, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "percentile(95, E of ROWS)");
        };
        let rank = self.lower_as(&rank.value, &Type::Scalar(Unit::none()));
        self.over_rows(Aggregate::Percentile, value, rows, Some(rank), span)
    }

    /// `timeline(FROM, UNTIL of ROWS)`.
    fn spans_of(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [from, Argument { value: until, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "timeline(FROM, UNTIL of ROWS)");
        };
        let rows = self.lower(rows, None);
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records", "记录"));
            return broken(span);
        };
        let (slot, (from, until)) = self
            .in_row(row, |it| (it.lower_as(&from.value, &Type::Instant), it.lower_as(until, &Type::Instant)));
        node(Op::SpansOf(Box::new(rows), slot, Box::new(from), Box::new(until)), Type::Timeline, span)
    }

    /// `elapsed(FROM, UNTIL of TIMELINE)`: what a clock that runs there shows.
    fn elapsed(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [Argument { value: from, of: None }, Argument { value: until, of: Some(timeline) }] = arguments
        else {
            return self.wrong_arguments(span, "elapsed(FROM, UNTIL of TIMELINE)");
        };
        let (from, until) = (self.lower_as(from, &Type::Instant), self.lower_as(until, &Type::Instant));
        let timeline = self.lower_as(timeline, &Type::Timeline);
        node(Op::Call(Function::Elapsed, vec![from, until, timeline]), Type::Scalar(Unit::time()), span)
    }

    /// `streak(n, P of EVENTS)`.
    fn streak(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [count, Argument { value, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "streak(n, PREDICATE of EVENTS)");
        };
        let count = self.lower_as(&count.value, &Type::Scalar(Unit::none()));
        let rows = self.lower(rows, None);
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records", "记录"));
            return broken(span);
        };
        let (slot, body) = self.in_row(row, |it| it.lower_as(value, &Type::Truth));
        node(Op::Streak(Box::new(rows), slot, Box::new(body), Box::new(count)), Type::Timeline, span)
    }

    /// `held(P of EVENTS)`.
    fn held(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [Argument { value, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "held(PREDICATE of EVENTS)");
        };
        let rows = self.lower(rows, None);
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records", "记录"));
            return broken(span);
        };
        let (slot, body) = self.in_row(row, |it| it.lower_as(value, &Type::Truth));
        node(Op::Held(Box::new(rows), slot, Box::new(body)), Type::Timeline, span)
    }

    /// `stack(ROWS)`, `stack(E of ROWS)`.
    fn stack(&mut self, arguments: &[Argument], span: Span) -> Node {
        let (value, rows) = match arguments {
            [Argument { value, of: Some(rows) }] => (Some(value), rows),
            [Argument { value: rows, of: None }] => (None, rows),
            _ => return self.wrong_arguments(span, "stack(E of ROWS)"),
        };
        let rows = self.lower(rows, None);
        let Type::Rows(row) = rows.ty else {
            self.mismatch(&rows, ("records", "记录"));
            return broken(span);
        };
        let (slot, body) = self.in_row(row, |it| value.map(|value| it.lower(value, None)));
        let unit = match body.as_ref().map(|it| &it.ty) {
            None => Unit::none(),
            Some(Type::Scalar(unit)) => unit.clone(),
            Some(_) => {
                let body = body.unwrap_or_else(|| broken(span));
                self.mismatch(&body, ("a number", "数字"));
                return broken(span);
            }
        };
        node(Op::Stack(Box::new(rows), slot, body.map(Box::new)), Type::Series(unit), span)
    }

    /// `highest(E of ROWS)`: the greatest of what covers each instant.
    fn highest(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [Argument { value, of: Some(rows) }] = arguments else {
            return self.wrong_arguments(span, "highest(E of ROWS)");
        };
        let stacked = self.stack(&[Argument { value: value.clone(), of: Some(rows.clone()) }], span);
        match stacked.op {
            Op::Stack(rows, slot, Some(body)) => node(Op::Highest(rows, slot, body), stacked.ty, span),
            _ => broken(span),
        }
    }

    /// `split(WINDOW, 1 day)`: the parts of a window, from its beginning.
    fn split(&mut self, arguments: &[Argument], span: Span) -> Node {
        let [Argument { value: window, of: None }, Argument { value: step, of: None }] = arguments else {
            return self.wrong_arguments(span, "split(WINDOW, 1 day)");
        };
        let window = self.lower_as(window, &Type::Window);
        let step = self.lower(step, None);
        let step =
            if step.ty == Type::Period { step } else { self.coerce(step, &Type::Scalar(Unit::time())) };
        node(Op::Call(Function::Split, vec![window, step]), Type::List(Box::new(Type::Window)), span)
    }

    /// A list whose elements have this type.
    fn coerce_list(&mut self, list: Node, element: &Type) -> Node {
        match &list.ty {
            Type::List(inner) if **inner == *element => list,
            Type::Unknown => list,
            _ => {
                self.mismatch(
                    &list,
                    ("a list of truths, or `PREDICATE of ROWS`", "真值列表，或 `PREDICATE of ROWS`"),
                );
                broken(list.span)
            }
        }
    }
}

/// The full period's own length: measures clip to the window, and a shortened cycle is shorter than its period.
fn whole_length(window: Node) -> Node {
    let span = window.span;
    let edge = |from| Box::new(node(Op::WindowEdge(Box::new(window.clone()), from), Type::Instant, span));
    node(Op::Elapsed(edge(false), edge(true)), Type::Scalar(Unit::time()), span)
}
