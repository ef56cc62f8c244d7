//! The JSON Schema of the gate file, folded from the tables that the checks use: what one knows
//! the other knows.

use serde_json::{Map, Value, json};

use super::shape::{Field, Shape};
use super::{KindSpec, Registry, keys};

/// JSON Schema, draft 2020-12, of a gate file with the kinds of this registry.
#[must_use]
pub fn schema(registry: &dyn Registry) -> Value {
    let mut schema = record(&[keys::TOP]);
    // With a pack, a file may go without gates of its own.
    schema["required"] = json!(["version"]);
    schema["anyOf"] = json!([{ "required": ["gates"] }, { "required": ["use"] }]);
    let mut definitions = Map::new();
    definitions.insert("gates".to_owned(), gates(registry));
    for kind in registry.kinds() {
        definitions.insert(definition(*kind), gate(*kind));
    }
    definitions.insert("group".to_owned(), group(registry));
    definitions.insert("override".to_owned(), change(registry));
    let mut open = gates(registry);
    if let Some(any) = open["additionalProperties"]["anyOf"].as_array_mut() {
        any.push(json!({ "$ref": "#/$defs/override" }));
    }
    definitions.insert("gates-beside-packs".to_owned(), open);
    schema["properties"]["gates"]["$ref"] = json!("#/$defs/gates-beside-packs");
    schema["if"] = json!({ "not": { "required": ["use"] } });
    schema["then"] = json!({ "properties": { "gates": { "$ref": "#/$defs/gates" } } });
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prove.yml",
        "description": "Gates that must be proved before an image is built, tagged or pushed.",
    });
    merge(&mut root, schema);
    root["$defs"] = Value::Object(definitions);
    root
}

fn definition(kind: &dyn KindSpec) -> String {
    format!("gate-{}", kind.word())
}

/// A gate is one of the kinds, a group, or a command.
fn gates(registry: &dyn Registry) -> Value {
    let reference = |name: String| json!({ "$ref": format!("#/$defs/{name}") });
    let kinds = registry
        .kinds()
        .iter()
        .map(|kind| reference(definition(*kind)));
    let short = json!({ "type": SCALAR, "description": "Short for `run`." });
    let any: Vec<_> = std::iter::once(short)
        .chain(kinds)
        .chain([reference("group".to_owned())])
        .collect();
    let name = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";
    json!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": name, "maxLength": crate::model::limits::NAME_CHARS },
        "additionalProperties": { "anyOf": any },
    })
}

fn gate(kind: &dyn KindSpec) -> Value {
    let word = Field::new(kind.word(), kind.shape(), kind.doc()).required();
    let mut schema = record(&[&[word], keys::COMMON, kind.keys()]);
    schema["description"] = json!(kind.doc());
    schema
}

fn group(registry: &dyn Registry) -> Value {
    let mut fields: Vec<Field> = keys::GROUP.iter().chain(keys::COMMON).copied().collect();
    for field in registry.kinds().iter().flat_map(|kind| kind.keys()) {
        if fields.iter().all(|known| known.name != field.name) {
            fields.push(*field);
        }
    }
    let mut schema = record(&[&fields]);
    schema["description"] = json!("A group: its other keys are its members' defaults.");
    schema
}

/// What a file says anew of a pack's gate: any key, and no kind's word is required.
fn change(registry: &dyn Registry) -> Value {
    let mut schema = group(registry);
    if let Some(keys) = schema["properties"].as_object_mut() {
        keys.remove("gates");
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("required");
    }
    schema["description"] = json!("Keys of a pack's gate that are said anew.");
    schema
}

fn record(tables: &[&[Field]]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in tables.iter().flat_map(|table| table.iter()) {
        let mut schema = shape(field.shape);
        schema["description"] = json!(description(field));
        properties.insert(field.name.to_owned(), schema);
        if field.required {
            required.push(field.name);
        }
    }
    let mut schema =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Defaults are words for people (`the directory's name`), so they go with the description.
fn description(field: &Field) -> String {
    match field.default {
        "" => field.doc.to_owned(),
        default => format!("{} Default: {default}.", field.doc),
    }
}

/// A scalar is read by its source text, whatever YAML makes of it.
const SCALAR: [&str; 3] = ["string", "number", "boolean"];

fn shape(shape_: Shape) -> Value {
    match shape_ {
        Shape::Text | Shape::Path | Shape::Glob | Shape::GateRef => json!({ "type": SCALAR }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Integer { min, max } => {
            templated(&json!({ "type": "integer", "minimum": min, "maximum": max }))
        }
        Shape::Number => templated(&json!({ "type": "number", "minimum": 0 })),
        Shape::Duration => {
            templated(&json!({ "type": "string", "pattern": "^([0-9]+(h|m|s|ms))+$" }))
        }
        Shape::Size => templated(&json!({
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^[0-9]+([.][0-9]{1,3})? *(B|kB|[KMGT]i?B)?$" },
            ]
        })),
        Shape::Date => templated(&json!({ "type": "string", "format": "date" })),
        Shape::Word(words) => templated(&json!({ "enum": words })),
        Shape::List(of) => json!({ "type": "array", "items": shape(*of) }),
        Shape::OneOrMany(of) => {
            json!({ "anyOf": [shape(*of), { "type": "array", "items": shape(*of) }] })
        }
        Shape::Map(of) => json!({ "type": "object", "additionalProperties": shape(*of) }),
        Shape::Record(fields) => record(&[fields]),
        Shape::Open(fields, of) => {
            let mut open = record(&[fields]);
            open["additionalProperties"] = shape(*of);
            open
        }
        Shape::OneOf(shapes) => {
            json!({ "anyOf": shapes.iter().map(|one| shape(*one)).collect::<Vec<_>>() })
        }
        Shape::Gates => json!({ "$ref": "#/$defs/gates" }),
    }
}

/// Any scalar but a boolean may be made by templates.
fn templated(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": "\\$\\{\\{" }] })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
