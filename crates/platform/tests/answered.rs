//! Kept answers: given again to who asked, and to nobody who reads the database.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

mod support;

use platform::answered::{self, Answer, Asked};
use platform::principal::Principal;
use platform::{Failure, Platform, RefusalKind};
use proof::SigningKey;
use support::{World, each};

const SECRET: &str = "upheld_tok_0123456789_the-secret-itself_abcdef";
const KEY: &str = "key-of-the-client-41f7";

fn by(actor: &str) -> Principal {
    Principal { actor: actor.to_owned(), ..Principal::system("test") }
}

fn asked(digest: &str) -> Asked {
    Asked { key: KEY.to_owned(), digest: digest.to_owned() }
}

fn answer() -> Answer {
    Answer {
        status: 201,
        media: "application/json".to_owned(),
        headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
        body: format!("{{\"token\":\"{SECRET}\"}}\n\n").into_bytes(),
    }
}

fn keep(world: &World) {
    world
        .write(|platform, tx| answered::keep(platform, tx, &by("person:1"), &asked("d1"), &answer()))
        .unwrap();
}

fn find(platform: &Platform, actor: &str, digest: &str) -> Result<Option<Answer>, Failure> {
    platform.read(|platform, tx| answered::find(platform, tx, &by(actor), &asked(digest)))
}

#[test]
fn an_answer_is_given_again_as_it_was_and_to_nobody_else() {
    each(|world| {
        assert_eq!(find(world, "person:1", "d1").unwrap(), None);
        keep(world);
        assert_eq!(find(world, "person:1", "d1").unwrap(), Some(answer()));
        assert_eq!(find(world, "person:2", "d1").unwrap(), None);
        assert_eq!(find(world, "token:1", "d1").unwrap(), None);
    });
}

#[test]
fn another_request_under_the_same_key_is_refused() {
    each(|world| {
        keep(world);
        let refused = find(world, "person:1", "d2").unwrap_err();
        assert!(matches!(refused, Failure::Refusal(it) if it.kind == RefusalKind::KeyReused));
    });
}

/// Doing the work again would be worse.
#[test]
fn an_answer_kept_under_another_key_of_the_platform_is_told_and_not_lost() {
    each(|world| {
        keep(world);
        let mut other = world.platform.clone();
        other.key = SigningKey::from_seed("localhost/upheld", [8; 32]).unwrap().into();
        let refused = find(&other, "person:1", "d1").unwrap_err();
        assert!(
            matches!(refused, Failure::Refusal(it) if it.detail.en.contains("earlier key of the platform"))
        );
    });
}

#[test]
fn neither_the_answer_nor_the_key_nor_the_request_stands_in_a_row() {
    each(|world| {
        keep(world);
        let text = world
            .read(|_, tx| {
                let rows =
                    tx.rows("SELECT tenant_id, owner, key_sha256, salt, sealed, at FROM idempotency", &[])?;
                assert_eq!(rows.len(), 1);
                let row = &rows[0];
                let (a, b, c): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let (salt, sealed): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
                Ok::<_, Failure>([a.into_bytes(), b.into_bytes(), c.into_bytes(), salt, sealed].concat())
            })
            .unwrap();
        for hidden in [SECRET, "the-secret-itself", KEY, "d1", "application/json", "etag"] {
            assert!(!holds(&text, hidden.as_bytes()), "{hidden}");
        }
        assert!(holds(&text, b"person:1"), "the search finds what is there");
    });
}

#[test]
fn the_same_answer_kept_twice_is_sealed_in_two_ways() {
    each(|world| {
        let sealed = || {
            keep(world);
            world
                .write(|_, tx| {
                    let row = tx.row("SELECT sealed FROM idempotency", &[])?;
                    tx.housekeeping("DELETE FROM idempotency", &[])?;
                    Ok::<_, Failure>(row.map_or(Ok(Vec::new()), |it| it.get::<Vec<u8>>(0))?)
                })
                .unwrap()
        };
        assert_ne!(sealed(), sealed());
    });
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|it| it == part)
}
