//! How far an import has come, kept beside its runs so that it can go on after an interruption.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::LakeError;
use crate::lake::Target;
use crate::place::Place;

/// The file's name in the folder of an import.
const STATE_NAME: &str = "import.json";

/// How far a source has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The source, as whoever imports calls it.
    pub source: String,
    /// Its bytes when the import began.
    pub size: u64,
    /// SHA-256 of its beginning, in hexadecimal, by which it is known again; how much that is is up to whoever imports.
    pub prefix_sha256: String,
    /// All rows before this byte were pushed.
    pub offset: u64,
    /// The line that begins there, from 1.
    pub line: u64,
    /// Whether nothing follows.
    #[serde(default)]
    pub finished: bool,
    /// What whoever imports wants to know again when it goes on.
    #[serde(default)]
    pub told: String,
}

impl Progress {
    /// Whether both speak of the same source.
    pub fn is_of(&self, other: &Progress) -> bool {
        (&self.source, self.size, &self.prefix_sha256) == (&other.source, other.size, &other.prefix_sha256)
    }
}

/// What an interrupted import left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportState {
    /// Tenant, stream and fact.
    pub place: Place,
    /// The layout as text.
    pub layout: String,
    /// What rows were made by, as whoever imports puts it: under other terms the same source makes other rows.
    #[serde(default)]
    pub terms: String,
    /// How far the rows of the runs reach, by source; nothing is safe of a source that is not named.
    #[serde(default)]
    pub reached: Vec<Progress>,
    /// The runs' file names.
    pub runs: Vec<String>,
    /// Those of the fact beside.
    #[serde(default)]
    pub beside_runs: Vec<String>,
}

impl ImportState {
    /// What an import of that target under those terms left in the folder; a new state when there is none. What an import
    /// of another target or under other terms left is removed, and `true` says so.
    pub fn load(folder: &Path, target: &Target, terms: &str) -> Result<(ImportState, bool), LakeError> {
        fs::create_dir_all(folder).map_err(|error| LakeError::io(folder, &error))?;
        let new = ImportState {
            place: target.place.clone(),
            layout: target.layout.text(),
            terms: terms.to_owned(),
            reached: Vec::new(),
            runs: Vec::new(),
            beside_runs: Vec::new(),
        };
        let path = folder.join(STATE_NAME);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((new, false)),
            read => read.map_err(|error| LakeError::io(&path, &error))?,
        };
        let old: ImportState = serde_json::from_slice(&bytes)
            .map_err(|error| LakeError::corrupt(&path.to_string_lossy(), error))?;
        if (&old.place, &old.layout, &old.terms) == (&new.place, &new.layout, &new.terms) {
            return Ok((old, false));
        }
        old.clear(folder)?;
        Ok((new, true))
    }

    /// Replaces what the folder says, durably.
    pub(super) fn save(&self, folder: &Path) -> Result<(), LakeError> {
        let path = folder.join(STATE_NAME);
        let temporary = folder.join(format!("{STATE_NAME}.unfinished"));
        let json = serde_json::to_vec(self).map_err(|error| LakeError::corrupt(STATE_NAME, error))?;
        let write = || {
            let mut file = File::create(&temporary)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|error| LakeError::io(&path, &error))
    }

    /// Removes the state, then the runs.
    pub(super) fn clear(&self, folder: &Path) -> Result<(), LakeError> {
        crate::settle::remove(&folder.join(STATE_NAME))?;
        let mut runs = self.runs.iter().chain(&self.beside_runs);
        runs.try_for_each(|it| crate::settle::remove(&folder.join(it)))
    }
}
