//! Python environments under the target folder, for checks and peers that come as Python packages.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{apt_install, program, run, works};
use crate::{Outcome, tools_folder};

/// The interpreter of an environment that has exactly the packages a requirements file lists. Made on first use and
/// again whenever the file changes.
pub(crate) fn environment(root: &Path, name: &str, requirements: &str) -> Result<PathBuf, String> {
    let folder = tools_folder(root).join(format!("python-{name}"));
    let wanted = fs::read_to_string(root.join(requirements))
        .map_err(|error| format!("cannot read {requirements}: {error}"))?;
    // Written last, so that it vouches for all that comes before.
    let installed = folder.join("installed.txt");
    let python = folder.join("bin").join("python");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    create(root, &folder)?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements];
    run(&mut program(root, &python, &pip))
        .map_err(|error| format!("the Python packages of {requirements} could not be installed: {error}"))?;
    fs::write(&installed, wanted)
        .map_err(|error| format!("cannot write {}: {error}", installed.display()))?;
    Ok(python)
}

/// An empty environment, whatever was there before. Debian keeps the module `venv` in a package of its own.
fn create(root: &Path, folder: &Path) -> Outcome {
    let mut venv = program(root, "python3", &["-m", "venv", "--clear"]);
    venv.arg(folder);
    if works(&mut venv) {
        return Ok(());
    }
    apt_install(root, &["python3", "python3-venv"])?;
    let mut again = program(root, "python3", &["-m", "venv", "--clear"]);
    run(again.arg(folder)).map_err(|error| format!("Python 3 with `venv` is needed: {error}"))
}
