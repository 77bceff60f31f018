//! How every subscription stands right now: cycles in progress, kept in memory and settled again when evidence has come, when
//! records in volume are counted, or when a minute has passed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::{Scope, Tx, values};
use timeline::Instant;

use crate::live::{self, Progress};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::stream::agreement_stream;
use crate::tenants::UPSTREAM;

/// A standing is settled again after this long even when no evidence came: time itself moves budgets.
const AGE_MAX_SECONDS: i64 = 60;

/// A subscription and its cycle in progress.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The tenant.
    pub tenant: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The subscription.
    pub subscription: String,
    /// The agreement it is to.
    pub agreement: String,
    /// The cycle in progress; why there is none is not kept, for it is told on the subscription's own page.
    pub progress: Option<Progress>,
    /// The latest batches of its own stream and of its agreement's.
    marks: [i64; 2],
    /// Which of its files are counted.
    files: Vec<i64>,
    /// When it was settled.
    at: Instant,
}

/// What is remembered. Shared by all threads of a process; nothing in it is state of the business.
#[derive(Debug, Default)]
pub struct Board(Mutex<BTreeMap<(String, String), Arc<Standing>>>);

/// A subscription that is served, as the store has it.
struct Served {
    tenant: String,
    tenant_name: String,
    subscription: String,
    agreement: String,
}

/// Every subscription that is served, as it stands. The provider's own subscriptions to upstream agreements are not among
/// them.
pub fn standings(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
) -> Result<Vec<Arc<Standing>>, Failure> {
    who.provider(tx, Resource::Cycle, Verb::Read)?;
    let now = tx.now();
    let (marks, files) = (marks(tx)?, files(tx)?);
    let mut all = Vec::new();
    for served in served(tx)? {
        let mark = |house: &str, stream: &str| {
            marks.get(&(house.to_owned(), stream.to_owned())).copied().unwrap_or(0)
        };
        let latest = [
            mark(&served.tenant, &served.subscription),
            mark(PROVIDER, &agreement_stream(&served.agreement)),
        ];
        let key = (served.tenant.clone(), served.subscription.clone());
        let files = files.get(&key).cloned().unwrap_or_default();
        let known = platform.board.get(&key).filter(|it| {
            it.marks == latest
                && it.files == files
                && now.nanos_since(it.at) < i128::from(AGE_MAX_SECONDS) * 1_000_000_000
        });
        let standing = match known {
            Some(it) => it,
            None => {
                let system = Principal::system("board");
                let progress = live::progress(platform, tx, &system, &served.tenant, &served.subscription);
                let standing = Arc::new(Standing {
                    tenant: served.tenant,
                    tenant_name: served.tenant_name,
                    subscription: served.subscription,
                    agreement: served.agreement,
                    progress: match progress {
                        Ok(it) => Some(it),
                        Err(Failure::Refusal(_)) => None,
                        Err(fault) => return Err(fault),
                    },
                    marks: latest,
                    files,
                    at: now,
                });
                platform.board.put(key, standing.clone());
                standing
            }
        };
        all.push(standing);
    }
    tx.enter(Scope::Provider)?;
    Ok(all)
}

fn marks(tx: &mut Tx<'_>) -> Result<BTreeMap<(String, String), i64>, Failure> {
    let rows = tx.rows("SELECT tenant_id, stream, latest FROM evidence_stream", &[])?;
    let mut marks = BTreeMap::new();
    for row in &rows {
        marks.insert((row.get(0)?, row.get(1)?), row.get(2)?);
    }
    Ok(marks)
}

/// Of each stream with records in volume what changes whenever other files of it are counted.
fn files(tx: &mut Tx<'_>) -> Result<BTreeMap<(String, String), Vec<i64>>, Failure> {
    let rows = tx.rows(
        "SELECT tenant_id, stream, count(*), max(added_at), CAST(sum(settled + apart) AS BIGINT) FROM lake_file
         WHERE removed_at IS NULL GROUP BY tenant_id, stream",
        &[],
    )?;
    let mut files = BTreeMap::new();
    for row in &rows {
        files.insert((row.get(0)?, row.get(1)?), vec![row.get(2)?, row.get(3)?, row.get(4)?]);
    }
    Ok(files)
}

fn served(tx: &mut Tx<'_>) -> Result<Vec<Served>, Failure> {
    let rows = tx.rows(
        "SELECT s.tenant_id, t.name, s.id, s.agreement_id FROM subscription s JOIN tenant t ON t.id = s.tenant_id
         WHERE s.state = 'active' AND s.tenant_id <> $1 ORDER BY s.tenant_id, s.id",
        values![UPSTREAM],
    )?;
    let mut all = Vec::new();
    for row in &rows {
        all.push(Served {
            tenant: row.get(0)?,
            tenant_name: row.get(1)?,
            subscription: row.get(2)?,
            agreement: row.get(3)?,
        });
    }
    Ok(all)
}

impl Board {
    fn get(&self, key: &(String, String)) -> Option<Arc<Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: (String, String), standing: Arc<Standing>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, standing);
    }
}
