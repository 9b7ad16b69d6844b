//! What someone sees who asks for a name that is not the box's.

use crate::html::escape;

use super::lang::{Lang, Said, said};
use super::shell::shell;

const TITLE: Said = said("The box is not at this address", "这个地址不是本主机的地址");
const WHY: Said = said(
    "You have reached a porch box, but under a name that is not its own. It answers only under these:",
    "你连到了一台porch主机，但用的不是它自己的地址。它只在下面这些地址上应答：",
);
const HINT: Said = said(
    "If you look after this box and want it to answer here too, add the name with --names.",
    "如果你是这台主机的管理者，希望它也在这里应答，请用--names加上这个名称。",
);

/// The page. `doors` are URLs, the likeliest to work first.
pub fn elsewhere(lang: Lang, doors: &[String]) -> String {
    let links: String = doors
        .iter()
        .map(|url| {
            let url = escape(url);
            format!("<li><a class=\"door\" href=\"{url}\">{url}</a></li>\n")
        })
        .collect();
    let [title, why, hint] = [TITLE, WHY, HINT].map(|text| lang.of(text));
    let hint = hint.replace("--names", "<code class=\"option\">--names</code>");
    let body = format!(
        "<h1>{title}</h1>\n<p class=\"lead\">{why}</p>\n<ul class=\"doors\">\n{links}</ul>\n<p class=\"soft\">{hint}</p>"
    );
    shell(lang, "porch", title, "", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_links_to_every_door_in_order_and_to_nothing_else() {
        let doors = ["http://porch.local/".to_owned(), "http://192.168.1.7:8080/".to_owned()];
        for lang in Lang::ALL {
            let page = elsewhere(lang, &doors);
            let links: Vec<_> =
                page.split("<a class=\"door\" href=\"").skip(1).map(|rest| rest.split('"').next()).collect();
            assert_eq!(links, [Some("http://porch.local/"), Some("http://192.168.1.7:8080/")]);
            assert!(page.contains(lang.of(WHY)));
        }
    }
}
