//! The API under schemathesis: requests made from its own OpenAPI document, none of which may end in a fault.

use std::path::Path;
use std::process::Command;

use crate::served::Served;
use crate::shell::{apt_install, program, run, works};
use crate::{Outcome, python};

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
    let server = Served::demo(root, "api-demo")?;
    let url = server.url();
    let token = token(root, url)?;
    let program = python.with_file_name("schemathesis");
    let mut schemathesis = Command::new(program);
    schemathesis.current_dir(root).args([
        "run",
        "api/openapi.json",
        "--url",
        url,
        "--seed",
        "1",
        // Threads of Python 3.11 that parse Python share a counter of its depth and break one another off (CPython issue 106905).
        "--workers",
        "1",
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
