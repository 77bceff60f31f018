//! Files in a folder of this machine.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{BlobError, Blobs, Content};

/// Ends the names of files that are still being written.
const UNFINISHED: &str = ".unfinished";

/// A folder.
#[derive(Debug)]
pub struct LocalBlobs {
    root: PathBuf,
    /// Tells what this process has under way from what others have, also on other machines that see the folder.
    process: u64,
    unfinished: AtomicU64,
}

impl LocalBlobs {
    /// The folder, made when it is not there.
    pub fn open(root: &Path) -> Result<LocalBlobs, BlobError> {
        make_folders(root).map_err(|error| failed(&root.to_string_lossy(), &error))?;
        // The seed of a hasher is the chance that the standard library has.
        let process = RandomState::new().build_hasher().finish();
        Ok(LocalBlobs { root: root.to_owned(), process, unfinished: AtomicU64::new(0) })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of that path on this machine.
    pub fn file(&self, path: &str) -> Result<PathBuf, BlobError> {
        let plain = |it: &str| !it.is_empty() && it != "." && it != ".." && !it.contains(['\\', '\0']);
        if path.split('/').all(plain) {
            Ok(self.root.join(path))
        } else {
            Err(BlobError::Path(path.to_owned()))
        }
    }

    fn put_io(&self, file: &Path, content: Content<'_>) -> io::Result<()> {
        let folder = file.parent().unwrap_or(&self.root);
        make_folders(folder)?;
        let unfinished = self.unfinished.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{:016x}-{unfinished}{UNFINISHED}", self.process));
        fill(&temporary, content).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })?;
        fs::rename(&temporary, file)?;
        File::open(folder)?.sync_all()
    }

    fn list_into(&self, folder: &Path, paths: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.list_into(&entry.path(), paths)?;
            } else if let Ok(path) = entry.path().strip_prefix(&self.root) {
                paths.push(path.to_string_lossy().into_owned());
            }
        }
        Ok(())
    }
}

impl Blobs for LocalBlobs {
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
        let file = self.file(path)?;
        self.put_io(&file, content).map_err(|error| failed(path, &error))
    }

    fn get_range(&self, path: &str, range: Range<u64>) -> Result<Bytes, BlobError> {
        let file = File::open(self.file(path)?).map_err(|error| failed(path, &error))?;
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, range.start).map_err(|error| failed(path, &error))?;
        Ok(bytes.into())
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        let metadata = fs::metadata(self.file(path)?).map_err(|error| failed(path, &error))?;
        Ok(metadata.len())
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        match fs::remove_file(self.file(path)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path, &error)),
            _ => Ok(()),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        let root = if folder.is_empty() { self.root.clone() } else { self.file(folder)? };
        let mut paths = Vec::new();
        match self.list_into(&root, &mut paths) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(folder, &error)),
            _ => paths.retain(|it| !it.ends_with(UNFINISHED)),
        }
        paths.sort_unstable();
        Ok(paths)
    }
}

/// Writes or moves the content to `temporary`, durably.
fn fill(temporary: &Path, content: Content<'_>) -> io::Result<()> {
    match content {
        Content::Bytes(bytes) => {
            let mut file = File::create(temporary)?;
            file.write_all(bytes)?;
            file.sync_all()
        }
        Content::File(from) => {
            if fs::rename(from, temporary).is_err() {
                fs::copy(from, temporary)?;
            }
            File::open(temporary)?.sync_all()
        }
    }
}

/// Makes a folder and those above it, each durable in the one above it.
pub(crate) fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|it| !it.as_os_str().is_empty());
    above.map_or(Ok(()), make_folders)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    above.map_or(Ok(()), |it| File::open(it)?.sync_all())
}

fn failed(path: &str, error: &io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::NotFound => BlobError::Missing(path.to_owned()),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            BlobError::Full(path.to_owned())
        }
        _ => BlobError::Failed { path: path.to_owned(), why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_read_listed_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(&folder.path().join("lake")).unwrap();
        let scratch = folder.path().join("scratch");
        fs::write(&scratch, b"world").unwrap();
        blobs.put("a/b/2.parquet", Content::Bytes(b"hello")).unwrap();
        blobs.put("a/b/1.parquet", Content::File(&scratch)).unwrap();
        assert_eq!(blobs.list("a").unwrap(), ["a/b/1.parquet", "a/b/2.parquet"]);
        assert_eq!(blobs.list("nothing").unwrap(), Vec::<String>::new());
        assert_eq!(&blobs.get_range("a/b/2.parquet", 1..4).unwrap()[..], b"ell");
        assert_eq!(blobs.size("a/b/1.parquet"), Ok(5));
        blobs.delete("a/b/1.parquet").unwrap();
        blobs.delete("a/b/1.parquet").unwrap();
        assert_eq!(blobs.size("a/b/1.parquet"), Err(BlobError::Missing("a/b/1.parquet".into())));
        assert!(!scratch.exists());
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(folder.path()).unwrap();
        for path in ["", "../x", "a/../../x", "/etc/passwd", "a//b", "a/./b"] {
            assert_eq!(blobs.size(path), Err(BlobError::Path(path.into())), "{path}");
        }
    }
}
