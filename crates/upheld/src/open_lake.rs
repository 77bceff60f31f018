//! A lake that was named on the command line, in a folder of this machine or in an object store, and the facts of one
//! contract in it.

mod address;
mod fleet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::unclassified::OPEN;
use evidence::{Datum, FactSchema, Facts, Field, Measure, Memory, Partition, Predicate, Question, Schema};
use lake::{Layout, Place, Standing, Target};
use language::Contract;
use quantity::Ratio;
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
    ) -> Result<Vec<lake::FileEntry>, lake::LakeError> {
        let mut all = Vec::new();
        for fact in contract.schema.facts.iter().filter(|it| it.volume) {
            let place = Place::new(&self.tenant, &contract.id, &fact.name);
            all.extend(self.lake.manifest.entries(&place, window, as_of)?);
        }
        Ok(all)
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
        let blobs = Arc::clone(&self.lake.blobs);
        let facts = lake::LakeFacts::open(listed, blobs, entries, &contract.schema, window);
        let facts = facts.map_err(|it| unreadable(&it))?;
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
    /// How many open receipts there are beside a fact.
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
        let question = Question {
            filter: Predicate::Equals(Field::Attribute(0), Some(Datum::Text(OPEN.into()))),
            measures: vec![Measure::Count],
            ..Question::about(0, within)
        };
        let answer = facts.aggregate(&question).map_err(|it| volume::unanswered(&it))?;
        let count = answer.first().and_then(|it| it.values.first()).cloned().flatten();
        Ok(!matches!(count, None | Some(Datum::Number(Ratio::ZERO))))
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
