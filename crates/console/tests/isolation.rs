//! Tenants' isolation on the pages: every page and form of the table, by everybody who has no business with A, with A's names
//! wherever a name can stand.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests stand outside the test functions")]
#![expect(dead_code, reason = "the planting also serves the attack on the API")]

#[path = "../../web/tests/support/mod.rs"]
mod support;

#[path = "../../web/tests/isolation/plant.rs"]
mod plant;

#[path = "isolation/feeds.rs"]
mod feeds;
#[path = "isolation/forms.rs"]
mod forms;
#[path = "isolation/markup.rs"]
mod markup;
#[path = "isolation/serve.rs"]
mod serve;

#[path = "isolation/volume.rs"]
mod volume;

use std::collections::BTreeMap;

use console::{PageInfo, table};
use plant::{nobodys, plant};
use serve::serve;
use support::{A, Answer, Client, House, Identity, MARKER, Request};

/// What an outsider may be answered: to sign in, that there is nothing, or that it is not for this role.
const CLOSED: [u16; 4] = [303, 403, 404, 422];

fn path(page: &PageInfo, names: &BTreeMap<String, String>) -> String {
    let segments =
        page.path.split('/').map(|it| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some("lang") => "en".to_owned(),
            Some(name) => names.get(name).cloned().unwrap_or_else(|| "1".to_owned()),
            None => it.to_owned(),
        });
    segments.collect::<Vec<_>>().join("/")
}

fn ask(client: &mut Client, who: &Identity, page: &PageInfo, path: &str) -> Answer {
    let request = match page.method {
        "GET" => Request::get(path),
        method => Request::new(method, path).bytes("application/x-www-form-urlencoded", "reason=x&act=x"),
    };
    client.send(&who.sign(request))
}

fn shows_a(answer: &Answer) -> bool {
    answer.text().to_lowercase().contains(&MARKER.to_lowercase())
}

/// The page without the names that were asked for, and without what changes from one look to the next: the mask of its forms,
/// and how long the record is.
fn told(answer: &Answer, names: &BTreeMap<String, String>) -> String {
    let mut text = answer.text();
    for (name, id) in names.iter().filter(|it| it.1.len() > 5) {
        text = text.replace(id, name);
    }
    for changing in ["name=\"form\" value=\"", "events?mark="] {
        let mut parts = text.split(changing);
        let mut kept = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            kept.push_str(part.find('"').map_or("", |end| &part[end..]));
        }
        text = kept;
    }
    text
}

/// On SQLite, and where PostgreSQL is installed on that too.
fn houses() -> impl Iterator<Item = House> {
    std::iter::once_with(House::new).chain(std::iter::once_with(House::on_postgres).flatten())
}

fn planted(mut house: House) -> House {
    plant(&mut house);
    house
}

#[test]
fn no_page_shows_or_lets_anybody_tell_anything_of_another_tenant() {
    assert!(attacked(House::new(), |_| true) > 1_000);
}

/// The same where row-level security stands below; of each sort of outsider one.
#[test]
fn no_page_shows_or_lets_anybody_tell_anything_of_another_tenant_on_postgres() {
    let Some(house) = House::on_postgres() else {
        println!("PostgreSQL is not installed");
        return;
    };
    let of_each_sort = ["b-admin", "b-scoped", "c-member", "b-removed", "anonymous"];
    assert!(attacked(house, |it| of_each_sort.contains(&it)) > 500);
}

/// How many attempts there were.
fn attacked(house: House, chosen: impl Fn(&str) -> bool) -> usize {
    let house = planted(house);
    let server = serve(&house);
    let nobodys = nobodys(&house);
    let (mut attempts, mut wrong) = (0, Vec::new());
    for who in house.outsiders.iter().filter(|it| chosen(&it.name)) {
        let mut client = Client::new(server.address);
        for page in table() {
            let (theirs, nowhere) = (path(&page, &house.ids), path(&page, &nobodys));
            let answer = ask(&mut client, who, &page, &theirs);
            attempts += 1;
            let place = format!("{} {} {theirs}: {}", who.name, page.method, answer.status);
            if shows_a(&answer) {
                wrong.push(format!("shows A: {place}"));
            }
            if answer.status >= 500 {
                wrong.push(format!("fault: {place}"));
            }
            if !page.path.contains("{tenant}") {
                continue;
            }
            if !CLOSED.contains(&answer.status) {
                wrong.push(format!("open: {place}"));
            }
            let other = ask(&mut client, who, &page, &nowhere);
            attempts += 1;
            if (answer.status, told(&answer, &house.ids)) != (other.status, told(&other, &nobodys)) {
                wrong.push(format!("told apart from nobody's: {place}, {}", other.status));
            }
        }
    }
    println!("{attempts} attempts on {} pages and forms", table().len());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    attempts
}

/// The control: with A's own eyes the marker is found, so that not finding it means something.
#[test]
fn a_sees_its_own_things_on_its_pages() {
    let mut house = House::new();
    plant(&mut house);
    let server = serve(&house);
    let admin = house.who(&format!("{MARKER}-admin"));
    let mut client = Client::new(server.address);
    let pages = table().into_iter().filter(|it| it.method == "GET" && it.path.contains("{tenant}"));
    let (mut seen, mut faults) = (Vec::new(), Vec::new());
    for page in pages {
        let answer = ask(&mut client, admin, &page, &path(&page, &house.ids));
        if shows_a(&answer) {
            seen.push(page.id);
        }
        if answer.status >= 500 {
            faults.push(format!("{} {}: {}", page.id, A, answer.text()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen.len() >= 8, "{seen:?}");
}

#[test]
fn without_a_sign_in_there_is_the_sign_in_and_what_is_public() {
    let house = House::new();
    let server = serve(&house);
    let mut client = Client::new(server.address);
    let nobody = Identity::default();
    for page in table() {
        let answer = ask(&mut client, &nobody, &page, &path(&page, &house.ids));
        let is_sent_away = answer.status == 303
            && answer.header("location").is_some_and(|it| it.starts_with("/en/sign-in?next="));
        assert_eq!(is_sent_away, !page.open, "{} {}: {}", page.method, page.path, answer.status);
    }
}
