//! A server as an operator runs it: its start, its address, its end, its settings, its first owner.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Running, finished, run, text, upheld};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn create_owner(data: &std::path::Path) -> std::process::Output {
    let password = data.with_extension("password");
    fs::write(&password, "tr4mways are yellow\n").expect("written");
    run(upheld()
        .args(["owner", "create", "--email", "Ada@Example.com", "--name", "Ada", "--lang", "zh"])
        .arg("--data")
        .arg(data)
        .arg("--password-file")
        .arg(&password))
}

#[test]
fn a_server_prints_its_address_answers_and_ends_in_peace() {
    let folder = folder();
    let data = folder.path().join("data");
    let server =
        Running::start(upheld().arg("serve").arg("--data").arg(&data).args(["--listen", "127.0.0.1:0"]));
    assert!(server.url.starts_with("http://127.0.0.1:") && !server.url.ends_with(":0"), "{}", server.url);
    assert_eq!(server.get("/livez", None).0, 200);
    assert_eq!(server.get("/readyz", None).0, 200);
    let (status, problem) = server.get("/api/v1/me", None);
    assert_eq!((status, problem.pointer("/status").and_then(Value::as_u64)), (401, Some(401)), "{problem}");
    let ended = server.stop("TERM");
    assert_eq!((ended.status.code(), text(&ended.stdout)), (Some(0), String::new()), "one line only");
    assert_eq!(text(&ended.stderr).matches("error").count(), 0, "{}", text(&ended.stderr));
}

#[test]
fn an_interrupt_ends_it_too_and_it_starts_again_with_the_same_key() {
    let folder = folder();
    let key = || fs::read_to_string(folder.path().join("sealing.key")).expect("a key");
    let start = || {
        Running::start(
            upheld().arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]),
        )
    };
    assert_eq!(start().stop("INT").status.code(), Some(0));
    let first = key();
    assert!(first.starts_with("PRIVATE+KEY+localhost/upheld+"));
    assert_eq!(start().stop("TERM").status.code(), Some(0));
    assert_eq!(key(), first);
}

#[cfg(unix)]
#[test]
fn the_sealing_key_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    assert!(create_owner(folder.path()).status.success());
    let key = folder.path().join("sealing.key");
    assert_eq!(fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    let again = create_owner(folder.path());
    assert!(text(&again.stderr).contains("can be read by others"), "{}", text(&again.stderr));
}

#[test]
fn a_second_process_on_the_same_directory_is_refused() {
    let folder = folder();
    let server = Running::start(
        upheld().arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]),
    );
    let second =
        run(upheld().arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(second.status.code(), Some(3));
    assert!(text(&second.stderr).contains("in use by another process"), "{}", text(&second.stderr));
    let owner = create_owner(folder.path());
    assert_eq!(owner.status.code(), Some(3));
    assert!(text(&owner.stderr).contains("invites people from inside"), "{}", text(&owner.stderr));
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

#[test]
fn an_owner_made_from_the_machine_signs_in() {
    let folder = folder();
    let data = folder.path().join("data");
    let made = create_owner(&data);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(text(&made.stdout).contains("已成为所有者"));
    let again = create_owner(&data);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("已存在"), "{}", text(&again.stderr));

    let server =
        Running::start(upheld().arg("serve").arg("--data").arg(&data).args(["--listen", "127.0.0.1:0"]));
    let wrong = json!({ "email": "ada@example.com", "password": "tr4mways are green" });
    assert_eq!(server.post("/api/v1/sessions", None, &wrong).0, 401);
    let right = json!({ "email": "ada@example.com", "password": "tr4mways are yellow" });
    let (status, session) = server.post("/api/v1/sessions", None, &right);
    assert_eq!(status, 201, "{session}");
    let token = session.pointer("/token").and_then(Value::as_str).expect("a token");
    let (status, me) = server.get("/api/v1/me", Some(token));
    assert_eq!(status, 200, "{me}");
    assert_eq!(me.pointer("/roles/0/role").and_then(Value::as_str), Some("owner"));
    assert_eq!(me.pointer("/lang").and_then(Value::as_str), Some("zh"));
}

#[test]
fn a_password_can_come_from_standard_input_and_must_be_fit() {
    let folder = folder();
    for (typed, code) in [("short\n", Some(1)), ("tr4mways are yellow\n", Some(0))] {
        let mut command = upheld();
        command.args(["owner", "create", "--email", "ada@example.com", "--data"]).arg(folder.path());
        let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("its input"), typed.as_bytes())
            .expect("typed");
        let ended = finished(child);
        assert_eq!(ended.status.code(), code, "{typed}{}", text(&ended.stderr));
        assert!(!text(&ended.stdout).contains("tr4m") && !text(&ended.stderr).contains("tr4m"));
    }
}

#[test]
fn what_is_wrong_at_the_start_is_told_and_no_password_with_it() {
    let folder = folder();
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = held.local_addr().expect("its address").to_string();
    let config = folder.path().join("bad.toml");
    fs::write(&config, "listen = \"127.0.0.1:0\"\n[times]\ngrase = \"3 d\"\n").expect("written");
    let config = config.display().to_string();
    let data = folder.path().join("data").display().to_string();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--listen", "nowhere"], 2, "--listen: `listen` is an address with its port"),
        (&["--listen", "192.0.2.1:7480"], 3, "cannot listen on 192.0.2.1:7480"),
        (&["--listen", &taken], 3, "cannot listen on"),
        (&["--database", "postgres://ada:hunter2@127.0.0.1:1/upheld"], 3, "postgres://…@127.0.0.1:1/upheld"),
        (&["--database", "mysql://ada:hunter2@localhost/upheld"], 2, "postgres://user:password@host/name"),
        (&["--database", "postgres://a/b", "--database-file", "x"], 2, "cannot be used with"),
        (&["--config", "none.toml"], 2, "none.toml: cannot read it"),
        (
            &["--config", &config],
            2,
            "bad.toml:3: there is no setting `times.grase`; did you mean `times.grace`?",
        ),
    ];
    for (flags, code, expected) in cases {
        let ended = run(upheld().args(["serve", "--data", &data]).args(*flags));
        let told = text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(*code), "{flags:?}\n{told}");
        assert!(told.contains(expected), "{flags:?}\n{told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(text(&ended.stdout), "");
    }
    drop(held);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let folder = folder();
    assert!(create_owner(folder.path()).status.success());
    let database = folder.path().join("upheld.sqlite");
    let connection = rusqlite::Connection::open(&database).expect("the store");
    connection.execute("INSERT INTO schema_version (version) VALUES (999)", []).expect("written");
    drop(connection);
    let ended = run(upheld().arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(ended.status.code(), Some(3));
    assert!(text(&ended.stderr).contains("schema version 999"), "{}", text(&ended.stderr));
}

#[test]
fn a_server_that_others_can_reach_warns() {
    let folder = folder();
    let server = Running::start(
        upheld().arg("serve").arg("--data").arg(folder.path()).args(["--listen", "0.0.0.0:0"]),
    );
    let ended = server.stop("TERM");
    assert!(text(&ended.stderr).contains("nothing is encrypted"), "{}", text(&ended.stderr));
}

#[test]
fn the_key_and_the_log_bear_one_name() {
    let folder = folder();
    assert!(create_owner(folder.path()).status.success());
    let mut command = upheld();
    command.arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]);
    let ended = run(command.env("UPHELD_ORIGIN", "cloud.example/log"));
    assert_eq!(ended.status.code(), Some(2));
    assert!(text(&ended.stderr).contains("named `localhost/upheld`"), "{}", text(&ended.stderr));
}

#[test]
fn a_store_is_sealed_with_the_key_it_was_first_started_with() {
    let folder = folder();
    let data = folder.path().join("data");
    assert!(create_owner(&data).status.success());
    let serve = |key: &std::path::Path| {
        let mut command = upheld();
        command.arg("serve").arg("--data").arg(&data).args(["--listen", "127.0.0.1:0", "--key"]);
        run(command.arg(key))
    };
    let strange = folder.path().join("other.key");
    let other = folder.path().join("other");
    assert!(create_owner(&other).status.success());
    let missing = serve(&strange);
    assert_eq!(missing.status.code(), Some(3), "{}", text(&missing.stderr));
    assert!(text(&missing.stderr).contains("the sealing key is missing"), "{}", text(&missing.stderr));
    assert!(!strange.exists(), "no second key is left behind");
    let refused = serve(&other.join("sealing.key"));
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("this store is sealed with"), "{}", text(&refused.stderr));
    fs::copy(data.join("sealing.key"), &strange).expect("copied");
    let mut command = upheld();
    command.arg("serve").arg("--data").arg(&data).args(["--listen", "127.0.0.1:0", "--key"]);
    assert_eq!(Running::start(command.arg(&strange)).stop("TERM").status.code(), Some(0));
}

/// Runs where `UPHELD_TEST_POSTGRES` holds the URL of a server's owner.
#[test]
fn two_processes_on_one_database_seal_with_one_key() {
    let Ok(url) = std::env::var("UPHELD_TEST_POSTGRES") else { return };
    let name = format!("upheld_key_{}", std::process::id());
    let mut owner = postgres::Client::connect(&url, postgres::NoTls).expect("a server");
    owner.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
    let folder = folder();
    let base = url.rsplit_once('/').map_or(url.as_str(), |it| it.0);
    let start = |data: &str, key: Option<&std::path::Path>| {
        let mut command = upheld();
        command.arg("serve").arg("--data").arg(folder.path().join(data)).args(["--listen", "127.0.0.1:0"]);
        command.args(["--database", &format!("{base}/{name}")]);
        if let Some(it) = key {
            command.arg("--key").arg(it);
        }
        command
    };
    let first = Running::start(&mut start("first", None));
    let second = run(&mut start("second", None));
    assert_eq!(second.status.code(), Some(3), "{}", text(&second.stderr));
    assert!(text(&second.stderr).contains("needs the first one's key"), "{}", text(&second.stderr));
    let third = Running::start(&mut start("third", Some(&folder.path().join("first/sealing.key"))));
    assert_eq!(third.stop("TERM").status.code(), Some(0));
    assert_eq!(first.stop("TERM").status.code(), Some(0));
    owner.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("dropped");
}

/// We ask no witness; one that looks at the public log brings its cosignature, and only those the settings name are kept.
#[test]
fn a_witness_the_settings_name_brings_its_cosignature_and_everybody_sees_it() {
    let folder = folder();
    assert!(create_owner(folder.path()).status.success());
    let witness = proof::WitnessSigningKey::from_seed("witness.example", [3; 32]).expect("a key");
    let serve = |witness: &str| {
        let mut command = upheld();
        command.arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]);
        command.env("UPHELD_WITNESSES", witness);
        command
    };
    let unread = run(&mut serve("witness.example"));
    assert_eq!(unread.status.code(), Some(2));
    assert!(text(&unread.stderr).contains("public keys of witnesses"), "{}", text(&unread.stderr));

    let server = Running::start(&mut serve(&witness.verifying_key().to_string()));
    let credentials = json!({ "email": "ada@example.com", "password": "tr4mways are yellow" });
    let (_, session) = server.post("/api/v1/sessions", None, &credentials);
    let token = session.pointer("/token").and_then(Value::as_str).expect("a token").to_owned();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let mut cosigned = String::new();
    loop {
        assert!(std::time::Instant::now() < until, "the cosignature is not shown");
        let shown = server.get_text("/checkpoint");
        let mut note = proof::Note::parse(shown.as_bytes()).expect("a signed note");
        if !note.cosignatures(&[witness.verifying_key().clone()]).expect("a note").is_empty() {
            break;
        }
        // The log grows meanwhile: each checkpoint is cosigned once.
        if shown != cosigned {
            note.cosign(&witness, 1_790_000_000).expect("cosigned");
            let body = json!({ "checkpoint": note.to_string() });
            let (status, answer) = server.post("/api/v1/log/cosignatures", Some(&token), &body);
            assert_eq!((status, &answer["witnesses"]), (200, &json!(["witness.example"])), "{answer}");
            cosigned = shown;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(server.stop("TERM").status.code(), Some(0));
}

#[test]
fn config_shows_each_value_and_where_it_came_from() {
    let folder = folder();
    let secret = folder.path().join("url");
    fs::write(&secret, "postgres://ada:hunter2@db.example/upheld").expect("written");
    let file = folder.path().join("upheld.toml");
    fs::write(&file, "provider = \"Northwind\"\ndatabase_file = \"url\"\n\n[times]\ngrace = \"5 d\"\nvoucher = \"forever\"\n")
        .expect("written");
    let mut command = upheld();
    command
        .args(["config", "--listen", "127.0.0.1:9", "--config"])
        .arg(&file)
        .env("UPHELD_TIMES_APPEAL", "7 d");
    let shown = text(&run(&mut command).stdout);
    let line = |key: &str| -> Vec<String> {
        let found = shown.lines().find(|it| it.split_whitespace().next() == Some(key));
        let found = found.unwrap_or_else(|| panic!("{key} is not shown:\n{shown}"));
        found.split("  ").map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let at = |line: usize| format!("{}:{line}", file.display());
    assert_eq!(line("listen"), ["listen", "127.0.0.1:9", "--listen"]);
    assert_eq!(line("provider"), ["provider", "Northwind", at(1).as_str()]);
    assert_eq!(line("database_file"), ["database_file", &secret.display().to_string(), at(2).as_str()]);
    assert_eq!(line("times.grace"), ["times.grace", "5 d", at(5).as_str()]);
    assert_eq!(line("times.voucher"), ["times.voucher", "forever", at(6).as_str()]);
    assert_eq!(line("times.appeal"), ["times.appeal", "7 d", "UPHELD_TIMES_APPEAL"]);
    assert_eq!(line("times.link"), ["times.link", "7 d", "default"]);
    assert_eq!(line("database"), ["database", "—", "default"]);
    assert_eq!(line("key"), ["key", "upheld-data/sealing.key", "default"]);
    assert!(!shown.contains("hunter2"));

    let document = run(command.args(["--format", "json"]));
    let document: Value = serde_json::from_slice(&document.stdout).expect("JSON");
    let found =
        document.as_array().and_then(|it| it.iter().find(|it| it["key"] == "times.grace")).expect("grace");
    assert_eq!(*found, json!({ "key": "times.grace", "value": "5 d", "from": "file", "place": at(5) }));
}

#[cfg(unix)]
#[test]
fn the_service_manager_is_told_when_requests_are_taken() {
    let folder = folder();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).expect("a limit");
    let mut command: Command = upheld();
    command.arg("serve").arg("--data").arg(folder.path()).args(["--listen", "127.0.0.1:0"]);
    let server = Running::start(command.env("NOTIFY_SOCKET", &path));
    let mut told = [0; 64];
    let mut next = || {
        let length = socket.recv(&mut told).expect("a message");
        text(&told[..length]).trim().to_owned()
    };
    assert_eq!(next(), "READY=1");
    assert_eq!(server.stop("TERM").status.code(), Some(0));
    assert_eq!(next(), "STOPPING=1");
}
