//! Tiles and entry bundles as they are served (C2SP tlog-tiles): those of the root to everybody, others to who may see the log.

use proof::{BundlePath, TilePath, write_bundle};
use store::{Fault, Tx};

use super::kept;
use super::names::ROOT;
use super::search::enter;
use super::tree::{self, Tree, broken, bytes_of};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};

/// A tile of a house's log, by its path `tile/<level>/<n>[.p/<width>]`.
pub fn tile(tx: &mut Tx<'_>, who: &Principal, house: &str, path: &str) -> Result<Vec<u8>, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    tile_of(tx, house, path)
}

/// A bundle of a house's log, by its path `tile/entries/<n>[.p/<width>]`.
pub fn bundle(tx: &mut Tx<'_>, who: &Principal, house: &str, path: &str) -> Result<Vec<u8>, Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Read)?;
    bundle_of(tx, house, path)
}

/// A tile of the root log. Everybody may see it.
pub fn public_tile(tx: &mut Tx<'_>, path: &str) -> Result<Vec<u8>, Failure> {
    tile_of(tx, ROOT, path)
}

/// A bundle of the root log. Everybody may see it.
pub fn public_bundle(tx: &mut Tx<'_>, path: &str) -> Result<Vec<u8>, Failure> {
    bundle_of(tx, ROOT, path)
}

fn tile_of(tx: &mut Tx<'_>, log: &str, path: &str) -> Result<Vec<u8>, Failure> {
    let path: TilePath = path.parse().map_err(|_| Refusal::not_found())?;
    if !path.is_in(size(tx, log)?) {
        return Err(Refusal::not_found().into());
    }
    let mut hashes = tree::tile(tx, log, path.level(), path.n(), path.width())?.ok_or_else(|| broken(log))?;
    hashes.truncate(usize::from(path.width()));
    Ok(bytes_of(&hashes))
}

fn bundle_of(tx: &mut Tx<'_>, log: &str, path: &str) -> Result<Vec<u8>, Failure> {
    let path: BundlePath = path.parse().map_err(|_| Refusal::not_found())?;
    if !path.is_in(size(tx, log)?) {
        return Err(Refusal::not_found().into());
    }
    let entries = kept::texts(tx, log, path.from(), path.until())?;
    if entries.len() != usize::from(path.width()) {
        return Err(broken(log).into());
    }
    Ok(write_bundle(entries.iter().map(String::as_bytes)).map_err(|_| broken(log))?)
}

fn size(tx: &mut Tx<'_>, log: &str) -> Result<u64, Fault> {
    let size = Tree::load(tx, log)?.size()?;
    u64::try_from(size).map_err(|_| broken(log))
}
