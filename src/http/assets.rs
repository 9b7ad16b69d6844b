//! Serves the page that is compiled into the binary: its shell, scripts, styles and icons.
//!
//! Only names that were embedded are ever answered, so no path can leave them. Compressed siblings
//! (`x.js.br`, `x.js.gz`) are variants of `x.js` and have no address of their own. [`page`] is the router's fallback.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, response};
use rust_embed::RustEmbed;

use super::held::NotToCount;
use super::{etag, link};

/// The files of `ui/dist`, or of the stand-in that `build.rs` makes where the page is not built.
#[derive(RustEmbed)]
#[folder = "$PORCH_PAGE_DIR"]
struct Embedded;

/// The page's shell, which also answers every address of a screen.
const SHELL: &str = "index.html";
/// Files below carry the hash of their content in their name: an address never changes its meaning.
const HASHED: &str = "assets/";
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// First segments that belong to the API: a wrong address there is an error and never a screen.
const NOT_SCREENS: [&str; 4] = ["api", "assets", "pictures", "ws"];

/// The files of this build.
static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(&embedded()));

/// Every embedded file's name and bytes.
fn embedded() -> Vec<(&'static str, &'static [u8])> {
    // Both are borrowed from the binary; leaking is for the type, and would happen once at most.
    let bytes = |name: &str| match Embedded::get(name)?.data {
        Cow::Borrowed(bytes) => Some(bytes),
        Cow::Owned(bytes) => Some(&*bytes.leak()),
    };
    let name = |name| match name {
        Cow::Borrowed(name) => name,
        Cow::Owned(name) => &*String::leak(name),
    };
    Embedded::iter().filter_map(|file| Some((name(file.clone()), bytes(&file)?))).collect()
}

/// Answers a request for a file of the page, or for a screen by its shell.
pub async fn page(request: Request) -> Response<Body> {
    PAGE.answer(request.method(), request.uri().path(), request.headers())
}

/// How a file's bytes are packed, the preferred first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The name in `Accept-Encoding` and `Content-Encoding`.
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// What the build adds to the name of a file packed so.
    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// One packing of a file.
struct Variant {
    coding: Coding,
    bytes: &'static [u8],
    /// Strong, quotes included: another packing is another representation and has another tag.
    etag: HeaderValue,
}

/// One address and its packings, the preferred first; the unpacked one is always among them.
struct File {
    content_type: HeaderValue,
    cache: HeaderValue,
    variants: Vec<Variant>,
}

/// All files by their path from the root, without the leading slash.
struct Page {
    files: HashMap<&'static str, File>,
}

impl Page {
    fn new(table: &[(&'static str, &'static [u8])]) -> Self {
        let by_name: HashMap<&str, &'static [u8]> = table.iter().copied().collect();
        let packed = |name: &str| {
            [".br", ".gz"].iter().any(|suffix| name.strip_suffix(suffix).is_some_and(|n| by_name.contains_key(n)))
        };
        let names = table.iter().map(|(name, _)| *name).filter(|name| !packed(name));
        let files = names.map(|name| (name, File::new(name, &by_name))).collect();
        Self { files }
    }

    fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        let Some(file) = self.find(path) else {
            return plain(StatusCode::NOT_FOUND, "There is no such page.\n");
        };
        if method != Method::GET && method != Method::HEAD {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "This page can only be read.\n");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        file.answer(method, headers)
    }

    /// The file at this path; the shell for the address of a screen.
    fn find(&self, path: &str) -> Option<&File> {
        let name = path.strip_prefix('/').unwrap_or(path);
        if let Some(file) = self.files.get(name) {
            return Some(file);
        }
        let first = name.split('/').next().unwrap_or(name);
        let last = name.rsplit('/').next().unwrap_or(name);
        let is_file = last.contains('.') && !link::is_passed_on(path);
        if is_file || NOT_SCREENS.contains(&first) { None } else { self.files.get(SHELL) }
    }
}

impl File {
    fn new(name: &str, by_name: &HashMap<&str, &'static [u8]>) -> Self {
        let variants = Coding::ALL.iter().filter_map(|&coding| {
            let bytes = *by_name.get(format!("{name}{}", coding.suffix()).as_str())?;
            Some(Variant { coding, bytes, etag: etag::of(bytes, coding.suffix()) })
        });
        let cache = if name.starts_with(HASHED) { FOREVER } else { ASK_AGAIN };
        Self { content_type: HeaderValue::from_static(content_type(name)), cache, variants: variants.collect() }
    }

    fn answer(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let Some(variant) = self.choose(headers) else {
            return plain(StatusCode::NOT_ACCEPTABLE, "This file is there as it is, and packed by br or gzip.\n");
        };
        let unchanged = etag::is_known(headers, &variant.etag);
        let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut answer = response::Builder::new()
            .status(status)
            .header(CACHE_CONTROL, self.cache.clone())
            .header(ETAG, variant.etag.clone());
        if self.variants.len() > 1 {
            answer = answer.header(VARY, "accept-encoding");
        }
        if unchanged {
            return finish(answer, Body::empty());
        }
        answer = answer.header(CONTENT_TYPE, self.content_type.clone()).header(CONTENT_LENGTH, variant.bytes.len());
        if variant.coding != Coding::Identity {
            answer = answer.header(CONTENT_ENCODING, variant.coding.name());
        }
        finish(answer, if method == Method::HEAD { Body::empty() } else { Body::from(variant.bytes) })
    }

    /// The packing the client likes best; our own order decides between equals. None when it refuses all.
    fn choose(&self, headers: &HeaderMap) -> Option<&Variant> {
        let weighted = self.variants.iter().map(|variant| (weight(headers, variant.coding), variant));
        let liked = weighted.filter(|(weight, _)| *weight > 0);
        liked.rev().max_by_key(|(weight, _)| *weight).map(|(_, variant)| variant)
    }
}

/// What the client thinks of a coding, in thousandths (RFC 9110, section 12.5.3). 0: refused.
fn weight(headers: &HeaderMap, coding: Coding) -> u16 {
    let mut any = None;
    for line in headers.get_all(ACCEPT_ENCODING) {
        for item in line.to_str().unwrap_or_default().split(',') {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(thousandths).unwrap_or(1_000);
            if name.eq_ignore_ascii_case(coding.name()) {
                return weight;
            }
            if name == "*" {
                any = Some(weight);
            }
        }
    }
    // Unpacked bytes are the last resort of every client that does not refuse them by name or by `*;q=0`.
    match (any, coding) {
        (Some(0), _) => 0,
        (_, Coding::Identity) => 1,
        (any, _) => any.unwrap_or(0),
    }
}

/// The value of a `q=0.5`, in thousandths; a malformed one counts as a refusal.
fn thousandths(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?;
    let number = value.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q));
    Some((number.unwrap_or(0.0) * 1_000.0).round() as u16)
}

/// By the ending of the name, for the kinds of files that a page is made of.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let answer = response::Builder::new().status(status).header(CACHE_CONTROL, ASK_AGAIN);
    finish(answer.header(CONTENT_TYPE, "text/plain; charset=utf-8"), Body::from(text))
}

fn finish(answer: response::Builder, body: Body) -> Response<Body> {
    // Part of the binary: no answer takes memory for it.
    answer.extension(NotToCount).body(body).expect("the headers are our own constants")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[(&str, &[u8])] = &[
        ("assets/app-1a2b3c.js", b"let porch = 1;"),
        ("assets/app-1a2b3c.js.br", b"js in br"),
        ("assets/app-1a2b3c.js.gz", b"js in gz"),
        ("assets/font-99.woff2", b"font"),
        ("icon.svg", b"<svg/>"),
        ("index.html", b"<!doctype html>"),
        ("index.html.br", b"html in br"),
        ("manifest.webmanifest", b"{}"),
        ("sw.js", b"worker"),
    ];

    fn ask(method: Method, path: &str, headers: &[(&'static str, &str)]) -> Response<Body> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Page::new(TABLE).answer(&method, path, &headers)
    }

    fn get(path: &str) -> Response<Body> {
        ask(Method::GET, path, &[])
    }

    fn header<'a>(answer: &'a Response<Body>, name: &str) -> &'a str {
        answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    async fn text(answer: Response<Body>) -> String {
        let bytes = axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The `Content-Encoding` that `accept` leads to.
    fn coding(path: &str, accept: &str) -> String {
        header(&ask(Method::GET, path, &[("accept-encoding", accept)]), "content-encoding").to_owned()
    }

    #[tokio::test]
    async fn the_root_and_every_screen_are_the_shell() {
        for path in [
            "/j/0QHx6vYk1Jm2cT9sZbE4wg.",
            "/j/0QHx6vYk1Jm2cT9sZbE4wg%E3%80%82",
            "/r/4/42.",
            "/",
            "/index.html",
            "/r/4",
            "/r/4/m/42",
            "/settings",
            "/people/",
            "/%2e%2e%2fetc",
        ] {
            let answer = get(path);
            assert_eq!(
                (answer.status(), header(&answer, "content-type")),
                (StatusCode::OK, "text/html; charset=utf-8")
            );
            assert_eq!(header(&answer, "cache-control"), "no-cache");
            assert_eq!(text(answer).await, "<!doctype html>", "{path}");
        }
    }

    #[test]
    fn an_unknown_file_or_api_address_is_not_found() {
        let unknown =
            ["/nothing.js", "/assets/app-0.js", "/assets/gone", "/r/4/x.png", "/api/nothing", "/ws", "/pictures/1"];
        for path in unknown {
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn no_path_leaves_the_table() {
        for path in [
            "/../Cargo.toml",
            "/assets/../index.html",
            "//etc/passwd.txt",
            "/assets/%2e%2e/icon.svg",
            "/r/..%2fCargo.toml",
            "/..\\a.js",
        ] {
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_packed_file_has_no_address_of_its_own() {
        assert_eq!(get("/index.html.br").status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/app-1a2b3c.js.gz").status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_best_accepted_packing_is_sent() {
        let answer = ask(Method::GET, "/assets/app-1a2b3c.js", &[("accept-encoding", "gzip, deflate, br")]);
        assert_eq!((header(&answer, "content-encoding"), header(&answer, "vary")), ("br", "accept-encoding"));
        assert_eq!((header(&answer, "content-length"), header(&answer, "content-type").len()), ("8", 30));
        assert_eq!(text(answer).await, "js in br");
        assert_eq!(coding("/assets/app-1a2b3c.js", "gzip"), "gzip");
        assert_eq!(coding("/assets/app-1a2b3c.js", "br;q=0.2, gzip;q=0.9"), "gzip");
        assert_eq!(coding("/assets/app-1a2b3c.js", "*"), "br");
        assert_eq!(coding("/assets/app-1a2b3c.js", "BR ; Q=1"), "br");
    }

    #[tokio::test]
    async fn a_refused_packing_is_not_sent() {
        assert_eq!(coding("/assets/app-1a2b3c.js", "br;q=0, gzip;q=0"), "");
        assert_eq!(coding("/assets/app-1a2b3c.js", "br;q=0, *"), "gzip");
        assert_eq!(coding("/assets/app-1a2b3c.js", "br;q=high"), "");
        assert_eq!(coding("/index.html", "gzip"), "");
        assert_eq!(coding("/index.html", "identity, br;q=0.5"), "");
        assert_eq!(text(get("/assets/app-1a2b3c.js")).await, "let porch = 1;");
        let nothing = ask(Method::GET, "/icon.svg", &[("accept-encoding", "*;q=0")]);
        assert_eq!(nothing.status(), StatusCode::NOT_ACCEPTABLE);
    }

    #[test]
    fn hashed_names_are_kept_for_good_and_others_asked_for_again() {
        assert_eq!(header(&get("/assets/font-99.woff2"), "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&get("/icon.svg"), "cache-control"), "no-cache");
    }

    /// Else an older one would stay in the way of its update, or be refused.
    #[test]
    fn the_service_worker_is_a_script_at_the_root_that_is_asked_for_again() {
        let worker = get("/sw.js");
        assert_eq!(worker.status(), StatusCode::OK);
        assert_eq!(header(&worker, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header(&worker, "cache-control"), "no-cache");
        assert_eq!(get("/assets/sw.js").status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn a_file_with_one_packing_does_not_vary() {
        assert_eq!(header(&get("/icon.svg"), "vary"), "");
    }

    #[test]
    fn content_types_are_what_browsers_insist_on() {
        assert_eq!(header(&get("/manifest.webmanifest"), "content-type"), "application/manifest+json");
        assert_eq!(header(&get("/icon.svg"), "content-type"), "image/svg+xml");
        assert_eq!(header(&get("/assets/font-99.woff2"), "content-type"), "font/woff2");
    }

    #[tokio::test]
    async fn a_known_etag_is_not_sent_again() {
        let tag = header(&get("/"), "etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let answer = ask(Method::GET, "/", &[("if-none-match", &known)]);
            assert_eq!((answer.status(), header(&answer, "etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
            assert_eq!((header(&answer, "vary"), header(&answer, "cache-control")), ("accept-encoding", "no-cache"));
            assert_eq!(text(answer).await, "");
        }
    }

    #[test]
    fn another_packing_or_file_has_another_etag() {
        let tag = header(&get("/"), "etag").to_owned();
        let packed = ask(Method::GET, "/", &[("if-none-match", &tag), ("accept-encoding", "br")]);
        assert_eq!(packed.status(), StatusCode::OK);
        assert_ne!(header(&packed, "etag"), tag);
        assert_ne!(header(&get("/icon.svg"), "etag"), tag);
    }

    #[tokio::test]
    async fn head_is_get_without_the_bytes() {
        let answer = ask(Method::HEAD, "/icon.svg", &[]);
        assert_eq!((answer.status(), header(&answer, "content-length")), (StatusCode::OK, "6"));
        assert_eq!(text(answer).await, "");
    }

    #[test]
    fn the_page_cannot_be_written() {
        let answer = ask(Method::POST, "/settings", &[]);
        assert_eq!((answer.status(), header(&answer, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    }

    #[tokio::test]
    async fn this_build_has_a_shell() {
        let answer = page(Request::new(Body::empty())).await;
        assert_eq!((answer.status(), header(&answer, "content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert!(answer.headers().contains_key("etag"));
    }
}
