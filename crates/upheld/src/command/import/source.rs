//! A file to be imported: how large it is, by what it is known again, and reading on in the middle of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use diagnostic::Lang;
use flate2::read::MultiGzDecoder;
use formats::Spot;
use lake::Progress;
use sha2::{Digest, Sha256};

use super::apart::Apart;
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
    /// Whether it is compressed with gzip.
    is_gzip: bool,
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
        let is_gzip = !is_parquet && path.extension().is_some_and(|it| it == "gz");
        Ok(Source { path: path.to_owned(), size, prefix_sha256, is_parquet, is_gzip })
    }

    /// Reads from the spot on; what is compressed with gzip comes decompressed, rows of Parquet come as lines, and spots count
    /// what comes out.
    pub(super) fn open(&self, spot: Spot) -> io::Result<Box<dyn BufRead>> {
        if self.is_parquet {
            let mut lines = Apart::open(&self.path)?;
            io::copy(&mut (&mut lines).take(spot.offset), &mut io::sink())?;
            return Ok(Box::new(lines));
        }
        let mut file = File::open(&self.path)?;
        if self.is_gzip {
            let mut text = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, file));
            io::copy(&mut (&mut text).take(spot.offset), &mut io::sink())?;
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, text)));
        }
        file.seek(SeekFrom::Start(spot.offset))?;
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
    }

    /// Why it could not be read on at that line, and what to do.
    pub(super) fn unread(&self, line: u64, error: &io::Error, lang: Lang) -> Failure {
        let path = self.path.display();
        let broken = [io::ErrorKind::UnexpectedEof, io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData];
        let (en, zh) = match (self.is_gzip, broken.contains(&error.kind())) {
            (true, true) => (
                "the file is cut short, or something that is not gzip follows; get it again, or decompress it yourself and look at it",
                "文件不完整，或其后有非 gzip 内容；请重新获取，或自行解压后查看",
            ),
            _ => ("mend what is named and import it again", "请排除上述问题后重新导入"),
        };
        Failure::Fault(match lang {
            Lang::En => format!("{path}: cannot be read on at line {line}: {error}; {en}"),
            Lang::Zh => format!("{path}：无法从第 {line} 行继续读取：{error}；{zh}"),
        })
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
