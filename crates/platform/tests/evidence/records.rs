//! What people see of records, and what they are told before they send some.

use evidence::Shape;
use platform::intake::{self, Body, Outlook};
use platform::records::{self, Asked, RecordView, Records};
use platform::rights::Role;
use platform::{RefusalKind, principal::Principal};

use crate::support::{World, customer, each, kind, ours, owner};
use crate::world::{SUBSCRIPTION, correction, counts, fill, outage, own, rejected, send, standing};

fn look(world: &World, lines: &[String]) -> Outlook {
    let bytes = lines.join("\n").into_bytes();
    let body = Body { shape: Shape::Lines, bytes, atomic: true };
    world.read(|platform, tx| intake::look(platform, tx, &owner(), &own(), (body, 2))).unwrap()
}

fn open(world: &World, who: &Principal) -> Result<Records, platform::Failure> {
    world.read(|platform, tx| records::open(platform, tx, who, ("acme", SUBSCRIPTION)))
}

fn ids(found: &[RecordView]) -> Vec<&str> {
    found.iter().filter_map(|it| it.id.as_deref()).collect()
}

#[test]
fn what_would_become_of_a_body_is_what_becomes_of_it_and_looking_keeps_nothing() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10)]);
        let bodies = [
            vec![outage("b", 2, 10), outage("a", 1, 10), outage("a", 1, 11), outage("b", 2, 10)],
            vec!["{".to_owned(), outage("c", 3, 10).replace("outage", "outtage"), outage("d", 4, 5)],
            vec![correction(&outage("a", 1, 5), "e", "a"), correction(&outage("a", 1, 5), "f", "nothing")],
            vec![outage("g", 5, 1), outage("h", 6, 1), outage("i", 7, 1)],
        ];
        for lines in bodies {
            let before = standing(world);
            let outlook = look(world, &lines);
            assert_eq!(standing(world), before, "looking keeps nothing");
            let receipt = send(world, &owner(), &own(), &lines);
            assert_eq!(counts(&outlook.receipt), counts(&receipt));
            assert_eq!(rejected(&outlook.receipt), rejected(&receipt));
            let shown = usize::try_from(receipt.accepted).unwrap().min(2);
            assert_eq!((outlook.receipt.batch, outlook.records.len()), (None, shown));
        }
    });
}

#[test]
fn records_are_found_by_what_they_say_the_latest_first() {
    each(|world| {
        fill(world);
        let caused = outage("b", 2, 10).replace('}', r#","cause":"power","source":"probe-7"}"#);
        let fee = r#"{"fact":"fee","id":"f","at":"2026-10-01T05:00:00Z","amount":"20 CNY"}"#.to_owned();
        send(world, &owner(), &own(), &[outage("a", 1, 10), caused, fee]);
        let records = open(world, &customer("acme")).unwrap();
        let found = |asked: &Asked| {
            let (page, count) = records.page(asked, 0, 10);
            assert_eq!(page.len(), count);
            ids(&page).join(" ")
        };
        let asked = |fact: &str, source: &str, text: &str| Asked {
            fact: fact.to_owned(),
            source: source.to_owned(),
            text: text.to_owned(),
            ..Asked::default()
        };
        assert_eq!(found(&Asked::default()), "f b a");
        assert_eq!(found(&asked("outage", "", "")), "b a");
        assert_eq!(found(&asked("", "probe-7", "")), "b");
        assert_eq!(found(&asked("", "", "POWER")), "b");
        assert_eq!(ids(&records.page(&Asked::default(), 1, 1).0), ["b"]);
        assert_eq!(records.names().sources, ["person:owner", "probe-7"]);
    });
}

#[test]
fn every_version_of_a_record_is_told_and_which_of_them_stands() {
    each(|world| {
        fill(world);
        send(world, &owner(), &own(), &[outage("a", 1, 10), outage("z", 9, 10)]);
        world.pass(60);
        send(world, &owner(), &own(), &[correction(&outage("a", 1, 5), "b", "a")]);
        let records = open(world, &owner()).unwrap();
        for id in ["a", "b"] {
            let versions = records.versions(id);
            let told: Vec<_> = versions.iter().map(|it| (it.id.as_deref().unwrap(), it.stands)).collect();
            assert_eq!(told, [("a", false), ("b", true)]);
        }
        assert_eq!(records.versions("nothing"), []);
        assert_eq!(records.page(&Asked::default(), 0, 10).1, 2);
        assert_eq!(records.page(&Asked { all: true, ..Asked::default() }, 0, 10).1, 3);
    });
}

#[test]
fn a_customer_sees_its_own_records_and_nobody_elses() {
    each(|world| {
        fill(world);
        assert_eq!(kind(open(world, &customer("beta")).map(|it| it.count())), RefusalKind::NotFound);
        assert_eq!(open(world, &ours(Role::Auditor)).unwrap().count(), 0);
    });
}
