//! The bodies of evidence a subscription was sent, in the order they were kept.

use askama::Template;
use platform::evidence;
use platform::stream::Side;
use web::Route;

use super::{Head, head, open, place, stream};
use crate::frame::Frame;
use crate::page::page;
use crate::pages::customers::actor;

#[derive(Template)]
#[template(path = "evidence/batches.html")]
struct Shown {
    frame: Frame,
    head: Head,
    rows: Vec<Batch>,
    next: String,
    digest: String,
}

struct Batch {
    number: String,
    recorded: String,
    side: &'static str,
    actor: String,
    records: String,
    period: String,
    sha256: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page(
        "/customers/{tenant}/subscriptions/{subscription}/evidence/batches",
        "evidenceBatchesPage",
        |view| {
            let head = head(view, "batches")?;
            let records = open(view)?;
            let show = view.show(&records.published.contract.zone);
            let page = view.parts.page()?;
            let listed = evidence::batches(view.platform, view.tx, view.who, &stream(view), &page)?;
            let of = (view.id("tenant"), view.id("subscription"));
            let digest = evidence::digest(view.platform, view.tx, view.who, of, None)?;
            let people = actor::known(view, listed.items.iter().map(|it| it.actor.as_str()))?;
            let w = view.w;
            let batch = |it: evidence::Batch| Batch {
                number: show.count(it.batch),
                recorded: show.minute(it.recorded_at),
                side: match it.side {
                    Side::Provider => w.evidence_side_provider(),
                    Side::Customer => w.evidence_side_customer(),
                    Side::Agreed => w.evidence_side_agreed(),
                },
                actor: actor::named(view, &people, &it.actor),
                records: show.count(it.records),
                period: match (it.from, it.until) {
                    (Some(from), Some(until)) => w.evidence_window(show.minute(from), show.minute(until)),
                    (Some(from), None) => w.evidence_window(show.minute(from), w.evidence_still_open()),
                    _ => String::new(),
                },
                sha256: it.sha256,
            };
            let title = w.evidence_batches();
            let page = Shown {
                rows: listed.items.into_iter().map(batch).collect(),
                next: listed.next.map_or_else(String::new, |it| format!("?after={it}")),
                digest,
                head,
                frame: Frame::new(view, title, place(view))?,
            };
            view.html(&page)
        },
    )]
}
