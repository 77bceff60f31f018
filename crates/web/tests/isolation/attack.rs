//! Every route, by everybody who has no business with A, with A's names wherever a name can stand.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use web::{RouteInfo, table};

use crate::plant::{PUBLIC, names, nobodys};
use crate::sample::Samples;
use crate::support::{A, Answer, B, Client, House, Identity, MARKER, Request};

/// Connections that attack at once.
const AT_ONCE: usize = 4;
/// How often two answers are compared that somebody else's writes may have come between.
const TRIES: usize = 4;

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    pub attempts: usize,
    /// What an outsider was shown or could tell.
    pub leaks: Vec<String>,
    /// Answers of 500 and above.
    pub faults: Vec<String>,
}

/// Names put into a request: A's, or ones that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Theirs,
    Nobodys,
}

struct Attack<'a> {
    house: &'a House,
    samples: Samples,
    nobodys: BTreeMap<String, String>,
    report: Mutex<Report>,
}

/// Attacks the server of the house with some of the outsiders, each from one connection.
pub fn attack_as(house: &House, chosen: impl Fn(&str) -> bool) -> Report {
    let nobodys = nobodys(house);
    let attack = Attack { house, samples: Samples::new(), nobodys, report: Mutex::default() };
    let outsiders: Vec<&Identity> = house.outsiders.iter().filter(|it| chosen(&it.name)).collect();
    let (routes, next) = (table(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut client = house.client();
                while let Some(who) = outsiders.get(next.fetch_add(1, Ordering::SeqCst)) {
                    routes.iter().for_each(|it| attack.route(&mut client, who, it));
                }
            });
        }
    });
    let mut client = house.client();
    for who in outsiders {
        attack.beside_the_table(&mut client, who);
    }
    let mut report = attack.report.into_inner().unwrap();
    report.leaks.extend(house.told());
    report
}

impl House {
    /// Lines of the server's log that have anything of A's in them, or anybody's credential.
    pub fn told(&self) -> Vec<String> {
        let ids = self.ids.iter().filter(|it| !PUBLIC.contains(&it.0.as_str())).map(|it| it.1.clone());
        let everybody = self.insiders.iter().chain(&self.outsiders);
        let credentials =
            everybody.flat_map(|it| &it.headers).filter_map(|it| Some(it.1.split_once(' ')?.1.to_owned()));
        let mut secrets: Vec<String> = ids.chain(credentials).filter(|it| it.len() > 5).collect();
        secrets.push(MARKER.to_owned());
        let found = |line: &String| secrets.iter().any(|it| line.to_lowercase().contains(&it.to_lowercase()));
        self.lines.all().into_iter().filter(found).map(|it| format!("the log shows {it}")).collect()
    }
}

impl Attack<'_> {
    fn route(&self, client: &mut Client, who: &Identity, route: &RouteInfo) {
        // These try out passwords: each attempt costs a hash, and none of them names a thing of a tenant.
        if route.strict {
            self.pair(client, who, route, |it| self.request(route, it, None));
            return;
        }
        for house in [None, Some(who.tenant().unwrap_or(B))] {
            self.pair(client, who, route, |it| self.request(route, it, house));
            self.pair(client, who, route, |it| self.request(route, it, house).header("if-match", "\"1\""));
            self.pair(client, who, route, |it| {
                self.request(route, it, house).header("accept-language", "zh")
            });
            self.pair(client, who, route, |it| self.with_query(route, it, house));
            self.single(client, who, self.after(route, house));
            self.single(client, who, self.foreign_body(route, house));
            self.single(client, who, self.forged(route, house));
            if route.writes {
                self.pair(client, who, route, |it| self.with_body_names(route, it, house));
                self.single(
                    client,
                    who,
                    self.request(route, Names::Theirs, house).header("idempotency-key", "of-a-1"),
                );
            } else {
                self.single(
                    client,
                    who,
                    self.request(route, Names::Theirs, house).header("if-none-match", "\"1\""),
                );
            }
        }
        for method in ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST", "TRACE"] {
            if method != route.method && !is_a_route(method, &route.path) {
                let other = |it| Request { method: method.to_owned(), ..self.request(route, it, None) };
                self.pair(client, who, route, other);
            }
        }
        for target in self.twisted(route, who.tenant().unwrap_or(B)) {
            let request = self.request(route, Names::Theirs, None);
            self.single(client, who, Request { target, ..request });
        }
    }

    /// What is served beside the API's table.
    fn beside_the_table(&self, client: &mut Client, who: &Identity) {
        let log = ["", "/", "/0", "/0/000", "/entries/000"].map(|it| format!("/tile{it}"));
        let mut targets = [
            "/metrics",
            "/livez",
            "/readyz",
            "/checkpoint",
            "/api/v1/openapi.json",
            "/",
            "/api/v1/",
            "/problems/not-found",
        ]
        .map(str::to_owned)
        .to_vec();
        targets.extend(log);
        targets.extend([A, "root"].iter().flat_map(|it| {
            [
                format!("/{it}/checkpoint"),
                format!("/checkpoint/{it}"),
                format!("/logs/{it}/checkpoint"),
                format!("/checkpoint?log={it}"),
            ]
        }));
        for target in targets {
            self.single(client, who, Request::get(target));
        }
    }

    /// The names for a request: A's house or the attacker's own, and in it A's things or nobody's.
    fn names(&self, which: Names, house: Option<&str>) -> BTreeMap<String, String> {
        let mut names = if which == Names::Theirs { self.house.ids.clone() } else { self.nobodys.clone() };
        if let Some(own) = house {
            names.insert("tenant".to_owned(), own.to_owned());
        }
        names
    }

    fn request(&self, route: &RouteInfo, which: Names, house: Option<&str>) -> Request {
        let names = self.names(which, house);
        let request = Request::new(route.method, fill(&route.path, &names));
        if !route.writes {
            return request;
        }
        match self.samples.body(route, &BTreeMap::new()) {
            Some((media, body)) => request.bytes(&media, body),
            None => request,
        }
    }

    fn with_query(&self, route: &RouteInfo, which: Names, house: Option<&str>) -> Request {
        let names = self.names(which, None);
        let value = |it: &str| names.get(it).cloned().unwrap_or_else(|| names["subscription"].clone());
        let free = |it: &&&str| !["limit", "after", "at", "as_of", "from", "to"].contains(it);
        let mut pairs: Vec<String> =
            route.query.iter().filter(free).map(|it| format!("{it}={}", value(it))).collect();
        pairs.push(format!("tenant={}", names["tenant"]));
        let request = self.request(route, which, house);
        Request { target: format!("{}?{}", request.target, pairs.join("&")), ..request }
    }

    fn after(&self, route: &RouteInfo, house: Option<&str>) -> Request {
        let request = self.request(route, Names::Theirs, house);
        let last = names(&route.path)
            .pop()
            .and_then(|it| self.house.ids.get(&it))
            .unwrap_or(&self.house.ids["statement"]);
        Request { target: format!("{}?after={last}&limit=200", request.target), ..request }
    }

    /// A's names wherever the schema of the body has a name.
    fn with_body_names(&self, route: &RouteInfo, which: Names, house: Option<&str>) -> Request {
        let mut request = self.request(route, which, house);
        if let Some((media, body)) = self.samples.body(route, &self.names(which, None)) {
            request.headers.retain(|it| it.0 != "content-type");
            request = request.bytes(&media, body);
        }
        request
    }

    /// A tenant's id in a body that has no place for it.
    fn foreign_body(&self, route: &RouteInfo, house: Option<&str>) -> Request {
        let ids = &self.house.ids;
        let body = json!({ "tenant": A, "tenant_id": A, "house": A, "id": ids["statement"], "subscription": ids["subscription"] });
        let mut request = self.request(route, Names::Theirs, house);
        request.headers.retain(|it| it.0 != "content-type");
        request.json(&body)
    }

    /// Headers that would name another caller, if anybody believed them.
    fn forged(&self, route: &RouteInfo, house: Option<&str>) -> Request {
        self.request(route, Names::Theirs, house)
            .header("x-tenant", A)
            .header("x-tenant-id", A)
            .header("x-forwarded-for", "127.0.0.1")
            .header("x-forwarded-user", "owner@example.com")
            .header("x-original-url", format!("/api/v1/tenants/{A}/statements"))
            .header("x-rewrite-url", format!("/api/v1/tenants/{A}/statements"))
            .header("x-http-method-override", "GET")
            .header("cookie", format!("__Host-upheld={}; upheld={A}", self.house.ids["session"]))
    }

    /// The path of A's thing, written so that one part of a program may read it as another's.
    fn twisted(&self, route: &RouteInfo, own: &str) -> Vec<String> {
        let plain = fill(&route.path, &self.house.ids);
        let Some((_, rest)) = plain.split_once(&format!("/tenants/{A}")) else {
            return vec![
                plain.to_uppercase(),
                format!("{plain}/"),
                format!("/{plain}"),
                format!("{plain}%00"),
                format!("{plain};{A}"),
            ];
        };
        let base = "/api/v1/tenants";
        vec![
            format!("{base}/{own}/../{A}{rest}"),
            format!("{base}/{own}/%2e%2e/{A}{rest}"),
            format!("{base}/{own}%2f..%2f{A}{rest}"),
            format!("{base}/{own}/%2E%2E%2F{A}{rest}"),
            format!("{base}/{own}%00{A}{rest}"),
            format!("{base}/{own}%252f..%252f{A}{rest}"),
            format!("{base}/./{A}{rest}"),
            format!("{base}//{A}{rest}"),
            format!("{base}/{}{rest}", A.to_uppercase()),
            format!("{base}/{A}%20{rest}"),
            format!("{base}/%20{A}{rest}"),
            format!("{base}/{A}%00{rest}"),
            format!("{base}/{A};tenant={own}{rest}"),
            format!("{base}/{own};{A}{rest}"),
            format!("{base}/{own},{A}{rest}"),
            format!("{base}/{own}{rest}?tenant={A}&tenant={own}"),
            format!("{base}/%61{}{rest}", &A[1..]),
            format!("{base}/%ff{A}{rest}"),
            format!("{base}/{A}'%20OR%20'1'='1{rest}"),
            format!("{base}/%25{rest}"),
            format!("{base}/_{rest}"),
            format!("{base}/{}", rest.trim_start_matches('/')),
            format!("http://localhost{base}/{A}{rest}"),
            format!("{base}/{A}{rest}/"),
            format!("/API/V1/Tenants/{A}{rest}"),
        ]
    }

    /// Sends a request with A's names and the same with nobody's: the two refusals must be the same.
    fn pair(
        &self,
        client: &mut Client,
        who: &Identity,
        route: &RouteInfo,
        request: impl Fn(Names) -> Request,
    ) {
        let mut told = String::new();
        for _ in 0..TRIES {
            let theirs = request(Names::Theirs);
            let (found, other) =
                (self.send(client, who, &theirs), self.send(client, who, &request(Names::Nobodys)));
            let (left, right) = (self.plain(&found, Names::Theirs), self.plain(&other, Names::Nobodys));
            // Both were served: what they were served is searched for A's, and may change meanwhile.
            if left == right || (found.status < 300 && other.status < 300) {
                return;
            }
            told = format!(
                "{} can tell {} {} ({}): {left} | {right}",
                who.name, theirs.method, theirs.target, route.id
            );
        }
        self.report.lock().unwrap().leaks.push(told);
    }

    fn single(&self, client: &mut Client, who: &Identity, request: Request) {
        self.send(client, who, &request);
    }

    fn send(&self, client: &mut Client, who: &Identity, request: &Request) -> Answer {
        // A session that ended would attack no more.
        let ends = request.method == "DELETE" && request.target.to_lowercase().contains("/sessions/current");
        let answer = if ends {
            client.send(&self.house.in_a_new_session(who).sign(request.clone()))
        } else {
            client.send(&who.sign(request.clone()))
        };
        let mut report = self.report.lock().unwrap();
        report.attempts += 1;
        let asked = format!("{} {} {}", who.name, request.method, request.target);
        for word in self.shown(request, &answer) {
            report.leaks.push(format!("{asked}: {} shows {word}", answer.status));
        }
        if answer.status >= 500 {
            report.faults.push(format!(
                "{asked}: {} {} [{}]",
                answer.status,
                answer.text(),
                String::from_utf8_lossy(&request.body)
            ));
        }
        if answer.status == 0 {
            report.faults.push(format!("{asked}: no answer"));
        }
        answer
    }

    /// What of A an answer shows that the request did not say itself.
    fn shown(&self, request: &Request, answer: &Answer) -> Vec<String> {
        let said = String::from_utf8_lossy(&request.wire()).to_lowercase();
        let mut text = answer.text().to_lowercase();
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {value}\n").to_lowercase());
        }
        let secrets =
            self.house.ids.iter().filter(|it| !PUBLIC.contains(&it.0.as_str())).map(|it| it.1.to_lowercase());
        let unsaid = secrets.filter(|it| it.len() > 5 && !said.contains(it.as_str()));
        unsaid
            .chain([MARKER.to_lowercase()].into_iter().filter(|it| !said.contains(it.as_str())))
            .filter(|it| text.contains(it.as_str()))
            .collect()
    }

    /// An answer without what is its own: the trace id, and the names that were sent.
    fn plain(&self, answer: &Answer, which: Names) -> String {
        let trace = answer.header("x-trace-id").unwrap_or("-");
        let mut text = format!("{} {}", answer.status, answer.text().replace(trace, "<trace>"));
        let names = if which == Names::Theirs { &self.house.ids } else { &self.nobodys };
        for name in names.values().filter(|it| it.len() > 5) {
            text = text.replace(name.as_str(), "<name>");
        }
        let kept =
            |it: &&(String, String)| !["x-trace-id", "date", "content-length"].contains(&it.0.as_str());
        let headers: Vec<String> =
            answer.headers.iter().filter(kept).map(|it| format!("{}: {}", it.0, it.1)).collect();
        format!("{text} {}", headers.join("; "))
    }
}

/// A path with names in it.
pub fn fill(path: &str, names: &BTreeMap<String, String>) -> String {
    let part = |it: &str| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        Some(name) => names.get(name.trim_start_matches('*')).cloned().unwrap_or_else(|| "none".to_owned()),
        None => it.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn is_a_route(method: &str, path: &str) -> bool {
    table().iter().any(|it| it.method == method && it.path == path)
}
