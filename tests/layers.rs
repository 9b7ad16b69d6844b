//! Holds the modules to the layers of ARCHITECTURE.md: who may import whom, and what the core may never touch; and the
//! files of each module to an order among themselves.

use std::collections::{BTreeMap, BTreeSet};
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
    ("monitor", &["fair", "proto"]),
    ("picture", &["fair", "proto"]),
    ("media", &["proto"]),
    ("file", &["proto"]),
    ("clock", &["file", "proto"]),
    ("blobs", &["file", "proto"]),
    ("ingest", &["blobs", "media", "picture", "proto"]),
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
    ("doctor", &["blobs", "clock", "lan", "proto", "store", "tls"]),
    ("driver", &["clock", "fair", "hub", "outbox", "proto", "store"]),
    (
        "http",
        &[
            "auth", "blobs", "clock", "doctor", "doors", "driver", "fair", "guide", "ingest", "media", "monitor",
            "outbox", "picture", "poster", "proto", "store", "tls",
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
fn the_files_of_no_module_import_each_other_in_a_circle() {
    let files = sources();
    let circles = circles(files.iter().map(|(path, text)| (path.as_path(), text.as_str())));
    assert!(circles.is_empty(), "files that cannot be understood one by one:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_caught_however_long_it_is_and_told_by_its_path() {
    let mut files = vec![
        (Path::new("store/mod.rs"), "mod a; mod b; mod c; pub use a::A;"),
        (Path::new("store/a.rs"), "use super::b::B; use super::Store;"),
        (Path::new("store/b.rs"), "use crate::store::c;"),
        (Path::new("store/c.rs"), "use crate::proto::a::A; // super::a"),
        (Path::new("store/tests_of.rs"), "use super::{a, b};"),
    ];
    assert_eq!(circles(files.iter().copied()), [""; 0]);
    files.push((Path::new("store/c/deep.rs"), "fn f() { super::super::a::f() }"));
    assert_eq!(circles(files.iter().copied()), ["store: a -> b -> c -> a"]);
    files[4] = (Path::new("store/b/one.rs"), "use super::two::Two;");
    files.push((Path::new("store/b/two.rs"), "use super::{one::One, other};"));
    assert_eq!(circles(files.iter().copied()), ["store: a -> b -> c -> a", "store::b: one -> two -> one"]);
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
    let modules = modules(path);
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

/// `hub/room.rs` is the module hub::room, two below the root; `hub/mod.rs` and `hub.rs` are one below.
fn modules(path: &Path) -> Vec<String> {
    let mut modules: Vec<_> = path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if modules.len() > 1 && modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    modules
}

/// Where the files and folders within one module import each other in a circle: one for each module, in words.
///
/// The `mod.rs` of a folder is its front, which names all others and holds what they share: it stands aside.
fn circles<'a>(files: impl Iterator<Item = (&'a Path, &'a str)>) -> Vec<String> {
    let mut folders: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (path, source) in files {
        let (code, modules) = (code(source), modules(path));
        for depth in 1..modules.len() {
            let (folder, child) = (&modules[..depth], &modules[depth]);
            let named = siblings(&code, modules.len() - depth, folder).into_iter().filter(|name| name != child);
            folders.entry(folder.to_vec()).or_default().entry(child.clone()).or_default().extend(named);
        }
    }
    let mut found = Vec::new();
    for (folder, imports) in folders {
        let mut seen = BTreeSet::new();
        let circle = imports.keys().find_map(|from| circle_from(from, &imports, &mut Vec::new(), &mut seen));
        found.extend(circle.map(|circle| format!("{}: {}", folder.join("::"), circle.join(" -> "))));
    }
    found
}

/// A way from here back to a place on it.
fn circle_from<'a>(
    from: &'a str,
    imports: &'a BTreeMap<String, BTreeSet<String>>,
    way: &mut Vec<&'a str>,
    seen: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(at) = way.iter().position(|name| *name == from) {
        return Some(way[at..].iter().copied().chain([from]).collect());
    }
    if !seen.insert(from) {
        return None;
    }
    way.push(from);
    let circle = imports.get(from).into_iter().flatten().find_map(|next| circle_from(next, imports, way, seen));
    way.pop();
    circle
}

/// What a file names of a folder that it is so many modules below.
fn siblings(code: &str, below: usize, folder: &[String]) -> Vec<String> {
    let words = words(code);
    let absolute: Vec<String> = std::iter::once("crate")
        .chain(folder.iter().map(String::as_str))
        .flat_map(|name| [name.into(), "::".into()])
        .collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < words.len() {
        let climbs = count_supers(&words[i..]);
        if climbs == below {
            found.extend(heads(&words[i + 2 * climbs..]));
        } else if words[i..].starts_with(&absolute) {
            found.extend(heads(&words[i + absolute.len()..]));
        }
        i += (2 * climbs).max(1);
    }
    found
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
