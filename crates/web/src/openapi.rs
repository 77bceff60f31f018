//! The OpenAPI 3.1 document, made from the table of routes.

use platform::RefusalKind;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

use crate::api::{PREFIX, routes};
use crate::problem::status;
use crate::route::{Action, Right, Route};

/// The document, as it is committed.
pub fn document() -> Json {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut schemas = settings.into_generator();
    let mut paths: Map<String, Json> = Map::new();
    for route in routes() {
        // A path of several steps has no other form in OpenAPI.
        let path = format!("{PREFIX}{}", route.path).replace("{*", "{");
        let operations = paths.entry(path).or_insert_with(|| json!({}));
        if let Json::Object(operations) = operations {
            operations.insert(route.method.to_ascii_lowercase(), operation(&route, &mut schemas));
        }
    }
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Upheld", "version": "1",
            "description": "Service level agreements that measure, prove and settle themselves. Instants are RFC 3339 in UTC; money is a text with its currency (`22.22 USD`); every POST takes an `Idempotency-Key`; what carries a `revision` takes `If-Match`.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "An API token, or a session's token." } },
            "responses": { "Problem": { "description": "Refused, or failed.", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } } },
        },
    })
}

fn operation(route: &Route, schemas: &mut SchemaGenerator) -> Json {
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "tags": [route.path.split('/').rfind(|it| !it.is_empty() && !it.starts_with('{')).unwrap_or("root")],
        "parameters": parameters(route),
        "responses": {
            route.success.to_string(): { "description": "Done.", "content": content(route, schemas) },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    if let Json::Object(members) = &mut operation {
        members.insert("security".to_owned(), security(route.right));
        if let Some(body) = body(route, schemas) {
            members.insert("requestBody".to_owned(), body);
        }
    }
    operation
}

/// The scope a token needs stands where OpenAPI has roles.
fn security(right: Right) -> Json {
    match right {
        Right::Nothing => json!([]),
        Right::SignedIn => json!([{ "token": [] }]),
        Right::Of(..) | Right::OfProvider(..) | Right::OfEach(..) => json!([{ "token": [right.scope()] }]),
    }
}

fn content(route: &Route, schemas: &mut SchemaGenerator) -> Json {
    let (media, schema) = match (route.answers, route.output) {
        (Some(media), _) => (media, json!({})),
        (None, Some(of)) => ("application/json", Json::from(of(schemas))),
        (None, None) => ("application/json", json!({})),
    };
    json!({ media: { "schema": schema } })
}

fn body(route: &Route, schemas: &mut SchemaGenerator) -> Option<Json> {
    if let Some(of) = route.input {
        let schema: Schema = of(schemas);
        return Some(json!({ "content": { "application/json": { "schema": schema } } }));
    }
    let media: Map<String, Json> =
        route.media.iter().map(|it| ((*it).to_owned(), json!({ "schema": {} }))).collect();
    (!media.is_empty()).then(|| json!({ "required": true, "content": media }))
}

fn parameters(route: &Route) -> Vec<Json> {
    let text = json!({ "type": "string" });
    let in_path = route
        .path
        .split('/')
        .filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'))
        .map(|it| it.trim_start_matches('*'));
    let mut all: Vec<Json> =
        in_path.map(|it| json!({ "name": it, "in": "path", "required": true, "schema": text })).collect();
    for (name, about) in &route.query {
        let schema = if *name == "limit" {
            json!({ "type": "integer", "minimum": 1, "maximum": 200 })
        } else {
            text.clone()
        };
        all.push(json!({ "name": name, "in": "query", "description": about, "schema": schema }));
    }
    if matches!(route.action, Action::Write(_)) {
        let key = "The same key with the same request gives the same answer and one effect.";
        all.push(json!({ "name": "Idempotency-Key", "in": "header", "description": key,
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" } }));
    }
    all
}

fn problem_schema() -> Json {
    let kinds: Vec<Json> = RefusalKind::ALL
        .iter()
        .map(|it| json!(format!("{} ({})", it.slug(), status(*it).as_u16())))
        .collect();
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "trace_id"],
        "properties": {
            "type": { "type": "string", "description": "Leads to the explanation of the kind of problem." },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "Why, and what can be done about it, in the language of Accept-Language." },
            "code": { "type": "string", "description": "The kind of problem.", "examples": kinds },
            "trace_id": { "type": "string" },
            "errors": { "type": "array", "description": "Everything that is wrong with what was sent.", "items": { "type": "object" } },
        },
    })
}
