//! The disk a journal writes to; another one stands in for it where failures are rehearsed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};

/// Makes and removes files.
pub(super) trait Disk: Send {
    /// A new file with room for so many bytes, durable in its folder.
    fn create(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn DiskFile>>;

    /// Removes a file, durably.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// A file that is written to.
pub(super) trait DiskFile: Send {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes room for so many bytes in all, durably.
    fn set_aside(&mut self, bytes: u64) -> io::Result<()>;

    /// Makes what was written safe.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file off at that length, durably.
    fn end_at(&mut self, length: u64) -> io::Result<()>;
}

/// The disk itself.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        let made = set_aside(&file, bytes).and_then(|()| sync_folder(path));
        if let Err(error) = made {
            let _ = fs::remove_file(path);
            return Err(error);
        }
        Ok(Box::new(file))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)?;
        sync_folder(path)
    }
}

impl DiskFile for File {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn set_aside(&mut self, bytes: u64) -> io::Result<()> {
        set_aside(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn end_at(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_all()
    }
}

fn set_aside(file: &File, bytes: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        // A file system that cannot set bytes aside finds out when it writes.
        Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => file.sync_all(),
        Err(error) => Err(error.into()),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |it| File::open(it)?.sync_all())
}
