//! The schema and the survey: what one table knows, all who fold it know.

use super::{Kinds, facts};
use crate::format::yaml;
use crate::spec::{Registry, flatten, keys, schema, survey};

#[test]
fn every_key_that_is_read_is_in_the_schema_and_the_other_way_round() {
    let schema = schema(&Kinds);
    let names = |value: &serde_json::Value| {
        let mut names: Vec<_> = value["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        names.sort();
        names
    };
    let sorted = |names: Vec<&str>| {
        let mut names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(
        names(&schema),
        sorted(keys::TOP.iter().map(|f| f.name).collect())
    );
    for kind in Kinds.kinds() {
        let definition = &schema["$defs"][format!("gate-{}", kind.word())];
        let fields = keys::COMMON
            .iter()
            .chain(kind.keys())
            .map(|field| field.name);
        assert_eq!(
            names(definition),
            sorted(fields.chain([kind.word()]).collect())
        );
        assert_eq!(definition["additionalProperties"], false);
    }
    let words: Vec<_> = Kinds.kinds().iter().map(|kind| kind.word()).collect();
    let of_groups = flatten::all_fields(&Kinds);
    let of_groups = of_groups
        .iter()
        .map(|f| f.name)
        .filter(|name| !words.contains(name));
    assert_eq!(
        names(&schema["$defs"]["group"]),
        sorted(of_groups.collect())
    );
}

#[test]
fn the_schema_says_what_a_key_is_for_and_what_holds_without_it() {
    let schema = schema(&Kinds);
    let timeout = &schema["$defs"]["gate-run"]["properties"]["timeout"];
    insta::assert_snapshot!(timeout["description"].as_str().unwrap(), @"The longest that one attempt may take, without queueing. Default: 10m.");
    assert_eq!(schema["required"], serde_json::json!(["version"]));
}

#[test]
fn only_what_the_file_asks_for_is_gathered() {
    let document = yaml::parse(0, include_bytes!("whole.yml")).unwrap();
    let survey = survey(&document, &Kinds);
    let env: Vec<_> = survey.env.iter().map(String::as_str).collect();
    assert_eq!(
        env,
        [
            "DATABASE_URL",
            "MISSING",
            "NODE_IMAGE",
            "TOKEN",
            "npm_config_*"
        ]
    );
    assert!(survey.files.contains("package.json") && survey.files.len() == 1);
    assert!(survey.needs_git);
    let plain = yaml::parse(0, b"version: 1\ngates: { a: x }\n").unwrap();
    assert_eq!(
        crate::spec::survey(&plain, &Kinds),
        crate::spec::Survey::default()
    );
    assert!(facts().env.contains_key("PATH"));
}

#[test]
fn beside_a_pack_a_gate_may_go_without_a_kind() {
    let schema = schema(&Kinds);
    let change = &schema["$defs"]["override"];
    assert!(change["properties"]["timeout"].is_object() && change["required"].is_null());
    assert_eq!(change["additionalProperties"], false);
    let allows = |of: &str| schema["$defs"][of].to_string().contains("#/$defs/override");
    assert!(allows("gates-beside-packs") && !allows("gates"));
    assert_eq!(
        schema["properties"]["gates"]["$ref"],
        "#/$defs/gates-beside-packs"
    );
    assert_eq!(
        schema["then"]["properties"]["gates"]["$ref"],
        "#/$defs/gates"
    );
}

#[test]
fn what_depends_on_the_base_branch_is_known_before_anything_is_loaded() {
    let needs_base = |gate: &str| {
        let file = format!("version: 1\ngates: {{ a: {gate} }}\n");
        let document = yaml::parse(0, file.as_bytes()).unwrap();
        survey(&document, &Kinds).needs_base
    };
    assert!(needs_base("'x ${{ git.base }}'"));
    assert!(needs_base("{ run: x, files: { match: '*', since: base } }"));
    assert!(!needs_base("{ run: 'x ${{ git.sha }}', files: '*' }"));
}
