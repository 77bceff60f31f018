//! The API under schemathesis: requests made from its own OpenAPI document, none of which may end in a fault.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::shell::{apt_install, cargo, program, run, works};
use crate::{Outcome, python, tools_folder};

/// Of the demonstration, which is what is served.
const OWNER: &str = r#"{"email":"owner@polaris.example","password":"try it and see"}"#;

/// Programs of the tour and of this step.
pub(crate) fn install_clients(root: &Path) -> Outcome {
    for name in ["curl", "jq"] {
        if !works(&mut program(root, name, &["--version"])) {
            apt_install(root, &[name])?;
        }
    }
    Ok(())
}

/// Serves the demonstration on a free port and sends it requests for half a minute.
pub(crate) fn check(root: &Path) -> Outcome {
    install_clients(root)?;
    let python = python::environment(root, "api", "xtask/api-requirements.txt")?;
    let data = tools_folder(root).join("api-demo");
    // A folder that is not there is as good as one taken away.
    let _ = std::fs::remove_dir_all(&data);
    run(&mut cargo(root, &["build", "--quiet", "--package", "upheld"]))?;
    let mut demo = cargo(
        root,
        &["run", "--quiet", "--package", "upheld", "--", "demo", "--listen", "127.0.0.1:0", "--data"],
    );
    let mut server = Server(
        demo.arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|it| format!("cannot start the demonstration: {it}"))?,
    );
    let url = server.url()?;
    let token = token(root, &url)?;
    let program = python.with_file_name("schemathesis");
    let mut schemathesis = Command::new(program);
    schemathesis.current_dir(root).args([
        "run",
        "api/openapi.json",
        "--url",
        &url,
        "--seed",
        "1",
        "--workers",
        "2",
    ]);
    schemathesis.args([
        "--checks",
        "not_a_server_error",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "4",
    ]);
    run(schemathesis.arg("--header").arg(format!("Authorization: Bearer {token}")))
}

/// A server that ends with us.
struct Server(Child);

impl Server {
    fn url(&mut self) -> Result<String, String> {
        let out = self.0.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map_err(|it| it.to_string())?;
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        url.ok_or_else(|| format!("the demonstration printed no address: {line}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // cargo runs the program as its child; both are told.
        let _ = Command::new("pkill").args(["-TERM", "-P", &self.0.id().to_string()]).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A token of the owner, for the requests.
fn token(root: &Path, url: &str) -> Result<String, String> {
    let script = format!(
        r#"session=$(curl -fsS {url}/api/v1/sessions --json '{OWNER}' | jq -r .token)
           curl -fsS {url}/api/v1/tokens -H "authorization: Bearer $session" --json '{{"name":"checks","role":"owner"}}' | jq -r .token"#
    );
    let said =
        program(root, "bash", &["-euo", "pipefail", "-c", &script]).output().map_err(|it| it.to_string())?;
    let token = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if said.status.success() && !token.is_empty() {
        return Ok(token);
    }
    Err(format!("no token: {}", String::from_utf8_lossy(&said.stderr)))
}
