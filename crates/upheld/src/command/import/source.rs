//! A file to be imported: how large it is, by what it is known again, and reading on in the middle of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use formats::Spot;
use lake::Progress;
use sha2::{Digest, Sha256};

use super::parquet::ParquetLines;
use crate::failure::Failure;

/// By so many bytes a file is known again.
const PREFIX_BYTES: u64 = 64 << 10;
const BUFFER_BYTES: usize = 1 << 20;

/// One file.
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Bytes, as they lie on the disk.
    pub(super) size: u64,
    prefix_sha256: String,
    /// Whether it is Parquet, and not text.
    is_parquet: bool,
}

impl Source {
    /// Looks at the file; it is Parquet when its name ends so, or when somebody says so.
    pub(super) fn find(path: &Path, is_parquet: bool) -> Result<Source, Failure> {
        let failed = |doing: &'static str| {
            move |error: io::Error| match error.kind() {
                io::ErrorKind::NotFound => Failure::Usage(format!("{}: no such file", path.display())),
                _ => Failure::io(path, doing, &error),
            }
        };
        let file = File::open(path).map_err(failed("open it"))?;
        let size = file.metadata().map_err(failed("look at it"))?.len();
        let mut prefix = Vec::new();
        file.take(PREFIX_BYTES).read_to_end(&mut prefix).map_err(failed("read it"))?;
        let prefix_sha256 = lake::write::hex(&Sha256::digest(&prefix));
        let is_parquet = is_parquet || path.extension().is_some_and(|it| it == "parquet");
        Ok(Source { path: path.to_owned(), size, prefix_sha256, is_parquet })
    }

    /// Reads from the spot on; what is compressed with gzip comes decompressed, rows of Parquet come as lines, and spots count
    /// what comes out.
    pub(super) fn open(&self, spot: Spot) -> io::Result<Box<dyn BufRead>> {
        if self.is_parquet {
            let mut lines = ParquetLines::open(&self.path)?;
            io::copy(&mut (&mut lines).take(spot.offset), &mut io::sink())?;
            return Ok(Box::new(lines));
        }
        let mut file = File::open(&self.path)?;
        if self.path.extension().is_some_and(|it| it == "gz") {
            let mut text = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, file));
            io::copy(&mut (&mut text).take(spot.offset), &mut io::sink())?;
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, text)));
        }
        file.seek(SeekFrom::Start(spot.offset))?;
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
    }

    /// That it was read up to there, whether that is all, and what became of it.
    pub(super) fn progress(&self, spot: Spot, finished: bool, told: String) -> Progress {
        Progress {
            source: self.path.display().to_string(),
            size: self.size,
            prefix_sha256: self.prefix_sha256.clone(),
            offset: spot.offset,
            line: spot.line,
            finished,
            told,
        }
    }

    /// How far an interrupted import had come with it; `None` when nothing of it is safe.
    pub(super) fn reached<'p>(&self, reached: &'p [Progress]) -> Option<&'p Progress> {
        let this = self.progress(Spot::START, false, String::new());
        reached.iter().find(|it| it.is_of(&this))
    }
}
