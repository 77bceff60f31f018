//! Forms as a browser reads them out of a page: no more of HTML than our own pages have.

/// A form with what it would send as it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    pub action: String,
    pub has_file: bool,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The media type and the body that a browser would send, with the form's token.
    pub fn body(&self, token: &str) -> (String, Vec<u8>) {
        let fields = self.fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let fields: Vec<(&str, &str)> = fields.chain([("form", token)]).collect();
        if !self.has_file {
            let body = serde_urlencoded::to_string(fields).unwrap();
            return ("application/x-www-form-urlencoded".to_owned(), body.into_bytes());
        }
        let part = |(name, text): &(&str, &str)| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let mut body: String = fields.iter().map(part).collect();
        body.push_str("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\nfact,id\r\n--X--\r\n");
        ("multipart/form-data; boundary=X".to_owned(), body.into_bytes())
    }
}

/// The token that the page's forms carry.
pub fn token(page: &str) -> Option<String> {
    tags(page, "input")
        .into_iter()
        .find(|it| attribute(it, "name") == Some("form".to_owned()))
        .and_then(|it| attribute(&it, "value"))
}

/// The forms of a page that change something, once for each button that says what is to be done.
pub fn forms(page: &str) -> Vec<Form> {
    let mut all = Vec::new();
    for rest in page.split("<form ").skip(1) {
        let (whole, _) = rest.split_once("</form>").unwrap();
        let (head, inside) = whole.split_once('>').unwrap();
        if attribute(head, "method").as_deref() != Some("post") {
            continue;
        }
        let action = attribute(head, "action").unwrap_or_default();
        let form = Form { action, has_file: head.contains("multipart/form-data"), fields: fields(inside) };
        let named = |it: &String| {
            let action = attribute(it, "formaction").unwrap_or_else(|| form.action.clone());
            let mut fields = form.fields.clone();
            fields
                .extend(attribute(it, "name").map(|name| (name, attribute(it, "value").unwrap_or_default())));
            Form { action, fields, ..form.clone() }
        };
        all.extend(tags(inside, "button").iter().map(named));
    }
    all
}

fn fields(form: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for it in tags(form, "input") {
        let Some(name) = attribute(&it, "name").filter(|it| it != "form") else { continue };
        if attribute(&it, "type").as_deref() != Some("file") {
            all.push((name, filled(attribute(&it, "value").unwrap_or_default())));
        }
    }
    for (tag, end) in [("<textarea ", "</textarea>"), ("<select ", "</select>")] {
        for rest in form.split(tag).skip(1) {
            let (whole, _) = rest.split_once(end).unwrap();
            let (head, inside) = whole.split_once('>').unwrap();
            let chosen = tags(inside, "option").first().and_then(|it| attribute(it, "value"));
            let text = chosen.unwrap_or_else(|| unescaped(inside));
            all.extend(attribute(head, "name").map(|name| (name, filled(text))));
        }
    }
    all
}

/// What nobody filled in is filled in: the form shall be refused for who sends it, not for what is missing.
fn filled(text: String) -> String {
    if text.trim().is_empty() { "1".to_owned() } else { text }
}

/// The insides of the opening tags of this name.
fn tags(text: &str, name: &str) -> Vec<String> {
    let begun = format!("<{name} ");
    text.split(&begun).skip(1).filter_map(|it| Some(it.split_once('>')?.0.to_owned())).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) =
        format!(" {tag}").split_once(&format!(" {name}=\"")).map(|it| (it.0.len(), it.1.to_owned()))?;
    Some(unescaped(rest.split_once('"')?.0))
}

fn unescaped(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn forms_are_read_as_a_browser_would_send_them() {
    let page = r#"<form action="/a?x=1&#38;y=2" method="post"><input type="hidden" name="form" value="t"><input name="n" value="a&#34;b"><textarea name="r" required></textarea><select name="s"><option value="p">P</option></select><button type="submit" name="act" value="go">Go</button></form>"#;
    let of = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let form = Form {
        action: "/a?x=1&y=2".to_owned(),
        has_file: false,
        fields: vec![of("n", "a\"b"), of("r", "1"), of("s", "p"), of("act", "go")],
    };
    assert_eq!((token(page), forms(page)), (Some("t".to_owned()), vec![form]));
}
