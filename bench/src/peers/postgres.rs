//! PostgreSQL: a private server in a temporary folder, reached through a socket there and no other way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::pipe::Pipe;
use super::{Peer, Timed, files, numbers};
use crate::Fault;
use crate::lite::Lite;

const SETTINGS: [&str; 9] = [
    "shared_buffers=1GB",
    "work_mem=256MB",
    "jit=off",
    "max_parallel_workers_per_gather=2",
    "timezone=UTC",
    "listen_addresses=",
    // Nothing has to survive; only loading gets faster.
    "fsync=off",
    "max_wal_size=4GB",
    // The tables are vacuumed once loaded; nothing may run beside a measurement.
    "autovacuum=off",
];
const LOAD: &str = include_str!("../../peers/postgres_load.sql");
const QUESTION: &str = include_str!("../../peers/postgres_question.sql");
const END: &str = "-- end --";
const START_MAX: Duration = Duration::from_secs(60);

pub(crate) struct Postgres {
    name: String,
    session: Option<Pipe>,
    server: Server,
}

impl Postgres {
    /// Makes a cluster, starts it and loads the rows.
    pub(crate) fn start(programs: &Path, lite: &Lite) -> Result<Postgres, Fault> {
        let server = Server::start(programs)?;
        let session = Pipe::start(&mut server.psql())?;
        let mut postgres = Postgres { name: String::new(), session: Some(session), server };
        let version = postgres.ask("show server_version;")?.concat();
        postgres.name = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        postgres.load(lite)?;
        Ok(postgres)
    }

    fn load(&mut self, lite: &Lite) -> Result<(), Fault> {
        let folder = self.server.folder.path().to_path_buf();
        let (outages, maintenance) = (folder.join("outages.csv"), folder.join("maintenance.csv"));
        files::write_rows(&outages, &lite.outages, files::as_text)?;
        files::write_rows(&maintenance, &lite.maintenance, files::as_text)?;
        let load = LOAD.replace(":OUTAGES", &quoted(&outages)).replace(":MAINTENANCE", &quoted(&maintenance));
        self.ask(&load).map(drop)
    }

    /// The lines of the answer.
    fn ask(&mut self, sql: &str) -> Result<Vec<String>, Fault> {
        let session = self.session.as_mut().ok_or("the session is closed")?;
        session.tell(&format!("{sql}\n\\echo {END}"))?;
        session.lines_until(END)
    }
}

impl Peer for Postgres {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self) -> Result<Timed, Fault> {
        let question = QUESTION.replace(":SELECT", "count(*), (1000 * sum(x))::bigint");
        let begun = Instant::now();
        let answer = self.ask(&format!("{question};"))?;
        let micros = u64::try_from(begun.elapsed().as_micros())?;
        let [cells, sum_ms] = numbers(&answer.concat())?;
        Ok(Timed { micros, cells: usize::try_from(cells)?, sum_ms })
    }

    fn cells(&mut self) -> Result<Vec<String>, Fault> {
        let question = QUESTION.replace(":SELECT", "s, k, trim_scale(1000 * x)");
        self.ask(&format!("{question} order by s, k;"))
    }
}

impl Drop for Postgres {
    /// The session first, so that the server can end in order.
    fn drop(&mut self) {
        self.session = None;
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

struct Server {
    folder: TempDir,
    programs: PathBuf,
    user: Option<User>,
    process: Option<Child>,
}

/// Whom the server runs as when we are root, which it refuses.
struct User {
    name: &'static str,
    uid: u32,
    gid: u32,
}

impl Server {
    fn start(programs: &Path) -> Result<Server, Fault> {
        let folder = tempfile::Builder::new().prefix("bench-postgres-").tempdir()?;
        let user = User::for_server()?;
        let mut server = Server { folder, programs: programs.to_path_buf(), user, process: None };
        server.make_cluster()?;
        server.process = Some(server.launch()?);
        server.wait_until_ready()?;
        Ok(server)
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
        initdb.args(["--username=bench", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        let made = initdb.arg("--pgdata").arg(self.cluster()).output()?;
        if made.status.success() {
            return Ok(());
        }
        Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)).into())
    }

    /// What the server says goes to a file beside its cluster.
    fn launch(&self) -> Result<Child, Fault> {
        let log = fs::File::create(self.folder.path().join("server.log"))?;
        let mut postgres = self.as_user("postgres");
        postgres.arg("-D").arg(self.cluster()).arg("-k").arg(self.cluster());
        postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        Ok(postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?)
    }

    fn wait_until_ready(&self) -> Result<(), Fault> {
        let begun = Instant::now();
        while begun.elapsed() < START_MAX {
            let mut asked = self.client("pg_isready");
            if asked.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        Err(format!("PostgreSQL does not start: {log}").into())
    }

    fn psql(&self) -> Command {
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator= "]);
        psql.args(["--set=ON_ERROR_STOP=1", "postgres"]);
        psql
    }

    fn client(&self, program: &str) -> Command {
        let mut client = Command::new(self.programs.join(program));
        client.arg("--host").arg(self.cluster()).arg("--username=bench");
        client
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
        let Some(mut process) = self.process.take() else { return };
        let mut stop = self.as_user("pg_ctl");
        stop.args(["stop", "--mode=fast", "--silent", "--pgdata"]).arg(self.cluster());
        if !stop.status().is_ok_and(|status| status.success()) {
            let _ = process.kill();
        }
        let _ = process.wait();
    }
}

impl User {
    /// `None` when we are nobody special and the server may run as we do.
    fn for_server() -> Result<Option<User>, Fault> {
        if id(&["-u"]) != Some(0) {
            return Ok(None);
        }
        let named = |name| Some(User { name, uid: id(&["-u", name])?, gid: id(&["-g", name])? });
        let user = ["postgres", "nobody"].into_iter().find_map(named);
        user.map(Some).ok_or_else(|| "there is no user to run PostgreSQL as".into())
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(arguments).output().ok().filter(|said| said.status.success())?;
    String::from_utf8(said.stdout).ok()?.trim().parse().ok()
}
