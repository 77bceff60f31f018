//! A lake in a directory of this machine, and the facts of one contract in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostic::{Bilingual, Diagnostic, Severity};
use evidence::{FactSchema, Facts, Memory, Partition};
use lake::{Layout, LocalBlobs, Place, Standing, Target};
use language::Contract;
use timeline::{Instant, Interval};

use crate::arguments::LakeArguments;
use crate::failure::Failure;
use crate::volume::{Lake, LakeFacts};

/// Whose records they are where nobody else's are in the lake.
const ONLY_TENANT: &str = "default";

/// A lake, and whose records in it are meant.
pub(crate) struct LocalLake {
    root: PathBuf,
    lake: lake::Lake,
    tenant: String,
}

impl LakeArguments {
    /// The lake that was named.
    pub(crate) fn place(&self, tenant: Option<&str>) -> Result<Option<LocalLake>, Failure> {
        self.lake.as_deref().map(|root| LocalLake::find(root, tenant)).transpose()
    }
}

impl LocalLake {
    /// Opens the lake that is in that directory. A name mistyped is no lake without records, which would settle to nothing.
    pub(crate) fn find(root: &Path, tenant: Option<&str>) -> Result<LocalLake, Failure> {
        if !root.join(lake::manifest::MANIFEST_NAME).is_file() {
            return Err(Failure::Usage(format!(
                "--lake {}: there is no lake; `upheld import` makes one",
                root.display()
            )));
        }
        LocalLake::open(root, tenant)
    }

    /// Opens the lake in that directory, which is made when there is none.
    pub(crate) fn open(root: &Path, tenant: Option<&str>) -> Result<LocalLake, Failure> {
        let fault = |why: String| Failure::Fault(format!("--lake {}: {why}", root.display()));
        let blobs = LocalBlobs::open(root).map_err(|it| fault(it.to_string()))?;
        let manifest = lake::FileManifest::open(root).map_err(|it| fault(it.to_string()))?;
        let scratch = root.join(".under-way");
        std::fs::create_dir_all(&scratch).map_err(|it| Failure::io(&scratch, "make the directory", &it))?;
        let lake = lake::Lake {
            blobs: Arc::new(blobs),
            manifest: Arc::new(manifest),
            scratch,
            limits: lake::Limits::default(),
        };
        let tenant = tenant.unwrap_or(ONLY_TENANT).to_owned();
        Ok(LocalLake { root: root.to_owned(), lake, tenant })
    }

    /// Where it is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
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

impl Lake for LocalLake {
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
        Ok(Box::new(Local(facts.map_err(|it| unreadable(&it))?)))
    }
}

struct Local(lake::LakeFacts);

impl LakeFacts for Local {
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
