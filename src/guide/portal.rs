//! The sign-in sheet of a Wi-Fi whose gateway is the box: what systems ask to learn whether they are on the Internet, and
//! how to answer so that phones stay.
//!
//! A phone that joins asks an address of its maker's. The first time it gets the sheet, whose window forgets everything
//! and trusts nobody: all it says is where to open the real browser. From then on the phone hears what it would hear on
//! the Internet; told otherwise it would leave the Wi-Fi. [`Portal`] remembers who has seen the sheet.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::html::escape;
use crate::proto::limits::{PORTAL_READING_MS, PORTAL_REMEMBERED_MS, PORTAL_VISITORS_MAX};
use crate::proto::op::Millis;

use super::lang::{Lang, Said, said};
use super::shell::shell;

/// Whose question it is, as far as the answer's moment differs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum ProbeKind {
    /// Keeps the sheet open after it hears "online", and offers *Done*: it hears so as soon as the sheet was shown.
    /// Closing the sheet before that leaves the Wi-Fi.
    Apple,
    /// Closes its sheet when it hears "online": not before it was read.
    Other,
    /// Windows' own address for the sheet itself.
    Sheet,
}

/// What a system expects on the Internet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Online {
    pub status: u16,
    pub content_type: &'static str,
    pub body: &'static str,
}

/// A question whether this is the Internet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Probe {
    kind: ProbeKind,
    online: Online,
}

const EMPTY: Online = Online { status: 204, content_type: "text/plain", body: "" };

impl Probe {
    /// The question behind a request, by the host it is for, in lower case and without port, and its path.
    pub fn of(host: &str, path: &str) -> Option<Self> {
        let html = |body| Online { status: 200, content_type: "text/html", body };
        let text = |body| Online { status: 200, content_type: "text/plain", body };
        let network_manager = text("NetworkManager is online\n");
        let success = html("<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n");
        let mozilla =
            html(r#"<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>"#);
        let (kind, online) = match (host, path) {
            ("captive.apple.com", "/") | (_, "/hotspot-detect.html" | "/library/test/success.html") => {
                (ProbeKind::Apple, success)
            }
            // Android, ChromeOS and the phones of many makers, each with a host of its own.
            (_, "/generate_204" | "/gen_204") => (ProbeKind::Other, EMPTY),
            ("connectivity-check.ubuntu.com", "/") => (ProbeKind::Other, EMPTY),
            (_, "/connecttest.txt") => (ProbeKind::Other, text("Microsoft Connect Test")),
            (_, "/ncsi.txt") => (ProbeKind::Other, text("Microsoft NCSI")),
            ("www.msftconnecttest.com" | "ipv6.msftconnecttest.com", "/redirect") => (ProbeKind::Sheet, EMPTY),
            ("detectportal.firefox.com", "/success.txt") => (ProbeKind::Other, text("success\n")),
            ("detectportal.firefox.com", "/canonical.html") => (ProbeKind::Other, mozilla),
            ("nmcheck.gnome.org", "/check_network_status.txt") => (ProbeKind::Other, network_manager),
            ("network-test.debian.org", "/nm") => (ProbeKind::Other, network_manager),
            ("ping.archlinux.org", "/nm-check.txt") => (ProbeKind::Other, network_manager),
            ("conncheck.opensuse.org", "/") => (ProbeKind::Other, network_manager),
            ("fedoraproject.org", "/static/hotspot.txt") => (ProbeKind::Other, text("OK\n")),
            ("networkcheck.kde.org", "/") => (ProbeKind::Other, text("OK\n")),
            _ => return None,
        };
        Some(Self { kind, online })
    }
}

/// What is known of one address.
#[derive(Clone, Copy, Debug)]
struct Visitor {
    shown_at: Millis,
    /// Whether the sheet's button was pressed.
    has_read: bool,
}

/// Who has seen the sheet. Bounded: of very many, those that saw it longest ago see it once more.
#[derive(Debug, Default)]
pub struct Portal {
    visitors: HashMap<IpAddr, Visitor>,
}

impl Portal {
    /// The answer to a question from this address at `now`; none when it is to see the sheet.
    pub fn answer(&self, probe: Probe, from: IpAddr, now: Millis) -> Option<Online> {
        let known = self.visitors.get(&from).filter(|visitor| !is_forgotten(visitor, now))?;
        // A sheet that was closed without a word counts as read after a while.
        let has_read = known.has_read || now - known.shown_at >= PORTAL_READING_MS;
        match probe.kind {
            ProbeKind::Apple => Some(probe.online),
            ProbeKind::Other => Some(probe.online).filter(|_| has_read),
            ProbeKind::Sheet => None,
        }
    }

    /// The sheet is shown at this address.
    pub fn shown(&mut self, to: IpAddr, now: Millis) {
        if self.visitors.get(&to).is_none_or(|visitor| is_forgotten(visitor, now)) {
            self.keep(to, Visitor { shown_at: now, has_read: false });
        }
    }

    /// Its button was pressed there.
    pub fn read(&mut self, at: IpAddr, now: Millis) {
        self.keep(at, Visitor { shown_at: now, has_read: true });
    }

    fn keep(&mut self, address: IpAddr, visitor: Visitor) {
        if self.visitors.len() >= PORTAL_VISITORS_MAX && !self.visitors.contains_key(&address) {
            let oldest = self.visitors.iter().min_by_key(|(_, visitor)| visitor.shown_at).map(|(address, _)| *address);
            if let Some(oldest) = oldest {
                self.visitors.remove(&oldest);
            }
        }
        self.visitors.insert(address, visitor);
    }
}

/// Also where the clock was set back: a sheet too many is better than none.
fn is_forgotten(visitor: &Visitor, now: Millis) -> bool {
    !(0..PORTAL_REMEMBERED_MS).contains(&(now - visitor.shown_at))
}

const TITLE: Said = said("You are on the Wi‑Fi of {box}", "你已连上{box}的Wi‑Fi");
const LEAD: Said = said(
    "There is no Internet here, but a chat for everybody on this Wi-Fi. This little window cannot show it: open your usual \
     browser (Safari, Chrome, Firefox) and type:",
    "这里没有互联网，但有一个大家都能用的聊天。这个小窗口打不开它：请打开平时用的浏览器（Safari、Chrome、Firefox），输入：",
);
const OR: Said = said("or", "或");
const SCAN: Said = said("For another phone on this Wi-Fi: scan", "另一台手机（已连上这个Wi-Fi）可以扫码");
const BUTTON: Said = said("I have it", "我知道了");
const READ: Said = said("Now open your browser", "现在请打开浏览器");
const READ_MORE: Said = said(
    "You can close this window. If the phone asks, stay on this Wi-Fi although it has no Internet.",
    "可以关闭这个窗口。如果手机询问，请选择继续使用这个没有互联网的Wi-Fi。",
);

/// Which side of the sheet is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    Front,
    /// After its button was pressed.
    Read,
}

/// The sheet. `doors` are URLs, the surest first.
pub fn sheet(lang: Lang, box_name: &str, doors: &[String], side: Side) -> String {
    let name = format!("<bdi>{}</bdi>", escape(box_name));
    let title = lang.of(TITLE).replace("{box}", box_name);
    let heading = lang.of(TITLE).replace("{box}", &name);
    let addresses: Vec<_> = doors.iter().map(|url| format!("<b class=\"address\">{}</b>", escape(url))).collect();
    let addresses = addresses.join(&format!("<p class=\"or soft\">{}</p>", lang.of(OR)));
    let code = doors.first().and_then(|url| crate::qr::svg(url, lang.of(SCAN))).unwrap_or_default();
    let [lead, scan, button, read, more] = [LEAD, SCAN, BUTTON, READ, READ_MORE].map(|text| lang.of(text));
    let body = match side {
        Side::Front => format!(
            "<h1>{heading}</h1>\n<p class=\"lead\">{lead}</p>\n<div class=\"card\">{addresses}</div>\n\
             <form method=\"post\" action=\"/portal\"><button class=\"button\">{button}</button></form>\n\
             <div class=\"card\">{code}<p class=\"soft scan\">{scan}</p></div>"
        ),
        Side::Read => {
            format!("<h1>{read}</h1>\n<div class=\"card\">{addresses}</div>\n<p class=\"lead\">{more}</p>")
        }
    };
    shell(lang, box_name, &title, "", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));
    const NOW: Millis = 1_790_000_000_000;

    fn probe(host: &str, path: &str) -> Probe {
        Probe::of(host, path).unwrap_or_else(|| panic!("{host}{path}"))
    }

    #[test]
    fn each_system_hears_what_it_expects_on_the_internet() {
        for (host, path, status, body) in [
            ("captive.apple.com", "/hotspot-detect.html", 200, "<TITLE>Success</TITLE>"),
            ("www.apple.com", "/library/test/success.html", 200, "<BODY>Success</BODY>"),
            ("connectivitycheck.gstatic.com", "/generate_204", 204, ""),
            ("clients3.google.com", "/generate_204", 204, ""),
            ("www.google.com", "/gen_204", 204, ""),
            ("connect.rom.miui.com", "/generate_204", 204, ""),
            ("www.msftconnecttest.com", "/connecttest.txt", 200, "Microsoft Connect Test"),
            ("www.msftncsi.com", "/ncsi.txt", 200, "Microsoft NCSI"),
            ("detectportal.firefox.com", "/success.txt", 200, "success\n"),
            ("detectportal.firefox.com", "/canonical.html", 200, "support.mozilla.org/kb/captive-portal"),
            ("nmcheck.gnome.org", "/check_network_status.txt", 200, "NetworkManager is online"),
            ("network-test.debian.org", "/nm", 200, "NetworkManager is online"),
        ] {
            let mut portal = Portal::default();
            let probe = probe(host, path);
            assert_eq!(portal.answer(probe, PHONE, NOW), None, "{host}: the sheet comes first");
            portal.read(PHONE, NOW);
            let online = portal.answer(probe, PHONE, NOW).unwrap();
            assert_eq!(online.status, status, "{host}");
            assert!(online.body.contains(body), "{host}");
        }
        for (host, path) in [("evil.example", "/"), ("www.apple.com", "/"), ("detectportal.firefox.com", "/")] {
            assert_eq!(Probe::of(host, path), None, "{host}");
        }
    }

    #[test]
    fn an_iphone_is_online_once_it_has_seen_the_sheet_and_android_once_it_was_read() {
        let (apple, android) = (probe("captive.apple.com", "/"), probe("x.example", "/generate_204"));
        let mut portal = Portal::default();
        portal.shown(PHONE, NOW);
        assert!(portal.answer(apple, PHONE, NOW).is_some());
        assert_eq!(portal.answer(android, PHONE, NOW), None);
        assert_eq!(portal.answer(apple, IpAddr::from([10, 0, 0, 10]), NOW), None, "another phone");
        portal.shown(PHONE, NOW + PORTAL_READING_MS - 1);
        assert_eq!(portal.answer(android, PHONE, NOW + PORTAL_READING_MS - 1), None);
        assert!(portal.answer(android, PHONE, NOW + PORTAL_READING_MS).is_some(), "closed without a word");
        portal.read(PHONE, NOW);
        assert!(portal.answer(android, PHONE, NOW).is_some());
    }

    #[test]
    fn windows_own_address_for_the_sheet_always_leads_there() {
        let mut portal = Portal::default();
        portal.read(PHONE, NOW);
        assert_eq!(portal.answer(probe("www.msftconnecttest.com", "/redirect"), PHONE, NOW), None);
    }

    #[test]
    fn a_phone_is_forgotten_after_a_day_and_when_the_clock_goes_back() {
        let apple = probe("captive.apple.com", "/");
        let mut portal = Portal::default();
        portal.read(PHONE, NOW);
        assert!(portal.answer(apple, PHONE, NOW + PORTAL_REMEMBERED_MS - 1).is_some());
        assert_eq!(portal.answer(apple, PHONE, NOW + PORTAL_REMEMBERED_MS), None);
        assert_eq!(portal.answer(apple, PHONE, NOW - 1), None);
    }

    #[test]
    fn very_many_phones_cost_no_more_than_the_limit_and_the_oldest_is_forgotten() {
        let mut portal = Portal::default();
        for i in 0..=PORTAL_VISITORS_MAX as u32 {
            portal.read(IpAddr::from(std::net::Ipv4Addr::from(i)), NOW + i64::from(i));
        }
        assert_eq!(portal.visitors.len(), PORTAL_VISITORS_MAX);
        assert!(!portal.visitors.contains_key(&IpAddr::from([0, 0, 0, 0])));
    }

    #[test]
    fn the_sheet_says_where_to_go_and_asks_for_one_press() {
        let doors = ["http://192.168.1.7/".to_owned(), "http://porch.local/".to_owned()];
        for lang in Lang::ALL {
            let front = sheet(lang, "<porch>", &doors, Side::Front);
            assert!(front.contains("<b class=\"address\">http://192.168.1.7/</b>") && front.contains("porch.local"));
            assert!(front.contains("<form method=\"post\" action=\"/portal\">") && front.contains("<svg class=\"qr\""));
            assert!(!front.contains("<porch>") && !front.contains("{box}"), "{front}");
            assert!(!sheet(lang, "porch", &doors, Side::Read).contains("<form"));
        }
    }
}
