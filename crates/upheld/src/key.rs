//! Keys: the signing key, read from a file or made on first use, and public keys as the user gives them.

use std::path::{Path, PathBuf};

use proof::{PublicKey, SigningKey, VerifyingKey, WitnessKey};

use crate::failure::Failure;
use crate::files;

/// The key in `file`, or the user's own, which is made when there is none.
pub(crate) fn signing_key(file: Option<&Path>) -> Result<SigningKey, Failure> {
    let path = match file {
        Some(path) => path.to_path_buf(),
        None => own_key_file()?,
    };
    if file.is_none() && !path.exists() {
        make(&path)?;
    }
    let text = files::text(&path)?;
    text.trim().parse().map_err(|it| Failure::Usage(format!("{}: {it}", path.display())))
}

/// The public key given with `option`, if there is one.
pub(crate) fn public(option: &str, text: Option<&str>) -> Result<Option<VerifyingKey>, Failure> {
    text.map(|it| parse(option, it)).transpose()
}

/// The keys of the witnesses asked for.
pub(crate) fn witnesses(texts: &[String]) -> Result<Vec<WitnessKey>, Failure> {
    texts.iter().map(|it| parse("--witness", it)).collect()
}

fn parse<const TYPE: u8>(option: &str, text: &str) -> Result<PublicKey<TYPE>, Failure> {
    text.parse().map_err(|it| Failure::Usage(format!("{option}: {it}")))
}

fn own_key_file() -> Result<PathBuf, Failure> {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|it| it.is_absolute());
    let home = || std::env::var_os("HOME").map(|it| PathBuf::from(it).join(".config"));
    let base = config
        .or_else(home)
        .ok_or_else(|| Failure::Usage("no home directory: name a key with --key FILE".to_owned()))?;
    Ok(base.join("upheld").join("signing.key"))
}

fn make(path: &Path) -> Result<(), Failure> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|it| Failure::Fault(format!("no randomness for a key: {it}")))?;
    let key = SigningKey::from_seed("upheld", seed).map_err(|it| Failure::Fault(it.to_string()))?;
    files::write_secret(path, &format!("{}\n", key.secret_text()))?;
    eprintln!(
        "made a signing key: {} (keep it secret)\nits public half:    {}",
        path.display(),
        key.verifying_key()
    );
    Ok(())
}
