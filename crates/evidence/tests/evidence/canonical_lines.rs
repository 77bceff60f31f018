//! The canonical lines and their digest: sealed statements cite them, so they never change.

use evidence::{Evidence, read};
use expect_test::expect;

use crate::bad_lines::file;
use crate::fixture::schema;

const TEXT: &str = r#"{"fact":"outage","id":"o-1","from":"2026-10-01T10:00:00+08:00","until":"2026-10-01T11:30:00.250+08:00","cause":"dns","weight":1.50e1,"note":"\"\u0001\\\u4e2d/","planned":false,"announced":"2026-09-30T00:00:00Z"}
{"fact":"ticket","from":"2026-10-01T00:00:00Z","优先级":"高","waited":"1.5 h","subject":"客户","source":"desk"}
{"fact":"fee","id":"f-1","at":"2026-10-01T00:00:00Z","amount":"200.00 USD","due":"2026-10-31","used":"0.5 KiB","current":"3.50"}
{"fact":"fee","supersedes":"f-1","withdrawn":true,"reason":"paid","recorded_at":"2026-10-02T00:00:00Z"}"#;

#[test]
fn a_record_is_written_in_one_way_only() {
    let (evidence, diagnostics) = read(&schema(), &[file("a.ndjson", TEXT)]);
    assert_eq!(diagnostics, []);
    expect![[r#"
        {"amount":"200 USD","at":"2026-10-01T00:00:00Z","current":"3.5 A","due":"2026-10-31","fact":"fee","id":"f-1","used":"512 B"}
        {"announced":"2026-09-30T00:00:00Z","cause":"dns","fact":"outage","from":"2026-10-01T02:00:00Z","id":"o-1","note":"\"\u0001\\中/","planned":false,"until":"2026-10-01T03:30:00.25Z","weight":"15"}
        {"fact":"fee","reason":"paid","recorded_at":"2026-10-02T00:00:00Z","supersedes":"f-1","withdrawn":true}
        {"fact":"ticket","from":"2026-10-01T00:00:00Z","source":"desk","subject":"客户","waited":"5400 s","优先级":"高"}"#]].assert_eq(&evidence.lines(None).join("\n"));
    expect!["fee8c4490b4daf756698a68ae3383d6a166494333669c1491322358aaff1f82a"]
        .assert_eq(&hex(evidence.digest()));
    let known = calendar::parse_instant("2026-10-01T00:00:00Z").ok();
    assert_eq!(evidence.lines(known).len(), 3);
    assert_eq!(evidence.as_of(None).digest(), evidence.digest());
}

#[test]
fn without_a_schema_facts_and_attributes_go_by_position() {
    let (evidence, _) = read(&schema(), &[file("a.ndjson", TEXT)]);
    let nameless = Evidence::from_records(evidence.records()[2..3].to_vec());
    expect![[r##"{"#0":"200","#1":"2026-10-31","#2":"512","#3":"3.5","fact":"#1","from":"2026-10-01T00:00:00Z","id":"f-1","until":"2026-10-01T00:00:00Z"}"##]].assert_eq(&nameless.lines(None).join("\n"));
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
