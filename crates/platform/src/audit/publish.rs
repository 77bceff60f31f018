//! Checkpoints: what a log says of itself, signed with its key, and put down in the root log.

use proof::{Checkpoint, Note, leaf_hash};
use store::{Fault, Tx, values};

use super::kept::{Coming, Keeper};
use super::names::{ROOT, key_of};
use super::tree::{Tree, broken};
use crate::jobs::Job;
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::time;

/// The kind of the job that signs checkpoints of logs that grew.
pub const JOB: &str = "checkpoint";
/// How long a log grows before its checkpoint is signed.
const PAUSE_SECONDS: i64 = 10;
/// Logs whose checkpoints are signed in one transaction.
const LOGS_AT_ONCE: i64 = 256;
/// The logs whose checkpoints witnesses may cosign.
pub(super) const WITNESSED: [&str; 2] = [ROOT, PROVIDER];
/// Who signs.
const ACTOR: &str = "system:checkpoint";

/// Puts the signing of checkpoints down, due in ten seconds; where it waits already, it waits no longer for that.
pub(super) fn schedule(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let (id, due) = (tx.new_id("job")?, time::after(tx.now(), PAUSE_SECONDS));
    tx.housekeeping(
        "INSERT INTO job (id, kind, key, tenant_id, payload, state, due_at, attempts, done, total, created_at)
         VALUES ($1, $2, '', '', 'null', 'waiting', $3, 0, 0, 0, $4)
         ON CONFLICT (kind, key) DO UPDATE SET state = 'waiting', due_at = $3, attempts = 0, error = NULL,
           leased_by = NULL, leased_until = NULL, ended_at = NULL
         WHERE job.state <> 'waiting'",
        values![id, JOB, due, tx.now()],
    )?;
    Ok(())
}

/// The job's handler.
pub fn run(platform: &Platform, _: &Job) -> Result<(), Failure> {
    publish_all(platform).map(|_| ())
}

/// Signs a checkpoint of each log that grew, puts them into the root log, and signs that one's; how many logs there were.
pub fn publish_all(platform: &Platform) -> Result<usize, Failure> {
    let mut count = 0;
    loop {
        let published = platform.write(|platform, tx| Ok(publish(platform, tx)?))?;
        count += published;
        if i64::try_from(published).unwrap_or(0) < LOGS_AT_ONCE {
            return Ok(count);
        }
    }
}

/// In the provider's scope: all logs are seen.
fn publish(platform: &Platform, tx: &mut Tx<'_>) -> Result<usize, Fault> {
    let grown = tx.rows(
        "SELECT log FROM audit_log WHERE size > checkpoint_size AND log <> $1 ORDER BY log LIMIT $2",
        values![ROOT, LOGS_AT_ONCE],
    )?;
    let mut signed = Vec::new();
    for row in &grown {
        signed.push(sign_and_keep(platform, tx, &row.get::<String>(0)?)?);
    }
    if !signed.is_empty() {
        append_to_root(tx, &signed)?;
        sign_and_keep(platform, tx, ROOT)?;
    }
    Ok(signed.len())
}

fn sign_and_keep(platform: &Platform, tx: &mut Tx<'_>, log: &str) -> Result<Checkpoint, Fault> {
    let checkpoint = Tree::load(tx, log)?.checkpoint(platform);
    let note = sign(platform, tx, log, &checkpoint)?;
    tx.housekeeping(
        "UPDATE audit_log SET checkpoint = $2, checkpoint_size = size, checkpoint_at = $3 WHERE log = $1",
        values![log, note.to_string(), tx.now()],
    )?;
    Ok(checkpoint)
}

fn append_to_root(tx: &mut Tx<'_>, checkpoints: &[Checkpoint]) -> Result<(), Fault> {
    let mut root = Tree::load(tx, ROOT)?;
    let first = root.size()?;
    let (mut keeper, mut leaves) = (Keeper::new(ROOT, tx.now()), Vec::with_capacity(checkpoints.len()));
    for (seq, checkpoint) in (first..).zip(checkpoints) {
        let (text, subject) = (checkpoint.text(), checkpoint.origin.clone());
        leaves.push(leaf_hash(text.as_bytes()));
        keeper.take(ACTOR, false, Coming { seq, action: "checkpoint.published", subject, text })?;
    }
    keeper.keep(tx)?;
    root.grow(tx, &leaves)
}

/// The log's signature under a checkpoint, with the cosignatures it has. The same checkpoint has the same signature.
pub(super) fn sign(
    platform: &Platform,
    tx: &mut Tx<'_>,
    log: &str,
    checkpoint: &Checkpoint,
) -> Result<Note, Fault> {
    if let Some(it) = cosigned(tx, log, checkpoint.size)? {
        return Ok(it);
    }
    checkpoint.sign(&key_of(platform, log)?).map_err(|it| Fault::broken(it.to_string()))
}

/// What was kept of a checkpoint that witnesses have cosigned, also one that was signed between two publications.
fn cosigned(tx: &mut Tx<'_>, log: &str, size: u64) -> Result<Option<Note>, Fault> {
    if !WITNESSED.contains(&log) {
        return Ok(None);
    }
    let size = i64::try_from(size).map_err(|_| broken(log))?;
    let row = tx.row("SELECT note FROM audit_cosigned WHERE log = $1 AND size = $2", values![log, size])?;
    row.map(|it| Ok(read(log, it.get(0)?, size)?.note)).transpose()
}

/// The newest checkpoint: the one that was published when it covers all entries, else one signed now.
pub(super) fn newest(platform: &Platform, tx: &mut Tx<'_>, log: &str) -> Result<Signed, Fault> {
    let tree = Tree::load(tx, log)?;
    match published(tx, log)? {
        Some(it) if tree.is_published() => Ok(it),
        _ => {
            let checkpoint = tree.checkpoint(platform);
            Ok(Signed { note: sign(platform, tx, log, &checkpoint)?, size: checkpoint.size })
        }
    }
}

/// A checkpoint that covers entry `seq`: the newest that witnesses have cosigned, else the one published last, else one
/// signed now. None when the log does not have the entry.
pub(super) fn covering(
    platform: &Platform,
    tx: &mut Tx<'_>,
    log: &str,
    seq: u64,
) -> Result<Option<Signed>, Fault> {
    let cosigned = tx.row(
        "SELECT note, size FROM audit_cosigned WHERE log = $1 ORDER BY size DESC LIMIT 1",
        values![log],
    )?;
    let cosigned = cosigned.as_ref().map(|it| read(log, it.get(0)?, it.get(1)?)).transpose()?;
    let published = published(tx, log)?;
    if let Some(it) = [cosigned, published].into_iter().flatten().find(|it| it.size > seq) {
        return Ok(Some(it));
    }
    Ok(Some(newest(platform, tx, log)?).filter(|it| it.size > seq))
}

/// A checkpoint with its signatures.
pub(super) struct Signed {
    pub(super) note: Note,
    pub(super) size: u64,
}

/// The checkpoint published last.
pub(super) fn published(tx: &mut Tx<'_>, log: &str) -> Result<Option<Signed>, Fault> {
    let row = tx.row(
        "SELECT checkpoint, checkpoint_size FROM audit_log WHERE log = $1 AND checkpoint IS NOT NULL",
        values![log],
    )?;
    row.map(|it| read(log, it.get(0)?, it.get(1)?)).transpose()
}

pub(super) fn read(log: &str, note: String, size: i64) -> Result<Signed, Fault> {
    let note = Note::parse(note.as_bytes()).map_err(|_| broken(log))?;
    Ok(Signed { note, size: u64::try_from(size).map_err(|_| broken(log))? })
}

/// The newest checkpoint of a house's log, as a signed note.
pub fn checkpoint(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
) -> Result<String, Failure> {
    super::search::enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    Ok(newest(platform, tx, house)?.note.to_string())
}

/// The root log's checkpoint that was published last, with the cosignatures of witnesses. Everybody may see it.
pub fn public_checkpoint(platform: &Platform, tx: &mut Tx<'_>) -> Result<String, Failure> {
    match published(tx, ROOT)? {
        Some(it) => Ok(it.note.to_string()),
        None => Ok(newest(platform, tx, ROOT)?.note.to_string()),
    }
}

/// The log's public key as a vkey and a line feed.
pub fn verifying_key(platform: &Platform, log: &str) -> Result<String, Fault> {
    Ok(format!("{}\n", key_of(platform, log)?.verifying_key()))
}

/// The public key of a house's log.
pub fn log_key(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
) -> Result<String, Failure> {
    super::search::enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    Ok(verifying_key(platform, house)?)
}

/// The root the tree had is the one that was signed.
pub(super) fn root_in(log: &str, note: &Note, platform: &Platform) -> Result<Option<Checkpoint>, Fault> {
    let key = key_of(platform, log)?;
    Ok(Checkpoint::open(note, key.verifying_key()).ok())
}
