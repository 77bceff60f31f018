//! Files in a store of objects are what they are in a folder.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::io::Write;

use lake::blobs::{Blobs, Content};
use lake::{BlobError, LocalBlobs};
use objects::ObjectBlobs;
use proptest::prelude::*;
use proptest::sample::select;

/// A store of objects behind a real server.
fn objects(folder: &tempfile::TempDir) -> ObjectBlobs {
    ObjectBlobs::new(support::bucket(support::serve(folder.path()))).unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Put(&'static str, Vec<u8>),
    PutFile(&'static str, Vec<u8>),
    Range(&'static str, u64, u64),
    Size(&'static str),
    Delete(&'static str),
    List(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let path =
        || select(vec!["a/b/1.parquet", "a/b/2.parquet", "a/%E7%9F%AD/x%2Fy.parquet", "manifest.ndjson"]);
    let bytes = || proptest::collection::vec(any::<u8>(), 1..200);
    prop_oneof![
        3 => (path(), bytes()).prop_map(|(path, bytes)| Step::Put(path, bytes)),
        1 => (path(), bytes()).prop_map(|(path, bytes)| Step::PutFile(path, bytes)),
        3 => (path(), 0u64..250, 0u64..250).prop_map(|(path, a, b)| Step::Range(path, a.min(b), a.max(b))),
        1 => path().prop_map(Step::Size),
        1 => path().prop_map(Step::Delete),
        1 => select(vec!["", "a", "a/b", "nowhere"]).prop_map(Step::List),
    ]
}

/// What a step says, failures by kind alone.
fn done(blobs: &dyn Blobs, step: &Step) -> String {
    fn kind(error: &BlobError) -> &'static str {
        match error {
            BlobError::Missing(_) => "missing",
            BlobError::Path(_) => "path",
            BlobError::Full(_) => "full",
            BlobError::Failed { .. } => "failed",
        }
    }
    fn said<T: std::fmt::Debug>(it: Result<T, BlobError>) -> String {
        format!("{:?}", it.as_ref().map_err(kind))
    }
    match step {
        Step::Put(path, bytes) => said(blobs.put(path, Content::Bytes(bytes))),
        Step::PutFile(path, bytes) => {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(bytes).unwrap();
            said(blobs.put(path, Content::File(file.path())))
        }
        Step::Range(path, start, end) => said(blobs.get_range(path, *start..*end)),
        Step::Size(path) => said(blobs.size(path)),
        Step::Delete(path) => said(blobs.delete(path)),
        Step::List(folder) => said(blobs.list(folder)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_store_of_objects_answers_as_a_folder_does(steps in proptest::collection::vec(step(), 1..30)) {
        let (folder, server) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (local, objects) = (LocalBlobs::open(folder.path()).unwrap(), objects(&server));
        for step in steps {
            prop_assert_eq!(done(&local, &step), done(&objects, &step), "{:?}", step);
        }
    }
}

#[test]
fn a_large_file_is_sent_in_parts_and_comes_back_whole() {
    let server = tempfile::tempdir().unwrap();
    let objects = objects(&server);
    let bytes: Vec<u8> = (0..40_000_000u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    objects.put("t/large.parquet", Content::File(file.path())).unwrap();
    assert_eq!(objects.size("t/large.parquet"), Ok(40_000_000));
    assert!(objects.get_range("t/large.parquet", 0..40_000_000).unwrap() == bytes);
    assert_eq!(
        objects.get_range("t/large.parquet", 16_777_210..16_777_220).unwrap(),
        bytes[16_777_210..16_777_220]
    );
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let server = tempfile::tempdir().unwrap();
    let objects = objects(&server);
    for path in ["", "../x", "a/../../x", "/a", "a//b", "a/./b", "a/"] {
        assert_eq!(objects.size(path), Err(BlobError::Path(path.to_owned())), "{path}");
    }
}

#[tokio::test]
async fn it_can_be_used_and_dropped_on_a_thread_of_another_runtime() {
    let server = tempfile::tempdir().unwrap();
    let objects = objects(&server);
    objects.put("a", Content::Bytes(b"x")).unwrap();
    assert_eq!(objects.size("a"), Ok(1));
}

#[test]
fn a_wrong_secret_opens_nothing_and_a_wrong_address_is_named() {
    assert!(matches!(objects::open("s3:///nothing"), Err(BlobError::Path(_))));
    assert!(matches!(objects::open("/nowhere/at/all"), Err(BlobError::Missing(_))));
}
