//! The box's root as a configuration profile, which is how iPhones and iPads take it (Apple's *Configuration Profile
//! Reference*, "Certificate Payload").

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::html::escape;

use super::words::Fingerprint;

/// The profile for a root with this fingerprint, as XML. `der` is the root, `box_name` what its owner calls the box.
///
/// Its identifiers follow from the fingerprint: the profiles of two boxes live side by side on one phone, and a
/// second download of the same one replaces the first.
pub fn mobileconfig(box_name: &str, der: &[u8], fingerprint: &Fingerprint) -> String {
    let name = escape(box_name);
    let id: String = fingerprint[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let (profile, root) = (uuid(&fingerprint[..16]), uuid(&fingerprint[16..]));
    let content = BASE64.encode(der);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadType</key><string>Configuration</string>
	<key>PayloadVersion</key><integer>1</integer>
	<key>PayloadIdentifier</key><string>porch.{id}</string>
	<key>PayloadUUID</key><string>{profile}</string>
	<key>PayloadDisplayName</key><string>{name} (porch)</string>
	<key>PayloadDescription</key><string>Lets this device talk to the box “{name}” on your local network in private. It is limited to local names and private addresses.</string>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key><string>com.apple.security.root</string>
			<key>PayloadVersion</key><integer>1</integer>
			<key>PayloadIdentifier</key><string>porch.{id}.root</string>
			<key>PayloadUUID</key><string>{root}</string>
			<key>PayloadDisplayName</key><string>Certificate of {name}</string>
			<key>PayloadCertificateFileName</key><string>porch-ca.crt</string>
			<key>PayloadContent</key><data>{content}</data>
		</dict>
	</array>
</dict>
</plist>
"#
    )
}

/// Sixteen bytes as a UUID of version 8, the one whose content is the maker's own (RFC 9562, section 5.8).
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&i) {
            text.push('-');
        }
        let byte = match i {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        text.push_str(&format!("{byte:02X}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use plist::{Dictionary, Value};

    use super::*;

    const DER: &[u8] = &[0x30, 0x82, 0, 1, 0xff, b'<', b'&'];

    fn read(box_name: &str, fingerprint: Fingerprint) -> (Dictionary, Dictionary) {
        let text = mobileconfig(box_name, DER, &fingerprint);
        let profile = Value::from_reader_xml(text.as_bytes()).expect("a property list").into_dictionary().unwrap();
        let payloads = profile["PayloadContent"].as_array().unwrap();
        assert_eq!(payloads.len(), 1);
        (profile.clone(), payloads[0].as_dictionary().unwrap().clone())
    }

    fn text<'a>(of: &'a Dictionary, key: &str) -> &'a str {
        of[key].as_string().unwrap()
    }

    #[test]
    fn the_profile_is_a_property_list_that_holds_the_root() {
        let (profile, root) = read("porch", [3; 32]);
        assert_eq!(text(&profile, "PayloadType"), "Configuration");
        assert_eq!(profile["PayloadVersion"].as_unsigned_integer(), Some(1));
        assert_eq!(text(&root, "PayloadType"), "com.apple.security.root");
        assert_eq!(root["PayloadVersion"].as_unsigned_integer(), Some(1));
        assert_eq!(root["PayloadContent"].as_data(), Some(DER));
        assert_eq!(text(&profile, "PayloadIdentifier"), "porch.0303030303030303");
        assert_eq!(text(&profile, "PayloadUUID"), "03030303-0303-8303-8303-030303030303");
    }

    #[test]
    fn one_box_keeps_its_identifiers_and_two_boxes_share_none() {
        let first: Fingerprint = std::array::from_fn(|i| i as u8);
        let other: Fingerprint = std::array::from_fn(|i| 200 - i as u8);
        let ids = |fingerprint| {
            let (profile, root) = read("porch", fingerprint);
            ["PayloadIdentifier", "PayloadUUID"].map(|key| [text(&profile, key).to_owned(), text(&root, key).into()])
        };
        assert_eq!(ids(first), ids(first), "a second download replaces the first");
        let all: Vec<_> = ids(first).into_iter().chain(ids(other)).flatten().collect();
        let unique: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(unique.len(), 8, "{all:?}");
    }

    #[test]
    fn a_name_with_marks_of_xml_stays_a_name() {
        let name = r#"</string>&"Zoë's" 门廊 ]]>"#;
        let (profile, root) = read(name, [1; 32]);
        assert_eq!(text(&profile, "PayloadDisplayName"), format!("{name} (porch)"));
        assert!(text(&profile, "PayloadDescription").contains(name));
        assert_eq!(text(&root, "PayloadDisplayName"), format!("Certificate of {name}"));
    }
}
