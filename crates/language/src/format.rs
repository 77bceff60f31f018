//! A contract laid out well: rule and example blocks get one spacing and one indentation, prose stays as it is.
//!
//! The author's line breaks, comments and the order of everything stay; only space changes. So the tokens of a
//! block, and what they mean, are the same before and after.

mod align;
mod indent;
mod lines;
mod spacing;

use std::collections::BTreeSet;

use crate::problem::Problem;
use crate::syntax::document::{self, Block, BlockKind};
use crate::syntax::parser::Parser;
use crate::syntax::token::lex;

/// Lays out the rule and example blocks of a contract. A contract whose blocks cannot be read is not laid out:
/// everything wrong with them is given instead.
pub fn format(text: &str) -> Result<String, Vec<Problem>> {
    let (document, mut problems) = document::read(text);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for block in &document.blocks {
        let source = text.get(block.span.from..block.span.until).unwrap_or("");
        match format_block(source, block) {
            Ok(formatted) => {
                out.push_str(text.get(done..block.span.from).unwrap_or(""));
                out.push_str(&formatted);
                done = block.span.until;
            }
            Err(found) => problems.extend(found),
        }
    }
    out.push_str(text.get(done..).unwrap_or(""));
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

fn format_block(source: &str, block: &Block) -> Result<String, Vec<Problem>> {
    let lexed = lex(source, 0);
    let glued = glued_tokens(source, block)?;
    let mut lines = lines::lines(source, &lexed);
    indent::indent(&mut lines);
    let mut rows: Vec<align::Row> = lines.iter().map(|it| spacing::row(source, it, &glued)).collect();
    align::tables(&lines, &mut rows);
    align::comments(&mut rows);
    let end = if source.contains("\r\n") { "\r\n" } else { "\n" };
    Ok(lines.iter().zip(&rows).map(|(line, row)| row.written(line.blank_before, end)).collect())
}

/// First bytes of the tokens that stand directly after the one before; or what is wrong with the block.
fn glued_tokens(source: &str, block: &Block) -> Result<BTreeSet<usize>, Vec<Problem>> {
    let base = block.span.from;
    let mut parser = Parser::new(source, base, lex(source, base));
    match block.kind {
        BlockKind::Rules => drop(parser.statements(&block.clause)),
        BlockKind::Example => drop(parser.example(block.span, &block.clause)),
    }
    if parser.problems.is_empty() {
        Ok(parser.glued.iter().filter_map(|it| it.checked_sub(base)).collect())
    } else {
        Err(parser.problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(source: &str) -> String {
        let text = format!("---\nid: t\n---\n```sla\n{source}```\n");
        let formatted = format(&text).unwrap();
        formatted.strip_prefix("---\nid: t\n---\n```sla\n").unwrap().strip_suffix("```\n").unwrap().to_owned()
    }

    #[test]
    fn spacing_is_one_and_line_breaks_stay() {
        let cases = [
            ("a=1+2*( 3-  - 4 )\n", "a = 1 + 2 * (3 - -4)\n"),
            ("a =\n 1\n\n\n\nb= - - 2\n", "a =\n  1\n\nb = - -2\n"),
            ("cycle calendar half - year\n", "cycle calendar half-year\n"),
            ("x = a in[97%,98%)\ny = a in(97%,98%]\n", "x = a in [97%, 98%)\ny = a in (97%, 98%]\n"),
            ("fact f:event{a:number ? ,b:x|y}\n", "fact f : event { a: number?, b: x | y }\n"),
            (
                "fact f : span { }   -- one\ncause c   -- two  \n",
                "fact f : span {}  -- one\ncause c           -- two\n",
            ),
            (
                "h = hours Mon .. Fri 09:00 .. 17:00 ,18:00..19:00\n",
                "h = hours Mon..Fri 09:00..17:00, 18:00..19:00\n",
            ),
            (
                "a = 743 / 744\nb = c * 3 / 4\nd = 200/9 USD\n",
                "a = 743/744\nb = c * 3 / 4\nd = 200 / 9 USD\n",
            ),
            ("a = cycle . from+30 days\n", "a = cycle.from + 30 days\n"),
            ("a = round(length(b),1min)\n", "a = round(length(b), 1 min)\n"),
            (
                "promise p per vm : u>=99% applies when not x\n",
                "promise p per vm: u >= 99% applies when not x\n",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(block(before), after);
        }
    }

    #[test]
    fn braces_indent_and_values_stand_in_a_column() {
        let before = "share=by plan{\n basic,pro:1%\n other : 22% -- why\n}\n";
        assert_eq!(block(before), "share = by plan {\n  basic, pro: 1%\n  other:      22%  -- why\n  }\n");
        let nested = "a =\n by p {\n x: ladder u {\n >= 9% :1\n -- a remark\n otherwise : 2\n }\n y: 3\n }\n";
        let want = "a =\n  by p {\n    x: ladder u {\n      >= 9%:     1\n      -- a remark\n      otherwise: 2\n    }\n    y: 3\n  }\n";
        assert_eq!(block(nested), want);
    }

    #[test]
    fn clauses_of_a_rule_stand_at_two_and_what_continues_them_at_four() {
        let before = "remedy c : credit\n when a breached\n     pays 5%\n of fee\n at most 3 USD\nd =\n reading x \"why\" in force:\n 1\n reading y \"no\": 2\n";
        let after = "remedy c : credit\n  when a breached\n  pays 5%\n    of fee\n  at most 3 USD\nd =\n  reading x \"why\" in force:\n    1\n  reading y \"no\": 2\n";
        assert_eq!(block(before), after);
    }

    #[test]
    fn prose_and_other_blocks_stay_byte_for_byte() {
        let text = "---\nid:   t\n---\n\n*  prose  \n\n   ```js\n   a=1\n   ```\n\n```js\nb=2\n```\n";
        assert_eq!(format(text).unwrap(), text);
    }

    #[test]
    fn a_block_with_errors_is_not_laid_out() {
        let problems = format("---\nid: t\n---\n```sla\na = = 1\n```\n").unwrap_err();
        assert_eq!(problems.first().map(|it| it.code), Some("E0001"));
    }

    #[test]
    fn an_instant_before_a_colon_keeps_its_space() {
        let before = "a = by cycle.from { 2026-10-01T00:00:00Z : 1 }\n";
        assert_eq!(block(before), before);
    }
}
