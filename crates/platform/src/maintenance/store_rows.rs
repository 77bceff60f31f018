//! Windows in the store.

use serde_json::{Map, Value as Json, json};
use store::{Fault, Row, Tx, values};

use super::{Recurrence, Window};
use crate::refusal::{Failure, Refusal};
use crate::stream::Opened;
use crate::time::Moment;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, stream, fact, title, attributes, from_at, until_at, rrule, zone, announced_at, series, expanded_until, ",
            "state, created_by, revision FROM maintenance ",
            $rest
        )
    };
}

pub(super) fn insert(tx: &mut Tx<'_>, opened: &Opened, it: &Window) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO maintenance (tenant_id, id, stream, fact, title, attributes, from_at, until_at, rrule, zone, announced_at,
           series, expanded_until, state, created_by, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)",
        values![
            &opened.tenant,
            &it.id,
            &it.stream,
            &it.fact,
            &it.title,
            attributes(it),
            it.from,
            it.until,
            it.recurs.as_ref().map(|it| &it.rrule),
            it.recurs.as_ref().map(|it| &it.zone),
            it.announced_at,
            it.series,
            it.expanded_until,
            &it.state,
            &it.created_by
        ],
    )?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx<'_>, opened: &Opened, it: &Window) -> Result<(), Fault> {
    tx.execute(
        "UPDATE maintenance SET title = $3, attributes = $4, from_at = $5, until_at = $6, rrule = $7, zone = $8,
           announced_at = $9, series = $10, expanded_until = $11, revision = revision + 1
         WHERE tenant_id = $1 AND id = $2",
        values![
            &opened.tenant,
            &it.id,
            &it.title,
            attributes(it),
            it.from,
            it.until,
            it.recurs.as_ref().map(|it| &it.rrule),
            it.recurs.as_ref().map(|it| &it.zone),
            it.announced_at,
            it.series,
            it.expanded_until
        ],
    )?;
    Ok(())
}

pub(super) fn cancel(tx: &mut Tx<'_>, opened: &Opened, it: &Window) -> Result<(), Fault> {
    tx.execute(
        "UPDATE maintenance SET state = 'cancelled', revision = revision + 1 WHERE tenant_id = $1 AND id = $2",
        values![&opened.tenant, &it.id],
    )?;
    Ok(())
}

pub(super) fn found(tx: &mut Tx<'_>, house: &str, id: &str) -> Result<Window, Failure> {
    Ok(row_of(tx, house, id)?.ok_or_else(Refusal::not_found)?)
}

pub(super) fn row_of(tx: &mut Tx<'_>, house: &str, id: &str) -> Result<Option<Window>, Fault> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![house, id])?;
    row.map(|it| window(&it)).transpose()
}

pub(super) fn all(
    tx: &mut Tx<'_>,
    house: &str,
    stream: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Window>, Failure> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND stream = $2 AND id > $3 ORDER BY id LIMIT $4"),
        values![house, stream, after, limit],
    )?;
    Ok(rows.iter().map(window).collect::<Result<_, _>>()?)
}

/// Attributes and subject, as one text.
fn attributes(it: &Window) -> String {
    json!({ "attributes": it.attributes, "subject": it.subject }).to_string()
}

fn window(row: &Row) -> Result<Window, Fault> {
    let said: Json =
        serde_json::from_str(&row.get::<String>(4)?).map_err(|it| Fault::broken(it.to_string()))?;
    let attributes = said.get("attributes").and_then(Json::as_object).cloned().unwrap_or_else(Map::new);
    let subject = said.get("subject").and_then(Json::as_str).map(str::to_owned);
    let rule: Option<(String, String)> = row.get::<Option<String>>(7)?.zip(row.get(8)?);
    Ok(Window {
        id: row.get(0)?,
        stream: row.get(1)?,
        fact: row.get(2)?,
        title: row.get(3)?,
        from: Moment(row.get(5)?),
        until: Moment(row.get(6)?),
        subject,
        attributes,
        recurs: rule.map(|(rrule, zone)| Recurrence { rrule, zone }),
        announced_at: row.get(9)?,
        series: row.get(10)?,
        expanded_until: row.get(11)?,
        state: row.get(12)?,
        created_by: row.get(13)?,
        revision: row.get(14)?,
    })
}
