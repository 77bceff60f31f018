//! What a process does of all there is to do, where several share the work.

use clap::ValueEnum;
use web::Serves;

/// What a process does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Everything.
    #[default]
    All,
    /// Takes records and acknowledges them; keeps no state of its own.
    Intake,
    /// Works on jobs: folds records into files, closes cycles, seals statements.
    Worker,
    /// Serves the pages and the API, and works on no jobs.
    Web,
}

impl Role {
    const EACH: [Self; 4] = [Self::All, Self::Intake, Self::Worker, Self::Web];

    /// Its name in settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Intake => "intake",
            Self::Worker => "worker",
            Self::Web => "web",
        }
    }

    /// The role of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|it| it.name() == name)
    }

    /// Whether it works on jobs.
    pub(crate) fn works(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }

    /// What it serves.
    pub(crate) fn serves(self) -> Serves {
        match self {
            Self::All | Self::Web => Serves::Everything,
            Self::Intake => Serves::Intake,
            Self::Worker => Serves::Health,
        }
    }
}
