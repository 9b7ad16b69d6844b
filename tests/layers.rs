//! Holds the modules to the layers of ARCHITECTURE.md: who may import whom, and what the core may never touch.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate and those it may import. A module that is not here has no place yet: give it one, in
/// ARCHITECTURE.md too.
const LAYERS: &[(&str, &[&str])] = &[
    ("proto", &[]),
    ("hub", &["proto"]),
    ("fair", &["proto"]),
    ("store", &["fair", "proto"]),
    ("auth", &["fair", "proto"]),
    ("picture", &["fair", "proto"]),
    ("file", &["proto"]),
    ("clock", &["file", "proto"]),
    ("outbox", &["fair", "proto"]),
    ("log", &["clock"]),
    ("tls", &["clock", "file", "proto"]),
    ("lan", &["proto"]),
    ("config", &["proto", "tls"]),
    ("doors", &["lan", "proto", "tls"]),
    ("html", &[]),
    ("qr", &["html"]),
    ("guide", &["html", "proto", "qr"]),
    ("poster", &["guide", "html", "qr"]),
    ("doctor", &["clock", "lan", "proto", "store", "tls"]),
    ("driver", &["clock", "fair", "hub", "outbox", "proto", "store"]),
    (
        "http",
        &[
            "auth", "clock", "doctor", "doors", "driver", "fair", "guide", "outbox", "picture", "poster", "proto",
            "store", "tls",
        ],
    ),
];

/// The wiring: imports everything, and nothing imports it.
const TOP: &[&str] = &["lib", "main", "run"];

/// The core, whose outputs follow from its inputs alone.
const CORE: &[&str] = &["hub", "proto"];

/// What the core may never name: the network, the disk, threads, the clock, chance.
const OUTSIDE: &[&str] = &[
    "axum",
    "aws_lc_rs",
    "getrandom",
    "hyper",
    "rand",
    "rusqlite",
    "rustls",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "tokio",
];

/// Files and folders that are compiled for tests only.
const TESTS: &[&str] = &["tests", "ts"];

#[test]
fn every_module_imports_only_what_its_layer_may() {
    let files = sources();
    assert!(files.len() > 20, "only {} files found: for this test to mean anything it must see src", files.len());
    let faults: Vec<String> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "against the layers:\n{}", faults.join("\n"));
}

#[test]
fn what_a_layer_may_import_is_no_fault() {
    assert_eq!(faults_in("hub/room.rs", "use crate::proto::id::UserId;\nuse super::presence::Presence;"), 0);
    assert_eq!(faults_in("driver.rs", "use crate::{hub::{Hub, Input}, proto::limits, store::Store};"), 0);
    assert_eq!(faults_in("run.rs", "use crate::http; fn f() { crate::tls::start() }"), 0);
}

#[test]
fn an_import_against_the_layers_is_caught_however_it_is_written() {
    for source in [
        "use crate::store::Store;",
        "use crate::{proto::limits, store::Store};",
        "use crate::{\n    proto::{id, limits},\n    store,\n};",
        "fn f() { crate::store::open() }",
        "use super::super::store::Store;",
        "pub(crate) use crate :: store;",
    ] {
        assert_eq!(faults_in("hub/room.rs", source), 1, "{source}");
    }
    assert_eq!(faults_in("store/mod.rs", "use super::hub::Hub;"), 1);
    assert_eq!(faults_in("proto/id.rs", "use crate::hub::Hub;"), 1);
    assert_eq!(faults_in("http/ws.rs", "use crate::run;"), 1);
}

#[test]
fn a_module_without_a_place_is_caught() {
    assert_eq!(faults_in("gossip/mod.rs", ""), 1);
    assert_eq!(faults_in("http/ws.rs", "use crate::gossip;"), 1);
}

#[test]
fn the_core_is_caught_when_it_reaches_outside() {
    for source in
        ["use tokio::sync::mpsc;", "let t = std::time::Instant::now();", "use std::net::IpAddr;", "rand::random()"]
    {
        assert_eq!(faults_in("hub/mod.rs", source), 1, "{source}");
        assert_eq!(faults_in("http/mod.rs", source), 0, "{source}");
    }
    assert_eq!(faults_in("hub/mod.rs", "let random = operand; // not tokio, not rand"), 0);
}

#[test]
fn comments_and_tests_are_free() {
    assert_eq!(faults_in("hub/mod.rs", "//! Not crate::store.\n/* nor\n crate::http */"), 0);
    assert_eq!(faults_in("hub/mod.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}"), 0);
    assert_eq!(faults_in("hub/mod.rs", "#[cfg(test)]\nmod tests;\nuse crate::store::Store;"), 1);
}

fn faults_in(path: &str, source: &str) -> usize {
    faults(Path::new(path), source).len()
}

/// All sources below `src` that are not tests, by their path from there.
fn sources() -> Vec<(PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![src.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_stem().is_some_and(|stem| TESTS.iter().any(|name| stem == *name)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push((path.strip_prefix(&src).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// What is wrong with one file, in words.
fn faults(path: &Path, source: &str) -> Vec<String> {
    let code = code(source);
    // `hub/room.rs` is the module hub::room, two below the root; `hub/mod.rs` and `hub.rs` are one below.
    let mut modules: Vec<_> = path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if modules.len() > 1 && modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    let layer = modules[0].as_str();
    if TOP.contains(&layer) {
        return Vec::new();
    }
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!("{}: the module {layer} has no layer", path.display())];
    };
    let imports = imports(&code, modules.len()).into_iter();
    let wrong = imports.filter(|import| import != layer && !allowed.contains(&import.as_str()));
    let mut faults: Vec<String> = wrong.map(|import| format!("{}: {layer} imports {import}", path.display())).collect();
    if CORE.contains(&layer) {
        let outside = OUTSIDE.iter().filter(|name| names(&code, name));
        faults.extend(outside.map(|name| format!("{}: the core names {name}", path.display())));
    }
    faults
}

/// The source without comments, and without the tests at its end.
fn code(source: &str) -> String {
    let source = match source.find("#[cfg(test)]\nmod tests {") {
        Some(tests) => &source[..tests],
        None => source,
    };
    let mut code = String::new();
    let mut rest = source;
    while let Some(start) = rest.find("/*") {
        code.push_str(&rest[..start]);
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    code.push_str(rest);
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The crate's own top modules that a file names, through `crate` or by climbing with `super`.
fn imports(code: &str, depth: usize) -> Vec<String> {
    let words = words(code);
    let mut found = Vec::new();
    let mut i = 0;
    while i < words.len() {
        let (start, climbs) = (i, count_supers(&words[i..]));
        i += 1;
        let after = match words[start].as_str() {
            "crate" => start + 1,
            "super" if climbs >= depth => start + 2 * climbs - 1,
            _ => continue,
        };
        if words.get(after).is_some_and(|word| word == "::") {
            found.extend(heads(&words[after + 1..]));
        }
        i = after.max(i);
    }
    found
}

/// How many `super::` follow each other from here.
fn count_supers(words: &[String]) -> usize {
    words.chunks(2).take_while(|pair| pair[0] == "super" && pair.get(1).is_some_and(|word| word == "::")).count()
}

/// The first names of what follows `crate::`: one, or those of a group in braces.
fn heads(words: &[String]) -> Vec<String> {
    if words.first().is_none_or(|word| word != "{") {
        return words.first().filter(|word| is_name(word)).cloned().into_iter().collect();
    }
    let mut heads = Vec::new();
    let mut depth = 0;
    for (word, before) in words[1..].iter().zip(words) {
        match word.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            name if depth == 0 && (before == "{" || before == ",") && is_name(name) => heads.push(name.to_owned()),
            _ => {}
        }
    }
    heads
}

/// Names, `::`, and every other visible character by itself.
fn words(code: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_name = false;
    for c in code.chars() {
        let is_part = c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(last) if is_part && in_name => last.push(c),
            Some(last) if c == ':' && last == ":" => last.push(c),
            _ if c.is_whitespace() => {}
            _ => words.push(c.to_string()),
        }
        in_name = is_part;
    }
    words
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether the code names this path, as whole words.
fn names(code: &str, path: &str) -> bool {
    let sought = words(path);
    words(code).windows(sought.len()).any(|window| window == sought)
}
