//! What a contract does to money: economic checks with counterexamples, and comparison of two versions.
//!
//! Nothing here reads evidence: every number a remedy follows is tried at each value that could matter, exactly,
//! and each finding carries the value at which it shows.

mod active;
mod anchors;
mod claims;
mod clauses;
mod cliff;
mod compare;
mod domain;
mod graph;
mod group;
mod invent;
mod links;
mod money;
mod plain_tables;
mod printed;
mod references;
mod report;
mod restated;
mod scenario;
mod show;
mod sweep;
mod tables;
mod target;
mod terms;
mod witness;
mod words;

pub use compare::{Aspect, Change, Comparison, Effect, Version, Witness, compare};

use diagnostic::Diagnostic;
use language::contract::{Contract, Node};
use language::syntax::{document, prose};

use crate::clauses::Clauses;
use crate::graph::{Graph, reach, rule_nodes};
use crate::group::Group;
use crate::report::Report;
use crate::scenario::{Scenario, scenarios};
use crate::sweep::Bench;

/// Everything a careful reader would object to, with counterexamples; in the order of the text.
pub fn review(contract: &Contract) -> Vec<Diagnostic> {
    let mut report = Report::default();
    let bare = without_preconditions(contract);
    let graph = Graph::new(&bare);
    economics(&graph, &mut report);
    let usual = scenario::at_date(&bare, scenario::usual_date(&bare));
    words::check(&graph, usual.as_ref(), &mut report);
    words::zero_traffic(&Graph::new(contract), &mut report);
    claims::check(&graph, &mut report);
    restated::check(&graph, &mut report);
    printed::check(contract, &mut report);
    wording(contract, &mut report);
    report.finish(&contract.file, &contract.text)
}

/// What the prose says without the rules: its links, its references, its terms.
fn wording(contract: &Contract, report: &mut Report) {
    let (document, _) = document::read(&contract.text);
    let prose = prose::read(&contract.text, document.body);
    let clauses = Clauses::new(&prose, &contract.headings);
    links::check(contract, report);
    anchors::check(contract, &prose, report);
    references::check(contract, &document, &prose, &clauses, report);
    terms::check(contract, &prose, &clauses, report);
}

/// The contract as if every promise applied: what it does where it applies is asked here.
fn without_preconditions(contract: &Contract) -> Contract {
    let mut bare = contract.clone();
    for item in &mut bare.items {
        item.applies = None;
    }
    bare
}

fn economics(graph: &Graph<'_>, report: &mut Report) {
    let mut seen = tables::Seen::default();
    let mut unchecked = money::Unchecked::default();
    for group in group::groups(graph) {
        for scenario in circumstances(graph, &group) {
            let mut bench = Bench::new(graph, &group, &scenario);
            let tries = bench.tries();
            money::check(&bench, &tries, report);
            unchecked.note(&tries);
            target::check(&bench, &tries, report);
            tables::check(&bench, &tries, report, &mut seen);
        }
    }
    unchecked.tell(graph.contract, report);
    tables::unreached(graph.contract, &seen, report);
    plain_tables::check(graph.contract, &seen, report);
    target::unused(graph, report);
}

/// The scenarios of a group: the readings in force first, then each other reading that touches it.
fn circumstances(graph: &Graph<'_>, group: &Group) -> Vec<Scenario> {
    let contract = graph.contract;
    let nodes: Vec<&Node> = group.rules().flat_map(|it| rule_nodes(contract, it)).collect();
    let reached = reach(contract, &nodes, &group.given()).items;
    let inner: Vec<&Node> =
        reached.iter().flat_map(|it| rule_nodes(contract, *it)).chain(nodes.iter().copied()).collect();
    let mut all = scenarios(contract, &inner, &reached);
    let touches = |name: &String| {
        let mut items = reached.iter().chain(group.driver.iter()).filter_map(|it| contract.item(*it));
        items.any(|it| it.readings.iter().any(|it| it.name == *name))
    };
    for reading in contract.other_readings().into_iter().filter(touches) {
        let under: Vec<Scenario> =
            all.iter().filter(|it| it.reading.is_none()).map(|it| it.under(&reading)).collect();
        all.extend(under);
    }
    all
}
