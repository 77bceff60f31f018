//! Bad records cost themselves and no more, and rejects say where and repeat nothing.

use formats::{Format, Limits};

use crate::some::{outline, outline_of, shown};

const GOOD: &str = r#"{"phone_number":"13800000000","err_code":"DELIVERED","biz_id":"1"}"#;

/// The outline of bad records, `%` standing for a good one.
fn aliyun(body: &str) -> Vec<String> {
    outline(body.replace('%', GOOD).as_bytes(), Format::Aliyun)
}

#[test]
fn lists_lines_and_single_objects_are_all_read() {
    for body in
        ["%", "[%]", "[%,%]", "%\n%\n", "[%]\n[%]\n", "[\n  %,\r\n  %\n]", "\u{feff}[%]", "[[%],%]", "% %"]
    {
        let expected = vec!["DELIVERED"; body.matches('%').count()];
        assert_eq!(aliyun(body), expected, "{body:?}");
    }
    for body in ["", "[]", " \n", "\u{feff}", "[\n]"] {
        assert_eq!(aliyun(body), Vec::<String>::new(), "{body:?}");
    }
}

#[test]
fn a_bad_record_costs_itself() {
    for (body, expected) in [
        ("{}\n%", "1!missing DELIVERED"),
        ("x\n%", "1!not_an_object DELIVERED"),
        ("%\nx\n%", "DELIVERED 2!not_an_object DELIVERED"),
        ("{\"a\":1\n%\n%", "1!not_json DELIVERED DELIVERED"),
        ("{\"a:1}\n%", "1!not_json DELIVERED"),
        ("{\"a:1,\"b\":2}\n%", "1!not_json DELIVERED"),
        ("[{\"a:1,\"b\":2},%]", "1!not_json DELIVERED"),
        ("[{\"a\":1,%]", "1!not_json DELIVERED"),
        ("{\"a\":1]\n%", "1!not_json DELIVERED"),
        ("{\"a\":tru}\n%", "1!not_json DELIVERED"),
        ("\n\n{\"a\":1,}\n%", "3!not_json DELIVERED"),
        ("{\"a\":\"\u{1}\"}\n%", "1!not_json DELIVERED"),
        ("%\n{\"a\":1", "DELIVERED 2!unfinished"),
        ("{\"a\":[[[[[[[[[[1]]]]]]]]]]}\n%", "1!too_deep DELIVERED"),
        ("{\"phone_number\":\"13800000000\",\"err_code\":{},\"biz_id\":1}\n%", "1!wrong_type DELIVERED"),
        ("{\"phone_number\":\"13800000000\",\"err_code\":1.5,\"biz_id\":1}\n%", "1!wrong_type DELIVERED"),
        ("{\"biz_id\":1,\"biz_id\":1}\n%", "1!twice DELIVERED"),
        ("{\"biz_id\":1,\"BizId\":1}\n%", "1!twice DELIVERED"),
        (r#"{"phone_number":"138000000oo","err_code":"X","biz_id":"1"} %"#, "1!not_a_phone DELIVERED"),
        (
            r#"{"phone_number":"13800000000","err_code":"X","biz_id":"1","send_time":"soon"} %"#,
            "1!not_a_time DELIVERED",
        ),
        (
            r#"{"phone_number":"13800000000","err_code":"X","biz_id":"1","sms_size":"-1"} %"#,
            "1!not_a_number DELIVERED",
        ),
    ] {
        assert_eq!(aliyun(body).join(" "), expected, "{body:?}");
    }
}

#[test]
fn a_record_without_end_costs_the_limit_and_no_more() {
    let limits = Limits { record_bytes_max: 200, ..Limits::default() };
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1000));
    for body in [
        format!("{GOOD}\n{long}\n{GOOD}"),
        format!("[{GOOD},{long},{GOOD}]"),
        format!("[{GOOD},\n{long}\n,{GOOD}]"),
    ] {
        let line = if body.contains(",\n") || !body.starts_with('[') { 2 } else { 1 };
        let found = outline_of(&mut body.as_bytes(), Format::Aliyun, limits);
        assert_eq!(
            found,
            ["DELIVERED".to_owned(), format!("{line}!too_long"), "DELIVERED".to_owned()],
            "{body}"
        );
    }
    let forms = format!("{}\nsmsMsgId=1&status=DELIVRD", "x".repeat(1000));
    assert_eq!(outline_of(&mut forms.as_bytes(), Format::Huawei, limits), ["1!too_long", "DELIVRD"]);
}

#[test]
fn a_nested_object_of_a_broken_record_is_not_taken_for_a_receipt() {
    let event = format!("{{\"specversion\":\"1.0\" \"x\",\n\"data\":\n{GOOD}}}\n{GOOD}");
    assert_eq!(outline(event.as_bytes(), Format::Aliyun), ["1!not_json", "DELIVERED"]);
}

#[test]
fn bad_forms_cost_their_line() {
    let body = b"smsMsgId=1\nsmsMsgId=1&status=DELIVRD&total=2\nx\nsmsMsgId=%\n\nsmsMsgId=1&smsMsgId=1\n\xff\nsmsMsgId=1&status=OK\nsmsMsgId=1&status=OK&updateTime=now";
    let expected = "1!missing 2!missing 3!not_a_form 4!not_a_form 6!twice 7!not_utf8 OK 9!not_a_time";
    assert_eq!(outline(body, Format::Huawei).join(" "), expected);
}

#[test]
fn nothing_printed_holds_a_phone_number() {
    let number = "13812345678";
    let bodies = [
        format!(
            r#"{{"phone_number":"{number}","err_code":"{number}","biz_id":"{number}","out_id":"u{number}","err_msg":"号码{number}","success":"{number}"}}"#
        ),
        format!(r#"{{"phone_number":"{number}x"}}"#),
        format!(r#"{{"phone_number":["{number}"]}}"#),
        format!(r#"{{"phone_number":"{number}","sms_size":"{number}","err_code":"X","biz_id":"1"}}"#),
        format!(r#"{{"{number}":1,"{number}":2}}"#),
        format!(r#"{{"phone_number":"{number}" "{number}"}}"#),
        number.to_owned(),
    ];
    for body in bodies {
        let text = shown(body.as_bytes(), Format::Aliyun);
        assert!(!text.is_empty() && !text.contains("1234567"), "{text}");
    }
}
