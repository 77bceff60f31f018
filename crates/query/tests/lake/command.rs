//! A lake as its own importer writes it, asked in this process and by the command.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use evidence::{AttributeKind, FactSchema, Facts, FactsError, Field, Memory, Record};
use lake::kernel::{LocalFile, ReadAt};
use lake::{
    Change, FileManifest, ImportLimits, Importer, Lake, Layout, LocalBlobs, Place, Rows, Standing, Target,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use query::Bounds;
use timeline::{Instant, Interval};

use crate::support;

pub(crate) const STREAM: &str = "短信/1";

pub(crate) fn open(root: &Path) -> Lake {
    let scratch = root.join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    let limits = lake::Limits { part_rows: 9, group_rows: 4, group_rows_min: 2, ..lake::Limits::default() };
    let blobs = Arc::new(LocalBlobs::open(root).unwrap());
    Lake { blobs, manifest: Arc::new(FileManifest::open(root).unwrap()), scratch, limits }
}

pub(crate) fn import(lake: &Lake, tenant: &str, fact: &FactSchema, records: &[Record], at: i64) {
    let place = Place::new(tenant, STREAM, &fact.name);
    let target = Target { place, layout: Layout::of(fact), standing: Standing::default() };
    let folder = lake.scratch.join("import");
    let mut importer = Importer::open(lake.clone(), target, folder, ImportLimits::default()).unwrap();
    records.iter().for_each(|it| importer.push(it).unwrap());
    importer.finish(Instant::from_nanos(at)).unwrap();
}

fn some<S: Strategy>(runner: &mut TestRunner, strategy: S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// Records whose numbers fit the files of the lake.
fn fitting(fact: &FactSchema, records: Vec<Record>) -> Vec<Record> {
    let mut rows = Rows::new(Layout::of(fact));
    records.into_iter().filter(|it| rows.push(it).is_ok()).collect()
}

fn is_number(fact: &FactSchema, field: Field) -> bool {
    use AttributeKind::{Duration, Money, Number, Unit};
    let Field::Attribute(at) = field else { return false };
    fact.attributes.get(at).is_some_and(|it| matches!(it.kind, Duration | Money | Number | Unit(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_the_engine_and_the_lakes_own_reader_answer_alike() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..12 {
        let root = tempfile::tempdir().unwrap();
        let lake = open(root.path());
        let fact = some(&mut runner, support::fact());
        let records = fitting(&fact, some(&mut runner, support::records(&fact)));
        import(&lake, "acme", &fact, &records, 1);
        let store = objects::open(root.path().to_str().unwrap()).unwrap().store;
        let entries = query::entries(&store).await.unwrap();
        let session = query::session(Arc::clone(&store), Bounds::default()).unwrap();
        let files = query::files("acme", &entries).unwrap().remove("message").unwrap_or_default();
        let table = query::Table::new(query::table_schema(&fact), query::store_url().unwrap(), files);
        let table = Arc::new(table.below("acme"));
        let opened: Vec<LocalFile> =
            entries.iter().map(|it| LocalFile::open(&root.path().join(&it.path)).unwrap()).collect();
        let opened: Vec<&dyn ReadAt> = opened.iter().map(|it| it as &dyn ReadAt).collect();
        let memory = Memory::from_records(records);
        for _ in 0..6 {
            let question = some(&mut runner, support::question(&fact));
            let expected = memory.aggregate(&question);
            let engine =
                query::aggregate(session.read_table(Arc::clone(&table) as _).unwrap(), &fact, &question)
                    .await;
            assert_eq!(engine, expected, "the engine: {question:#?}");
            match lake::answer(&opened, &question, &fact) {
                // Where nothing is to be summed, memory does not notice that a sum of texts was asked for.
                Err(FactsError::NotSummable(field)) => assert!(!is_number(&fact, field), "{question:#?}"),
                own => assert_eq!(own, expected, "the lake's reader: {question:#?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_manifest_is_read_as_its_writer_reads_it() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    let fact = crate::sql::fact();
    let store = objects::open(root.path().to_str().unwrap()).unwrap().store;
    for (at, first) in [(1, 0), (2, 50), (3, 0)] {
        let records = crate::sql::messages(7, 100);
        import(&lake, "acme", &fact, &records[first..first + 50], at);
        let mut told =
            lake.manifest.entries(&Place::new("acme", STREAM, "message"), Interval::ALL, None).unwrap();
        told.extend(lake.manifest.superseded().unwrap());
        let mut read = query::entries(&store).await.unwrap();
        for entries in [&mut told, &mut read] {
            entries.sort_unstable_by_key(|it| (it.path.clone(), it.added_at));
        }
        assert_eq!(read, told);
    }
    let gone = lake.manifest.superseded().unwrap();
    lake.manifest.forget(&gone).unwrap();
    assert!(query::entries(&store).await.unwrap().iter().all(|it| it.removed_at.is_none()));
}

pub(crate) fn asked(root: &Path, tenant: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_upheld-query"))
        .args(["--lake", root.to_str().unwrap(), "--tenant", tenant])
        .args(more)
        .env("LC_ALL", "C")
        .output()
        .unwrap()
}

pub(crate) fn told(output: &Output) -> (i32, String, String) {
    let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_answers_about_one_tenant_and_says_why_when_it_does_not() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 40), 1);
    import(&lake, "rival", &crate::sql::fact(), &crate::sql::messages(3, 7), 2);
    let count =
        "SELECT outcome, count(*) AS n, sum(latency) AS s FROM message GROUP BY outcome ORDER BY outcome";
    let answered = told(&asked(root.path(), "acme", &["--format", "csv", count]));
    assert_eq!(answered, (0, "outcome,n,s\ndelivered,36,360\nfailed,4,\n".into(), String::new()));
    assert_eq!(
        told(&asked(root.path(), "rival", &["--format", "csv", "SELECT count(*) AS n FROM message"])).1,
        "n\n7\n"
    );
    assert_eq!(told(&asked(root.path(), "acme", &[])), (0, "message\n".into(), String::new()));
    let cut = told(&asked(
        root.path(),
        "acme",
        &["--rows", "1", "--format", "json", "SELECT 1 AS a UNION ALL SELECT 1"],
    ));
    assert_eq!(
        cut,
        (0, "[{\"a\":1}]\n".into(), "there are more rows than 1; ask for more with --rows\n".into())
    );
    let refused = told(&asked(root.path(), "acme", &["--lang", "zh", "DROP TABLE message"]));
    assert_eq!((refused.0, refused.1.as_str()), (1, ""));
    assert!(refused.2.starts_with("upheld-query: 只回答读取数据的语句"), "{}", refused.2);
    let nowhere = told(&asked(&root.path().join("nowhere"), "acme", &["SELECT 1"]));
    assert_eq!(nowhere.0, 2);
}

#[test]
fn partitions_that_wait_for_their_merge_are_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 4), 1);
    let standing =
        lake.manifest.entries(&Place::new("acme", STREAM, "message"), Interval::ALL, None).unwrap();
    let open = standing.iter().cloned().map(|it| lake::FileEntry { settled: false, ..it });
    let change = Change {
        add: open.collect(),
        remove: standing.into_iter().map(|it| it.path).collect(),
        at: Instant::from_nanos(2),
    };
    lake.manifest.commit(&change).unwrap();
    let (code, _, why) = told(&asked(root.path(), "acme", &["SELECT 1"]));
    assert_eq!((code, why.contains("短信/1/message 1970-01-04")), (3, true), "{why}");
    assert_eq!(told(&asked(root.path(), "acme", &["--unmerged", "SELECT 1 AS a"])).0, 0);
}

/// What the engine makes without asking its own bounds: a text ten million times as long.
fn long(text: &str) -> String {
    (0..7).fold(format!("'{text}'"), |it, _| format!("replace({it}, '{text}', '{}')", text.repeat(10)))
}

#[test]
fn functions_of_single_values_are_held_to_the_memory_and_the_time_too() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 4), 1);
    let text = long("x");
    let wide = format!(
        "SELECT length(replace(replace(replace({text}, 'x', '{0}'), 'x', '{0}'), 'x', '{0}'))",
        "x".repeat(10)
    );
    let refused = told(&asked(root.path(), "acme", &["--memory-mib", "64", &wide]));
    assert_eq!(
        refused,
        (
            3,
            String::new(),
            "upheld-query: the statement needs more than 64 MiB of memory; ask about less time or fewer groups, or allow more\n"
                .to_owned()
        )
    );
    let slow = format!("SELECT levenshtein({text}, {})", long("y"));
    let begun = std::time::Instant::now();
    let refused = told(&asked(root.path(), "acme", &["--timeout-s", "1", &slow]));
    assert_eq!(
        refused,
        (
            3,
            String::new(),
            "upheld-query: the statement ran longer than 1 s; ask about less time, or allow more\n"
                .to_owned()
        )
    );
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_nothing_of_the_machine() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 40), 1);
    let files = lake.manifest.entries(&Place::new("acme", STREAM, "message"), Interval::ALL, None).unwrap();
    let file = &files[0];
    let path = root.path().join(&file.path);
    let mut bytes = std::fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[4..half].fill(0xFF);
    std::fs::write(&path, bytes).unwrap();
    let (code, out, why) = told(&asked(root.path(), "acme", &["SELECT max(id), sum(latency) FROM message"]));
    let name = file.path.strip_prefix("acme/").unwrap();
    assert_eq!((code, out.as_str()), (3, ""));
    assert_eq!(why, format!("upheld-query: {name} is not what the manifest says; restore it from a copy\n"));
}

#[test]
fn columns_of_one_name_are_not_written_as_one() {
    let root = tempfile::tempdir().unwrap();
    let lake = open(root.path());
    import(&lake, "acme", &crate::sql::fact(), &crate::sql::messages(3, 4), 1);
    let both = "SELECT a.id, b.id FROM message a JOIN message b ON a.id = b.id";
    let (code, out, why) = told(&asked(root.path(), "acme", &["--format", "json", both]));
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(why, "upheld-query: two columns of the answer are called `id`; name them apart with AS\n");
    assert!(told(&asked(root.path(), "acme", &["--format", "csv", both])).1.starts_with("id,id\n"));
}
