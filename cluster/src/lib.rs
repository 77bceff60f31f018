//! A private PostgreSQL server that ends with us: a cluster in a temporary folder, reached through a socket there and
//! through a free port of the loopback interface.

mod user;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use user::User;

/// Anything that keeps a server from running.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The cluster's only user, who may do everything and needs no password.
const OWNER: &str = "owner";
const START_MAX: Duration = Duration::from_secs(60);
/// Somebody else may take the port between the moment it was free and the moment the server listens.
const TRIES_MAX: usize = 3;

/// A running server. Dropped, it is stopped and its folder removed.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    user: Option<User>,
    settings: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// Makes a cluster and starts a server with these settings (`name=value`). `programs` is the folder with `initdb` and
    /// `postgres`.
    pub fn start(programs: &Path, settings: &[&str]) -> Result<Self, Fault> {
        let mut tries = 1;
        loop {
            match Self::start_once(programs, settings) {
                Err(_) if tries < TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }

    fn start_once(programs: &Path, settings: &[&str]) -> Result<Self, Fault> {
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir()?;
        let programs = programs.to_path_buf();
        let (port, user) = (free_port()?, User::for_server()?);
        let settings = settings.iter().map(|&it| it.to_owned()).collect();
        let mut server = Self { folder, programs, port, user, settings, process: None };
        server.make_cluster()?;
        server.start_again()?;
        Ok(server)
    }

    /// Starts a server that was stopped: the same cluster on the same port, back when it takes connections.
    pub fn start_again(&mut self) -> Result<(), Fault> {
        self.process = Some(self.launch()?);
        self.wait_until_ready()
    }

    /// Stops the server at once, as when its machine were switched off: connections break, and the next start recovers.
    pub fn stop_immediately(&mut self) -> Result<(), Fault> {
        self.stop("immediate")
    }

    fn stop(&mut self, mode: &str) -> Result<(), Fault> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let mut stop = self.as_user("pg_ctl");
        stop.args(["stop", "--silent", &format!("--mode={mode}"), "--pgdata"]).arg(self.cluster());
        let stopped = stop.status();
        if !stopped.as_ref().is_ok_and(std::process::ExitStatus::success) {
            process.kill()?;
        }
        process.wait()?;
        Ok(())
    }

    /// How its owner connects to the database `postgres` over the loopback interface.
    pub fn url(&self) -> String {
        format!("postgres://{OWNER}@{}:{}/postgres", Ipv4Addr::LOCALHOST, self.port)
    }

    /// The folder that goes when the server does.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program of PostgreSQL that connects through the socket as the owner.
    pub fn client(&self, program: &str) -> Command {
        let mut client = Command::new(self.programs.join(program));
        client.arg("--host").arg(self.cluster()).arg(format!("--port={}", self.port));
        client.arg(format!("--username={OWNER}"));
        client
    }

    /// `psql` on the database `postgres`, whose output is bare values between spaces and which stops at the first error.
    pub fn psql(&self) -> Command {
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator= "]);
        psql.args(["--set=ON_ERROR_STOP=1", "postgres"]);
        psql
    }

    fn cluster(&self) -> PathBuf {
        self.folder.path().join("cluster")
    }

    fn make_cluster(&self) -> Result<(), Fault> {
        fs::create_dir(self.cluster())?;
        if let Some(user) = &self.user {
            fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755))?;
            std::os::unix::fs::chown(self.cluster(), Some(user.uid), Some(user.gid))?;
        }
        let mut initdb = self.as_user("initdb");
        initdb.arg(format!("--username={OWNER}"));
        initdb.args(["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        let made = initdb.arg("--pgdata").arg(self.cluster()).output()?;
        if made.status.success() {
            return Ok(());
        }
        Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)).into())
    }

    /// What the server says goes to a file beside its cluster.
    fn launch(&self) -> Result<Child, Fault> {
        let log = fs::File::options().create(true).append(true).open(self.log())?;
        let mut postgres = self.as_user("postgres");
        postgres.arg("-D").arg(self.cluster()).arg("-k").arg(self.cluster());
        postgres.arg("-h").arg(Ipv4Addr::LOCALHOST.to_string()).arg("-p").arg(self.port.to_string());
        postgres.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
        Ok(postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?)
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn wait_until_ready(&mut self) -> Result<(), Fault> {
        let begun = Instant::now();
        while begun.elapsed() < START_MAX {
            let mut asked = self.client("pg_isready");
            if asked.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
                return Ok(());
            }
            if self.process.as_mut().is_none_or(|it| !matches!(it.try_wait(), Ok(None))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(format!("PostgreSQL does not start: {log}").into())
    }

    /// A program of the server, run as the user who may; it ends when we do.
    fn as_user(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let Some(user) = &self.user else { return Command::new(path) };
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid", user.name, "--regid", &user.gid.to_string(), "--init-groups"]);
        setpriv.args(["--pdeathsig", "INT"]).arg(path).current_dir(self.folder.path());
        setpriv
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = self.stop("fast");
    }
}

/// The newest of Debian's folders with a server and its clients, which are named by major version.
pub fn newest_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let numbered =
        versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let with_server = numbered
        .map(|(version, path)| (version, path.join("bin")))
        .filter(|(_, bin)| ["initdb", "postgres", "psql"].iter().all(|program| bin.join(program).is_file()));
    with_server.max().map(|(_, bin)| bin)
}

fn free_port() -> Result<u16, Fault> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
