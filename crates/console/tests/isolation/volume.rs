//! The page of records in volume: figures in both languages, nothing for who has no business with them.

use platform::intake::{self, Body};
use platform::jobs::{self, Handler};
use platform::principal::Principal;
use platform::stream::Stream;
use platform::{cycles, subscriptions, volume};
use serde_json::{Value as Json, json};

use crate::support::{Client, D, House, Request, TERMS};

const HANDLERS: [(&str, Handler); 3] =
    [("cycle", cycles::open), (volume::JOB, volume::run), (volume::MERGE_JOB, volume::merge)];

/// D's subscription to a contract of parcels in volume.
fn subscribe(house: &House) {
    let text = TERMS
        .replace("id: hosting", "id: parcels")
        .replace(
            "fact outage : span { cause: text? }",
            "fact parcel : event in volume { state: arrived | lost }",
        )
        .replace(
            "(length(cycle) - length(outage)) / length(cycle)",
            "share(state = arrived of parcel) or 1 when none",
        );
    let publish = json!({ "text": text, "kind": "ours", "acknowledge": ["R0413"] });
    house.ask("owner", Request::new("POST", "/api/v1/agreements").json(&publish));
    let input = json!({ "id": "d-parcels", "agreement": "parcels", "plan": "basic", "since": "2026-10-01T00:00:00+08:00" });
    let input: subscriptions::NewSubscription = serde_json::from_value(input).unwrap();
    let create = move |platform: &platform::Platform, tx: &mut store::Tx<'_>| {
        subscriptions::create(platform, tx, &Principal::system("test"), D, &input)
    };
    house.platform.write(create).unwrap();
}

fn send(house: &House, platform: &platform::Platform) {
    let line = |at: usize| -> Json {
        json!({ "fact": "parcel", "id": format!("p{at}"), "at": "2026-11-09T09:20:00+08:00", "subject": "north & south",
            "state": if at < 5 { "lost" } else { "arrived" } })
    };
    let lines: Vec<String> = (0..120).map(|it| line(it).to_string()).collect();
    let shape = intake::shape("application/x-ndjson").unwrap();
    let body = Body { shape, bytes: lines.join("\n").into_bytes(), atomic: true };
    let stream = Stream::Subscription { tenant: D.to_owned(), id: "d-parcels".to_owned() };
    let receipt = intake::receive(platform, &Principal::system("test"), &stream, body).unwrap();
    assert_eq!((receipt.accepted, receipt.refused), (120, 0));
    house.clock.set(calendar::parse_instant("2026-11-10T00:05:00Z").unwrap());
}

#[test]
fn the_page_of_records_in_volume_tells_what_counts_and_what_waits() {
    let mut house = House::new();
    let data = tempfile::tempdir().unwrap();
    house.platform = house.platform.clone().with_data(data.path());
    let server = crate::serve(&house);
    subscribe(&house);
    let mut client = Client::new(server.address);
    let mut page = |who: &str, lang: &str| {
        let path = format!("/{lang}/customers/{D}/subscriptions/d-parcels/volume");
        client.send(&house.who(who).sign(Request::get(path)))
    };
    let empty = page("d-admin", "en");
    assert_eq!(empty.status, 200, "{}", empty.text());
    assert!(empty.text().contains("neither 100% nor 0%") && !empty.text().contains("<dd>0%"));
    send(&house, &house.platform);
    let waiting = page("d-admin", "en").text();
    assert!(waiting.contains("One batch with up to 120 records"), "{waiting}");
    jobs::run_due(&house.platform, &HANDLERS).unwrap();
    for (lang, words) in
        [("en", ["From submitted to counted", "By account"]), ("zh", ["从提交到计入", "按账号"])]
    {
        let text = page("d-member", lang).text();
        for expected in
            words.into_iter().chain(["95.83%", "115 / 120", "north &#38; south", "state = arrived"])
        {
            assert!(text.contains(expected), "{lang}: {expected}\n{text}");
        }
        assert!(!text.contains("120 records is safe"));
    }
    assert_eq!(page("owner", "en").status, 200);
    for nobody in ["b-admin", "c-member"] {
        assert_eq!(page(nobody, "en").status, 404, "{nobody}");
    }
}
