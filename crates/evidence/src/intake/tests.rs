use calendar::Zone;
use proptest::prelude::*;
use timeline::Instant;

use super::*;
use crate::{Attribute, AttributeKind, FactKind, FactSchema};

fn schema() -> Schema {
    let attribute = |name: &str, kind, optional| Attribute { name: name.to_owned(), kind, optional };
    Schema {
        facts: vec![
            FactSchema {
                name: "outage".to_owned(),
                kind: FactKind::Span,
                attributes: vec![
                    attribute("cause", AttributeKind::Text, true),
                    attribute("优先级", AttributeKind::Number, true),
                    attribute("at_site", AttributeKind::Truth, true),
                ],
                volume: false,
            },
            FactSchema {
                name: "probe".to_owned(),
                kind: FactKind::Event,
                attributes: vec![attribute("reached", AttributeKind::Truth, false)],
                volume: false,
            },
        ],
        ..Schema::default()
    }
}

fn taken(shape: Shape, text: &str) -> Taken {
    take(&schema(), &SourceFile { name: "body".to_owned(), bytes: text.as_bytes().to_vec() }, shape)
}

/// Lines of the records, and of each problem its code and place.
fn told(shape: Shape, text: &str) -> (Vec<String>, Vec<(String, usize, usize)>) {
    let taken = taken(shape, text);
    let schema = schema();
    let writer = LineWriter::new(&schema);
    let line = |it: &Record| {
        let mut out = String::new();
        writer.push(&mut out, it);
        out
    };
    let place = |it: &Diagnostic| it.place.as_ref().map_or((0, 0), |it| (it.line, it.column));
    let problems = taken.diagnostics.iter().map(|it| (it.code.to_owned(), place(it).0, place(it).1));
    (taken.records.iter().map(line).collect(), problems.collect())
}

const PROBE: &str = r#"{"at":"2026-10-01T00:00:00Z","fact":"probe","reached":"true"}"#;

#[test]
fn a_list_gives_the_same_records_as_its_lines() {
    let (one, two) = (PROBE.to_owned(), PROBE.replace("00Z", "01Z"));
    let lines = told(Shape::Lines, &format!("{one}\n{two}\n"));
    assert_eq!(lines.0.len(), 2);
    for list in [
        format!("[{one},{two}]"),
        format!(" [ {one} ,\n {two} ]\n"),
        format!("[{},{two}]", one.replace(',', "\n ,\t")),
    ] {
        assert_eq!(told(Shape::Json, &list), lines, "{list}");
    }
    assert_eq!(told(Shape::Json, &one).0, lines.0[..1]);
    assert_eq!(told(Shape::Json, "[]"), (vec![], vec![]));
}

#[test]
fn a_bad_record_of_a_list_hides_no_other_and_is_told_at_its_place() {
    let bad = PROBE.replace("\"true\"", "7");
    let list = format!("[{PROBE},\n  {bad},\n {PROBE}]");
    let (lines, problems) = told(Shape::Json, &list);
    assert_eq!(lines.len(), 2);
    assert_eq!(problems, [("V0114".to_owned(), 2, 55)]);
}

#[test]
fn a_list_that_is_cut_off_or_followed_by_something_is_refused_there() {
    for (list, kept, line) in [
        (format!("[{PROBE},\n{PROBE}"), 1, 2),
        (format!("[{PROBE},\n"), 1, 2),
        (format!("[{PROBE}]\n}}"), 1, 2),
        (format!("[{PROBE},\n\"{{"), 1, 2),
        ("[".to_owned(), 0, 1),
    ] {
        let (lines, problems) = told(Shape::Json, &list);
        assert_eq!((lines.len(), problems.len()), (kept, 1), "{list}");
        assert_eq!((problems[0].0.as_str(), problems[0].1), ("V0104", line), "{list}");
    }
    assert_eq!(told(Shape::Json, "").1.len(), 1);
}

#[test]
fn what_only_the_receiver_knows_may_not_be_said() {
    let line = PROBE.replace("{\"at\"", r#"{"recorded_at":"2026-10-01T00:00:00Z","at""#);
    assert_eq!(told(Shape::Lines, &line), (vec![], vec![("V0140".to_owned(), 1, 2)]));
}

#[test]
fn a_correction_says_why() {
    let line = PROBE.replace("{\"at\"", r#"{"supersedes":"a","at""#);
    assert_eq!(told(Shape::Lines, &line).1, [("V0141".to_owned(), 1, 2)]);
    let line = line.replace("\"at\"", r#""reason":"typo","at""#);
    assert_eq!(told(Shape::Lines, &line).1, []);
}

#[test]
fn refused_records_are_counted_beyond_those_that_are_shown() {
    let taken = taken(Shape::Lines, &"{}\n".repeat(250));
    assert_eq!((taken.refused, taken.records.len()), (250, 0));
    assert_eq!(taken.diagnostics.len(), crate::DIAGNOSTICS_MAX + 1);
}

fn event(data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"7","source":"//probe","type":"cn.sla.probe.v1","subject":"s","time":"2026-10-01T08:00:00+08:00","data":{data}}}"#
    )
}

#[test]
fn an_event_is_a_record_named_by_its_type_and_by_source_and_id() {
    let (lines, problems) = told(Shape::CloudEvents, &format!("[{}]", event(r#"{"reached":true}"#)));
    assert_eq!(problems, []);
    let expected = r#"{"at":"2026-10-01T00:00:00Z","fact":"probe","id":"//probe|7","reached":true,"source":"//probe","subject":"s"}"#;
    assert_eq!(lines, [expected]);
    let own = event(r#"{"reached":true,"at":"2026-10-02T00:00:00Z","subject":"t"}"#);
    assert_eq!(
        told(Shape::CloudEvents, &own).0,
        [expected.replace("10-01", "10-02").replace("\"s\"", "\"t\"")]
    );
}

#[test]
fn what_is_no_event_we_read_is_refused() {
    let good = event(r#"{"reached":true}"#);
    for (bad, code) in [
        (good.replace("1.0", "0.3"), "V0142"),
        (good.replace("\"id\":\"7\",", ""), "V0142"),
        (good.replace("\"id\":\"7\"", "\"id\":7"), "V0142"),
        (good.replace("\"data\":{\"reached\":true}", "\"data\":[1]"), "V0142"),
        (good.replace("\"data\":", "\"data_base64\":\"\",\"data\":"), "V0142"),
        (good.replace("\"data\":", "\"datacontenttype\":\"text/xml\",\"data\":"), "V0142"),
        (event(r#"{"reached":true,"id":"8"}"#), "V0142"),
        (event(r#"{"reached":true,"speed":1}"#), "V0112"),
        (event(r#"{"reached":true"#), "V0104"),
        (good.replace("sla.probe", "sla.prob"), "V0111"),
    ] {
        let (lines, problems) = told(Shape::CloudEvents, &bad);
        assert_eq!((lines.len(), problems[0].0.as_str()), (0, code), "{bad}");
    }
}

#[test]
fn lines_are_read_back_under_another_version_of_the_schema() {
    let line = r#"{"cause":"dns","fact":"outage","from":"2026-10-01T00:00:00Z","id":"a","优先级":"3"}"#;
    let text = format!("{line}\n{PROBE}\n");
    let at = Instant::from_nanos(5);
    let (same, refused) = reread(&schema(), text.as_bytes(), at);
    assert_eq!((same.len(), refused), (2, 0));
    assert!(same.iter().all(|it| it.recorded_at == Some(at)));

    let mut other = schema();
    other.facts[0].attributes.remove(0);
    other.facts[0].attributes[0].kind = AttributeKind::Money;
    other.facts[0].attributes.push(Attribute {
        name: "new".to_owned(),
        kind: AttributeKind::Text,
        optional: false,
    });
    other.facts.remove(1);
    let (records, refused) = reread(&other, text.as_bytes(), at);
    assert_eq!((records.len(), refused), (1, 0));
    assert_eq!(records[0].attributes, [None, None, None]);

    other.facts[0].kind = FactKind::Event;
    assert_eq!(reread(&other, text.as_bytes(), at).1, 1, "a span is no event");
}

proptest! {
    #[test]
    fn instants_are_written_as_the_zone_writes_them(nanos in any::<i64>(), whole in any::<bool>()) {
        let nanos = if whole { nanos - nanos % SECOND } else { nanos };
        let at = Instant::from_nanos(nanos.clamp(i64::MIN + 1, i64::MAX - 1));
        let mut out = String::new();
        lines::push_utc(&mut out, at);
        prop_assert_eq!(out, Zone::utc().show(at));
    }

    #[test]
    fn no_body_makes_it_stumble(text in "[\\[\\]{}\",:\\\\ a1\n]{0,40}") {
        for shape in [Shape::Lines, Shape::Csv, Shape::Json, Shape::CloudEvents] {
            for it in taken(shape, &text).diagnostics {
                let place = it.place.expect("a place");
                prop_assert!(place.from <= place.until && place.until <= text.len());
            }
        }
    }
}

const SECOND: i64 = 1_000_000_000;
