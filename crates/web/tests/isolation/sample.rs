//! Bodies made from the schemas of the OpenAPI document: right in form, and with whatever names they are to carry.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use web::RouteInfo;

/// Names by the property they stand in.
pub type Names = BTreeMap<String, String>;

pub struct Samples {
    document: Json,
}

impl Samples {
    pub fn new() -> Self {
        Self { document: web::document() }
    }

    /// The media type and the body of a request to a route; `None` where it takes none.
    pub fn body(&self, route: &RouteInfo, names: &Names) -> Option<(String, Vec<u8>)> {
        if let Some(by_hand) = by_hand(route.id, names) {
            return Some(by_hand);
        }
        let operation = &self.document["paths"][&route.path][route.method.to_ascii_lowercase()];
        let content = operation["requestBody"]["content"].as_object()?;
        let (media, described) = content.iter().next()?;
        if media != "application/json" {
            return Some((media.clone(), b"x".to_vec()));
        }
        let body = self.value(&described["schema"], "", names, 0);
        Some((media.clone(), body.to_string().into_bytes()))
    }

    fn value(&self, schema: &Json, name: &str, names: &Names, depth: usize) -> Json {
        if depth > 12 {
            return Json::Null;
        }
        if let Some(path) = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            return self.value(self.document.pointer(path).unwrap_or(&Json::Null), name, names, depth + 1);
        }
        if let Some(first) = schema["enum"].as_array().and_then(|it| it.first()) {
            return first.clone();
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(first) = schema[choice].as_array().and_then(|it| it.first()) {
                return self.value(first, name, names, depth + 1);
            }
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
        match kind {
            "object" => self.object(schema, names, depth),
            "array" => json!([]),
            "integer" | "number" => schema["minimum"].as_i64().map_or(json!(1), |it| json!(it)),
            "boolean" => json!(false),
            _ => json!(text(schema, name, names)),
        }
    }

    fn object(&self, schema: &Json, names: &Names, depth: usize) -> Json {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let mut object = Map::new();
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || known(name, names).is_some() {
                object.insert(name.clone(), self.value(of, name, names, depth + 1));
            }
        }
        Json::Object(object)
    }
}

fn text(schema: &Json, name: &str, names: &Names) -> String {
    if let Some(it) = known(name, names) {
        return it;
    }
    let example = schema["examples"].as_array().and_then(|it| it.first()).and_then(Json::as_str);
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    match (name, example) {
        (_, Some(it)) => it.to_owned(),
        _ if pattern.contains("{64}") => "0".repeat(64),
        ("email", _) => "somebody@example.com".to_owned(),
        ("password", _) => "correct horse stable".to_owned(),
        ("role", _) => "customer_member".to_owned(),
        ("from" | "since", _) => "2026-12-01T00:00:00Z".to_owned(),
        ("until" | "expires_at" | "at", _) => "2026-12-02T00:00:00Z".to_owned(),
        _ => "text".to_owned(),
    }
}

/// The name that belongs into a property, by what the property is called.
fn known(property: &str, names: &Names) -> Option<String> {
    let bare = property.trim_end_matches("_id").trim_end_matches('s');
    names.get(property).or_else(|| names.get(bare)).cloned().or_else(|| {
        let subject = ["supersedes", "subject", "reverses", "claim", "of"].contains(&property);
        if subject { names.get("statement").cloned() } else { None }
    })
}

/// Bodies of other media types, and those whose schema does not say enough.
fn by_hand(id: &str, names: &Names) -> Option<(String, Vec<u8>)> {
    let name = |it: &str| names.get(it).cloned().unwrap_or_else(|| "o1".to_owned());
    let outage = json!({ "fact": "outage", "id": name("window"), "supersedes": names.get("correction"), "reason": "again",
        "from": "2026-10-08T00:00:00Z", "until": "2026-10-08T01:00:00Z" });
    let lines = |it: &Json| Some(("application/x-ndjson".to_owned(), it.to_string().into_bytes()));
    let json = |it: Json| Some(("application/json".to_owned(), it.to_string().into_bytes()));
    match id {
        "sendEvidence" | "sendSharedEvidence" => lines(&outage),
        "createToken" => json(json!({ "name": "t", "role": "auditor" })),
        "setRole" => json(json!({ "role": "auditor" })),
        "invite" => json(json!({ "role": "auditor", "email": "x@example.com" })),
        "attachAttestationFile" => Some(("text/plain".to_owned(), b"text".to_vec())),
        _ => None,
    }
}
