//! What is kept of a body, what is known already, and what is refused.

use evidence::Shape;
use platform::intake::{BODY_BYTES_MAX, RECORDS_MAX};
use platform::rights::Role;
use platform::{RefusalKind, principal::Principal};

use crate::support::{World, actions, customer, each, kind, member, ours, owner, refusal};
use crate::world::{
    TERMS, counts, evidence, fill, others, outage, own, post, publish, rejected, send, shared, standing,
    try_send,
};

#[test]
fn what_was_sent_before_is_counted_and_not_kept_again() {
    each(|world| {
        fill(world);
        let lines = [outage("a", 1, 10), outage("b", 2, 10)];
        let first = send(world, &owner(), &own(), &lines);
        assert_eq!((counts(&first), first.batch), ((2, 0, 0), Some(1)));
        let again = send(world, &owner(), &own(), &lines);
        assert_eq!((counts(&again), again.batch), ((0, 2, 0), None));
        let spaced = lines[0].replace(',', " , ").replace("01:00:00Z", "09:00:00+08:00");
        assert_eq!(counts(&send(world, &owner(), &own(), &[spaced])), (0, 1, 0), "the same in other words");
        let more = send(world, &owner(), &own(), &[outage("c", 3, 10), lines[0].clone()]);
        assert_eq!((counts(&more), more.batch), ((1, 1, 0), Some(2)));
        assert_eq!(standing(world).len(), 3);
    });
}

#[test]
fn records_without_id_are_known_by_what_they_say() {
    each(|world| {
        fill(world);
        let probe = r#"{"fact":"probe","at":"2026-10-01T00:00:00Z","reached":true}"#.to_owned();
        let other = probe.replace("true", "false");
        assert_eq!(counts(&send(world, &owner(), &own(), &[probe.clone(), probe.clone(), other])), (2, 1, 0));
        assert_eq!(counts(&send(world, &owner(), &own(), &[probe])), (0, 1, 0));
    });
}

#[test]
fn another_record_under_a_known_id_is_refused_with_the_remedy() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        let receipt =
            send(world, &owner(), &own(), &[outage("b", 2, 10), outage("a", 1, 20), outage("b", 2, 30)]);
        assert_eq!(counts(&receipt), (1, 0, 2));
        assert_eq!(rejected(&receipt), [(2, "V0130"), (3, "V0130")]);
        let help = &receipt.rejected[0].help;
        assert!(help.en.contains("supersedes") && help.zh.contains("supersedes"));
        assert_eq!(standing(world).len(), 2);
    });
}

#[test]
fn good_lines_are_kept_and_bad_ones_told_by_line_and_column() {
    each(|world| {
        fill(world);
        let bad = outage("b", 2, 10).replace("outage", "outtage");
        let receipt =
            send(world, &owner(), &own(), &[outage("a", 1, 10), bad, "{".to_owned(), outage("c", 3, 9)]);
        assert_eq!(counts(&receipt), (2, 0, 2));
        let places: Vec<_> =
            receipt.rejected.iter().map(|it| (it.line, it.column, it.code.as_str())).collect();
        assert_eq!(places, [(2, 9, "V0111"), (3, 2, "V0104")]);
        assert!(receipt.rejected.iter().all(|it| !it.message.zh.is_empty() && !it.help.zh.is_empty()));
    });
}

#[test]
fn a_body_to_be_kept_whole_keeps_nothing_when_a_line_is_bad() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        for lines in [
            vec![outage("b", 2, 10), "{}".to_owned()],
            vec![outage("b", 2, 10), outage("a", 1, 11)],
            vec![outage("b", 2, 10), crate::world::correction(&outage("b", 2, 11), "c", "unknown")],
        ] {
            let refused = refusal(try_send(world, &owner(), &own(), &lines, true));
            assert_eq!((refused.kind, refused.findings.len()), (RefusalKind::Invalid, 1));
            assert_eq!(refused.findings[0].place.as_ref().map(|it| it.line), Some(2));
        }
        assert_eq!(standing(world).len(), 1);
        assert_eq!(
            counts(&try_send(world, &owner(), &own(), &[outage("b", 2, 10)], true).unwrap()),
            (1, 0, 0)
        );
    });
}

#[test]
fn when_it_was_recorded_is_the_platforms_to_say() {
    each(|world| {
        fill(world);
        let told = outage("a", 1, 10).replace(r#""id""#, r#""recorded_at":"2020-01-01T00:00:00Z","id""#);
        assert_eq!(rejected(&send(world, &owner(), &own(), &[told])), [(1, "V0140")]);
        world.set("2026-10-02T03:04:05Z");
        let receipt = send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        let at = receipt.recorded_at.unwrap().to_string();
        assert_eq!(at, "2026-10-02T03:04:05Z");
        assert!(evidence(world).lines(None)[0].contains(&format!(r#""recorded_at":"{at}""#)));
    });
}

#[test]
fn a_source_is_the_senders_and_a_customers_says_so() {
    each(|world| {
        fill(world);
        let named = |id: &str, source: &str| {
            outage(id, 1, 10).replace(r#""id""#, &format!(r#""source":"{source}","id""#))
        };
        send(world, &owner(), &own(), &[outage("a", 1, 10), named("b", "probe-1")]);
        send(
            world,
            &customer("acme"),
            &own(),
            &[outage("c", 1, 10), named("d", "probe-2"), named("e", "customer:x")],
        );
        let sources: Vec<String> =
            evidence(world).records().iter().map(|it| it.source.as_deref().unwrap().to_owned()).collect();
        assert_eq!(sources, ["person:owner", "probe-1", "customer", "customer:probe-2", "customer:x"]);
        for source in ["customer", "customer:x", "agreed"] {
            assert_eq!(
                rejected(&send(world, &owner(), &own(), &[named("z", source)])),
                [(1, "V0144")],
                "{source}"
            );
        }
    });
}

#[test]
fn ids_that_the_store_or_the_platform_could_take_for_others_are_refused() {
    each(|world| {
        fill(world);
        for id in ["shared/a", "#a", &"x".repeat(257)] {
            assert_eq!(
                rejected(&send(world, &owner(), &own(), &[outage(id, 1, 10)])),
                [(1, "V0143")],
                "{id}"
            );
        }
        assert_eq!(counts(&send(world, &owner(), &own(), &[outage(&"x".repeat(256), 1, 10)])), (1, 0, 0));
    });
}

#[test]
fn a_text_with_a_zero_is_refused_in_its_line_and_field_whatever_the_form_of_the_body() {
    each(|world| {
        fill(world);
        let with = |field: &str| {
            let line = outage("b", 2, 10).replace('}', &format!(r#","{field}":"a\u0000b"}}"#));
            if field == "id" { line.replace(r#""id":"b","#, "") } else { line }
        };
        for field in ["id", "source", "supersedes", "cause"] {
            let mut line = with(field);
            if field == "supersedes" {
                line = line.replace('}', r#","reason":"measured again"}"#);
            }
            let receipt = send(world, &owner(), &own(), &[outage("a", 1, 10), line]);
            assert_eq!(rejected(&receipt), [(2, "V0145")], "{field}: {receipt:?}");
            let told = serde_json::to_string(&receipt).unwrap();
            assert!(told.contains(&format!("{field}: the character U+0000")), "{told}");
        }
        let csv = "fact,id,from,until,cause\noutage,c,2026-10-01T03:00:00Z,2026-10-01T03:10:00Z,a\0b\n";
        let receipt = post(world, &owner(), &own(), Shape::Csv, csv, false).unwrap();
        assert_eq!(rejected(&receipt), [(2, "V0145")], "{receipt:?}");
        assert_eq!(standing(world).len(), 1, "the good one, once");
    });
}

#[test]
fn customers_send_to_their_own_subscriptions_and_to_nothing_else() {
    each(|world| {
        fill(world);
        let line = [outage("a", 1, 10)];
        let kinds = |who: &Principal| [own(), others(), shared()].map(|it| kind_of(world, who, &it, &line));
        assert_eq!(
            kinds(&customer("acme")),
            [None, Some(RefusalKind::NotFound), Some(RefusalKind::NotFound)]
        );
        assert_eq!(kinds(&member("beta"))[1], None);
        assert_eq!(kinds(&owner()), [None, None, None]);
        assert_eq!(kinds(&ours(Role::Auditor)), [Some(RefusalKind::Forbidden); 3]);
        let missing =
            platform::stream::Stream::Subscription { tenant: "acme".to_owned(), id: "sub_2".to_owned() };
        assert_eq!(kind_of(world, &owner(), &missing, &line), Some(RefusalKind::NotFound));
    });
}

fn kind_of(
    world: &World,
    who: &Principal,
    stream: &platform::stream::Stream,
    lines: &[String],
) -> Option<RefusalKind> {
    match try_send(world, who, stream, lines, false) {
        Ok(_) => None,
        refused => Some(kind(refused)),
    }
}

#[test]
fn the_log_names_counts_and_the_digest_of_each_batch_and_no_content() {
    each(|world| {
        fill(world);
        let receipt = send(world, &customer("acme"), &own(), &[outage("secret-id", 1, 10), "{}".to_owned()]);
        assert_eq!(actions(world, "acme"), ["evidence.accepted"]);
        let entry: String = world
            .read(|_, tx| {
                let row = tx.row("SELECT entry FROM audit_entry WHERE log = 'acme'", &[])?;
                Ok(row.unwrap().get(0)?)
            })
            .unwrap();
        assert!(
            entry.contains(receipt.sha256.as_deref().unwrap()) && entry.contains(r#""rejected":1"#),
            "{entry}"
        );
        assert!(!entry.contains("secret-id"));
        send(world, &owner(), &own(), &[outage("secret-id", 1, 10)]);
        assert_eq!(actions(world, "acme").len(), 1, "nothing new, nothing to log");
    });
}

#[test]
fn a_body_beyond_the_limits_is_refused_as_too_large() {
    each(|world| {
        fill(world);
        let long = " ".repeat(BODY_BYTES_MAX + 1);
        assert_eq!(kind(post(world, &owner(), &own(), Shape::Lines, &long, false)), RefusalKind::TooLarge);
        let many = "\n".repeat(RECORDS_MAX + 1);
        assert_eq!(kind(post(world, &owner(), &own(), Shape::Lines, &many, false)), RefusalKind::TooLarge);
        let many = format!("[{}{{}}]", "{},".repeat(RECORDS_MAX));
        assert_eq!(kind(post(world, &owner(), &own(), Shape::Json, &many, false)), RefusalKind::TooLarge);
        assert_eq!(counts(&post(world, &owner(), &own(), Shape::Lines, "\n\n", false).unwrap()), (0, 0, 0));
    });
}

#[test]
fn evidence_is_checked_against_the_version_the_subscription_holds() {
    each(|world| {
        fill(world);
        publish(
            world,
            "2",
            &TERMS.replace("version: 1", "version: 2").replace("cause: text?", "cause: text"),
        );
        assert_eq!(counts(&send(world, &owner(), &own(), &[outage("a", 1, 10)])), (1, 0, 0));
        let receipt = send(world, &owner(), &shared(), &[outage("a", 1, 10)]);
        assert_eq!(rejected(&receipt), [(1, "V0113")], "the agreement's stream follows the latest version");
    });
}

#[test]
fn evidence_of_a_closed_cycle_puts_the_cycle_down_to_be_looked_at_again() {
    each(|world| {
        fill(world);
        let waiting = || -> Vec<String> {
            world
                .read(|_, tx| {
                    let rows = tx.rows("SELECT payload FROM job WHERE kind = 'late'", &[])?;
                    Ok(rows.iter().map(|it| it.get(0)).collect::<Result<_, _>>()?)
                })
                .unwrap()
        };
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        assert_eq!(waiting(), Vec::<String>::new(), "no cycle is closed");
        close_a_cycle(world);
        send(world, &owner(), &own(), &[outage("b", 5, 10)]);
        send(world, &owner(), &own(), &[outage("c", 3, 10)]);
        let job: serde_json::Value = serde_json::from_str(&waiting()[0]).unwrap();
        let at = |text: &str| serde_json::json!(crate::support::at(text).nanos());
        assert_eq!(job["first_at"], at("2026-10-01T03:00:00Z"), "what waits is widened");
        assert_eq!(job["last_at"], at("2026-10-01T05:10:00Z"));
        send(world, &owner(), &shared(), &[outage("b", 5, 10)]);
        assert_eq!(waiting().len(), 2);
    });
}

fn close_a_cycle(world: &World) {
    world
        .write(|_, tx| {
            let until = crate::support::at("2026-11-01T00:00:00Z");
            tx.housekeeping(
                "INSERT INTO cycle (tenant_id, subscription_id, label, from_at, until_at, close_at, state, reasons, revision)
                 VALUES ('acme', 'sub_1', '2026-10', 0, $1, $1, 'sealed', '[]', 1)",
                store::values![until],
            )?;
            Ok(())
        })
        .unwrap();
}
