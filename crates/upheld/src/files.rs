//! Reading and writing files, with errors that name them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use evidence::SourceFile;

use crate::failure::Failure;

/// Evidence files larger than this are refused by the command line.
pub(crate) const EVIDENCE_BYTES_MAX: u64 = 1 << 30;

/// A text file; bytes that are not UTF-8 are the user's error.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let bytes = bytes(path)?;
    String::from_utf8(bytes).map_err(|it| {
        let at = it.utf8_error().valid_up_to();
        eprintln!("upheld: {}: byte {at} is not UTF-8; save the file as UTF-8", path.display());
        Failure::Text
    })
}

/// A file's bytes. A file that is missing is a wrong argument.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Usage(format!("{}: no such file", path.display())),
        _ => Failure::io(path, "read it", &error),
    })
}

/// An evidence file under the name the user gave.
pub(crate) fn evidence(path: &Path) -> Result<SourceFile, Failure> {
    let size = fs::metadata(path).map(|it| it.len()).unwrap_or(0);
    if size > EVIDENCE_BYTES_MAX {
        return Err(Failure::Usage(format!(
            "{}: {size} bytes; the limit is {EVIDENCE_BYTES_MAX}",
            path.display()
        )));
    }
    Ok(SourceFile { name: path.display().to_string(), bytes: bytes(path)? })
}

/// Writes a file and what it lies in.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io(parent, "make the directory", &error))?;
    }
    fs::write(path, bytes).map_err(|error| Failure::io(path, "write it", &error))
}

/// Writes a file only its owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io(parent, "make the directory", &error))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(|error| Failure::io(path, "create it", &error))?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::io(path, "write it", &error))
}

/// Every file below a directory, by its path relative to it with `/` between the steps.
pub(crate) fn tree(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut found = BTreeMap::new();
    collect(dir, "", &mut found)?;
    Ok(found)
}

fn collect(dir: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let entries = fs::read_dir(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Usage(format!("{}: no such directory", dir.display())),
        _ => Failure::io(dir, "list it", &error),
    })?;
    for entry in entries {
        let entry = entry.map_err(|error| Failure::io(dir, "list it", &error))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, bytes(&entry.path())?);
        }
    }
    Ok(())
}
