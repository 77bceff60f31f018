//! A lake that was named on the command line, in a folder of this machine or in an object store, and the facts of one
//! contract in it.

mod address;
mod fleet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::{FactSchema, Facts, Memory, Partition, Schema};
use lake::{Blobs, FileEntry, Layout, Place, Standing, Target};
use language::Contract;
use timeline::{Instant, Interval};

use crate::arguments::LakeArguments;
use crate::failure::Failure;
use crate::volume::{self, Lake, LakeFacts};
use address::Address;
use fleet::Asker;

/// Whose records they are where nobody else's are in the lake.
const ONLY_TENANT: &str = "default";

/// A lake, and whose records in it are meant.
pub(crate) struct OpenLake {
    lake: lake::Lake,
    tenant: String,
    /// A folder of this machine for what is under way.
    work: Option<PathBuf>,
    /// The folder it is in, unless it is in an object store.
    folder: Option<PathBuf>,
    /// Who answers questions, unless this process does.
    asker: Option<Asker>,
}

impl LakeArguments {
    /// The lake that was named.
    pub(crate) fn place(&self, tenant: Option<&str>) -> Result<Option<OpenLake>, Failure> {
        let Some(address) = self.lake.as_deref() else { return Ok(None) };
        let mut found = OpenLake::find(address, tenant)?;
        found.asker = self.fleet.as_deref().map(|it| Asker::reach(it, self.fleet_parts)).transpose()?;
        Ok(Some(found))
    }
}

impl OpenLake {
    /// Opens a lake to be asked. A name mistyped is no lake without records, which would settle to nothing.
    pub(crate) fn find(address: &str, tenant: Option<&str>) -> Result<OpenLake, Failure> {
        let found = Address::of(address);
        if !found.has_lake()? {
            let why = "there is no lake; `upheld import` makes one";
            return Err(Failure::Usage(format!("--lake {address}: {why}")));
        }
        OpenLake::at(&found, tenant, None)
    }

    /// Opens a lake to be counted again; `None` where there are files, and nothing that knows which of them stand: the lake of a
    /// server, whose store knows them.
    pub(crate) fn find_listed(address: &str, tenant: Option<&str>) -> Result<Option<OpenLake>, Failure> {
        if Address::of(address).has_lake()? { OpenLake::find(address, tenant).map(Some) } else { Ok(None) }
    }

    /// Opens a lake that records are put into; it is made when there is none. Rows under way are kept in `work`, which a
    /// folder need not name.
    pub(crate) fn open(
        address: &str,
        tenant: Option<&str>,
        work: Option<&Path>,
    ) -> Result<OpenLake, Failure> {
        OpenLake::at(&Address::of(address), tenant, work)
    }

    fn at(address: &Address, tenant: Option<&str>, work: Option<&Path>) -> Result<OpenLake, Failure> {
        let (blobs, manifest) = address.open()?;
        let folder = address.folder().map(Path::to_owned);
        let work = work.map(Path::to_owned).or_else(|| folder.clone());
        // Only who writes puts anything there.
        let scratch = work.as_deref().map(|it| it.join(".under-way")).unwrap_or_default();
        if work.is_some() {
            std::fs::create_dir_all(&scratch)
                .map_err(|it| Failure::io(&scratch, "make the directory", &it))?;
        }
        let lake = lake::Lake { blobs, manifest, scratch, limits: lake::Limits::default() };
        let tenant = tenant.unwrap_or(ONLY_TENANT).to_owned();
        Ok(OpenLake { lake, tenant, work, folder, asker: None })
    }

    /// The folder it is in, unless it is in an object store.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The folder of this machine for what is under way.
    pub(crate) fn work(&self) -> Option<&Path> {
        self.work.as_deref()
    }

    /// The lake itself.
    pub(crate) fn lake(&self) -> &lake::Lake {
        &self.lake
    }

    /// Where records of a fact of the contract lie, and how they are told apart.
    pub(crate) fn target(&self, contract: &Contract, fact: &FactSchema, standing: Standing) -> Target {
        let place = Place::new(&self.tenant, &contract.id, &fact.name);
        Target { place, layout: Layout::of(fact), standing }
    }

    /// The files of the contract's facts in volume.
    pub(crate) fn entries(
        &self,
        contract: &Contract,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, lake::LakeError> {
        let mut all = Vec::new();
        for fact in contract.schema.facts.iter().filter(|it| it.volume) {
            let place = Place::new(&self.tenant, &contract.id, &fact.name);
            all.extend(self.lake.manifest.entries(&place, window, as_of)?);
        }
        Ok(all)
    }

    /// The files that once held the contract's facts in volume and are kept.
    pub(crate) fn superseded(&self, contract: &Contract) -> Result<Vec<FileEntry>, lake::LakeError> {
        let mut kept = self.lake.manifest.superseded()?;
        kept.retain(|it| it.place.tenant == self.tenant && it.place.stream == contract.id);
        Ok(kept)
    }
}

impl Lake for OpenLake {
    fn facts<'a>(
        &'a self,
        contract: &'a Contract,
        listed: Memory,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Box<dyn LakeFacts + 'a>, Diagnostic> {
        let entries = self.entries(contract, window, as_of).map_err(|it| unreadable(&it))?;
        let facts = opened(&self.lake.blobs, entries, contract, listed, window)?;
        Ok(match &self.asker {
            None => Box::new(Own(facts)),
            Some(asker) => Box::new(asker.facts(facts, &contract.schema)),
        })
    }

    fn unclassified(
        &self,
        contract: &Contract,
        within: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FactSchema>, Diagnostic> {
        let mut found = Vec::new();
        for fact in contract.schema.facts.iter().filter(|it| it.volume) {
            let beside = fact.unclassified();
            if self.open_receipts(contract, &beside, within, as_of)? {
                found.push(beside);
            }
        }
        Ok(found)
    }
}

impl OpenLake {
    /// Whether there are open receipts beside a fact.
    fn open_receipts(
        &self,
        contract: &Contract,
        beside: &FactSchema,
        within: Interval,
        as_of: Option<Instant>,
    ) -> Result<bool, Diagnostic> {
        let place = Place::new(&self.tenant, &contract.id, &beside.name);
        let entries = self.lake.manifest.entries(&place, within, as_of);
        let entries = entries.map_err(|it| unreadable(&it.into()))?;
        if entries.is_empty() {
            return Ok(false);
        }
        let schema = Schema { facts: vec![beside.clone()], ..Schema::default() };
        let blobs = Arc::clone(&self.lake.blobs);
        let none = Memory::from_records(Vec::new());
        let facts =
            lake::LakeFacts::open(none, blobs, entries, &schema, within).map_err(|it| unreadable(&it))?;
        evidence::unclassified::is_open(&facts, 0, within).map_err(|it| volume::unanswered(&it))
    }
}

fn opened(
    blobs: &Arc<dyn Blobs>,
    entries: Vec<FileEntry>,
    contract: &Contract,
    listed: Memory,
    window: Interval,
) -> Result<lake::LakeFacts, Diagnostic> {
    let facts = lake::LakeFacts::open(listed, Arc::clone(blobs), entries, &contract.schema, window);
    facts.map_err(|it| unreadable(&it))
}

/// The files that a statement rests on, and no others.
pub(crate) struct HeldFiles {
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) entries: Vec<FileEntry>,
}

impl HeldFiles {
    /// Files of the lake at that address, found by what the statement says of its partitions. The error of a partition that is
    /// not there is its line.
    pub(crate) fn found(
        address: &str,
        tenant: Option<&str>,
        partitions: &[Partition],
    ) -> Result<Result<HeldFiles, String>, Failure> {
        let none = || Failure::Usage(format!("--lake {address}: there is no lake"));
        let blobs = Address::of(address).files()?.ok_or_else(none)?;
        let fault = |it: lake::LakeError| Failure::Fault(it.to_string());
        let found = lake::Found::of(Arc::clone(&blobs), tenant.unwrap_or(ONLY_TENANT)).map_err(fault)?;
        let mut entries = Vec::new();
        for partition in partitions {
            match found.entry(partition).map_err(fault)? {
                Some(entry) => entries.push(entry),
                None => return Ok(Err(partition.line())),
            }
        }
        Ok(Ok(HeldFiles { blobs, entries }))
    }
}

impl Lake for HeldFiles {
    fn facts<'a>(
        &'a self,
        contract: &'a Contract,
        listed: Memory,
        window: Interval,
        _as_of: Option<Instant>,
    ) -> Result<Box<dyn LakeFacts + 'a>, Diagnostic> {
        Ok(Box::new(Own(opened(&self.blobs, self.entries.clone(), contract, listed, window)?)))
    }

    fn unclassified(
        &self,
        contract: &Contract,
        _within: Interval,
        _as_of: Option<Instant>,
    ) -> Result<Vec<FactSchema>, Diagnostic> {
        let beside = contract.schema.facts.iter().filter(|it| it.volume).map(FactSchema::unclassified);
        Ok(beside.filter(|it| self.entries.iter().any(|entry| entry.place.fact == it.name)).collect())
    }
}

/// Facts that this process asks the files itself.
struct Own(lake::LakeFacts);

impl LakeFacts for Own {
    fn facts(&self) -> &dyn Facts {
        &self.0
    }

    fn partitions(&self) -> Vec<Partition> {
        self.0.partitions().to_vec()
    }
}

/// What is wrong with a lake, as a diagnostic.
pub(crate) fn unreadable(why: &lake::LakeError) -> Diagnostic {
    Diagnostic::new(
        "S0108",
        Severity::Error,
        Bilingual::new(format!("the lake cannot be read: {why}"), format!("无法读取数据湖：{why}")),
        Bilingual::new(
            "nothing was settled; mend what is named and settle again",
            "未作任何结算；请排除上述问题后重新结算",
        ),
    )
}
