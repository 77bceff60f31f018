//! Where the bytes of a file come from.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

/// Bytes of one file, read at any place by several threads at once.
pub trait ReadAt: Sync {
    /// What messages call the file.
    fn name(&self) -> &str;

    /// Its length in bytes.
    fn size(&self) -> u64;

    /// Fills `into` with the bytes from `offset`; an error when there are fewer.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;

    /// The bytes of each range, in the order asked for; a file far away fetches them together.
    fn read_ranges(&self, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let each = ranges.iter().map(|it| {
            let length = usize::try_from(it.end.saturating_sub(it.start)).map_err(io::Error::other)?;
            let mut bytes = vec![0; length];
            self.read_at(it.start, &mut bytes)?;
            Ok(Bytes::from(bytes))
        });
        each.collect()
    }

    /// Whether every answer is waited for so long that it is better to ask for much at once.
    fn is_far(&self) -> bool {
        false
    }
}

/// A file held in memory.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    name: String,
    bytes: Vec<u8>,
}

impl MemoryFile {
    /// Takes the bytes.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> MemoryFile {
        MemoryFile { name: name.into(), bytes }
    }
}

impl ReadAt for MemoryFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let found = self.bytes.get(from..).and_then(|it| it.get(..into.len()));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// A file of the local disk.
#[derive(Debug)]
pub struct LocalFile {
    name: String,
    file: File,
    size: u64,
}

impl LocalFile {
    /// Opens it for reading.
    pub fn open(path: &Path) -> io::Result<LocalFile> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(LocalFile { name: path.display().to_string(), file, size })
    }
}

impl ReadAt for LocalFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, into, offset)
    }
}
