//! The provider's own examples, held against the provider's own formulas.

use diagnostic::Bilingual;
use language::contract::Contract;

use crate::report::{Case, Finding, Report};
use crate::show::both;

/// Printed examples that do not come out.
pub(crate) fn check(contract: &Contract, report: &mut Report) {
    for example in contract.examples.iter().filter(|it| it.printed) {
        let result = settle::example::example(contract, example);
        if result.passed() {
            continue;
        }
        let title = &result.title;
        let message = both(
            format!("the text's own example contradicts its rules: {title}"),
            format!("正文自带的示例与其规则矛盾：{title}"),
        );
        let help = both("correct the example or the rule", "请更正示例或规则");
        let line = |it: &diagnostic::Diagnostic| it.place.as_ref().map_or(0, |it| it.line);
        let cases = result.failures.iter().map(|it| {
            let Bilingual { en, zh } = &it.message;
            Case::always(both(format!("line {}: {en}", line(it)), format!("第 {} 行：{zh}", line(it))))
        });
        report.add(Finding::warning("R0410", example.span, message, help), cases.collect());
    }
}
