//! What machines read without signing in: it says what the provider chose to publish, and nothing of A.

use std::collections::BTreeMap;

use console::feeds;
use platform::agreements::AgreementKind;
use platform::publishing::{self, Publish};
use platform::status;
use platform::text::Text;

use crate::plant::nobodys;
use crate::support::{A, Answer, B, Client, House, Request, TERMS, system};
use crate::{houses, planted, serve, shows_a, told};

const SHOWN: &str = "shown-to-all";
const CAUSE: &str = "cycle calendar month\ncause platform \"The platform ／ 平台\"";
const PAGE_OF_A: &str = "page-of-acme-7c19";
const PAGE_OF_B: &str = "page-of-beta-22d0";

/// The provider's page has an agreement that tells of outages; B's page is open.
fn publish(house: &House) {
    let text = TERMS.replace("id: hosting", &format!("id: {SHOWN}"));
    let text = text.replace("cause: text?", "cause: cause?").replace("cycle calendar month", CAUSE);
    let publish = Publish {
        text,
        kind: AgreementKind::Ours,
        acknowledge: vec!["R0413".to_owned()],
        annexes: Vec::new(),
    };
    let checked = publishing::check(&system(), publish).unwrap();
    let name = Text { en: "Hosting".to_owned(), zh: "托管".to_owned() };
    let work = move |platform: &platform::Platform, tx: &mut store::Tx<'_>| {
        publishing::publish(platform, tx, &system(), &checked)?;
        status::publish(platform, tx, &system(), SHOWN, &name)?;
        status::open_page(tx, &system(), B, Some(PAGE_OF_B))
    };
    house.platform.write(work).unwrap();
}

fn open_page_of_a(house: &House) {
    house.platform.write(|_, tx| status::open_page(tx, &system(), A, Some(PAGE_OF_A))).unwrap();
}

/// Every address for machines, with `page` and `component` where they can stand; in both languages.
fn addresses(page: &str, component: &str) -> Vec<String> {
    let filled =
        feeds().into_iter().map(|it| it.path.replace("{page}", page).replace("{component}", component));
    filled.flat_map(|it| [format!("{it}?lang=zh"), it]).collect()
}

fn ask(client: &mut Client, house: &House, who: &str, target: &str) -> Answer {
    client.send(&house.who(who).sign(Request::get(target)))
}

#[test]
fn no_feed_shows_or_lets_anybody_tell_anything_of_a_customer_whose_page_is_not_open() {
    for house in houses().map(planted) {
        let server = serve(&house);
        publish(&house);
        open_page_of_a(&house);
        house.platform.write(|_, tx| status::close_page(tx, &system(), A)).unwrap();
        let mut names = house.ids.clone();
        names.insert("page".to_owned(), PAGE_OF_A.to_owned());
        let mut nowhere = nobodys(&house);
        nowhere.insert("page".to_owned(), "page-of-nobody-0".to_owned());
        let (mut attempts, mut wrong) = (0, Vec::new());
        let mut client = Client::new(server.address);
        for who in ["anonymous", "b-admin", "c-member"] {
            for public in addresses(PAGE_OF_B, SHOWN) {
                let answer = ask(&mut client, &house, who, &public);
                attempts += 1;
                if answer.status >= 500 || shows_a(&answer) {
                    wrong.push(format!("{who} {public}: {} {}", answer.status, answer.text()));
                }
            }
            attempts += told_apart(&mut client, &house, who, (&names, &nowhere), &mut wrong);
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
        assert!(attempts > 500, "{attempts}");
    }
}

/// Asks for each of A's names and for nobody's; how often.
fn told_apart(
    client: &mut Client,
    house: &House,
    who: &str,
    (names, nowhere): (&BTreeMap<String, String>, &BTreeMap<String, String>),
    wrong: &mut Vec<String>,
) -> usize {
    let mut attempts = 0;
    for name in ["page", "tenant", "subscription", "agreement", "statement"] {
        let (theirs, nobodys) = (&names[name], &nowhere[name]);
        let pairs = [("{page}", true), (PAGE_OF_B, false)].map(|(page, in_page)| {
            let fill = |it: &str| addresses(if in_page { it } else { page }, it);
            (fill(theirs), fill(nobodys))
        });
        for (left, right) in pairs.into_iter().flat_map(|(left, right)| left.into_iter().zip(right)) {
            let (found, other) = (ask(client, house, who, &left), ask(client, house, who, &right));
            attempts += 2;
            if shows_a(&found) || (found.status, told(&found, names)) != (other.status, told(&other, nowhere))
            {
                wrong.push(format!("{who} {left}: {} beside {}", found.status, other.status));
            }
        }
    }
    attempts
}

/// The control: what A's page shows once it is open.
#[test]
fn an_open_page_is_shown_in_its_feeds() {
    let house = planted(House::new());
    let server = serve(&house);
    publish(&house);
    open_page_of_a(&house);
    let mut client = Client::new(server.address);
    let targets = addresses(PAGE_OF_A, SHOWN).into_iter().filter(|it| it.contains(PAGE_OF_A));
    let shown = targets.filter(|it| shows_a(&ask(&mut client, &house, "anonymous", it))).count();
    assert!(shown >= 8, "{shown}");
}
