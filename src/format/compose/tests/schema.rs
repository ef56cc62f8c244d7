//! Every key that the Compose Specification's schema knows is known here. Skipped where the schema
//! is not at hand.

use std::path::Path;

use crate::format::compose::grammar::{FILE, SERVICE};
use crate::format::compose::shape::{Record, Shape};

fn schema() -> Option<serde_json::Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "shared/oracles/compose-spec.json";
    let found = here
        .ancestors()
        .map(|dir| dir.join(file))
        .find(|path| path.is_file())?;
    serde_json::from_slice(&std::fs::read(found).ok()?).ok()
}

fn missing(properties: &serde_json::Value, record: &Record) -> Vec<String> {
    let keys = properties.as_object().expect("properties").keys();
    keys.filter(|key| record.field(key).is_none())
        .cloned()
        .collect()
}

fn record_of(name: &str) -> &'static Record {
    match SERVICE.field(name).map(|field| &field.shape) {
        Some(Shape::Record(record) | Shape::Short(_, record)) => record,
        other => panic!("{name} is no record: {other:?}"),
    }
}

#[test]
fn every_key_of_the_schema_is_known() {
    let Some(schema) = schema() else {
        println!("left out: no schema at hand");
        return;
    };
    assert_eq!(missing(&schema["properties"], &FILE), Vec::<String>::new());
    let defs = &schema["$defs"];
    let service = &defs["service"]["properties"];
    assert_eq!(missing(service, &SERVICE), Vec::<String>::new());
    for (definition, key) in [
        ("healthcheck", "healthcheck"),
        ("deployment", "deploy"),
        ("development", "develop"),
    ] {
        assert_eq!(
            missing(&defs[definition]["properties"], record_of(key)),
            Vec::<String>::new(),
            "{key}"
        );
    }
    let build = &service["build"]["oneOf"][1]["properties"];
    assert_eq!(missing(build, record_of("build")), Vec::<String>::new());
}

#[test]
fn nothing_is_known_that_the_schema_does_not_know() {
    let Some(schema) = schema() else { return };
    let keys = schema["$defs"]["service"]["properties"]
        .as_object()
        .expect("properties");
    let strange = SERVICE
        .fields
        .iter()
        .filter(|field| !keys.contains_key(field.name));
    assert_eq!(
        strange.map(|field| field.name).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}
