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
        make(&path, "upheld")?;
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

/// The key a server seals with, made when there is none, under the name of its log.
pub(crate) fn sealing_key(path: &Path, origin: &str) -> Result<SigningKey, Failure> {
    if !path.exists() {
        make(path, origin)?;
    }
    private(path);
    let key = signing_key(Some(path))?;
    let name = key.verifying_key().name();
    if name != origin {
        return Err(Failure::Usage(format!(
            "{}: the sealing key is named `{name}` and `origin` is `{origin}`: statements sealed so far carry the key's name; set `origin` to it, or name another key",
            path.display()
        )));
    }
    Ok(key)
}

/// Warns when others on this machine may read a secret.
fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0) {
            eprintln!("upheld: warning: {} can be read by others: chmod 600 it", path.display());
        }
    }
}

/// Makes a secret of 256 bits, in hexadecimal, in a file only its owner may read.
pub(crate) fn make_secret(path: &Path) -> Result<(), Failure> {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(|it| Failure::Fault(format!("no randomness for a key: {it}")))?;
    let text: String = secret.iter().map(|it| format!("{it:02x}")).collect();
    files::write_secret(path, &format!("{text}\n"))?;
    eprintln!("made a key that hides phone numbers: {} (keep it secret)", path.display());
    Ok(())
}

fn make(path: &Path, name: &str) -> Result<(), Failure> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|it| Failure::Fault(format!("no randomness for a key: {it}")))?;
    let key = SigningKey::from_seed(name, seed).map_err(|it| Failure::Fault(it.to_string()))?;
    files::write_secret(path, &format!("{}\n", key.secret_text()))?;
    eprintln!(
        "made a signing key: {} (keep it secret)\nits public half:    {}",
        path.display(),
        key.verifying_key()
    );
    Ok(())
}
