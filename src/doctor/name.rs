//! Whether the box is found by its name.

use std::net::{IpAddr, Ipv4Addr};

use crate::lan::LanInterface;
use crate::lan::mdns::{NameState, Names, who_is};
use crate::proto::doctor::{Check, Checked, Finding};

use super::texts::line;

/// What the box itself says. `unwanted`: the owner has turned mDNS off.
pub(super) fn told(names: &Names, unwanted: bool) -> Checked {
    let name = || ("name", names.short.clone());
    match &names.state {
        NameState::Off if unwanted => line(Check::Name, Finding::NameOff, []),
        NameState::Off => line(Check::Name, Finding::NameUnheard, [name()]),
        NameState::Looking => line(Check::Name, Finding::NameLooking, [name()]),
        NameState::Held => line(Check::Name, Finding::NameHeld, [name()]),
        NameState::Taken { by } => {
            let by = by.map(|by| by.to_string()).unwrap_or_default();
            line(Check::Name, Finding::NameTaken, [name(), ("alias", names.alias.clone()), ("by", by)])
        }
    }
}

/// What the network says, asked from outside of porch.
pub(super) fn ask(label: &str, porch_runs: bool, interfaces: &[LanInterface]) -> Checked {
    let name = format!("{label}.local");
    let own: Vec<IpAddr> = interfaces.iter().flat_map(|interface| interface.addresses.iter().copied()).collect();
    let own_v4: Vec<Ipv4Addr> = own
        .iter()
        .filter_map(|address| match address {
            IpAddr::V4(ip) => Some(*ip),
            IpAddr::V6(_) => None,
        })
        .collect();
    if own_v4.is_empty() {
        return line(Check::Name, Finding::Unchecked, [("reason", "there is no network".into())]);
    }
    match who_is(&name, &own_v4) {
        Ok(addresses) => heard(&name, &addresses, porch_runs, &own),
        Err(fault) => line(Check::Name, Finding::Unchecked, [("reason", fault.to_string())]),
    }
}

/// What the answers mean. `own` are the box's addresses.
fn heard(name: &str, answers: &[IpAddr], porch_runs: bool, own: &[IpAddr]) -> Checked {
    let of = |finding| line(Check::Name, finding, [("name", name.into())]);
    let is_link_local = |ip: &IpAddr| matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
    let strangers: Vec<_> = answers.iter().filter(|ip| !own.contains(ip) && !is_link_local(ip)).collect();
    match (answers, strangers.first()) {
        ([], _) if porch_runs => of(Finding::NameUnheard),
        ([], _) => of(Finding::NameFree),
        (_, None) => of(Finding::NameHeld),
        (_, Some(by)) => {
            let values = [("name", name.into()), ("alias", String::new()), ("by", by.to_string())];
            line(Check::Name, Finding::NameTaken, values)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn what_the_box_says_of_its_name_is_told() {
        let told = |state| told(&Names { short: "porch.local".into(), alias: "porch-1f2e.local".into(), state }, false);
        assert_eq!(told(NameState::Off).finding, Finding::NameUnheard);
        let silent = Names { short: "porch.local".into(), alias: String::new(), state: NameState::Off };
        assert_eq!(super::told(&silent, true).finding, Finding::NameOff);
        assert_eq!(told(NameState::Looking).finding, Finding::NameLooking);
        assert_eq!(told(NameState::Held).says, "The box is found as porch.local.");
        let taken = told(NameState::Taken { by: Some(IpAddr::from([10, 0, 0, 9])) });
        assert!(taken.says.contains("10.0.0.9") && taken.says.contains("porch-1f2e.local"), "{}", taken.says);
        assert!(told(NameState::Taken { by: None }).says.contains("is not known"));
    }

    #[test]
    fn what_the_network_answers_is_ours_or_somebody_elses() {
        let lan = ips(&["10.0.0.7"]);
        let found = |answers: &[&str], runs| heard("porch.local", &ips(answers), runs, &lan).finding;
        assert_eq!(found(&[], false), Finding::NameFree);
        assert_eq!(found(&[], true), Finding::NameUnheard);
        assert_eq!(found(&["10.0.0.7"], true), Finding::NameHeld);
        assert_eq!(found(&["10.0.0.7", "fe80::1"], true), Finding::NameHeld);
        assert_eq!(found(&["10.0.0.9"], false), Finding::NameTaken);
        assert_eq!(found(&["10.0.0.7", "10.0.0.9"], true), Finding::NameTaken);
    }
}
