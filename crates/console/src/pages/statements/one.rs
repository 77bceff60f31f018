//! One statement as it was sealed, under what proves it.

use askama::Template;
use platform::claims;
use platform::rights::{Resource, Verb};
use platform::sealed::{self, ProofState, Sealed};
use platform::statements::{self, StatementView};
use platform::{Failure, decisions, entitlements};
use statement::display;
use store::Fault;
use web::{Reply, Route, tarball};

use super::change::{Change, changes};
use super::list::reason;
use super::said::headline;
use super::{Crumb, crumbs, everything, terms};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "statements/one.html")]
struct One {
    frame: Frame,
    crumbs: Vec<Crumb>,
    lead: String,
    chip: Chip,
    path: String,
    offers: Vec<Offer>,
    package: Option<String>,
    superseded_by: Option<String>,
    supersedes: Option<Supersedes>,
    proof: Proof,
    checked: Option<Checked>,
    held: String,
}

/// Something to do about what is due, or what was done.
struct Offer {
    href: String,
    word: String,
    /// A button when it is still to be done, else what became of it.
    chip: Option<Chip>,
}

struct Supersedes {
    href: String,
    reason: String,
    changes: Vec<Change>,
}

/// Where the proof stands, in words.
struct Proof {
    summary: String,
    pairs: Vec<(&'static str, String)>,
    codes: Vec<(&'static str, String)>,
    commands: String,
}

struct Checked {
    package: Chip,
    findings: Vec<String>,
    replay: Chip,
    digests: Option<(String, String)>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/customers/{tenant}/statements/{statement}", "statement", |view| {
            let (tenant, id) = (view.id("tenant"), view.id("statement"));
            let found = sealed::page(view.platform, view.tx, view.who, tenant, id)?;
            show(view, tenant, &found)
        }),
        page("/customers/{tenant}/statements/{statement}/package", "statementPackage", |view| {
            let (tenant, id) = (view.id("tenant"), view.id("statement"));
            let files = statements::files(view.platform, view.tx, view.who, tenant, id)?;
            Ok(Reply::bytes("application/x-tar", tarball(id, &files)?).file(&format!("{id}.tar")))
        }),
    ]
}

fn show(view: &mut View<'_, '_>, tenant: &str, found: &Sealed) -> Result<Reply, Failure> {
    let it = &found.statement;
    let terms = terms(view, &it.agreement, &it.version)?;
    let (w, show) = (view.w, view.show(&terms.contract.zone));
    let path = format!("/customers/{tenant}/statements/{}", it.id);
    let held = statement::embedded(&found.page).ok_or_else(|| Fault::broken("a statement without a page"))?;
    let held = fold_what_is_open(&held, |count| w.statements_text_leaves_open(count));
    let list = [("/statements", w.statements_title()), ("", it.label.as_str())];
    let mut crumbs = crumbs(view, tenant, &list)?;
    crumbs.pop();
    let title = w.statements_one(&it.label);
    let lead = format!(
        "{} · {}",
        display::half_of_pair(&terms.contract.title, view.lang),
        w.statements_number(it.number)
    );
    let page = One {
        lead,
        crumbs,
        chip: headline(view, it),
        offers: offers(view, tenant, it)?,
        package: view.may_in(tenant, Resource::Statement, Verb::Export).then(|| format!("{path}/package")),
        superseded_by: it.superseded_by.as_ref().map(|it| format!("/customers/{tenant}/statements/{it}")),
        supersedes: it.supersedes.as_ref().map(|before| Supersedes {
            href: format!("/customers/{tenant}/statements/{before}"),
            reason: reason(view, it),
            changes: changes(view, it),
        }),
        proof: proof(view, it, &found.proof, &show),
        checked: if view.query("check").is_some() { Some(check(view, tenant, it)?) } else { None },
        held,
        path,
        frame: {
            let place = if view.is_provider() { Place::Customers } else { Place::Statements };
            Frame::new(view, title, place)?
        },
    };
    view.html(&page)
}

/// Things a text leaves open beyond which they are folded: what they are about is told beside each figure too.
const OPEN_SHOWN: usize = 5;

/// The list of what the text leaves open, folded where it is long.
fn fold_what_is_open(held: &str, word: impl Fn(i64) -> String) -> String {
    const BEGINS: &str = "<ul class=\"findings\">";
    const ENDS: &str = "</ul>";
    let split = held.split_once(BEGINS).and_then(|(before, rest)| Some((before, rest.split_once(ENDS)?)));
    let Some((before, (list, after))) = split else { return held.to_owned() };
    let count = list.matches("<li>").count();
    if count <= OPEN_SHOWN {
        return held.to_owned();
    }
    let word = word(i64::try_from(count).unwrap_or(i64::MAX));
    format!(
        "{before}<details class=\"fold left-open\"><summary>{word}</summary>{BEGINS}{list}{ENDS}</details>{after}"
    )
}

/// What can be claimed because of it, the claims that were made, and the questions to a person.
fn offers(view: &mut View<'_, '_>, tenant: &str, it: &StatementView) -> Result<Vec<Offer>, Failure> {
    let w = view.w;
    let mut all = Vec::new();
    if view.may_in(tenant, Resource::Claim, Verb::Create) {
        let open = entitlements::claimable(view.platform, view.tx, view.who, tenant)?.items;
        all.extend(open.into_iter().filter(|found| found.statement == it.id).map(|found| Offer {
            href: format!(
                "/customers/{tenant}/claim?entitlement={}&window={}",
                found.entitlement, found.window
            ),
            word: match &found.amount {
                Some(amount) => w.statements_claim(amount),
                None => w.statements_claim_other().to_owned(),
            },
            chip: None,
        }));
    }
    if view.may_in(tenant, Resource::Claim, Verb::Read) {
        let made = everything(|page| claims::list(view.tx, view.who, tenant, None, page))?;
        all.extend(made.iter().filter(|claim| claim.statement == it.id).map(|claim| Offer {
            href: format!("/customers/{tenant}/claims/{}", claim.id),
            word: w.statements_claim_made().to_owned(),
            chip: Some(Chip::claim(w, claim)),
        }));
    }
    if view.may(Resource::Decision, Verb::Read) {
        let open = everything(|page| decisions::of_tenant(view.tx, view.who, tenant, page))?;
        let open = open.into_iter().filter(|found| found.statement == it.id && found.state == "open");
        all.extend(open.map(|found| Offer {
            href: format!("/decisions#{}", found.id),
            word: w.statements_decision().to_owned(),
            chip: Some(Chip::new(Tone::Open, w.statements_decision_open())),
        }));
    }
    Ok(all)
}

fn proof(view: &View<'_, '_>, it: &StatementView, proof: &ProofState, show: &Show) -> Proof {
    let w = view.w;
    let count = |it: u64| show.count(i64::try_from(it).unwrap_or(i64::MAX));
    let entry = show.count(it.log_seq.saturating_add(1));
    let witnesses = proof.witnesses.iter().map(|it| w.statements_witness(&it.0, show.minute(it.1)));
    let witnesses = witnesses.collect::<Vec<_>>().join("; ");
    let name = |vkey: &str| vkey.split('+').next().unwrap_or_default().to_owned();
    Proof {
        summary: w.statements_sealed(show.minute(it.sealed_at), &entry),
        pairs: vec![
            (w.statements_sealed_at(), show.minute(it.sealed_at)),
            (w.statements_reason(), reason(view, it)),
            (w.statements_as_of(), show.minute(it.as_of)),
            (w.statements_key(), name(&proof.key)),
            (
                w.statements_entry(),
                match proof.checkpoint {
                    Some(size) => w.statements_entry_of(entry, count(size)),
                    None => w.statements_entry_waits(entry),
                },
            ),
            (w.statements_root(), proof.root.map_or_else(String::new, |it| w.statements_root_of(count(it)))),
            (
                w.statements_witnesses(),
                if witnesses.is_empty() { w.statements_witnesses_none().to_owned() } else { witnesses },
            ),
        ],
        codes: vec![
            (w.statements_key_of_seal(), proof.key.clone()),
            (w.statements_key_of_log(), proof.log_key.clone()),
            (w.statements_digest(), it.seal_sha256.clone()),
        ],
        commands: format!(
            "tar -xf {id}.tar\nupheld verify {id} \\\n  --key '{}' \\\n  --log-key '{}'",
            proof.key,
            proof.log_key,
            id = it.id
        ),
    }
}

/// Opens the package and makes the statement again.
fn check(view: &mut View<'_, '_>, tenant: &str, it: &StatementView) -> Result<Checked, Failure> {
    let w = view.w;
    let found = sealed::check(view.platform, view.tx, view.who, tenant, &it.id)?;
    let files = i64::try_from(found.files).unwrap_or(i64::MAX);
    let replay = found.replay;
    Ok(Checked {
        package: match found.findings.is_empty() {
            true => Chip::new(Tone::Good, w.statements_package_fine(files)),
            false => Chip::new(Tone::Bad, w.statements_package_wrong()),
        },
        findings: found.findings.iter().map(|it| it.message.in_lang(view.lang).to_owned()).collect(),
        replay: match replay.same {
            true => Chip::new(Tone::Good, w.statements_replay_same()),
            false => Chip::new(Tone::Bad, w.statements_replay_different()),
        },
        digests: (!replay.same).then_some((replay.sealed_sha256, replay.replayed_sha256)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_what_is_open_is_folded_and_nothing_else_changes() {
        let page = |count: usize| {
            format!(
                "<p>a</p><ul class=\"findings\">{}</ul><ul><li>b</li></ul>",
                "<li><p>x</p></li>".repeat(count)
            )
        };
        let folded = |count| fold_what_is_open(&page(count), |count| format!("{count} things"));
        for short in [0, 1, OPEN_SHOWN] {
            assert_eq!(folded(short), page(short));
        }
        let long = folded(OPEN_SHOWN + 1);
        assert!(
            long.starts_with(
                "<p>a</p><details class=\"fold left-open\"><summary>6 things</summary><ul class="
            ),
            "{long}"
        );
        assert!(long.ends_with("</li></ul></details><ul><li>b</li></ul>"), "{long}");
        assert_eq!(fold_what_is_open("<p>none</p>", |_| String::new()), "<p>none</p>");
    }
}
