//! The same records in every form a body may have.

use evidence::Shape;
use platform::RefusalKind;
use platform::intake::{self, MEDIA};

use crate::support::{each, kind, owner};
use crate::world::{counts, evidence, fill, outage, own, post, send};

#[test]
fn the_same_records_in_any_form_are_the_same_evidence() {
    each(|world| {
        fill(world);
        let (a, b) = (outage("a", 1, 10), outage("b", 2, 10));
        assert_eq!(counts(&send(world, &owner(), &own(), &[a.clone(), b.clone()])), (2, 0, 0));
        let csv = "fact,id,from,until\noutage,a,2026-10-01T01:00:00Z,2026-10-01T01:10:00Z\n\
                   outage,b,2026-10-01T02:00:00Z,2026-10-01T02:10:00Z\n";
        for (shape, text) in [
            (Shape::Csv, csv.to_owned()),
            (Shape::Json, format!("[{a},\n{b}]")),
            (Shape::Lines, format!("{b}\n{a}")),
        ] {
            let receipt = post(world, &owner(), &own(), shape, &text, false).unwrap();
            assert_eq!(counts(&receipt), (0, 2, 0), "{text}");
        }
        let receipt = post(world, &owner(), &own(), Shape::Json, &a, false).unwrap();
        assert_eq!(counts(&receipt), (0, 1, 0), "a single object");
    });
}

#[test]
fn a_cloud_event_is_known_by_its_source_and_id() {
    each(|world| {
        fill(world);
        let event = r#"{"specversion":"1.0","id":"1","source":"//probe/1","type":"cn.example.probe.v1",
            "time":"2026-10-01T00:00:00Z","data":{"reached":false}}"#;
        let batch = format!("[{event},{}]", event.replace("\"id\":\"1\"", "\"id\":\"2\""));
        let send =
            |text: &str| counts(&post(world, &owner(), &own(), Shape::CloudEvents, text, false).unwrap());
        assert_eq!((send(&batch), send(event), send("[]")), ((2, 0, 0), (0, 1, 0), (0, 0, 0)));
        assert_eq!(send(&event.replace("false", "true")), (0, 0, 1), "the same event says something else");
        let ids: Vec<String> =
            evidence(world).records().iter().map(|it| it.id.as_deref().unwrap().to_owned()).collect();
        assert_eq!(ids, ["//probe/1|1", "//probe/1|2"]);
    });
}

#[test]
fn fees_are_ordinary_facts_by_csv() {
    each(|world| {
        fill(world);
        let csv = "fact,id,at,amount\nfee,inv-1,2026-10-01T00:00:00+08:00,399.00 CNY\nfee,inv-2,2026-10-02T00:00:00+08:00,1 USD\n";
        let receipt = post(world, &owner(), &own(), Shape::Csv, csv, false).unwrap();
        assert_eq!(counts(&receipt), (1, 0, 1));
        assert_eq!((receipt.rejected[0].line, receipt.rejected[0].code.as_str()), (3, "V0117"));
        assert!(evidence(world).lines(None)[0].starts_with(r#"{"amount":"399 CNY""#));
    });
}

#[test]
fn a_media_type_names_the_form_and_others_are_refused() {
    for (media, shape) in MEDIA {
        assert_eq!(intake::shape(media).unwrap(), shape);
    }
    assert_eq!(kind(intake::shape("application/xml")), RefusalKind::UnsupportedMedia);
}
