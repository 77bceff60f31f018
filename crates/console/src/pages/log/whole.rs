//! The log as a whole: what is signed and by whom, counting it again, and taking a copy.

use askama::Template;
use calendar::Zone;
use platform::audit::{self, Checked, ExportLog, LogQuery, ROOT};
use platform::page::Page;
use platform::principal::PROVIDER;
use platform::text::Text;
use platform::{Failure, Refusal};
use web::{Parts, Reply, Route};

use super::{both, customer, path};
use crate::fields::Fields;
use crate::frame::{Frame, Place};
use crate::page::{Answer, answered_after};
use crate::view::View;

/// The last time the log was counted again.
pub(super) struct Last {
    pub(super) when: Option<String>,
    pub(super) outcome: String,
    pub(super) sound: bool,
}

/// What the newest checkpoint says, and who signed it.
pub(super) struct Signed {
    pub(super) origin: String,
    pub(super) size: String,
    /// The log's own name.
    pub(super) own: Vec<String>,
    pub(super) witnesses: Vec<String>,
    /// The witnesses of the log over all logs.
    pub(super) root_witnesses: Vec<String>,
}

#[derive(Template)]
#[template(path = "log/checked.html")]
struct Shown {
    frame: Frame,
    path: String,
    crumb: Option<(String, String)>,
    sound: bool,
    size: String,
    outcome: String,
    wrong: Vec<(String, String)>,
}

pub(super) fn routes() -> Vec<Route> {
    let ([check, their_check], [export, their_export]) = (both!("/check"), both!("/export"));
    vec![
        answered_after(check, "checkLogForm", checked),
        answered_after(their_check, "checkCustomerLogForm", checked),
        answered_after(export, "exportLogForm", exported),
        answered_after(their_export, "exportCustomerLogForm", exported),
    ]
}

/// The house of a form, before there is a view.
fn house_of(parts: &Parts) -> String {
    parts.path.get("tenant").cloned().unwrap_or_else(|| PROVIDER.to_owned())
}

fn checked(
    platform: &platform::Platform,
    who: &platform::principal::Principal,
    parts: &Parts,
    _: Fields,
) -> Result<Answer, Failure> {
    let house = house_of(parts);
    let checked = platform.read(|platform, tx| audit::checked(platform, tx, who, &house))?;
    Ok(Box::new(move |view| {
        let checked = audit::check(view.tx, view.who, &house, checked)?;
        shown(view, &house, checked)
    }))
}

fn shown(view: &mut View<'_, '_>, house: &str, checked: Checked) -> Result<Reply, Failure> {
    let w = view.w;
    let show = view.show(&Zone::utc());
    let text = |it: &Text| if view.lang_name() == "zh" { it.zh.clone() } else { it.en.clone() };
    let number = |it: Option<i64>| it.map_or_else(String::new, |it| w.log_number(it));
    let wrong: Vec<(String, String)> =
        checked.wrong.iter().map(|it| (number(it.seq), text(&it.what))).collect();
    let count = i64::try_from(wrong.len()).unwrap_or(i64::MAX);
    let page = Shown {
        path: path(house),
        crumb: customer(view, house)?.map(|name| (format!("/customers/{house}"), name)),
        sound: checked.sound,
        size: w.log_checked_size(show.count(i64::try_from(checked.size).unwrap_or(i64::MAX))),
        outcome: if checked.sound { w.log_checked_sound().to_owned() } else { w.log_check_wrong(count) },
        wrong,
        frame: Frame::new(view, w.log_checked_title(), Place::Log)?,
    };
    view.html(&page)
}

fn exported(
    platform: &platform::Platform,
    who: &platform::principal::Principal,
    parts: &Parts,
    fields: Fields,
) -> Result<Answer, Failure> {
    let house = house_of(parts);
    let number = |name: &str| {
        let read = |it: &str| it.parse::<i64>();
        fields.given(name).map(read).transpose().map_err(|_| {
            Refusal::invalid(format!("{name}: no number of an entry"), format!("{name}：不是条目编号"))
        })
    };
    let reason = fields.text("reason").to_owned();
    if reason.is_empty() {
        return Err(Refusal::invalid("reason: say for what", "reason：请填写用途").into());
    }
    let input = ExportLog { from: number("from")?.unwrap_or(0), until: number("until")?, reason };
    let bytes = platform.read(|platform, tx| audit::export(platform, tx, who, &house, &input))?;
    Ok(Box::new(move |view| {
        audit::exported(view.tx, view.who, &house, input)?;
        let name = if house == PROVIDER { "provider" } else { house.as_str() };
        Ok(Reply::bytes("application/x-ndjson", bytes).file(&format!("log-{name}.ndjson")))
    }))
}

/// What the log says of its last check.
pub(super) fn last(view: &mut View<'_, '_>, house: &str) -> Result<Last, Failure> {
    let query = LogQuery { action: Some("log.checked"), ..LogQuery::default() };
    let found = audit::entries(view.tx, view.who, house, &query, &Page { after: None, limit: 1 })?;
    let (w, show) = (view.w, view.show(&Zone::utc()));
    let Some(entry) = found.items.first() else {
        return Ok(Last { when: None, outcome: String::new(), sound: true });
    };
    let number = |name: &str| entry.new.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let sound = entry.new.get("sound").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let outcome =
        if sound { w.log_check_sound().to_owned() } else { w.log_check_wrong(number("wrong").max(1)) };
    let when = w.log_check_last(show.minute(entry.at), show.count(number("size")));
    Ok(Last { when: Some(when), outcome, sound })
}

/// What the newest checkpoints say.
pub(super) fn signed(view: &mut View<'_, '_>, house: &str) -> Result<Signed, Failure> {
    let note = audit::checkpoint(view.platform, view.tx, view.who, house)?;
    let root = audit::public_checkpoint(view.platform, view.tx)?;
    let origin = audit::origin_of(view.platform, house);
    let (own, witnesses) = signers(&note).into_iter().partition(|it| *it == origin);
    let root_origin = audit::origin_of(view.platform, ROOT);
    let size = note.lines().nth(1).and_then(|it| it.parse::<i64>().ok()).unwrap_or(0);
    let show = view.show(&Zone::utc());
    Ok(Signed {
        origin,
        size: view.w.log_signed_size(show.count(size)),
        own,
        witnesses,
        root_witnesses: signers(&root).into_iter().filter(|it| *it != root_origin).collect(),
    })
}

/// The names on the signature lines of a note (C2SP signed-note): `— name signature`.
fn signers(note: &str) -> Vec<String> {
    let lines = note.lines().filter_map(|it| it.strip_prefix("— "));
    lines.filter_map(|it| it.split(' ').next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_under_a_note_are_its_signers() {
        let note = "host/log\n12\nroot=\n\n— host/log AAAA\n— witness.example BBBB\n";
        assert_eq!(signers(note), ["host/log", "witness.example"]);
    }
}
