//! Expressions of examples and parameters, understood within a contract that is already checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::AttributeKind;

use super::Checker;
use super::front::Front;
use super::item::{ItemState, Progress};
use crate::contract::{Contract, Node, Type};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, Name, StatementKind};
use crate::syntax::parser::Parser;
use crate::syntax::token::{Span, lex};

/// Understands an expression in the contract's own scope; `wanted` is the type it must have.
pub fn understand(contract: &Contract, expr: &Expr, wanted: Option<&Type>) -> Result<Node, Vec<Problem>> {
    let mut checker = Checker::of_contract(contract);
    let node = match wanted {
        Some(ty) => checker.lower_as(expr, ty),
        None => checker.lower(expr, None),
    };
    if checker.problems.iter().any(|it| it.severity == diagnostic::Severity::Error) {
        Err(checker.problems)
    } else {
        Ok(node)
    }
}

/// Reads one expression from text that is not part of the contract (a parameter on the command line).
pub fn understand_text(contract: &Contract, text: &str, wanted: &Type) -> Result<Node, Vec<Problem>> {
    let mut parser = Parser::new(text, 0, lex(text, 0));
    parser.allow_margin();
    match parser.expression() {
        Ok(expr) if parser.problems.is_empty() && parser.at_end() => {
            understand(contract, &expr, Some(wanted))
        }
        Ok(_) if parser.problems.is_empty() => {
            parser.expected("the end of the value", "值的结尾");
            Err(parser.problems)
        }
        _ => Err(parser.problems),
    }
}

impl<'a> Checker<'a> {
    fn of_contract(contract: &'a Contract) -> Self {
        let mut one_ofs = BTreeMap::new();
        for (at, fact) in contract.schema.facts.iter().enumerate() {
            for (attribute, it) in fact.attributes.iter().enumerate() {
                if let AttributeKind::OneOf(words) | AttributeKind::Cause(words) = &it.kind {
                    one_ofs.insert((at, attribute), Arc::from(words.as_slice()));
                }
            }
        }
        let items = contract.items.iter().map(|it| ItemState {
            name: Name { text: it.name.clone(), span: it.span },
            kind: it.kind,
            statement: StatementKind::Undetermined(String::new()),
            clause: it.clause.clone(),
            progress: Progress::Done(Box::new(it.clone())),
            height: 0,
        });
        Self {
            text: &contract.text,
            front: Front {
                id: contract.id.clone(),
                version: contract.version.clone(),
                title: contract.title.clone(),
                effective: contract.effective,
                provider: None,
                customer: None,
                amendment: None,
                zone: contract.zone.clone(),
                currency: contract.currency,
                rounding: Some(contract.rounding),
                records_name_tenant: contract.records_name_tenant,
                span: Span::default(),
            },
            statements: Vec::new(),
            problems: Vec::new(),
            plans: Arc::from(contract.plans.as_slice()),
            cause_names: contract.causes.iter().map(|it| it.name.clone()).collect(),
            causes: Vec::new(),
            units: contract.units.clone(),
            schema: contract.schema.clone(),
            one_ofs,
            items: items.collect(),
            scope: Vec::new(),
            depth: super::depth::Depth::default(),
            terms_of: None,
            deferred: false,
            taken_for_money: Vec::new(),
        }
    }
}
