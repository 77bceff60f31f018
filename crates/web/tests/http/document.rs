//! The OpenAPI document: whole, and the one that is committed.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;
use web::{document, table};

use crate::support::{House, Request};

#[test]
fn every_route_is_in_the_document_under_a_name_of_its_own() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, it)| {
            it.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let plain = |it: &str| it.replace("{*", "{");
    let routes: BTreeSet<String> =
        table().iter().map(|it| format!("{} {}", it.method, plain(&it.path))).collect();
    assert_eq!(described, routes);
    let ids: BTreeSet<&str> = table().iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), table().len(), "two routes have one operationId");
    assert!(ids.iter().all(|it| it.chars().all(|it| it.is_ascii_alphanumeric())));
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(!all.is_empty());
    for reference in all {
        let path =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(path).is_some(), "{reference} leads nowhere");
    }
}

fn references(value: &Json, all: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            all.extend(members.get("$ref").and_then(Json::as_str).map(str::to_owned));
            members.values().for_each(|it| references(it, all));
        }
        Json::Array(items) => items.iter().for_each(|it| references(it, all)),
        _ => {}
    }
}

/// `UPDATE=1 cargo nextest run -p web committed` writes the file.
#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/openapi.json");
    let text = format!("{:#}\n", document());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "api/openapi.json is not the API's: run this test with UPDATE=1");
    let house = House::new();
    let served = house.client().send(&Request::get("/api/v1/openapi.json"));
    assert_eq!(served.json(), document());
}
