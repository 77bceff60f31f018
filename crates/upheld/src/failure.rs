//! Why a command ends badly, and with which exit code: 1 the user's text or evidence is wrong, 2 usage, 3 a fault.

use std::path::Path;
use std::process::ExitCode;

/// Why a command ends badly.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The text or evidence is wrong; everything has been printed already.
    Text,
    /// The command was called wrongly.
    Usage(String),
    /// The world failed.
    Fault(String),
}

impl Failure {
    /// A fault at a path.
    pub(crate) fn io(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::Fault(format!("{}: cannot {doing}: {error}", path.display()))
    }

    /// Prints what has not been printed and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Text => ExitCode::from(1),
            Self::Usage(message) => {
                eprintln!("upheld: {message}");
                ExitCode::from(2)
            }
            Self::Fault(message) => {
                eprintln!("upheld: {message}");
                ExitCode::from(3)
            }
        }
    }
}
