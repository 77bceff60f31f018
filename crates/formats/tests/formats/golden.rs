//! The payloads vendors print in their documentation, read field by field.

use expect_test::{Expect, expect};
use formats::{Format, aliyun, baidu, cloud_events, huawei, tencent};

use crate::some::{outline, shown};

fn check(body: &str, format: Format<'_>, expected: Expect) {
    expected.assert_eq(&shown(body.as_bytes(), format));
}

#[test]
fn aliyun_sms_report() {
    let body = r#"[{"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"67890"}]"#;
    check(
        body,
        Format::Aliyun,
        expect![[r#"
            Receipt {
                provider: "aliyun",
                account: None,
                tag: Some(
                    "67890",
                ),
                message_id: "12345",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1483200000000000000,
                    ),
                ),
                reported_at: Some(
                    Instant(
                        1483200000000000000,
                    ),
                ),
                code: "DELIVERED",
                text: Some(
                    "用户接收成功",
                ),
                carrier: None,
                parts: Some(
                    1,
                ),
                status: Some(
                    "true",
                ),
                spot: Spot {
                    line: 1,
                    offset: 1,
                },
            }
        "#]],
    );
}

#[test]
fn aliyun_of_the_message_queue() {
    let body = r#"{"PhoneNumber":"8613800000000","SendStatus":2,"BizId":"12345","ExternalId":"67890","SendDate":"2017-09-01 08:00:00","ReceiveDate":"2017-09-01 08:00:03","ErrorCode":"MK:0001","SmsQuantity":"2"}
{"PhoneNumber":"13055550100","SendStatus":"1","BizId":"12346","ErrorCode":""}"#;
    check(
        body,
        Format::AliyunInternational,
        expect![[r#"
            Receipt {
                provider: "aliyun",
                account: None,
                tag: Some(
                    "67890",
                ),
                message_id: "12345",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1504224000000000000,
                    ),
                ),
                reported_at: Some(
                    Instant(
                        1504224003000000000,
                    ),
                ),
                code: "MK:0001",
                text: None,
                carrier: None,
                parts: Some(
                    2,
                ),
                status: Some(
                    "2",
                ),
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
            Receipt {
                provider: "aliyun",
                account: None,
                tag: None,
                message_id: "12346",
                part: None,
                phone: Some(
                    Phone(…0100),
                ),
                sent_at: None,
                reported_at: None,
                code: "SendStatus=1",
                text: None,
                carrier: None,
                parts: None,
                status: Some(
                    "1",
                ),
                spot: Spot {
                    line: 2,
                    offset: 193,
                },
            }
        "#]],
    );
}

#[test]
fn tencent_status_callback() {
    let body = r#"[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13000000000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"xxxxxxx"}]"#;
    check(
        body,
        Format::Tencent,
        expect![[r#"
            Receipt {
                provider: "tencent",
                account: None,
                tag: None,
                message_id: "xxxxxxx",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: None,
                reported_at: Some(
                    Instant(
                        1445040184000000000,
                    ),
                ),
                code: "DELIVRD",
                text: Some(
                    "用户短信送达成功",
                ),
                carrier: None,
                parts: None,
                status: Some(
                    "SUCCESS",
                ),
                spot: Spot {
                    line: 1,
                    offset: 1,
                },
            }
        "#]],
    );
}

#[test]
fn huawei_status_callback() {
    let body = "sequence=1&total=1&orgCode=000&updateTime=2018-04-13T06%3A31%3A46Z&source=2&smsMsgId=9692b5be-c427-4525-8e73-cf4a6ac5b3f7_0&status=DELIVRD";
    check(
        body,
        Format::Huawei,
        expect![[r#"
            Receipt {
                provider: "huawei",
                account: None,
                tag: None,
                message_id: "9692b5be-c427-4525-8e73-cf4a6ac5b3f7_0",
                part: None,
                phone: None,
                sent_at: None,
                reported_at: Some(
                    Instant(
                        1523601106000000000,
                    ),
                ),
                code: "DELIVRD",
                text: None,
                carrier: None,
                parts: None,
                status: Some(
                    "2",
                ),
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
        "#]],
    );
    let of_two = "sequence=2&total=2&source=1&smsMsgId=7&status=EXPIRED&extend=shop+7&to=%2B8613800000000\n";
    check(
        of_two,
        Format::Huawei,
        expect![[r#"
            Receipt {
                provider: "huawei",
                account: None,
                tag: Some(
                    "shop 7",
                ),
                message_id: "7",
                part: Some(
                    Part {
                        number: 2,
                        of: 2,
                    },
                ),
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: None,
                reported_at: None,
                code: "EXPIRED",
                text: None,
                carrier: None,
                parts: None,
                status: Some(
                    "1",
                ),
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
        "#]],
    );
}

#[test]
fn baidu_status_callback() {
    let body = r#"{"code":"2","requestId":"54eb30d9","messageId":"m-1","mobile":"13800000000","carrierCode":"MK:0001","custom":"67890","attemptCount":1,"segmentCount":1,"deliverTime":"2026-10-01T04:00:03Z","requestTime":"2026-10-01T04:00:00Z"}
{"code":0,"messageId":"m-2","mobile":"+85251234567"}"#;
    check(
        body,
        Format::Baidu,
        expect![[r#"
            Receipt {
                provider: "baidu",
                account: None,
                tag: Some(
                    "67890",
                ),
                message_id: "m-1",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1790827200000000000,
                    ),
                ),
                reported_at: Some(
                    Instant(
                        1790827203000000000,
                    ),
                ),
                code: "MK:0001",
                text: None,
                carrier: None,
                parts: Some(
                    1,
                ),
                status: Some(
                    "2",
                ),
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
            Receipt {
                provider: "baidu",
                account: None,
                tag: None,
                message_id: "m-2",
                part: None,
                phone: Some(
                    Phone(…4567),
                ),
                sent_at: None,
                reported_at: None,
                code: "code=0",
                text: None,
                carrier: None,
                parts: None,
                status: Some(
                    "0",
                ),
                spot: Spot {
                    line: 2,
                    offset: 226,
                },
            }
        "#]],
    );
}

#[test]
fn cloud_event_with_a_vendors_list() {
    let body = r#"[{"specversion":"1.0","type":"cn.example.sms.aliyun.v1","source":"/gateway","id":"e1","time":"2017-01-01T00:00:09+08:00","subject":"acme",
      "data":[{"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","err_code":"DELIVERED","biz_id":"12345"},{"phone_number":"x","err_code":"DELIVERED","biz_id":"12346"}]},
     {"specversion":"1.0","type":"cn.example.sms.huawei","source":"/gateway","id":"e2","data":"smsMsgId=7&status=DELIVRD"}]"#;
    check(
        body,
        Format::CloudEvents,
        expect![[r#"
            Receipt {
                provider: "aliyun",
                account: Some(
                    "acme",
                ),
                tag: None,
                message_id: "12345",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1483200000000000000,
                    ),
                ),
                reported_at: Some(
                    Instant(
                        1483200009000000000,
                    ),
                ),
                code: "DELIVERED",
                text: None,
                carrier: None,
                parts: None,
                status: None,
                spot: Spot {
                    line: 1,
                    offset: 1,
                },
            }
            line 1, byte 1: a field is no phone number: `phone_number`; write digits, with `+` and the country code abroad
            Receipt {
                provider: "huawei",
                account: None,
                tag: None,
                message_id: "7",
                part: None,
                phone: None,
                sent_at: None,
                reported_at: None,
                code: "DELIVRD",
                text: None,
                carrier: None,
                parts: None,
                status: None,
                spot: Spot {
                    line: 3,
                    offset: 327,
                },
            }
        "#]],
    );
}

#[test]
fn cloud_event_with_a_plain_record() {
    let body = r#"{"specversion":"1.0","type":"receipt","source":"/gateway","id":"e1","data":{"provider":"own","account":"acme","message_id":"m1","phone":"+8613800000000","sent_at":"2026-10-01T00:00:00+08:00","code":"DELIVRD","parts":2,"carrier":"mobile","note":{"any":[1]}}}"#;
    check(
        body,
        Format::CloudEvents,
        expect![[r#"
            Receipt {
                provider: "own",
                account: Some(
                    "acme",
                ),
                tag: None,
                message_id: "m1",
                part: None,
                phone: Some(
                    Phone(…0000),
                ),
                sent_at: Some(
                    Instant(
                        1790784000000000000,
                    ),
                ),
                reported_at: None,
                code: "DELIVRD",
                text: None,
                carrier: Some(
                    "mobile",
                ),
                parts: Some(
                    2,
                ),
                status: None,
                spot: Spot {
                    line: 1,
                    offset: 0,
                },
            }
        "#]],
    );
}

#[test]
fn events_of_other_kinds_are_rejected() {
    let event = |kind: &str, data: &str| {
        format!(r#"{{"specversion":"1.0","type":"{kind}","source":"/g","id":"e","data":{data}}}"#)
    };
    for (kind, data, reason) in [
        ("cn.example.outage.v1", "{}", "1!unknown_event"),
        ("receipt", "7", "1!wrong_type"),
        ("receipt", "\"id:1 stat:DELIVRD\"", "1!wrong_type"),
        ("receipt", "[7]", "1!wrong_type"),
        ("receipt", r#"{"message_id":"m","code":"DELIVRD"}"#, "1!missing"),
        ("smpp", "\"id:1 stat:DELIVRD\"", "DELIVRD"),
        ("huawei", "{}", "1!wrong_type"),
    ] {
        assert_eq!(outline(event(kind, data).as_bytes(), Format::CloudEvents), [reason], "{kind} {data}");
    }
    let old = event("receipt", "{}").replace("1.0", "0.3");
    assert_eq!(outline(old.as_bytes(), Format::CloudEvents), ["1!not_a_word"]);
}

#[test]
fn every_vendor_has_its_answer() {
    assert_eq!(aliyun::answer(), "{\"code\":0,\"msg\":\"接收成功\"}");
    assert_eq!(tencent::answer(), "{\"result\":0,\"errmsg\":\"OK\"}");
    assert_eq!((huawei::answer(), baidu::answer(), cloud_events::answer()), ("", "{}", ""));
}
