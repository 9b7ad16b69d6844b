//! Links as people pass them on: chat programs take the full stop, the bracket or the words behind a link for a part of it.
//!
//! The page finds its way by the same rule, see `ui/src/router.svelte.ts`.

/// What else of a room has an address.
const PARTS: [&str; 5] = ["details", "pictures", "sounds", "files", "links"];
/// Characters of an invite's token.
const TOKEN_CHARS: usize = 22;

/// Whether this is a link to an invite, a room or a message, whatever is glued to it: a full stop there makes no file of it.
pub(super) fn is_passed_on(path: &str) -> bool {
    let room = path.strip_prefix("/r/").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '/'));
    path.starts_with("/j/")
        || room.is_some_and(|rest| is_glue(PARTS.iter().find_map(|part| rest.strip_prefix(part)).unwrap_or(rest)))
}

/// Whether this holds no letter and no digit, as far as it is not percent-encoded.
fn is_glue(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            bytes.nth(1);
        } else if byte.is_ascii_alphanumeric() {
            return false;
        }
    }
    true
}

/// The address of an invite without what is glued to it, as it is or percent-encoded; any other as it is.
///
/// A token that goes on with a letter or a digit was mistyped: nothing is cut then.
pub(super) fn unglued(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/j/") else { return path };
    let Some((token, glued)) = rest.split_at_checked(TOKEN_CHARS) else { return path };
    let is_token = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let goes_on = glued.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if is_token && !goes_on { &path[..path.len() - glued.len()] } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "/j/0QHx6vYk1Jm2cT9sZbE4wg";

    #[test]
    fn what_is_glued_to_an_invite_is_left_behind() {
        for glued in [
            "",
            ".",
            ",",
            ")",
            ">",
            "。",
            "，",
            "、",
            "」",
            "】",
            "»",
            "”",
            "…",
            "%2E",
            "%E3%80%82",
            "%3E",
            "%29",
            "*",
            "_",
            "-",
            "/",
            "/.",
            ")加入吧",
            "...%20and%20more",
            "'\"",
        ] {
            assert_eq!(unglued(&format!("{INVITE}{glued}")), INVITE, "{glued}");
        }
    }

    #[test]
    fn what_is_no_token_is_left_as_it_is() {
        for path in ["/", "/j/", "/j", "/j/short.", "/j/tok.en", "/r/4.", "/people", "/p/k7m2q9xa.", "/j/ééééééééééé"]
        {
            assert_eq!(unglued(path), path);
        }
        let longer = format!("{INVITE}a.");
        assert_eq!(unglued(&longer), longer);
    }

    #[test]
    fn links_to_invites_rooms_and_messages_are_passed_on_and_files_are_not() {
        for path in ["/j/x.", "/j/tok.en", "/r/4.", "/r/4/42。", "/r/4/42%E3%80%82.", "/r/4/details).", "/r/4/files)."]
        {
            assert!(is_passed_on(path), "{path}");
        }
        for path in ["/", "/sw.js", "/assets/x.js", "/api/j/x", "/j", "/room.html", "/r/4/x.png", "/r/..%2fCargo.toml"]
        {
            assert!(!is_passed_on(path), "{path}");
        }
    }
}
