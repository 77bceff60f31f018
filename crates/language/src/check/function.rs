//! Functions whose arguments have fixed sorts.

use quantity::{Ratio, Rounding, Unit};

use super::Checker;
use super::form::{FORMS, form_of};
use super::lower::{broken, date_of, node, start_of_day};
use super::scope::nearest;
use crate::contract::{Function, Literal, Node, Op, RowType, Type};
use crate::syntax::ast::Argument;
use crate::syntax::token::Span;

impl Checker<'_> {
    /// A call of a function with a fixed signature.
    pub(super) fn plain(&mut self, name: &str, name_span: Span, arguments: &[Argument], span: Span) -> Node {
        let number = || Type::Scalar(Unit::none());
        let mut nodes = Vec::new();
        for argument in arguments {
            nodes.push(match &argument.of {
                None => self.lower(&argument.value, None),
                Some(of) => self.of(&argument.value, of, span),
            });
        }
        if nodes.iter().any(|it| it.ty == Type::Unknown) {
            return broken(span);
        }
        if let Some(first) = nodes.first_mut()
            && first.ty == Type::Period
        {
            *first = self.coerce(first.clone(), &Type::Scalar(Unit::time()));
        }
        let first = nodes.first().map_or(Type::Unknown, |it| it.ty.clone());
        let signature: Option<(Function, Vec<Type>, Type)> = match name {
            "abs" => Some((Function::Abs, vec![first.clone()], first)),
            "round" => Some((Function::Round(Rounding::HalfUp), vec![first.clone(), first.clone()], first)),
            "round_up" => Some((Function::Round(Rounding::Up), vec![first.clone(), first.clone()], first)),
            "round_down" => {
                Some((Function::Round(Rounding::Down), vec![first.clone(), first.clone()], first))
            }
            "round_half_even" => {
                Some((Function::Round(Rounding::HalfEven), vec![first.clone(), first.clone()], first))
            }
            "round_half_down" => {
                Some((Function::Round(Rounding::HalfDown), vec![first.clone(), first.clone()], first))
            }
            "round_ceiling" => {
                Some((Function::Round(Rounding::Ceiling), vec![first.clone(), first.clone()], first))
            }
            "round_floor" => {
                Some((Function::Round(Rounding::Floor), vec![first.clone(), first.clone()], first))
            }
            "runs" => Some((Function::Runs, vec![Type::Timeline], Type::Rows(RowType::Run))),
            "gaps" => Some((Function::Gaps, vec![Type::Timeline], Type::Rows(RowType::Run))),
            "integral" => match &first {
                Type::Series(unit) => {
                    let unit = unit.mul(&Unit::time());
                    Some((Function::Integral, vec![first], Type::Scalar(unit)))
                }
                _ => Some((Function::Integral, vec![Type::Series(Unit::none())], Type::Scalar(Unit::time()))),
            },
            "known" => Some((Function::Known, vec![first.clone()], first)),
            "longest_run" => Some((Function::LongestRun, vec![Type::List(Box::new(Type::Truth))], number())),
            "working_days_between" => {
                Some((Function::WorkingDaysBetween, vec![Type::Date, Type::Date, Type::Calendar], number()))
            }
            "nth_working_day" => {
                Some((Function::NthWorkingDay, vec![number(), Type::Date, Type::Calendar], Type::Date))
            }
            "working_day" => Some((Function::WorkingDay, vec![Type::Date, Type::Calendar], Type::Truth)),
            "date" => Some((Function::DateOf, vec![Type::Instant], Type::Date)),
            "start_of_day" => Some((Function::StartOfDay, vec![Type::Date], Type::Instant)),
            "end_of_day" => Some((Function::EndOfDay, vec![Type::Date], Type::Instant)),
            "end_of_month" => Some((Function::EndOfMonth, vec![Type::Date], Type::Instant)),
            "last_day" => Some((Function::LastDay, vec![Type::Instant], Type::Date)),
            "month_of" => Some((Function::MonthOf, vec![Type::Date], number())),
            "year_of" => Some((Function::YearOf, vec![Type::Date], number())),
            "days_in" => Some((Function::DaysIn, vec![Type::Window], number())),
            "subjects" => Some((Function::Subjects, vec![first], Type::List(Box::new(Type::Text)))),
            _ => None,
        };
        let Some((function, wanted, ty)) = signature else {
            let help = nearest(name, FORMS.iter().map(|it| it.0)).map_or_else(
                || {
                    (
                        "see the list of functions in the language book".to_owned(),
                        "请参阅语言手册的函数表".to_owned(),
                    )
                },
                |near| (format!("did you mean `{near}`?"), format!("是否想写 `{near}`？")),
            );
            self.error(
                "E0131",
                name_span,
                format!("unknown function `{name}`"),
                format!("未知函数 `{name}`"),
                (&help.0, &help.1),
            );
            return broken(span);
        };
        if wanted.len() != nodes.len() {
            return self.wrong_arguments(span, form_of(name));
        }
        if let Some(first) = nodes.first()
            && let Some(wanted) = unfit(name, &first.ty)
        {
            let first = first.clone();
            self.mismatch(&first, wanted);
            return broken(span);
        }
        let nodes: Vec<Node> =
            nodes.into_iter().zip(&wanted).map(|(it, ty)| self.argument_as(it, ty)).collect();
        if let (Function::Round(_), Some(step)) = (function, nodes.get(1)) {
            self.refuse_no_step(step);
        }
        node(Op::Call(function, nodes), ty, span)
    }

    /// Dates are wanted where instants may stand, and the other way round.
    fn argument_as(&mut self, it: Node, wanted: &Type) -> Node {
        match (&it.ty, wanted) {
            (Type::Instant, Type::Date) => date_of(it),
            (Type::Date, Type::Instant) => start_of_day(it),
            (Type::Series(_), Type::Series(_)) => it,
            (Type::Rows(_), Type::Rows(_)) => it,
            _ => self.coerce(it, wanted),
        }
    }

    /// A step of rounding that is written out must be more than zero.
    pub(crate) fn refuse_no_step(&mut self, step: &Node) {
        let Op::Literal(Literal::Quantity(it)) = &step.op else { return };
        if it.value <= Ratio::ZERO {
            self.error(
                "E0134",
                step.span,
                format!("expected a step above zero, found `{}`", self.excerpt(step.span)),
                format!("此处应为大于零的舍入单位，却是 `{}`", self.excerpt(step.span)),
                ("write for example `0.01 CNY` or `1 min`", "请写例如 `0.01 CNY` 或 `1 min`"),
            );
        }
    }
}

/// What the first argument of a function must be, when it is something else.
fn unfit(function: &str, first: &Type) -> Option<(&'static str, &'static str)> {
    match (function, first) {
        ("abs", Type::Scalar(_)) | ("known", Type::List(_)) | ("subjects", Type::Rows(_)) => None,
        ("known", _) => Some(("a list", "列表")),
        ("subjects", _) => Some(("records", "记录")),
        (_, Type::Scalar(_)) => None,
        (name, _) if name == "abs" || name.starts_with("round") => Some(("a number", "数字")),
        _ => None,
    }
}
