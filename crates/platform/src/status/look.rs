//! The status pages as anybody sees them: no right is asked for, so nothing is read that was not made public.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{Record, reread};
use store::{Fault, Scope, Tx, values};
use timeline::Instant;

use super::spans::{self, Spans};
use super::{Board, Component};
use crate::contracts::Published;
use crate::evidence::load_under;
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::{Failure, Refusal};
use crate::stream::agreement_stream;
use crate::text::Text;

/// The provider's own page.
pub fn of_provider(platform: &Platform, tx: &mut Tx<'_>) -> Result<Board, Failure> {
    tx.enter(Scope::Provider)?;
    let rows = tx.rows(
        "SELECT agreement_id, name, name_zh, since_at FROM status_component ORDER BY name, agreement_id",
        &[],
    )?;
    let mut components = Vec::new();
    for row in &rows {
        let agreement: String = row.get(0)?;
        let name = Text { en: row.get(1)?, zh: row.get(2)? };
        components.push(agreement_component(platform, tx, &agreement, name, row.get(3)?)?);
    }
    Ok(Board { customer: None, components, now: tx.now() })
}

fn agreement_component(
    platform: &Platform,
    tx: &mut Tx<'_>,
    agreement: &str,
    name: Text,
    since: Instant,
) -> Result<Component, Failure> {
    let published = latest(platform, tx, agreement)?;
    let stream = agreement_stream(agreement);
    let spans = shared(platform, tx, &stream, &published)?;
    let titles = titles(tx, PROVIDER, &stream)?;
    Ok(Component {
        id: platform.key.pseudonym(&format!("status/{stream}")),
        name,
        zone: published.contract.zone.clone(),
        since: spans::earliest(&spans).map_or(since, |it| it.min(since)),
        outages: spans.outages.clone(),
        windows: spans::titled(&spans.windows, &titles),
    })
}

/// The version published last.
pub(super) fn latest(
    platform: &Platform,
    tx: &mut Tx<'_>,
    agreement: &str,
) -> Result<Arc<Published>, Failure> {
    let row = tx.row(
        "SELECT version FROM agreement_version WHERE agreement_id = $1 ORDER BY seq DESC LIMIT 1",
        values![agreement],
    )?;
    let version: String = row.ok_or_else(Refusal::not_found)?.get(0)?;
    platform.contracts.get(tx, agreement, &version)
}

/// What an agreement's stream says, without what it says of one tenant.
fn shared(
    platform: &Platform,
    tx: &mut Tx<'_>,
    stream: &str,
    published: &Published,
) -> Result<Arc<Spans>, Failure> {
    let row = tx.row(
        "SELECT latest, head FROM evidence_stream WHERE tenant_id = $1 AND stream = $2",
        values![PROVIDER, stream],
    )?;
    let head = row.map_or(Ok(String::new()), |it| it.get::<String>(1))?;
    let mark = format!("{} {head}", published.version);
    if let Some(it) = platform.status.get(stream, &mark) {
        return Ok(it);
    }
    let rows = tx.rows(
        "SELECT at, lines FROM evidence_batch WHERE tenant_id = $1 AND stream = $2 ORDER BY seq",
        values![PROVIDER, stream],
    )?;
    let mut records: Vec<Record> = Vec::new();
    for row in rows {
        let (at, lines): (Instant, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let (read, _) = reread(&published.contract.schema, &lines, at);
        records.extend(read.into_iter().filter(|it| spans::concerns(&published.contract, it)));
    }
    let spans = Arc::new(spans::read(&published.contract, &platform.key, records, true));
    platform.status.put(stream, &mark, spans.clone());
    Ok(spans)
}

/// A customer's page, by the name it was opened under; where none is open there is nothing.
pub fn of_page(platform: &Platform, tx: &mut Tx<'_>, name: &str) -> Result<Board, Failure> {
    tx.enter(Scope::Provider)?;
    let row = tx.row(
        "SELECT p.tenant_id, t.name FROM status_page p JOIN tenant t ON t.id = p.tenant_id WHERE p.name = $1",
        values![name],
    )?;
    let row = row.ok_or_else(Refusal::not_found)?;
    let (tenant, customer): (String, String) = (row.get(0)?, row.get(1)?);
    tx.enter(Scope::Tenant(tenant.clone()))?;
    let rows = tx.rows(
        "SELECT id, agreement_id, version, since_at FROM subscription WHERE tenant_id = $1 AND state = 'active' ORDER BY id",
        values![&tenant],
    )?;
    let mut components = Vec::new();
    for row in &rows {
        let (id, agreement, version): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let published = platform.contracts.get(tx, &agreement, &version)?;
        if spans::has_outages(&published.contract) {
            components.push(subscription_component(platform, tx, (&tenant, &id), &published, row.get(3)?)?);
        }
    }
    components.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Board { customer: Some(customer), components, now: tx.now() })
}

fn subscription_component(
    platform: &Platform,
    tx: &mut Tx<'_>,
    (tenant, subscription): (&str, &str),
    published: &Arc<Published>,
    since: Instant,
) -> Result<Component, Failure> {
    let loaded = load_under(platform, tx, tenant, subscription, published)?;
    let mark = format!("{} {:?}", published.version, loaded.seen);
    let key = format!("{tenant}/{subscription}");
    let spans = match platform.status.get(&key, &mark) {
        Some(it) => it,
        None => {
            let records = loaded.evidence.records().iter();
            let ours = records.filter(|it| spans::concerns(&published.contract, it)).cloned().collect();
            let spans = Arc::new(spans::read(&published.contract, &platform.key, ours, false));
            platform.status.put(&key, &mark, spans.clone());
            spans
        }
    };
    let mut titles = titles(tx, tenant, subscription)?;
    tx.enter(Scope::Provider)?;
    titles.extend(self::titles(tx, PROVIDER, &agreement_stream(&published.agreement))?);
    tx.enter(Scope::Tenant(tenant.to_owned()))?;
    let title = &published.contract.title;
    Ok(Component {
        id: platform.key.pseudonym(&format!("status/{key}")),
        name: Text::new(&title.en, &title.zh),
        zone: published.contract.zone.clone(),
        since,
        outages: spans.outages.clone(),
        windows: spans::titled(&spans.windows, &titles),
    })
}

/// What windows of a stream were announced as.
fn titles(tx: &mut Tx<'_>, house: &str, stream: &str) -> Result<BTreeMap<String, String>, Fault> {
    let rows = tx.rows(
        "SELECT id, title FROM maintenance WHERE tenant_id = $1 AND stream = $2",
        values![house, stream],
    )?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect()
}
