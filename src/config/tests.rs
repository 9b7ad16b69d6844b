use super::*;

const PATH: &str = "/etc/porch.toml";

fn resolve(args: &[&str], environment: &[(&str, &str)], file: Option<&str>) -> Result<Config, String> {
    let args = std::iter::once("porch").chain(args.iter().copied()).map(OsString::from);
    let arguments = parse_arguments(args).map_err(|fault| fault.to_string())?;
    let environment = std::iter::once(&("HOME", "/home/ada")).chain(environment);
    let environment = environment.map(|(name, value)| ((*name).into(), value.into())).collect();
    let file = file.map(|text| (Path::new(PATH), text));
    Config::resolve(&arguments, &environment, file).map_err(|fault| fault.to_string())
}

fn command(args: &[&str]) -> Command {
    let args = std::iter::once("porch").chain(args.iter().copied()).map(OsString::from);
    parse_arguments(args).unwrap().command.unwrap_or_default()
}

fn exact(address: &str) -> Listen {
    Listen::Exact(address.parse().unwrap())
}

#[test]
fn nothing_said_gives_the_defaults() {
    let config = resolve(&[], &[], None).unwrap();
    assert_eq!(config.data_dir.value, Path::new("/home/ada/.local/share/porch"));
    assert_eq!(config.https.value, Listen::HTTPS);
    assert_eq!(config.http.value, Listen::HTTP);
    assert_eq!(config.name.value.as_str(), "porch");
    assert_eq!(config.names.value, []);
    assert_eq!(config.ranges.value, []);
    assert_eq!(config.interfaces.value, []);
    assert!(!config.no_mdns.value);
    assert!(!config.captive_portal.value);
    assert_eq!(config.owner_certificate, None);
    assert_eq!(config.https.origin, Origin::Default(None));
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "https = 1001\nhttp = 1002\nname = 'file'\n";
    let environment = [("PORCH_HTTPS", "2001"), ("PORCH_HTTP", "2002")];
    let config = resolve(&["--https", "3001"], &environment, Some(file)).unwrap();
    assert_eq!(config.https, Setting { value: exact("[::]:3001"), origin: Origin::Flag("https") });
    assert_eq!(config.http, Setting { value: exact("[::]:2002"), origin: Origin::Variable("PORCH_HTTP".into()) });
    assert_eq!(config.name.value.as_str(), "file");
    assert_eq!(config.name.origin, Origin::File(PATH.into()));
}

#[test]
fn every_option_can_be_said_in_all_three_places() {
    let cases = [
        ("data-dir", "/srv/porch"),
        ("https", "127.0.0.1:0"),
        ("http", "127.0.0.1:0"),
        ("name", "Kitchen"),
        ("names", "a.home.arpa,b.example.org"),
        ("ranges", "203.0.113.0/24,2001:db8:7::/48"),
        ("interfaces", "eth0,wlan0"),
        ("no-mdns", "true"),
        ("captive-portal", "true"),
    ];
    for (key, value) in cases {
        let flag = format!("--{key}");
        let by_flag = if value == "true" { vec![flag.as_str()] } else { vec![flag.as_str(), value] };
        let by_flag = resolve(&by_flag, &[], None).unwrap();
        let variable = format!("PORCH_{}", key.to_uppercase().replace('-', "_"));
        let by_variable = resolve(&[], &[(&variable, value)], None).unwrap();
        let by_file = resolve(&[], &[], Some(&format!("{key} = '{value}'"))).unwrap();
        let values = |config: &Config| {
            config.to_string().lines().map(|l| l.split(" (").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(values(&by_flag), values(&by_variable), "{key}");
        assert_eq!(values(&by_flag), values(&by_file), "{key}");
        assert_ne!(values(&by_flag), values(&resolve(&[], &[], None).unwrap()), "{key}");
    }
}

#[test]
fn toml_has_its_own_kinds() {
    let file = "https = 8443\nno-mdns = true\nnames = ['a.lan', 'b.lan']\nranges = []";
    let config = resolve(&[], &[], Some(file)).unwrap();
    assert_eq!(config.https.value, exact("[::]:8443"));
    assert!(config.no_mdns.value);
    assert_eq!(joined(&config.names.value), "a.lan,b.lan");
    assert_eq!(config.ranges.value, []);
}

#[test]
fn a_switch_can_be_turned_back_in_a_nearer_place() {
    let config = resolve(&[], &[("PORCH_NO_MDNS", "0")], Some("no-mdns = true")).unwrap();
    assert!(!config.no_mdns.value);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let config = resolve(&[], &[("PORCH_NAME", "")], Some("name = 'file'")).unwrap();
    assert_eq!(config.name.value.as_str(), "file");
}

#[test]
fn the_data_folder_follows_systemd_then_xdg_then_home() {
    let folder = |environment: &[(&str, &str)]| resolve(&[], environment, None).unwrap().data_dir;
    let xdg = ("XDG_DATA_HOME", "/xdg");
    let systemd = folder(&[("STATE_DIRECTORY", "/var/lib/porch:/var/lib/other"), xdg]);
    assert_eq!(systemd.value, Path::new("/var/lib/porch"));
    assert_eq!(systemd.origin.to_string(), "default, from STATE_DIRECTORY");
    assert_eq!(folder(&[xdg]).value, Path::new("/xdg/porch"));
    assert_eq!(folder(&[("XDG_DATA_HOME", "relative")]).value, Path::new("/home/ada/.local/share/porch"));
}

#[test]
fn without_any_home_the_data_folder_must_be_said() {
    let arguments = |args: &[&str]| parse_arguments(args.iter().map(OsString::from)).unwrap();
    let fault = Config::resolve(&arguments(&["porch"]), &Environment::new(), None).unwrap_err();
    assert!(fault.to_string().contains("--data-dir"), "{fault}");
    assert!(Config::resolve(&arguments(&["porch", "--data-dir", "d"]), &Environment::new(), None).is_ok());
}

#[test]
fn a_wrong_value_names_the_key_the_value_and_what_is_allowed() {
    let cases = [
        ("https", "nowhere", "a port"),
        ("http", "70000", "a port"),
        ("name", " ", "1 to 32 visible characters"),
        ("names", "ok.lan,no_good", "a host name with a dot"),
        ("names", "single", "with a dot"),
        ("ranges", "10.0.0.1/8", "an address range"),
        ("interfaces", "eth0,wlan 0", "the name of a network interface"),
        ("no-mdns", "maybe", "true or false"),
        ("data-dir", "", "a folder"),
    ];
    for (key, value, allowed) in cases {
        let fault = resolve(&[], &[], Some(&format!("{key} = '{value}'"))).unwrap_err();
        let wrong = value.split(',').next_back().unwrap();
        for part in [key, &format!("{wrong:?}"), allowed, PATH] {
            assert!(fault.contains(part), "{part:?} is not in: {fault}");
        }
    }
    let fault = resolve(&["--https", "nowhere"], &[], None).unwrap_err();
    assert!(fault.contains("--https"), "{fault}");
    let fault = resolve(&[], &[("PORCH_HTTPS", "nowhere")], None).unwrap_err();
    assert!(fault.contains("PORCH_HTTPS"), "{fault}");
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    for file in ["https = true", "name = ['a']", "names = [1]", "name = {}", "no-mdns = 'yes'", "data-dir = []"] {
        assert!(resolve(&[], &[], Some(file)).is_err(), "{file}");
    }
}

#[test]
fn a_list_has_at_most_16_parts() {
    let names = |count: usize| (0..count).map(|i| format!("n{i}.lan")).collect::<Vec<_>>().join(",");
    assert!(resolve(&["--names", &names(16)], &[], None).is_ok());
    assert!(resolve(&["--names", &names(17)], &[], None).unwrap_err().contains("at most 16"));
}

#[test]
fn unknown_keys_of_the_file_are_refused_by_name() {
    let fault = resolve(&[], &[], Some("htps = 8443")).unwrap_err();
    assert!(fault.contains("\"htps\"") && fault.contains("https"), "{fault}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let fault = resolve(&[], &[], Some("name = 'a'\nhttps = [")).unwrap_err();
    assert!(fault.contains(PATH) && fault.contains("line 2"), "{fault}");
}

#[test]
fn a_certificate_needs_its_key_and_a_key_its_certificate() {
    let own = resolve(&["--cert", "c.pem"], &[("PORCH_KEY", "k.pem")], None).unwrap().owner_certificate.unwrap();
    assert_eq!((own.cert.value, own.key.value), ("c.pem".into(), "k.pem".into()));
    assert!(resolve(&["--cert", "c.pem"], &[], None).unwrap_err().contains("without key"));
    assert!(resolve(&["--key", "k.pem"], &[], None).unwrap_err().contains("without cert"));
}

#[test]
fn the_file_is_named_by_flag_or_variable() {
    let arguments = |args: &[&str]| parse_arguments(args.iter().map(OsString::from)).unwrap();
    let environment = Environment::from([("PORCH_CONFIG".into(), "/b".into())]);
    assert_eq!(config_file(&arguments(&["porch", "--config", "/a"]), &environment), Some("/a".into()));
    assert_eq!(config_file(&arguments(&["porch"]), &environment), Some("/b".into()));
    assert_eq!(config_file(&arguments(&["porch"]), &Environment::new()), None);
}

#[test]
fn commands_are_parsed_and_serve_is_the_default() {
    let name = || "Ada".to_owned();
    assert_eq!(command(&[]), Command::Serve);
    assert_eq!(command(&["--https", "0"]), Command::Serve);
    assert_eq!(command(&["serve"]), Command::Serve);
    assert_eq!(command(&["config"]), Command::Config);
    assert_eq!(command(&["monitor"]), Command::Monitor);
    assert_eq!(command(&["user", "list"]), Command::User(UserCommand::List));
    assert_eq!(command(&["user", "reset-password", "Ada"]), Command::User(UserCommand::ResetPassword { name: name() }));
    assert_eq!(command(&["user", "make-owner", "Ada"]), Command::User(UserCommand::MakeOwner { name: name() }));
    assert_eq!(command(&["user", "revoke-owner", "Ada"]), Command::User(UserCommand::RevokeOwner { name: name() }));
    assert_eq!(command(&["user", "sign-out", "Ada"]), Command::User(UserCommand::SignOut { name: name() }));
    assert_eq!(command(&["user", "delete", "Ada"]), Command::User(UserCommand::Delete { name: name() }));
}

#[test]
fn options_may_stand_before_and_after_the_command() {
    for args in [["--name", "K", "config"], ["config", "--name", "K"]] {
        assert_eq!(resolve(&args, &[], None).unwrap().name.value.as_str(), "K");
    }
}

#[test]
fn unknown_commands_and_flags_are_refused() {
    for args in [&["fly"][..], &["--fly"], &["user"], &["user", "make-owner"], &["--https"]] {
        assert!(resolve(args, &[], None).is_err(), "{args:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.toml");
    assert!(read_file(&absent).unwrap_err().to_string().contains("absent.toml"));
    let large = folder.path().join("large.toml");
    std::fs::write(&large, vec![b' '; CONFIG_BYTES_MAX as usize]).unwrap();
    assert!(read_file(&large).is_ok());
    std::fs::write(&large, vec![b' '; CONFIG_BYTES_MAX as usize + 1]).unwrap();
    assert!(read_file(&large).unwrap_err().to_string().contains("too large"));
}
