//! The pages in a real browser: a newcomer's walk with and without scripts, then every page looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::served::Served;
use crate::shell::{apt_install, program, run, works};
use crate::{Outcome, tools_folder};

/// Where the scripts are.
const SCRIPTS: &str = "xtask/browser";

/// Serves the demonstration and sends a browser through it. Screenshots stay in the tools folder, under `pages`.
pub(crate) fn check(root: &Path) -> Outcome {
    let modules = install(root)?;
    let shots = tools_folder(root).join("pages");
    let served = Served::demo(root, "pages-demo")?;
    // A session's cookie is for https, or for this very machine under its name.
    let url = served.url().replace("127.0.0.1", "localhost");
    let upheld = tools_folder(root).with_file_name("debug").join("upheld");
    for (script, rest) in [("walk.mjs", upheld.as_path()), ("looks.mjs", shots.as_path())] {
        run(script_in(&modules, script).arg(&url).arg(rest).current_dir(root))?;
    }
    Ok(())
}

fn script_in(modules: &Path, script: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(modules.join(script));
    node
}

/// Node, a browser, and the packages the scripts ask for; the folder to run them in.
fn install(root: &Path) -> Result<PathBuf, String> {
    for (name, package) in [("node", "nodejs"), ("npm", "npm"), ("chromium", "chromium")] {
        if !works(&mut program(root, name, &["--version"])) {
            apt_install(root, &[package])?;
        }
    }
    let folder = tools_folder(root).join("browser");
    std::fs::create_dir_all(&folder).map_err(|it| it.to_string())?;
    for entry in std::fs::read_dir(root.join(SCRIPTS)).map_err(|it| it.to_string())? {
        let path = entry.map_err(|it| it.to_string())?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            std::fs::copy(&path, folder.join(name)).map_err(|it| it.to_string())?;
        }
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))?;
    Ok(folder)
}
