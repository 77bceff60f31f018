//! Revisions: what a record may supersede, and what stands when.

use crate::support::{each, owner};
use crate::world::{
    correction, counts, evidence, fill, others, outage, own, rejected, send, shared, standing, standing_in,
};

#[test]
fn a_correction_stands_and_what_was_known_then_stays_known() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        world.set("2026-10-02T00:00:00Z");
        let later = correction(&outage("a", 1, 20), "b", "a");
        assert_eq!(counts(&send(world, &owner(), &own(), std::slice::from_ref(&later))), (1, 0, 0));
        assert_eq!(counts(&send(world, &owner(), &own(), &[later])), (0, 1, 0));
        assert_eq!(standing(world), ["b 2026-10-01T01:00:00Z 2026-10-01T01:20:00Z"]);
        let then = standing_in(&evidence(world), Some("2026-10-01T23:59:59Z"));
        assert_eq!(then, ["a 2026-10-01T01:00:00Z 2026-10-01T01:10:00Z"]);
    });
}

#[test]
fn a_withdrawal_takes_a_record_back() {
    each(|world| {
        fill(world);
        let withdrawal =
            r#"{"fact":"outage","supersedes":"a","withdrawn":true,"reason":"planned"}"#.to_owned();
        assert_eq!(
            rejected(&send(world, &owner(), &own(), std::slice::from_ref(&withdrawal))),
            [(1, "V0131")]
        );
        send(world, &owner(), &own(), &[outage("a", 1, 10), withdrawal.clone()]);
        assert_eq!(standing(world), Vec::<String>::new());
        assert_eq!(counts(&send(world, &owner(), &own(), &[withdrawal])), (0, 1, 0));
    });
}

#[test]
fn what_supersedes_must_name_a_record_of_this_stream_and_say_why() {
    each(|world| {
        fill(world);
        send(world, &owner(), &others(), &[outage("a", 1, 10)]);
        let lost = correction(&outage("a", 1, 20), "b", "a");
        let after_it = correction(&outage("a", 1, 30), "c", "b");
        let receipt = send(world, &owner(), &own(), &[lost.clone(), after_it]);
        assert_eq!(
            rejected(&receipt),
            [(1, "V0131"), (2, "V0131")],
            "what supersedes a refused record is refused"
        );
        let silent = lost.replace(r#""reason":"measured again","#, "");
        assert_eq!(rejected(&send(world, &owner(), &others(), &[silent])), [(1, "V0141")]);
    });
}

#[test]
fn versions_of_one_id_stand_in_the_order_they_came() {
    each(|world| {
        fill(world);
        let version = |minutes| correction(&outage("a", 1, minutes), "a", "a");
        send(world, &owner(), &own(), &[outage("a", 1, 10), version(11)]);
        // The clock stands still, as it does for writes that are committed together.
        send(world, &owner(), &own(), &[version(12)]);
        send(world, &owner(), &own(), &[version(13)]);
        assert_eq!(standing(world), ["a 2026-10-01T01:00:00Z 2026-10-01T01:13:00Z"]);
        assert_eq!(counts(&send(world, &owner(), &own(), &[version(12), outage("a", 1, 10)])), (0, 2, 0));
        let receipt = send(world, &owner(), &own(), &[version(14), version(15)]);
        assert_eq!((counts(&receipt), rejected(&receipt)), ((1, 0, 1), vec![(2, "V0133")]));
        assert_eq!(standing(world), ["a 2026-10-01T01:00:00Z 2026-10-01T01:14:00Z"]);
    });
}

#[test]
fn a_circle_is_refused_and_what_hangs_on_it() {
    each(|world| {
        fill(world);
        let line = |id: &str, supersedes: &str| correction(&outage("x", 1, 10), id, supersedes);
        let receipt = send(
            world,
            &owner(),
            &own(),
            &[line("a", "b"), line("b", "c"), line("c", "a"), line("d", "c"), outage("e", 1, 1)],
        );
        let codes = rejected(&receipt);
        assert_eq!(codes, [(1, "V0132"), (2, "V0132"), (3, "V0132"), (4, "V0131")]);
        assert_eq!(counts(&receipt), (1, 0, 4));
    });
}

#[test]
fn a_shared_record_is_corrected_for_one_subscription_alone() {
    each(|world| {
        fill(world);
        send(world, &owner(), &shared(), &[outage("a", 1, 30)]);
        let less = correction(&outage("a", 1, 10), "b", "shared/a");
        assert_eq!(counts(&send(world, &owner(), &own(), &[less])), (1, 0, 0));
        assert_eq!(standing(world), ["b 2026-10-01T01:00:00Z 2026-10-01T01:10:00Z"]);
        let other = standing_in(&crate::world::evidence_of(world, "beta", crate::world::OTHER), None);
        assert_eq!(other, ["shared/a 2026-10-01T01:00:00Z 2026-10-01T01:30:00Z"]);
    });
}

#[test]
fn a_shared_record_of_another_tenant_is_as_unknown_as_none() {
    each(|world| {
        fill(world);
        let of_beta = outage("a", 1, 30).replace(r#""id""#, r#""subject":"beta","id""#);
        send(world, &owner(), &shared(), &[of_beta]);
        for id in ["shared/a", "shared/b"] {
            let line = correction(&outage("a", 1, 10), "b", id);
            let receipt = send(world, &owner(), &own(), &[line]);
            assert_eq!(rejected(&receipt), [(1, "V0131")], "{id}");
        }
    });
}

#[test]
fn what_a_revision_takes_back_is_part_of_what_the_batch_speaks_of() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        send(world, &owner(), &own(), &[correction(&outage("a", 5, 10), "a", "a")]);
        send(world, &owner(), &own(), &[correction(&outage("a", 9, 10), "a", "a")]);
        send(
            world,
            &owner(),
            &own(),
            &[r#"{"fact":"outage","supersedes":"a","withdrawn":true,"reason":"none"}"#.to_owned()],
        );
        let spans: Vec<(i64, i64)> = world
            .read(|_, tx| {
                let rows = tx.rows("SELECT first_at, last_at FROM evidence_batch ORDER BY seq", &[])?;
                Ok(rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?))).collect::<Result<_, store::Fault>>()?)
            })
            .unwrap();
        let first = crate::support::at("2026-10-01T01:00:00Z").nanos();
        assert!(spans.iter().all(|it| it.0 == first), "{spans:?}");
        let last = crate::support::at("2026-10-01T09:10:00Z").nanos();
        assert_eq!(spans[2].1, last);
        assert_eq!(spans[3], (first, last));
    });
}
