//! Counting a log again: every entry hashed anew, every tile, the right edge and the last checkpoint compared.

use std::collections::BTreeMap;

use proof::{Digest, Frontier, Salt, is_committed, root_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Fault, Tx, values};

use super::kept::{self, Stored};
use super::names::ROOT;
use super::publish::{published, root_in};
use super::search::enter;
use super::tree::{Tree, tile};
use super::{Entry, append};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::text::Text;
use crate::time;

/// Entries read at once: sixteen full tiles.
const ENTRIES_AT_ONCE: i64 = 4096;
/// Findings after which counting on tells nobody more.
const WRONG_MAX: usize = 100;

/// What counting a log again has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Whether everything agrees.
    pub sound: bool,
    /// The number of entries counted.
    pub size: u64,
    /// The root of the tree over them, in base64 as checkpoints have it.
    pub root: String,
    /// What does not agree, the first hundred.
    pub wrong: Vec<Wrong>,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wrong {
    /// The number of the entry, where it is one.
    pub seq: Option<i64>,
    /// What is wrong.
    pub what: Text,
}

/// Counts a house's log again, and the root log with the provider's.
pub fn checked(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
) -> Result<Checked, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let mut checked = check_log(platform, tx, house)?;
    if house == PROVIDER {
        let root = check_log(platform, tx, ROOT)?;
        checked.sound &= root.sound;
        checked.wrong.extend(root.wrong);
    }
    Ok(checked)
}

/// Puts on record that a log was counted again, and how that ended.
pub fn check(tx: &mut Tx<'_>, who: &Principal, house: &str, checked: Checked) -> Result<Checked, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    let new = json!({ "size": checked.size, "root": checked.root, "sound": checked.sound, "wrong": checked.wrong.len() });
    append(tx, who, house, Entry { action: "log.checked", new, ..Entry::default() })?;
    Ok(checked)
}

/// Counts a log again.
pub fn check_log(platform: &Platform, tx: &mut Tx<'_>, log: &str) -> Result<Checked, Fault> {
    let tree = Tree::load(tx, log)?;
    let signed = signed_root(platform, tx, log)?;
    let mut count = Count { log, frontier: Frontier::default(), tile: Vec::new(), wrong: Vec::new() };
    if let Signed::Unreadable = signed {
        count.wrong(
            None,
            "the last checkpoint is not one that this log's key has signed",
            "最近的检查点并非本日志密钥所签",
        );
    }
    let mut from = 0;
    while count.wrong.len() < WRONG_MAX {
        let entries = kept::range(tx, log, from, from.saturating_add(ENTRIES_AT_ONCE))?;
        if entries.is_empty() && from >= tree.size()? {
            break;
        }
        let personal = personal(tx, log, from, from.saturating_add(ENTRIES_AT_ONCE))?;
        for it in &entries {
            count.entry(tx, it, &personal)?;
            count.compare_signed(&signed);
        }
        from = from.saturating_add(ENTRIES_AT_ONCE);
    }
    if count.wrong.len() < WRONG_MAX {
        count.compare_end(&tree, &signed)?;
    }
    count.wrong.truncate(WRONG_MAX);
    Ok(Checked {
        sound: count.wrong.is_empty(),
        size: count.frontier.size(),
        root: count.frontier.root().to_base64(),
        wrong: count.wrong,
    })
}

enum Signed {
    Nothing,
    Unreadable,
    Root(u64, Digest),
}

fn signed_root(platform: &Platform, tx: &mut Tx<'_>, log: &str) -> Result<Signed, Fault> {
    let Some(signed) = published(tx, log)? else { return Ok(Signed::Nothing) };
    let opened = root_in(log, &signed.note, platform)?.filter(|it| it.size == signed.size);
    Ok(opened.map_or(Signed::Unreadable, |it| Signed::Root(it.size, it.root)))
}

type Personal = BTreeMap<i64, Vec<(String, Vec<u8>, String)>>;

fn personal(tx: &mut Tx<'_>, log: &str, from: i64, until: i64) -> Result<Personal, Fault> {
    let rows = tx.rows(
        "SELECT seq, field, salt, value FROM audit_personal WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq, field",
        values![log, from, until],
    )?;
    let mut found = Personal::new();
    for row in rows {
        found.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?, row.get(3)?));
    }
    Ok(found)
}

struct Count<'a> {
    log: &'a str,
    frontier: Frontier,
    tile: Vec<Digest>,
    wrong: Vec<Wrong>,
}

impl Count<'_> {
    fn wrong(&mut self, seq: Option<i64>, en: &str, zh: &str) {
        self.wrong.push(Wrong { seq, what: Text::new(en, zh) });
    }

    fn entry(&mut self, tx: &mut Tx<'_>, it: &Stored, personal: &Personal) -> Result<(), Fault> {
        if u64::try_from(it.seq) != Ok(self.frontier.size()) {
            self.wrong(Some(it.seq), "the entry before it is missing", "其前一条缺失");
        }
        if self.log != ROOT {
            self.columns(it);
            self.commitments(it.seq, &it.text, personal);
        }
        let leaf = it.leaf();
        self.frontier.push(leaf);
        self.tile.push(leaf);
        if self.tile.len() == usize::from(proof::TILE_WIDTH_MAX) { self.full_tile(tx) } else { Ok(()) }
    }

    /// What is searched must be what is hashed.
    fn columns(&mut self, it: &Stored) {
        let body: Json = serde_json::from_str(&it.text).unwrap_or_default();
        let shown = json!([time::show(it.at), it.actor, it.seq]);
        let written = json!([body.get("at"), body.get("actor"), body.get("seq")]);
        if shown != written || !it.is_found_as(body.get("action"), body.get("subject")) {
            self.wrong(
                Some(it.seq),
                "what lists show of the entry is not what it says",
                "列表所示与条目内容不符",
            );
        }
    }

    fn commitments(&mut self, seq: i64, text: &str, personal: &Personal) {
        let Some(kept) = personal.get(&seq) else { return };
        let body: Json = serde_json::from_str(text).unwrap_or_default();
        for (field, salt, value) in kept {
            let logged = body.get("personal").and_then(|it| it.get(field)?.as_str()).and_then(Digest::parse);
            let salt = <[u8; 32]>::try_from(salt.as_slice()).ok().map(Salt::from_bytes);
            let holds =
                logged.zip(salt).is_some_and(|(logged, salt)| is_committed(logged, &salt, value.as_bytes()));
            if !holds {
                self.wrong(
                    Some(seq),
                    &format!("`{field}` is not what was committed to"),
                    &format!("`{field}` 与承诺不符"),
                );
            }
        }
    }

    /// Each tile, and through its root its place in the tile above.
    fn full_tile(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let mut hashes = std::mem::take(&mut self.tile);
        let (mut level, mut count) = (0, self.frontier.size());
        while count.is_multiple_of(256) && !hashes.is_empty() {
            let n = count / 256 - 1;
            let kept = tile(tx, self.log, level, n, proof::TILE_WIDTH_MAX)?;
            if level == 0 {
                self.compare_leaves(n, kept.as_deref().unwrap_or_default(), &hashes);
            }
            if kept.as_ref() != Some(&hashes) {
                self.wrong(
                    None,
                    &format!("tile {n} of level {level} is wrong"),
                    &format!("第 {level} 层第 {n} 块有误"),
                );
                return Ok(());
            }
            let root = root_of(&hashes);
            (count, level) = (count / 256, level + 1);
            let width = u16::try_from((count - 1) % 256 + 1).unwrap_or(u16::MAX);
            hashes = tile(tx, self.log, level, (count - 1) / 256, width)?.unwrap_or_default();
            hashes.truncate(usize::from(width));
            if hashes.last() != Some(&root) {
                self.wrong(
                    None,
                    &format!("the tile over tile {n} of level {} is wrong", level - 1),
                    &format!("第 {} 层第 {n} 块之上的块有误", level - 1),
                );
                return Ok(());
            }
        }
        Ok(())
    }

    /// The hashes of a full tile are those of its entries as they were written.
    fn compare_leaves(&mut self, n: u64, kept: &[Digest], found: &[Digest]) {
        let first = i64::try_from(n.saturating_mul(u64::from(proof::TILE_WIDTH_MAX))).unwrap_or(i64::MAX);
        for (seq, (kept, found)) in (first..).zip(kept.iter().zip(found)) {
            if kept != found {
                self.wrong(
                    Some(seq),
                    "the entry is not the one that was hashed when it was written",
                    "条目与写入时的哈希不符",
                );
            }
        }
    }

    fn compare_signed(&mut self, signed: &Signed) {
        if let Signed::Root(size, root) = signed
            && *size == self.frontier.size()
            && *root != self.frontier.root()
        {
            self.wrong(None, "the log does not have the root that was signed", "日志的根与已签署的根不符");
        }
    }

    fn compare_end(&mut self, tree: &Tree, signed: &Signed) -> Result<(), Fault> {
        if tree.root() != self.frontier.root() || u64::try_from(tree.size()?) != Ok(self.frontier.size()) {
            self.wrong(
                None,
                "the right edge is not that of the entries: some are missing or changed",
                "右缘与条目不符：有条目缺失或被改",
            );
        }
        if matches!(signed, Signed::Root(size, _) if *size > self.frontier.size()) {
            self.wrong(None, "the log has fewer entries than were signed", "日志条数少于已签署的条数");
        }
        Ok(())
    }
}
