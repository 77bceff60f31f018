//! A lake that fails as it is told: away, done and not answered, ended at a certain step, or with a file not to be seen yet.

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;

use lake::blobs::{Blobs, Content};
use lake::{BlobError, LocalBlobs};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    Nothing,
    /// Nothing is done.
    Away,
    /// What is put is there, and an error is told.
    Mute,
    /// So many things are done, and then no more.
    Ends(usize),
    /// Files with this in their path are not listed.
    Hidden(String),
}

pub struct Faulty {
    folder: LocalBlobs,
    trouble: Mutex<Trouble>,
}

impl Faulty {
    pub fn new(folder: &Path) -> Self {
        Self { folder: LocalBlobs::open(folder).unwrap(), trouble: Mutex::new(Trouble::Nothing) }
    }

    pub fn begin(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }

    pub fn trouble(&self) -> Trouble {
        self.trouble.lock().unwrap().clone()
    }

    fn step<T>(&self, path: &str, work: impl FnOnce() -> Result<T, BlobError>) -> Result<T, BlobError> {
        let failed = || BlobError::Failed { path: path.to_owned(), why: "no answer".to_owned() };
        let mut trouble = self.trouble.lock().unwrap();
        match &mut *trouble {
            Trouble::Away | Trouble::Ends(0) => return Err(failed()),
            Trouble::Mute => return work().and_then(|_| Err(failed())),
            Trouble::Ends(left) => *left -= 1,
            Trouble::Nothing | Trouble::Hidden(_) => {}
        }
        drop(trouble);
        work()
    }
}

impl Blobs for Faulty {
    fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
        self.step(path, || self.folder.put(path, content))
    }

    fn get_range(&self, path: &str, range: Range<u64>) -> Result<bytes::Bytes, BlobError> {
        self.step(path, || self.folder.get_range(path, range))
    }

    fn size(&self, path: &str) -> Result<u64, BlobError> {
        self.step(path, || self.folder.size(path))
    }

    fn delete(&self, path: &str) -> Result<(), BlobError> {
        self.step(path, || self.folder.delete(path))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        let mut paths = self.step(folder, || self.folder.list(folder))?;
        if let Trouble::Hidden(name) = self.trouble() {
            paths.retain(|it| !it.contains(&name));
        }
        Ok(paths)
    }
}
