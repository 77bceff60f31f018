//! Files in a folder of this machine.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::{BlobError, Blobs, Content};

/// Ends the names of files that are still being written.
const UNFINISHED: &str = ".unfinished";
/// So old is what nobody is writing any more, should the folder be on a file system that does not say so by its locks.
const ABANDONED: Duration = Duration::from_secs(86_400);

/// A folder.
#[derive(Debug)]
pub struct LocalBlobs {
    root: PathBuf,
    /// Device and inode of the folder when it was opened.
    is: (u64, u64),
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
        let is = identity(root).map_err(|error| failed(&root.to_string_lossy(), &error))?;
        Ok(LocalBlobs { root: root.to_owned(), is, process, unfinished: AtomicU64::new(0) })
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

    /// Refused when the folder is not the one that was opened: where a file system was mounted there may be nothing, or the
    /// empty folder below, and what is put there is found by nobody when it is mounted again.
    fn is_there(&self) -> io::Result<()> {
        if identity(&self.root).is_ok_and(|it| it == self.is) {
            return Ok(());
        }
        let root = self.root.display();
        Err(io::Error::other(format!(
            "the folder `{root}` is not the one that was opened; mount it, or start again"
        )))
    }

    /// What was found; a file is missing only where the folder is there.
    fn found<T>(&self, path: &str, done: io::Result<T>) -> Result<T, BlobError> {
        done.map_err(|error| match (error.kind(), self.is_there()) {
            (ErrorKind::NotFound, Err(away)) => failed(path, &away),
            _ => failed(path, &error),
        })
    }

    fn put_io(&self, file: &Path, content: Content<'_>) -> io::Result<()> {
        self.is_there()?;
        let folder = file.parent().unwrap_or(&self.root);
        make_folders(folder)?;
        let unfinished = self.unfinished.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{:016x}-{unfinished}{UNFINISHED}", self.process));
        // Locked until it has its name, so that whoever sweeps leaves it alone.
        let _locked = fill(&temporary, content).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })?;
        fs::rename(&temporary, file)?;
        File::open(folder)?.sync_all()?;
        self.is_there()
    }

    /// Removes the unfinished files of a folder and those below it that were last written before `since` and that nobody has
    /// locked; how many. Were one under way all the same, its writer would be told that it is not there.
    fn sweep_io(&self, folder: &Path, since: SystemTime) -> io::Result<usize> {
        let mut swept = 0;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                swept += gone_or(self.sweep_io(&entry.path(), since), 0)?;
            } else if entry.file_name().to_str().is_some_and(is_unfinished)
                && gone_or(is_abandoned(&entry.path(), since), false)?
            {
                gone_or(fs::remove_file(entry.path()), ())?;
                swept += 1;
            }
        }
        Ok(swept)
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
        let file = self.found(path, File::open(self.file(path)?))?;
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, range.start).map_err(|error| failed(path, &error))?;
        Ok(bytes.into())
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        Ok(self.found(path, fs::metadata(self.file(path)?))?.len())
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        match self.found(path, fs::remove_file(self.file(path)?)) {
            Err(BlobError::Missing(_)) => Ok(()),
            done => done,
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        let root = if folder.is_empty() { self.root.clone() } else { self.file(folder)? };
        let mut paths = Vec::new();
        self.is_there().map_err(|error| failed(folder, &error))?;
        match self.list_into(&root, &mut paths) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(folder, &error)),
            _ => paths.retain(|it| !it.ends_with(UNFINISHED)),
        }
        paths.sort_unstable();
        Ok(paths)
    }

    fn sweep(&self) -> Result<usize, BlobError> {
        let since = SystemTime::now().checked_sub(ABANDONED).unwrap_or(SystemTime::UNIX_EPOCH);
        self.sweep_io(&self.root, since).map_err(|error| failed(&self.root.to_string_lossy(), &error))
    }
}

/// What tells a folder from others of its name.
fn identity(folder: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(folder).map(|it| (it.dev(), it.ino()))
}

/// Writes or moves the content to `temporary`, durably; the file, locked where the file system knows locks.
fn fill(temporary: &Path, content: Content<'_>) -> io::Result<File> {
    let mut file = match content {
        Content::Bytes(_) => File::create(temporary)?,
        Content::File(from) => File::open(from)?,
    };
    let _ = file.try_lock();
    match content {
        Content::Bytes(bytes) => file.write_all(bytes)?,
        Content::File(from) if fs::rename(from, temporary).is_ok() => {}
        Content::File(_) => {
            let mut copy = File::create(temporary)?;
            let _ = copy.try_lock();
            io::copy(&mut file, &mut copy)?;
            file = copy;
        }
    }
    file.sync_all()?;
    Ok(file)
}

/// Whether a file name is one of those under which [`LocalBlobs::put`] writes.
fn is_unfinished(name: &str) -> bool {
    let parts = name.strip_suffix(UNFINISHED).and_then(|it| it.split_once('-'));
    parts.is_some_and(|(process, number)| {
        process.len() == 16
            && process.bytes().all(|it| it.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|it| it.is_ascii_digit())
    })
}

/// Whether nobody writes it: it was last written before `since`, and is not locked.
fn is_abandoned(path: &Path, since: SystemTime) -> io::Result<bool> {
    let file = File::open(path)?;
    if file.metadata()?.modified()? >= since {
        return Ok(false);
    }
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // Without locks, the age has to say it.
        Err(TryLockError::Error(_)) => Ok(true),
    }
}

/// What somebody else finished or removed meanwhile is nothing to sweep.
fn gone_or<T>(done: io::Result<T>, gone: T) -> io::Result<T> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(gone),
        done => done,
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

    /// Writes files of these names, with what they hold, as if they were last written two days ago.
    fn two_days_old(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
            let then = SystemTime::now() - 2 * ABANDONED;
            File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        }
    }

    #[test]
    fn what_a_killed_process_had_begun_is_swept_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(folder.path()).unwrap();
        let abandoned = ["a/b/0123456789abcdef-7.unfinished", ".waiting/jnl/fedcba9876543210-0.unfinished"];
        let others =
            ["a/1.parquet", "a/import.json.unfinished", "a/0123456789abcdef-.unfinished", "x-1.unfinished"];
        two_days_old(folder.path(), &abandoned);
        two_days_old(folder.path(), &others);
        let new = folder.path().join("a/b/0123456789abcdef-8.unfinished");
        fs::write(&new, "under way").unwrap();
        assert_eq!(blobs.sweep(), Ok(2));
        assert!(abandoned.iter().all(|it| !folder.path().join(it).exists()));
        assert!(new.exists() && others.iter().all(|it| folder.path().join(it).exists()));
        assert_eq!(blobs.sweep(), Ok(0));
    }

    #[test]
    fn what_is_under_way_is_not_swept_however_old_it_looks() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(&folder.path().join("lake")).unwrap();
        for content in ["bytes", "file"] {
            let (scratch, temporary) =
                (folder.path().join(content), blobs.root().join("0123456789abcdef-0.unfinished"));
            two_days_old(folder.path(), &[content]);
            let content = match content {
                "bytes" => Content::Bytes(b"bytes"),
                _ => Content::File(&scratch),
            };
            let under_way = fill(&temporary, content).unwrap();
            under_way.set_modified(SystemTime::now() - 2 * ABANDONED).unwrap();
            assert_eq!(blobs.sweep(), Ok(0), "another process writes it");
            drop(under_way);
            two_days_old(blobs.root(), &["0123456789abcdef-0.unfinished"]);
            assert_eq!(blobs.sweep(), Ok(1), "the other process ended");
        }
    }

    #[test]
    fn nothing_is_put_where_the_folder_is_gone_or_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let (root, away) = (folder.path().join("lake"), folder.path().join("away"));
        let blobs = LocalBlobs::open(&root).unwrap();
        blobs.put("a/1", Content::Bytes(b"one")).unwrap();
        fs::rename(&root, &away).unwrap();
        let refused = || {
            let told = blobs.put("a/2", Content::Bytes(b"two")).unwrap_err().to_string();
            assert!(told.contains("is not the one that was opened; mount it"), "{told}");
            assert!(blobs.list("a").is_err(), "nothing there is not nothing at all");
            let told =
                [blobs.size("a/1").unwrap_err(), blobs.delete("a/1").unwrap_err()].map(|it| it.to_string());
            assert!(told.iter().all(|it| it.contains("mount it")), "{told:?}");
        };
        refused();
        assert!(!root.exists());
        fs::create_dir(&root).unwrap();
        refused();
        fs::remove_dir(&root).unwrap();
        fs::rename(&away, &root).unwrap();
        blobs.put("a/2", Content::Bytes(b"two")).unwrap();
        assert_eq!(blobs.list("a").unwrap(), ["a/1", "a/2"]);
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
