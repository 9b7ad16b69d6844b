//! Holds SECURITY.md to the tests: each of its claims names those that hold it, and every test that it names is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../SECURITY.md");

#[test]
fn every_claim_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut there = BTreeSet::new();
    for folder in ["src", "tests", "ui/src"] {
        gather(&root.join(folder), &mut there);
    }
    assert!(there.len() > 500, "only {} found: for this test to mean anything it must see the tests", there.len());
    let claims = claims(PAGE);
    assert!(claims.len() > 30, "only {} found: for this test to mean anything it must read the tables", claims.len());
    let faults: Vec<String> = claims.iter().flat_map(|(claim, tests)| faults(claim, tests, &there)).collect();
    assert!(faults.is_empty(), "in SECURITY.md:\n{}", faults.join("\n"));
}

#[test]
fn a_claim_without_a_test_and_a_test_that_has_gone_are_caught() {
    let there = BTreeSet::from(["a_test".to_owned()]);
    let page = "| claim | held by |\n|---|---|\n| good | `a_test` |\n| bare | |\n| stale | `a_test`, `gone` |\n";
    let claims = claims(page);
    let found: Vec<_> = claims.iter().flat_map(|(claim, tests)| faults(claim, tests, &there)).collect();
    assert_eq!(found, ["\"bare\" names no test", "\"stale\" names gone, which is no test"]);
}

fn faults(claim: &str, tests: &[String], there: &BTreeSet<String>) -> Vec<String> {
    if tests.is_empty() {
        return vec![format!("{claim:?} names no test")];
    }
    let gone = tests.iter().filter(|test| !there.contains(*test));
    gone.map(|test| format!("{claim:?} names {test}, which is no test")).collect()
}

/// The first column of each table whose last one is "held by", and the tests that this names.
fn claims(page: &str) -> Vec<(String, Vec<String>)> {
    let mut claims = Vec::new();
    let mut is_held = false;
    for line in page.lines() {
        let Some(cells) = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|')) else {
            is_held = false;
            continue;
        };
        let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
        match (cells.first(), cells.last()) {
            (_, Some(&"held by")) => is_held = true,
            (Some(claim), Some(tests)) if is_held && !claim.starts_with("---") => {
                let names = tests.split('`').skip(1).step_by(2).map(str::to_owned);
                claims.push(((*claim).to_owned(), names.collect()));
            }
            _ => {}
        }
    }
    claims
}

/// The names of all tests below a folder: functions in Rust, titles in TypeScript and JavaScript.
fn gather(folder: &Path, there: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the sources can be listed") {
        let path = entry.expect("they can be listed").path();
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if path.is_dir() && !path.ends_with("node_modules") {
            gather(&path, there);
        } else if kind == "rs" {
            let text = fs::read_to_string(&path).expect("sources are text");
            for (attribute, rest) in text.match_indices("test").map(|(at, _)| (&text[..at], &text[at..])) {
                // `#[test]`, `#[tokio::test(…)]`: the function follows, behind further attributes.
                let is_attribute = attribute.ends_with("#[") || attribute.ends_with("#[tokio::");
                let name = rest.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
                there.extend(name.filter(|_| is_attribute).map(|(name, _)| name.to_owned()));
            }
        } else if ["ts", "js"].contains(&kind) {
            let text = fs::read_to_string(&path).expect("sources are text");
            let titles = text.split("test('").skip(1).filter_map(|rest| rest.split_once('\''));
            there.extend(titles.map(|(title, _)| title.to_owned()));
        }
    }
}
