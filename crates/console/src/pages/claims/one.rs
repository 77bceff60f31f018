//! One claim: what is claimed and why it is due, what happened, and what either side may do now.

use askama::Template;
use platform::claims::{self, ClaimView};
use platform::rights::{Resource, Verb};
use platform::time::Moment;
use platform::{Failure, people, tenants};
use statement::display;
use web::{Reply, Route};

use super::history::{Happening, actor, history};
use super::list::deadline;
use super::{About, about, amount};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::pages::statements::{Crumb, crumbs};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "claims/one.html")]
struct One {
    frame: Frame,
    crumbs: Vec<Crumb>,
    lead: String,
    chip: Chip,
    path: String,
    revision: i64,
    amount: String,
    amount_word: &'static str,
    due: Option<String>,
    reckoned: String,
    statement: String,
    clause: String,
    pairs: Vec<(&'static str, String)>,
    until: Vec<(Chip, String)>,
    question: Option<String>,
    reason: Option<String>,
    fields: Vec<(String, String)>,
    note: String,
    files: Vec<File>,
    history: Vec<Happening>,
    may: May,
    answer: Vec<(String, String)>,
    filled: Filled,
    currency: String,
}

struct File {
    href: String,
    name: String,
    size: String,
}

/// What may be done now.
#[derive(Default)]
struct May {
    take_up: bool,
    ask: bool,
    decide: bool,
    /// The text leaves the amount to a person: it must be named.
    name_amount: bool,
    part: bool,
    /// Something else than money is due: a part of it is written in words.
    in_kind: bool,
    decide_appeal: bool,
    supply: bool,
    accept_award: bool,
    appeal: bool,
    withdraw: bool,
    attach: bool,
    /// The provider's people act for the customer.
    on_behalf: bool,
}

/// What was filled in before something was refused.
struct Filled {
    amount: String,
    reason: String,
    question: String,
    grounds: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        page("/customers/{tenant}/claims/{claim}", "claim", |view| {
            let tenant = view.id("tenant");
            let it = claims::get(view.tx, view.who, tenant, view.id("claim"))?;
            show(view, tenant, &it)
        }),
        page("/customers/{tenant}/claims/{claim}/files/{sha256}", "claimFile", |view| {
            let (tenant, claim, sha256) = (view.id("tenant"), view.id("claim"), view.id("sha256"));
            let (file, bytes) = claims::file(view.tx, view.who, tenant, claim, sha256)?;
            Ok(Reply::bytes(&file.media, bytes).file(&file.name))
        }),
    ]
}

fn show(view: &mut View<'_, '_>, tenant: &str, it: &ClaimView) -> Result<Reply, Failure> {
    let about = about(view, tenant, &it.statement, (&it.remedy, it.subject.as_deref()))?;
    let show = view.show(&about.zone);
    let events = claims::events(view.tx, view.who, tenant, &it.id)?.items;
    let history = history(view, &events, &show)?;
    let name = tenants::get(view.platform, view.tx, view.who, tenant)?.name;
    let w = view.w;
    let path = format!("/customers/{tenant}/claims/{}", it.id);
    let title = w.claims_one(&it.label);
    let may = may(view, tenant, it);
    let page = One {
        crumbs: crumbs(view, tenant, &[("/claims", w.claims_title())])?,
        lead: format!("{} · {}", display::half(&name, view.lang), about.title),
        chip: Chip::claim(w, it),
        revision: it.revision,
        amount: amount(view, it),
        amount_word: if it.awarded.is_some() || it.awarded_in_kind.is_some() {
            w.claims_awarded()
        } else {
            w.claims_claimed()
        },
        due: it.due.filter(|due| it.awarded.is_some_and(|awarded| awarded != *due)).map(|it| it.to_string()),
        reckoned: about.reckoned.clone(),
        statement: format!("/customers/{tenant}/statements/{}", it.statement),
        clause: about.clause.clone(),
        pairs: pairs(view, it, &about, &show)?,
        until: until(view, it, &show),
        question: it.question.as_ref().map(|it| display::half(it, view.lang)),
        reason: it.reason.as_ref().map(|it| display::half(it, view.lang)),
        fields: it
            .fields
            .iter()
            .map(|(name, value)| (display::half(name, view.lang), display::half(value, view.lang)))
            .collect(),
        note: it.note.clone(),
        files: it
            .files
            .iter()
            .map(|file| File {
                href: format!("{path}/files/{}", file.sha256),
                name: file.name.clone(),
                size: w.claims_bytes(show.count(file.length)),
            })
            .collect(),
        history,
        answer: it.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        filled: Filled {
            amount: view.filled("amount", ""),
            reason: view.filled("reason", ""),
            question: view.filled("question", ""),
            grounds: view.filled("grounds", ""),
        },
        currency: it.due.map_or(about.currency, |it| it.currency.to_string()),
        may,
        path,
        frame: Frame::new(view, title, Place::Claims)?,
    };
    view.html(&page)
}

fn pairs(
    view: &mut View<'_, '_>,
    it: &ClaimView,
    about: &About,
    show: &Show,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let id = it.submitted_by.strip_prefix("person:").map(str::to_owned);
    let names = people::names(view.tx, view.who, id)?;
    let w = view.w;
    let window = match it.closes_at {
        Some(at) => w.claims_from_until(show.moment(it.opens_at), show.moment(at)),
        None => w.claims_from(show.moment(it.opens_at)),
    };
    Ok(vec![
        (w.claims_kind(), about.kind.clone()),
        (w.claims_cycle(), it.label.clone()),
        (w.claims_window(), window),
        (w.claims_submitted(), show.minute(it.submitted_at)),
        (w.claims_submitted_by(), actor(view, &it.submitted_by, &names)),
    ])
}

/// What it waits for, each with how long there is.
fn until(view: &View<'_, '_>, it: &ClaimView, show: &Show) -> Vec<(Chip, String)> {
    let w = view.w;
    let now = Moment(view.tx.now());
    let each = it.deadlines.iter().map(|(what, at)| {
        let what = deadline(view, what);
        if *at > now {
            (Chip::new(Tone::Pending, what), w.claims_by_when(show.minute(*at), show.span(now, *at)))
        } else {
            (Chip::new(Tone::Bad, what), w.claims_overdue(show.minute(*at)))
        }
    });
    each.collect()
}

fn may(view: &View<'_, '_>, tenant: &str, it: &ClaimView) -> May {
    let allowed = |verb| view.may_in(tenant, Resource::Claim, verb);
    let ours = it.ours == "provider";
    // We are the claimant of upstream agreements and write down what our provider decided.
    let answers = view.is_provider();
    let claims = ours || view.is_provider();
    let in_state = |all: &[&str]| all.contains(&it.state.as_str());
    let undecided = in_state(&["submitted", "under_review"]);
    let appealable = it.deadlines.contains_key("appeal");
    let is_final = in_state(&["withdrawn", "expired", "settled", "upheld_on_appeal", "rejected_on_appeal"])
        || (it.state == "rejected" && !appealable);
    May {
        take_up: answers && it.state == "submitted" && allowed(Verb::Change),
        ask: answers && undecided && allowed(Verb::Change),
        decide: answers && undecided && allowed(Verb::Decide),
        name_amount: it.due.is_none() && it.in_kind.is_none(),
        part: it.due.is_some() || it.in_kind.is_some(),
        in_kind: it.in_kind.is_some(),
        decide_appeal: answers && it.state == "appealed" && allowed(Verb::Decide),
        supply: claims && it.state == "needs_information" && allowed(Verb::Create),
        accept_award: claims
            && appealable
            && in_state(&["accepted", "part_accepted"])
            && allowed(Verb::Change),
        appeal: claims && appealable && allowed(Verb::Create),
        withdraw: claims && !is_final && allowed(Verb::Remove),
        attach: !is_final && allowed(Verb::Create),
        on_behalf: view.is_provider() && ours,
    }
}

impl May {
    /// Whether the side that answers has something to do.
    fn any_answer(&self) -> bool {
        self.take_up || self.ask || self.decide || self.decide_appeal
    }

    /// Whether the side that claims has something to do.
    fn any_claim(&self) -> bool {
        self.supply || self.accept_award || self.appeal || self.withdraw
    }
}
