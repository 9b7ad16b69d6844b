//! Holds CONTRIBUTING.md to the manifests: every dependency is there with its reason, and none that is gone; and the
//! page's manifest to the box's.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../CONTRIBUTING.md");
const CARGO: &str = include_str!("../Cargo.toml");
const PACKAGES: [&str; 2] = [include_str!("../ui/package.json"), include_str!("../tests/browser/package.json")];

#[test]
fn every_dependency_is_argued_for() {
    let used = used();
    assert!(used.len() > 30, "only {} found: for this test to mean anything it must read the manifests", used.len());
    let told = told(PAGE);
    let missing: Vec<_> = used.difference(&told).collect();
    assert!(missing.is_empty(), "CONTRIBUTING.md has no row for {missing:?}");
    let gone: Vec<_> = told.difference(&used).collect();
    assert!(gone.is_empty(), "CONTRIBUTING.md argues for what nobody uses: {gone:?}");
}

#[test]
fn a_missing_row_is_caught() {
    let without = PAGE.replace("| `tokio` |", "| tokio |");
    assert!(told(PAGE).contains("tokio") && !told(&without).contains("tokio"));
}

/// What a page tells the monitor of its version is its package's.
#[test]
fn the_page_is_of_the_same_version_as_the_box() {
    let cargo: toml::Table = CARGO.parse().unwrap();
    let page: serde_json::Value = serde_json::from_str(PACKAGES[0]).unwrap();
    assert_eq!(page["version"].as_str(), cargo["package"]["version"].as_str());
}

/// The names in the manifests of the crate, the page and the browser tests.
fn used() -> BTreeSet<String> {
    let cargo: toml::Table = CARGO.parse().unwrap();
    let for_targets = cargo.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"].map(|table| cargo.get(table));
    let mut used: BTreeSet<_> = kinds
        .into_iter()
        .chain(for_targets.map(|target| target.get("dependencies")))
        .flatten()
        .filter_map(toml::Value::as_table)
        .flat_map(|table| table.keys().cloned())
        .collect();
    for text in PACKAGES {
        let package: serde_json::Value = serde_json::from_str(text).unwrap();
        for table in ["dependencies", "devDependencies"] {
            used.extend(package[table].as_object().into_iter().flat_map(|table| table.keys().cloned()));
        }
    }
    used
}

/// The names in the tables of dependencies.
fn told(page: &str) -> BTreeSet<String> {
    let tables = page.split("## Dependencies").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
    let names = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    names.map(|(name, _)| name.to_owned()).collect()
}
