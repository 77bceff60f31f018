//! Statements whose answer nobody waits for go with the next one. What fails among them fails for everybody who relies on it.
//! The server is a private one; where PostgreSQL is not installed there is nothing to test.
#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};

use cluster::Server;
use store::{Context, Fault, Location, Scope, Store, Tx, Value, values};

fn open() -> Option<(Server, Store)> {
    let server = Server::start(&cluster::newest_programs()?, &["fsync=off"]).unwrap();
    let store = Store::open(&Location::Postgres(server.url()), Context::default()).unwrap();
    Some((server, store))
}

fn keep(tx: &mut Tx<'_>, name: &str) -> Result<u64, Fault> {
    tx.housekeeping("INSERT INTO setting (name, value) VALUES ($1, '')", values![name])
}

fn is_kept(store: &Store, name: &str) -> bool {
    let read =
        store.read(Scope::Provider, |tx| tx.row("SELECT name FROM setting WHERE name = $1", values![name]));
    Result::<_, Fault>::unwrap(read).is_some()
}

#[test]
fn nobody_is_told_that_something_was_kept_which_a_failed_statement_took_along() {
    let Some((_server, store)) = open() else { return };
    for careless in 0..4 {
        let barrier = Arc::new(Barrier::new(2));
        let (busy, (told, answers)) = (barrier.clone(), channel());
        let wait = move |_: &mut Tx<'_>| {
            busy.wait();
            busy.wait();
            Ok::<_, Fault>(())
        };
        store.submit(Scope::Provider, wait, |_| ());
        barrier.wait();
        for nth in 0..4 {
            let (name, told) = (format!("{careless}-{nth}"), told.clone());
            let kept = name.clone();
            let work = move |tx: &mut Tx<'_>| {
                keep(tx, &kept)?;
                if nth == careless {
                    // PostgreSQL does nothing more in a transaction after this; the work does not care.
                    let _ = keep(tx, &kept);
                }
                Ok::<_, Fault>(())
            };
            store.submit(Scope::Provider, work, move |it| told.send((name, it.is_ok())).unwrap());
        }
        barrier.wait();
        drop(told);
        for (name, is_told) in answers {
            assert_eq!(is_kept(&store, &name), is_told, "{name}");
        }
        let next: Result<u64, Fault> =
            store.write(Scope::Provider, move |tx| keep(tx, &format!("next-{careless}")));
        assert_eq!(next, Ok(1), "the next write is on a sound transaction");
    }
}

#[test]
fn a_part_that_fails_is_undone_alone() {
    let Some((_server, store)) = open() else { return };
    let done: Result<(), Fault> = store.write(Scope::Provider, |tx| {
        keep(tx, "before")?;
        let twice = tx.attempt(|tx| {
            keep(tx, "part")?;
            keep(tx, "before")
        });
        assert!(matches!(twice, Err(Fault::Duplicate(_))), "{twice:?}");
        tx.attempt(|tx| keep(tx, "other part"))?;
        keep(tx, "after")?;
        Ok(())
    });
    assert_eq!(done, Ok(()));
    let kept = ["before", "part", "other part", "after"].map(|it| is_kept(&store, it));
    assert_eq!(kept, [true, false, true, true]);
}

#[test]
fn a_tenants_name_is_data_whatever_it_is_made_of() {
    let Some((_server, store)) = open() else { return };
    let names = [
        "o'brien",
        "a', true); SELECT set_config('upheld.scope', 'provider', true); --",
        "back\\",
        "\\'",
        "''",
    ];
    let add =
        "INSERT INTO evidence_stream (tenant_id, stream, latest, records, head) VALUES ($1, 's', 0, 0, '')";
    for name in names {
        let added: Result<u64, Fault> =
            store.write(Scope::Tenant(name.to_owned()), move |tx| tx.housekeeping(add, values![name]));
        assert_eq!(added, Ok(1), "{name}");
    }
    for name in names {
        let seen: Result<Vec<String>, Fault> = store.read(Scope::Tenant(name.to_owned()), |tx| {
            tx.rows("SELECT tenant_id FROM evidence_stream", &[])?.iter().map(|it| it.get(0)).collect()
        });
        assert_eq!(seen, Ok(vec![name.to_owned()]));
    }
    let zero: Result<u64, Fault> = store.write(Scope::Tenant("a\0b".to_owned()), |tx| keep(tx, "zero"));
    assert!(zero.is_err());
    assert!(!is_kept(&store, "zero"));
}

#[test]
fn many_rows_are_inserted_whatever_their_columns_have_in_common() {
    let Some((_server, store)) = open() else { return };
    let columns = ["tenant_id", "stream", "latest", "records", "head"];
    let row = |nth: usize| -> Vec<Value> {
        values!["acme", format!("s{nth}"), 5_i64, i64::from(nth.is_multiple_of(2)), "h"].to_vec()
    };
    for (from, count) in [(0, 1), (1, 15), (16, 16), (32, 100)] {
        let rows: Vec<_> = (from..from + count).map(row).collect();
        let new: Result<u64, Fault> =
            store.write(Scope::Provider, move |tx| tx.housekeeping_many("evidence_stream", &columns, &rows));
        assert_eq!(new, Ok(u64::try_from(count).unwrap()));
    }
    let same = vec![row(0); 20];
    let new: Result<u64, Fault> =
        store.write(Scope::Provider, move |tx| tx.housekeeping_many("evidence_stream", &columns, &same));
    assert_eq!(new, Ok(0), "rows that are there are passed over");
    let sum: Result<i64, Fault> = store.read(Scope::Provider, |tx| {
        let row = tx.row(
            "SELECT CAST(sum(records) AS BIGINT), count(*) FROM evidence_stream WHERE latest = 5",
            &[],
        )?;
        row.map_or(Ok(0), |it| Ok(it.get::<i64>(0)? * 1_000 + it.get::<i64>(1)?))
    });
    assert_eq!(sum, Ok(66 * 1_000 + 132));
}
