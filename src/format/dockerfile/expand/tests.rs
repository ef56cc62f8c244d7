//! Expansion against BuildKit's own tables.

use std::collections::BTreeMap;
use std::fs;

use super::super::tests::oracle::oracle;
use super::Lexer;

/// The lines of a table that say something.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

#[test]
fn words_expand_as_buildkits_table_says() {
    let Some(folder) = oracle("buildkit-shell") else {
        return;
    };
    let env: BTreeMap<String, String> = [
        ("PWD", "/home"),
        ("SHELL", "bash"),
        ("KOREAN", "한국어"),
        ("NULL", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let text = fs::read_to_string(folder.join("envVarTest")).unwrap();
    let (mut right, mut all, mut windows) = (0, 0, 0);
    let mut wrong = Vec::new();
    for row in rows(&text) {
        let mut cells = row.splitn(3, '|').map(str::trim);
        let platform = cells.next().unwrap();
        if platform == "W" {
            windows += 1;
            continue;
        }
        let (input, expected) = (cells.next().unwrap(), cells.next().unwrap());
        all += 1;
        let mine = Lexer::new('\\').expand(input, &env);
        let mine = mine.map_or("error".to_owned(), |out| out.text);
        if mine == expected {
            right += 1;
        } else {
            wrong.push(format!("{row}: {mine}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("envVarTest: {right}/{all} (and {windows} rows for Windows)");
    assert!(all > 200);
}

#[test]
fn words_split_as_buildkits_table_says() {
    let Some(folder) = oracle("buildkit-shell") else {
        return;
    };
    let text = fs::read_to_string(folder.join("wordsTest")).unwrap();
    let mut env = BTreeMap::new();
    let mut all = 0;
    for row in rows(&text) {
        if let Some(setting) = row.strip_prefix("ENV ") {
            let (name, value) = setting.split_once('=').unwrap();
            env.insert(name.trim().to_owned(), value.to_owned());
            continue;
        }
        let (input, expected) = row.split_once('|').unwrap();
        let (input, expected) = (input.trim(), expected.trim_start());
        all += 1;
        let mine = Lexer::new('\\').expand(input, &env);
        match mine {
            Err(_) => assert_eq!(expected, "error", "{row}"),
            Ok(out) => {
                let words: Vec<_> = out.words.iter().map(|word| &*word.text).collect();
                assert_eq!(words, expected.split(',').collect::<Vec<_>>(), "{row}");
            }
        }
    }
    assert!(all > 20);
    println!("wordsTest: {all}/{all}");
}
