//! Forms as they stand on the pages of A and of the provider, sent by others in their own sessions.

use std::collections::{BTreeMap, BTreeSet};

use console::table;
use platform::principal::PROVIDER;
use store::values;

use crate::markup::{Form, forms, token};
use crate::plant::nobodys;
use crate::support::{A, Answer, Client, House, Identity, MARKER, Request};
use crate::{houses, path, planted, serve, shows_a, told};

/// Forms about whoever sends them.
const ONES_OWN: [&str; 6] =
    ["/en/sign-", "/en/preferences", "/en/me", "/en/links", "/en/confirm", "/en/status"];

/// Somebody in a browser: a session's cookie, and the token of that session's forms.
struct Browser {
    name: String,
    cookie: String,
    token: String,
}

impl Browser {
    fn of(client: &mut Client, who: &Identity) -> Self {
        let session = who.headers[0].1.trim_start_matches("Bearer ");
        let cookie = format!("__Host-upheld={session}");
        let page = client.send(&Request::get("/en/me").header("cookie", &cookie));
        assert_eq!(page.status, 200, "{}: {}", who.name, page.text());
        Self { name: who.name.clone(), cookie, token: token(&page.text()).unwrap() }
    }

    fn look(&self, client: &mut Client, target: &str) -> Answer {
        client.send(&Request::get(target).header("cookie", &self.cookie))
    }

    fn send(&self, client: &mut Client, form: &Form, token: &str) -> Answer {
        let (media, body) = form.body(token);
        let request = Request::new("POST", &form.action).bytes(&media, body);
        let request = request.header("cookie", &self.cookie).header("origin", "http://localhost");
        client.send(&request.header("sec-fetch-site", "same-origin"))
    }
}

/// Every form that somebody is offered on a page about A, by where it leads and what it has.
fn offered(client: &mut Client, house: &House, who: &Browser) -> BTreeSet<Form> {
    let pages = table().into_iter().filter(|it| it.method == "GET");
    let mut all = BTreeSet::new();
    for page in pages {
        let here = path(&page, &house.ids);
        for mut form in forms(&who.look(client, &here).text()) {
            if form.action.is_empty() {
                form.action.clone_from(&here);
            }
            if !ONES_OWN.iter().any(|own| form.action.starts_with(own)) {
                all.insert(form);
            }
        }
    }
    all
}

/// How many entries A's log and the provider's have.
fn entries(house: &House) -> Vec<i64> {
    let size = |log: &'static str| {
        let row = house.platform.read(move |_, tx| {
            Ok::<_, platform::Failure>(tx.row("SELECT size FROM audit_log WHERE log = $1", values![log])?)
        });
        row.unwrap().map_or(0, |it| it.get(0).unwrap())
    };
    vec![size(A), size(PROVIDER)]
}

/// With nobody's names where A's were.
fn nobodys_own(form: &Form, house: &House, nobodys: &BTreeMap<String, String>) -> Form {
    let other = |text: &str| {
        let ids = house.ids.iter().filter(|it| it.1.len() > 5);
        ids.fold(text.to_owned(), |text, (name, id)| text.replace(id, &nobodys[name]))
    };
    let fields = form.fields.iter().map(|(name, text)| (name.clone(), other(text))).collect();
    Form { action: other(&form.action), fields, ..form.clone() }
}

#[test]
fn no_form_about_another_tenant_works_in_ones_own_session_with_ones_own_token() {
    for house in houses().map(planted) {
        let server = serve(&house);
        let mut client = Client::new(server.address);
        let nobodys = nobodys(&house);
        let theirs = ["owner", &format!("{MARKER}-admin")].map(|it| Browser::of(&mut client, house.who(it)));
        let forms: BTreeSet<Form> = theirs.iter().flat_map(|it| offered(&mut client, &house, it)).collect();
        assert!(forms.len() > 40, "{} forms", forms.len());
        let before = entries(&house);
        let mut wrong = Vec::new();
        for who in ["b-admin", "b-member", "c-member"].map(|it| Browser::of(&mut client, house.who(it))) {
            for form in &forms {
                let answer = who.send(&mut client, form, &who.token);
                let place = format!("{} {}: {}", who.name, form.action, answer.status);
                if shows_a(&answer) || !matches!(answer.status, 403 | 404 | 422) {
                    wrong.push(format!("{place} {:?}", answer.header("location")));
                }
                let other = who.send(&mut client, &nobodys_own(form, &house, &nobodys), &who.token);
                let (left, right) = (told(&answer, &house.ids), told(&other, &nobodys));
                if (answer.status, &left) != (other.status, &right) {
                    wrong.push(format!("{place} is told apart from nobody's: {}", other.status));
                }
                let of_a = who.send(&mut client, form, &theirs[1].token);
                if of_a.status != 403 {
                    wrong.push(format!("{place}: with the token of A's session {}", of_a.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(entries(&house), before, "nothing was done");
    }
}

/// The control: in A's session they need A's token, and with it they work.
#[test]
fn a_form_of_ones_own_works_with_the_token_of_its_session_and_no_other() {
    let house = planted(House::new());
    let server = serve(&house);
    let mut client = Client::new(server.address);
    let admin = Browser::of(&mut client, house.who(&format!("{MARKER}-admin")));
    let other = Browser::of(&mut client, house.who("b-admin"));
    let forms = offered(&mut client, &house, &admin);
    let before = entries(&house);
    for form in &forms {
        for wrong in [other.token.as_str(), "", "AAAA"] {
            let answer = admin.send(&mut client, form, wrong);
            assert_eq!(answer.status, 403, "{}: {}", form.action, answer.text());
        }
    }
    assert_eq!(entries(&house), before, "nothing was done");
    let done = forms.iter().filter(|it| admin.send(&mut client, it, &admin.token).status == 303).count();
    assert!(done >= 3, "{done} of {}", forms.len());
    assert!(entries(&house)[0] > before[0], "A's log has grown");
}
