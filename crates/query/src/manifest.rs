//! What the manifest of a lake says, read while somebody else writes it: a folder's own
//! [`lake::manifest::FileManifest`] locks its file.

use std::sync::Arc;

use lake::FileEntry;
use lake::manifest::{Log, MANIFEST_NAME, ManifestError};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::refused::Refused;

/// The files the lake's manifest names, those that were superseded too: of a folder its one file, of a store of objects its
/// numbered steps.
pub async fn entries(lake: &Arc<dyn ObjectStore>) -> Result<Vec<FileEntry>, Refused> {
    match lake.get(&Path::from(MANIFEST_NAME)).await {
        Ok(found) => {
            let bytes = found.bytes().await.map_err(|error| Refused::Unreadable(error.to_string()))?;
            let mut log = Log::default();
            log.replay(&bytes).map_err(|line| damaged(MANIFEST_NAME, line))?;
            Ok(log.all().to_vec())
        }
        Err(object_store::Error::NotFound { .. }) => numbered(lake).await,
        Err(error) => Err(Refused::Unreadable(error.to_string())),
    }
}

async fn numbered(lake: &Arc<dyn ObjectStore>) -> Result<Vec<FileEntry>, Refused> {
    let log = objects::read_log(lake).await.map_err(|error| match error {
        ManifestError::Damaged { path, line } => damaged(&path, line),
        other => Refused::Unreadable(other.to_string()),
    })?;
    log.map(|it| it.all().to_vec())
        .ok_or_else(|| Refused::Place("there is no manifest in the lake".to_owned()))
}

fn damaged(path: &str, line: usize) -> Refused {
    Refused::Place(format!("`{path}` is damaged in line {line}"))
}
