//! The demonstration, served on a free port for as long as a check takes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::shell::{cargo, run};
use crate::tools_folder;

/// A server that ends with us.
pub(crate) struct Served {
    child: Child,
    url: String,
}

impl Served {
    /// The demonstration, filled anew into a folder of this name.
    pub(crate) fn demo(root: &Path, name: &str) -> Result<Self, String> {
        Self::start(root, name, &[])
    }

    /// The same as a user has it.
    pub(crate) fn demo_in_release(root: &Path, name: &str) -> Result<Self, String> {
        Self::start(root, name, &["--release"])
    }

    fn start(root: &Path, name: &str, profile: &[&str]) -> Result<Self, String> {
        let data = tools_folder(root).join(name);
        // A folder that is not there is as good as one taken away.
        let _ = std::fs::remove_dir_all(&data);
        run(cargo(root, &["build", "--quiet", "--package", "upheld"]).args(profile))?;
        let mut demo = cargo(root, &["run", "--quiet", "--package", "upheld"]);
        demo.args(profile).args(["--", "demo", "--listen", "127.0.0.1:0", "--data"]);
        let child = demo.arg(&data).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|it| format!("cannot start the demonstration: {it}"))?;
        let mut served = Self { child, url: String::new() };
        let out = served.child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map_err(|it| it.to_string())?;
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        served.url = url.ok_or_else(|| format!("the demonstration printed no address: {line}"))?;
        Ok(served)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // cargo runs the program as its child; both are told.
        let _ = Command::new("pkill").args(["-TERM", "-P", &self.child.id().to_string()]).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
