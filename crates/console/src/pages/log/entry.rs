//! One entry: all it says, and the proof that the log has it.

use askama::Template;
use calendar::Zone;
use platform::audit::{self, LogQuery};
use platform::page::Page;
use platform::{Failure, Refusal};
use web::{Reply, Route};

use super::row::{self, Row};
use super::{both, customer, house, path, whole, words};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::view::View;

const TEXT: &str = "text/plain; charset=utf-8";

#[derive(Template)]
#[template(path = "log/entry.html")]
struct Entry {
    frame: Frame,
    path: String,
    crumb: Option<(String, String)>,
    row: Row,
    action: String,
    actor: String,
    trace: String,
    leaf: String,
    personal: Vec<(String, String)>,
    kept_until: String,
    signed: whole::Signed,
}

pub(super) fn routes() -> Vec<Route> {
    let ([ours, theirs], [proof, their_proof]) = (both!("/{seq}"), both!("/{seq}/proof"));
    let ([checkpoint, their_checkpoint], [key, their_key]) = (both!("/checkpoint"), both!("/key"));
    vec![
        page(ours, "logEntry", shown),
        page(theirs, "customerLogEntry", shown),
        page(proof, "logEntryProof", proven),
        page(their_proof, "customerLogEntryProof", proven),
        page(checkpoint, "logCheckpointFile", |view| {
            let text = audit::checkpoint(view.platform, view.tx, view.who, house(view))?;
            Ok(Reply::bytes(TEXT, text.into_bytes()).file("checkpoint.txt"))
        }),
        page(their_checkpoint, "customerLogCheckpointFile", |view| {
            let text = audit::checkpoint(view.platform, view.tx, view.who, house(view))?;
            Ok(Reply::bytes(TEXT, text.into_bytes()).file("checkpoint.txt"))
        }),
        page(key, "logKeyFile", key_file),
        page(their_key, "customerLogKeyFile", key_file),
        page("/log/root", "rootCheckpointFile", |view| {
            let text = audit::public_checkpoint(view.platform, view.tx)?;
            Ok(Reply::bytes(TEXT, text.into_bytes()).file("root-checkpoint.txt"))
        }),
    ]
}

fn key_file(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let text = audit::log_key(view.platform, view.tx, view.who, house(view))?;
    Ok(Reply::bytes(TEXT, text.into_bytes()).file("log.pub"))
}

fn proven(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let seq = view.id("seq");
    let text = audit::entry_proof(view.platform, view.tx, view.who, house(view), seq)?;
    Ok(Reply::bytes(TEXT, text.into_bytes()).file(&format!("entry-{seq}.tlog-proof")))
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let house = house(view);
    let seq: i64 = view.id("seq").parse().map_err(|_| Refusal::not_found())?;
    let page = Page { after: Some(seq.saturating_add(1).to_string()), limit: 1 };
    let listed = audit::entries(view.tx, view.who, house, &LogQuery::default(), &page)?;
    let entry = listed.items.into_iter().find(|it| it.seq == seq).ok_or_else(Refusal::not_found)?;
    let names = row::names(view, std::slice::from_ref(&entry))?;
    let crumb = customer(view, house)?.map(|name| (format!("/customers/{house}"), name));
    let (w, show) = (view.w, view.show(&Zone::utc()));
    let page = Entry {
        path: path(house),
        crumb,
        row: row::row(view, house, &entry, &names),
        personal: entry.personal.iter().map(|(key, value)| (words::field(w, key), value.clone())).collect(),
        kept_until: show.day(entry.kept_until),
        signed: whole::signed(view, house)?,
        action: entry.action,
        actor: entry.actor,
        trace: entry.trace,
        leaf: entry.leaf,
        frame: Frame::new(view, w.log_number(seq), Place::Log)?,
    };
    view.html(&page)
}
