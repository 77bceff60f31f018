//! How long the disk itself needs for a flush.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use measured::Fault;
use measured::clock::{Times, timed};

const WRITES: u64 = 400;
const WRITE_BYTES: usize = 4096;

/// Times of a write of 4 KiB and its flush, one after another, in a file whose bytes are there already; nanoseconds.
pub(crate) fn flushes(folder: &Path) -> Result<Times, Fault> {
    let path = folder.join("flushes");
    let file = File::options().create(true).truncate(true).read(true).write(true).open(&path)?;
    let bytes = [0x5A; WRITE_BYTES];
    for at in 0..WRITES {
        file.write_all_at(&bytes, at * WRITE_BYTES as u64)?;
    }
    file.sync_all()?;
    let mut times = Times::default();
    for at in 0..WRITES {
        let (done, nanos) = timed(|| {
            file.write_all_at(&bytes, at * WRITE_BYTES as u64)?;
            file.sync_data()
        });
        done?;
        times.push(nanos);
    }
    std::fs::remove_file(path)?;
    Ok(times)
}
