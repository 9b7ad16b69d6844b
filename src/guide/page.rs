//! The guide: from a browser that does not trust the box to the box's page, in a few steps.

use crate::html::escape;

use super::device::{Device, is_ios_stranger};
use super::lang::{Lang, Said, said};
use super::shell::shell;
use super::steps::{steps, stuck};
use super::words::{WORDS, Word};

/// What the guide is drawn from.
pub struct Guide<'a> {
    pub lang: Lang,
    /// Whose steps are shown.
    pub device: Device,
    /// Whether the person chose the device by a link; else it is guessed.
    pub chosen: bool,
    /// What the browser says of itself.
    pub agent: &'a str,
    pub box_name: &'a str,
    pub fingerprint: &'a str,
    pub words: [Word; WORDS],
    /// Host and port of this door over TLS.
    pub authority: &'a str,
    /// The address to go on to, from its first slash on.
    pub rest: &'a str,
    /// The query that this page's own links keep; without what chooses device and language.
    pub query: &'a str,
    /// Where the box is by now, for who came by a poster that is no longer true.
    pub moved: Option<&'a [String]>,
}

const TITLE: Said = said("Let this device trust {box}", "让这台设备信任{box}");
const LEAD: Said = said(
    "{box} is a chat box on your own network. Once this device trusts the box’s certificate, talk on the way to it is \
     encrypted, and nobody can pose as the box. It takes a minute, once, and needs no Internet.",
    "{box}是你自己网络里的聊天主机。让这台设备信任它的证书之后，传输途中的内容就是加密的，别人也无法冒充它。只需一分钟，只做一次，不需要互联网。",
);
const SAFE: Said = said(
    "The certificate is limited to local names and addresses: browsers like this one refuse it for any site on the Internet.",
    "这个证书限于本地名称和地址：用在互联网上的任何网站，这样的浏览器都会拒绝。",
);
/// Nobody has shown yet that Apple's systems hold a CA to its limits.
const SAFE_APPLE: Said = said(
    "The certificate limits itself to local names and addresses. Install it only if you trust whoever looks after the box.",
    "这个证书限于本地名称和地址。只有在信任主机的管理者时才安装。",
);
const GET: Said = said("Get the certificate", "获取证书");
const GET_PROFILE: Said = said("Get the profile", "获取描述文件");
const STRANGER: Said = said(
    "This browser cannot install it. Open this same address in Safari.",
    "这个浏览器无法安装。请用Safari打开同样的地址。",
);
const STEPS_FOR: Said = said("Steps for {device}", "{device}：操作步骤");
const OTHERS: Said = said("Another device or browser", "其他设备或浏览器");
const COMPARE: Said = said("Is it the right one?", "确认是它");
const COMPARE_WHY: Said = said(
    "Who looks after the box sees the same five words on its screen. If yours differ, do not install it.",
    "管理主机的人能在它的屏幕上看到同样的五个词（控制台上是英文的）。如果不一样，请不要安装。",
);
const DIGITS: Said = said("As SHA-256:", "SHA-256：");
const TEST: Said = said("Test", "测试");
const LOOKING: Said = said("Looking…", "正在检查…");
/// Nothing has failed: nobody has done yet what the page asks for.
const WAITING: Said = said("Waiting for step {step}", "等待第{step}步");
const WAITING_MORE: Said = said("It is noticed by itself.", "本页会自动检查。");
/// The page is trusted, and what every message goes through is not.
const RED: Said = said("Only half of it works", "只成功了一半");
const RED_MORE: Said = said(
    "The page is trusted, but not its live connection. Close all windows of this browser and come back.",
    "网页已受信任，实时连接却不行。请关闭浏览器的所有窗口，再回到这里。",
);
const GREEN: Said = said("Trusted", "已信任");
const GREEN_MORE: Said = said("Opening {box}…", "正在打开{box}…");
const GREEN_STAY: Said = said("This device trusts {box} already.", "这台设备已经信任{box}。");
const OPEN: Said = said("Open {box}", "打开{box}");
const WITHOUT: Said = said("Continue without", "不装证书，直接继续");
const WITHOUT_WHY: Said = said(
    "The browser will warn you, and you can go on past its warning. Then:",
    "浏览器会发出警告，你可以越过警告继续。但是：",
);
const WITHOUT_LIST: [Said; 3] = [
    said(
        "Nothing proves that it is really the box: somebody on this network could pose as it and read along.",
        "无法证明它真的是那台主机：同一网络里的人可以冒充它，偷看内容。",
    ),
    said(
        "The warning comes back, in some browsers after days, in others each time.",
        "警告还会出现：有的浏览器隔几天一次，有的每次都有。",
    ),
    said(
        "The page cannot be installed, and does not open while the box is away: Chrome refuses it the service worker.",
        "网页无法安装，主机不在时也打不开：Chrome不允许它使用service worker。",
    ),
];
const WITHOUT_GO: Said = said("Continue without the certificate", "不装证书，继续");
const IOS_WITHOUT: Said = said(
    "On an iPhone or iPad this does not work: Safari lets you past its warning, but then refuses the live connection that \
     every message goes through. The page would open and stay empty.",
    "在iPhone和iPad上不行：Safari允许你越过警告，但会拒绝传送消息所需的实时连接。页面能打开，却一直是空的。",
);
const OLD_POSTER: Said = said(
    "*This poster is old.* The box is now at {addresses}. Whoever looks after it can print a new one.",
    "*这张海报已过期。*主机现在的地址是{addresses}。管理主机的人可以打印一张新的。",
);
const OR: Said = said(" or ", " 或 ");
const LANGUAGES: Said = said("Language", "语言");

impl Guide<'_> {
    /// The whole page.
    pub fn page(&self) -> String {
        let title = self.plain(TITLE);
        let body = [
            self.old_poster(),
            self.beginning(),
            self.instructions(),
            self.comparison(),
            self.test(),
            self.devices(),
            self.without(),
        ]
        .concat()
            + "<script src=\"/guide.js\" defer></script>\n";
        shell(self.lang, self.box_name, &title, &self.languages(), &body)
    }

    /// A text as it is, for titles.
    fn plain(&self, said: Said) -> String {
        self.lang.of(said).replace("{box}", self.box_name)
    }

    /// A text as HTML: what stands between stars is set apart.
    fn html(&self, said: Said) -> String {
        let mut html = String::new();
        for (i, part) in escape(self.lang.of(said)).split('*').enumerate() {
            let part = part.replace("{box}", &format!("<bdi>{}</bdi>", escape(self.box_name)));
            if i % 2 == 1 { html.push_str(&format!("<b>{part}</b>")) } else { html.push_str(&part) }
        }
        html
    }

    /// This page for another device, or in another language; the way on stays what it is.
    fn link(&self, device: Option<Device>, lang: Lang) -> String {
        let mut query = if self.query.is_empty() { String::new() } else { format!("{}&", self.query) };
        if let Some(device) = device {
            query.push_str(&format!("device={}&", device.key()));
        }
        escape(&format!("?{query}lang={}", lang.key()))
    }

    /// The box's page behind this door.
    fn target(&self) -> String {
        escape(&format!("https://{}{}", self.authority, self.rest))
    }

    fn languages(&self) -> String {
        let device = Some(self.device).filter(|_| self.chosen);
        let link = |lang: Lang| {
            let current = if lang == self.lang { " aria-current=\"true\"" } else { "" };
            let (href, tag, name) = (self.link(device, lang), lang.tag(), lang.name());
            format!("<a href=\"{href}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{name}</a>")
        };
        format!("<nav aria-label=\"{}\">{}</nav>", self.lang.of(LANGUAGES), Lang::ALL.map(link).concat())
    }

    /// Said at once: on the box's own page it would be heard only by devices that trust it already.
    fn old_poster(&self) -> String {
        let Some(addresses) = self.moved else { return String::new() };
        let address = |url: &String| format!("<b>{}</b>", escape(url));
        let addresses: Vec<_> = addresses.iter().map(address).collect();
        let said = self.html(OLD_POSTER).replace("{addresses}", &addresses.join(self.lang.of(OR)));
        format!("<p class=\"notice\" role=\"status\">{said}</p>\n")
    }

    fn beginning(&self) -> String {
        let limits = if [Device::Ios, Device::Mac].contains(&self.device) { SAFE_APPLE } else { SAFE };
        let [title, lead, safe] = [TITLE, LEAD, limits].map(|text| self.html(text));
        format!("<h1>{title}</h1>\n<p class=\"lead\">{lead}</p>\n<p class=\"soft\">{safe}</p>\n")
    }

    fn instructions(&self) -> String {
        let heading = self.lang.of(STEPS_FOR).replace("{device}", self.lang.of(self.device.name()));
        let stranger = if is_ios_stranger(self.agent) && self.device == Device::Ios {
            format!("<p class=\"notice\">{}</p>\n", self.html(STRANGER))
        } else {
            String::new()
        };
        let (file, label) = (self.device.file(), if self.device == Device::Ios { GET_PROFILE } else { GET });
        let steps: String = steps(self.device)
            .iter()
            .map(|step| {
                let drawn = step.picture.map(|picture| picture.draw(self.lang)).unwrap_or_default();
                let drawn = drawn.replace("{box}", &escape(self.box_name));
                format!("<li><p>{}</p>{drawn}</li>\n", self.html(step.text))
            })
            .collect();
        format!(
            "<section class=\"card\"><h2>{heading}</h2>\n{stranger}<p class=\"steps-button\"><a class=\"button\" href=\"{file}\">{}</a></p>\n\
             <ol class=\"steps\">\n{steps}</ol>\n<p class=\"small soft\">{}</p></section>\n",
            self.html(label),
            self.html(stuck(self.device)),
        )
    }

    fn comparison(&self) -> String {
        let words: String = self.words.map(|word| format!("<li>{}</li>", word.html(self.lang))).concat();
        let [heading, why, digits] = [COMPARE, COMPARE_WHY, DIGITS].map(|text| self.html(text));
        let fingerprint = escape(self.fingerprint).replace(':', ":<wbr>");
        format!(
            "<section class=\"card\"><h2>{heading}</h2>\n<ol class=\"words\">{words}</ol>\n<p>{why}</p>\n\
             <p class=\"small soft\">{digits} <code>{fingerprint}</code></p></section>\n"
        )
    }

    /// What the script fills with life; without it, a way on.
    fn test(&self) -> String {
        let step = steps(self.device).len().to_string();
        let texts: String = [
            ("looking", LOOKING, said("", "")),
            ("waiting", WAITING, WAITING_MORE),
            ("red", RED, RED_MORE),
            ("green", GREEN, GREEN_MORE),
            ("stay", GREEN, GREEN_STAY),
        ]
        .map(|(name, short, more)| {
            let [short, more] = [short, more].map(|text| escape(&self.plain(text).replace("{step}", &step)));
            format!(" data-{name}=\"{short}\" data-{name}-more=\"{more}\"")
        })
        .concat();
        let authority = escape(self.authority);
        let chosen = if self.chosen { " data-chosen" } else { "" };
        let old = if self.moved.is_some() { " data-old" } else { "" };
        format!(
            "<section class=\"card\" id=\"test\" aria-label=\"{}\" data-probe=\"https://{authority}/trust-probe\" \
             data-echo=\"wss://{authority}/trust-echo\"{chosen}{old}{texts}>\n\
             <div class=\"now\"><p class=\"state\" role=\"status\" aria-live=\"polite\" hidden>{STATE}<span><strong></strong>\
             <span class=\"small\"></span></span></p>\n<a class=\"on\" href=\"#without\">{}</a></div>\n\
             <a class=\"button\" id=\"open\" href=\"{}\"><span>{}</span></a></section>\n",
            self.lang.of(TEST),
            self.html(WITHOUT),
            self.target(),
            self.html(OPEN),
        )
    }

    fn devices(&self) -> String {
        let link = |device: Device| {
            let current = if device == self.device { " aria-current=\"true\"" } else { "" };
            // An iPad says it is a Mac; the script sends it here.
            let ipad = self.device == Device::Mac && device == Device::Ios && !self.chosen;
            let ipad = if ipad { " data-ipad" } else { "" };
            let (href, name) = (self.link(Some(device), self.lang), self.lang.of(device.name()));
            format!("<li><a href=\"{href}\"{current}{ipad}>{name}</a></li>")
        };
        let list = Device::ALL.map(link).concat();
        let heading = self.html(OTHERS);
        format!(
            "<nav class=\"card devices-card\" aria-labelledby=\"others\"><h2 id=\"others\">{heading}</h2>\n\
             <ul class=\"devices\">{list}</ul></nav>\n"
        )
    }

    fn without(&self) -> String {
        let inside = if self.device == Device::Ios {
            format!("<p>{}</p>", self.html(IOS_WITHOUT))
        } else {
            let list = WITHOUT_LIST.map(|text| format!("<li>{}</li>", self.html(text))).concat();
            let (why, go) = (self.html(WITHOUT_WHY), self.html(WITHOUT_GO));
            format!("<p>{why}</p><ul>{list}</ul><a class=\"button quiet\" href=\"{}\">{go}</a>", self.target())
        };
        format!("<details class=\"card\" id=\"without\"><summary>{}</summary>{inside}</details>\n", self.html(WITHOUT))
    }
}

/// Three icons, of which the style shows one: forms that differ, not colours alone.
const STATE: &str = r#"<svg viewBox="0 0 24 24" aria-hidden="true"><g class="waiting"><circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/></g><g class="red"><path d="M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.5v.5"/></g><g class="green"><circle cx="12" cy="12" r="10"/><path d="M7 12.5l3.5 3.5 6.5-7"/></g></svg>"#;

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    /// Bytes of the whole guide, style and script included: a phone on the worst Wi-Fi has it at once.
    const BYTES_MAX: usize = 40 << 10;

    fn guide(lang: Lang, device: Device, rest: &str) -> Guide<'_> {
        Guide {
            lang,
            device,
            chosen: false,
            agent: "",
            box_name: "Zoë's <box>",
            fingerprint: "AB:CD",
            words: words::of(&[7; 32]),
            authority: "porch.local:8443",
            rest,
            query: rest.split_once('?').map_or("", |(_, query)| query),
            moved: None,
        }
    }

    #[test]
    fn who_comes_by_an_old_poster_is_told_where_the_box_is() {
        let addresses = ["http://10.0.0.9".to_owned(), "http://porch.local".to_owned()];
        let told = "<b>http://10.0.0.9</b> or <b>http://porch.local</b>";
        let old = Guide { moved: Some(&addresses), query: "p=k7m2q9xa", ..guide(Lang::En, Device::Ios, "/j/token") };
        let page = old.page();
        assert!(page.contains("<b>This poster is old.</b>") && page.contains(told), "{page}");
        assert!(page.contains(" data-old") && page.contains("href=\"https://porch.local:8443/j/token\""));
        assert!(page.contains("href=\"?p=k7m2q9xa&amp;lang=zh\""), "another language tells it too");
        let page = guide(Lang::En, Device::Ios, "/j/token").page();
        assert!(!page.contains("poster") && !page.contains("data-old"));
    }

    #[test]
    fn every_guide_is_small_and_whole() {
        for lang in Lang::ALL {
            for device in Device::ALL {
                let page = guide(lang, device, "/").page();
                let bytes = page.len() + super::super::STYLE.len() + super::super::SCRIPT.len();
                assert!(bytes < BYTES_MAX, "{device:?} in {lang:?}: {bytes}");
                assert!(page.contains(&format!("class=\"button\" href=\"{}\"", device.file())), "{device:?}");
                assert!(page.contains("noodle") && page.contains("AB:<wbr>CD"));
                assert!(page.contains("role=\"img\""), "{device:?} has pictures");
                assert!(page.contains(&format!("<html lang=\"{}\">", lang.tag())));
                for left in ["{box}", "*", "<box>"] {
                    assert!(!page.contains(left), "{left} is left in {device:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_inline_and_nothing_is_fetched_from_elsewhere() {
        let page = guide(Lang::En, Device::Ios, "/").page();
        for word in ["<style", " style=", "onclick", "javascript:", "http://"] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(page.matches("<script").count(), 1);
    }

    #[test]
    fn the_way_on_keeps_the_address_that_was_asked_for() {
        for (rest, want) in [
            ("/j/tok-en_1", "https://porch.local:8443/j/tok-en_1"),
            ("/r/4?x=1&y=2", "https://porch.local:8443/r/4?x=1&amp;y=2"),
            ("//evil.example/", "https://porch.local:8443//evil.example/"),
            ("/\"><script>", "https://porch.local:8443/&quot;&gt;&lt;script&gt;"),
        ] {
            let page = guide(Lang::En, Device::Windows, rest).page();
            assert!(page.contains(&format!("id=\"open\" href=\"{want}\"")), "{rest}");
            assert_eq!(page.matches("<script").count(), 1, "{rest}");
        }
    }

    #[test]
    fn choosing_another_device_keeps_language_and_address() {
        let page = guide(Lang::Zh, Device::Mac, "/r/4?x=1").page();
        assert!(page.contains("href=\"?x=1&amp;device=ios&amp;lang=zh\" data-ipad"), "{page}");
        assert!(page.contains("href=\"?x=1&amp;lang=en\" lang=\"en\""));
        let chosen = Guide { chosen: true, ..guide(Lang::En, Device::Mac, "/") }.page();
        assert!(!chosen.contains("data-ipad") && chosen.contains("href=\"?device=mac&amp;lang=zh\""), "{chosen}");
    }

    #[test]
    fn an_iphone_is_told_why_there_is_no_way_around_and_others_are_given_one() {
        let page = guide(Lang::En, Device::Ios, "/").page();
        assert!(page.contains("refuses the live connection") && !page.contains("button quiet"));
        let page = guide(Lang::En, Device::Android, "/").page();
        assert!(page.contains("service worker") && page.contains("button quiet"));
    }
}
