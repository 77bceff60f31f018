//! Work of one kind that many ask for at once: each has an answer of its own, and nobody suffers for another's.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};

use store::{Context, Fault, Location, Scope, Store, Together, Tx, values};
use tempfile::TempDir;

type Names = Together<String, usize, Fault>;
type Answer = Result<usize, Fault>;

fn open(dir: &TempDir) -> Store {
    Store::open(&Location::Directory(dir.path().to_owned()), Context::default()).unwrap()
}

/// Keeps names, each once, and answers with how many it was given; a name that begins so is refused or a panic.
fn keep(tx: &mut Tx<'_>, names: &[String]) -> Result<Vec<usize>, Fault> {
    for name in names {
        tx.execute("INSERT INTO setting (name, value) VALUES ($1, '')", values![name])?;
        assert!(!name.starts_with("panic"), "on purpose");
        if name.starts_with("refused") {
            return Err(Fault::broken("on purpose"));
        }
    }
    tx.mark_audited();
    Ok(vec![names.len(); names.len()])
}

/// Submits names that all wait while the writing thread is kept busy, and their answers in their order.
fn all_at_once(store: &Store, together: &Arc<Names>, names: &[&str]) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(2));
    let busy = barrier.clone();
    store.submit(
        Scope::Provider,
        move |_| {
            busy.wait();
            busy.wait();
            Ok::<_, Fault>(())
        },
        |_| (),
    );
    barrier.wait();
    let answers: Vec<Receiver<Answer>> = names
        .iter()
        .map(|name| {
            let (done, answer) = channel();
            store.submit_together(together, (*name).to_owned(), move |it| done.send(it).unwrap());
            answer
        })
        .collect();
    barrier.wait();
    answers.iter().map(|it| it.recv().unwrap()).collect()
}

fn kept(store: &Store) -> Vec<String> {
    let read = store.read(Scope::Provider, |tx| {
        let rows = tx.rows("SELECT name FROM setting ORDER BY name", &[])?;
        rows.iter().map(|it| it.get(0)).collect::<Result<Vec<String>, Fault>>()
    });
    read.unwrap()
}

#[test]
fn those_who_wait_are_done_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, together) = (open(&dir), Together::new(keep));
    assert_eq!(all_at_once(&store, &together, &["a", "b", "c"]), [Ok(3), Ok(3), Ok(3)]);
    assert_eq!(all_at_once(&store, &together, &["d"]), [Ok(1)]);
    assert_eq!(kept(&store), ["a", "b", "c", "d"]);
}

#[test]
fn one_that_fails_is_refused_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (store, together) = (open(&dir), Together::new(keep));
    let answers = all_at_once(&store, &together, &["a", "refused", "b", "a"]);
    assert_eq!((&answers[0], &answers[2]), (&Ok(1), &Ok(1)));
    assert_eq!(answers[1], Err(Fault::broken("on purpose")));
    assert!(matches!(answers[3], Err(Fault::Duplicate(_))), "{:?}", answers[3]);
    assert_eq!(kept(&store), ["a", "b"]);
}

#[test]
fn all_that_fail_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, together) = (open(&dir), Together::new(keep));
    let answers = all_at_once(&store, &together, &["refused-1", "refused-2"]);
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(kept(&store), [""; 0]);
}

#[test]
fn a_panic_answers_everybody_and_the_next_are_done() {
    let dir = tempfile::tempdir().unwrap();
    let (store, together) = (open(&dir), Together::new(keep));
    let answers = all_at_once(&store, &together, &["a", "panic"]);
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    assert_eq!(all_at_once(&store, &together, &["b"]), [Ok(1)]);
    assert_eq!(kept(&store), ["b"]);
}

#[test]
fn a_change_without_an_audit_entry_is_not_kept_here_either() {
    let dir = tempfile::tempdir().unwrap();
    let silent = |tx: &mut Tx<'_>, names: &[String]| -> Result<Vec<usize>, Fault> {
        for name in names {
            tx.execute("INSERT INTO setting (name, value) VALUES ($1, '')", values![name])?;
        }
        Ok(vec![0; names.len()])
    };
    let (store, together) = (open(&dir), Together::new(silent));
    assert_eq!(all_at_once(&store, &together, &["a", "b"]), [Err(Fault::Unaudited), Err(Fault::Unaudited)]);
    assert_eq!(kept(&store), [""; 0]);
}

#[test]
fn many_threads_have_each_of_their_pieces_answered_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, together) = (open(&dir), Together::new(keep));
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let (store, together, count) = (&store, &together, &count);
            scope.spawn(move || {
                for nth in 0..30 {
                    let (done, answer) = channel();
                    let name = if nth % 7 == 3 {
                        format!("refused-{thread}-{nth}")
                    } else {
                        format!("{thread}-{nth}")
                    };
                    store.submit_together(together, name, move |it: Answer| done.send(it).unwrap());
                    assert_eq!(answer.recv().unwrap().is_ok(), nth % 7 != 3);
                    count.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 480);
    assert_eq!(kept(&store).len(), 16 * 26);
}
