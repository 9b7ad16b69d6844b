//! Names of network interfaces, as the owner writes them.

use std::fmt;

/// A name that the kernel could give an interface: `eth0`, `wlan0`. Whether there is one is seen later, and may change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InterfaceName(String);

impl InterfaceName {
    /// What is allowed, for error messages.
    pub const ALLOWED: &str = "the name of a network interface, such as eth0 or wlan0";
    /// The kernel's IFNAMSIZ, less the zero at the end.
    const BYTES_MAX: usize = 15;

    /// Takes a name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_sized = (1..=Self::BYTES_MAX).contains(&text.len());
        let is_named = !text.contains(|c: char| c == '/' || c == ':' || c.is_whitespace() || c.is_control());
        (is_sized && is_named && text != "." && text != "..").then(|| Self(text.into()))
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_could_call_an_interface_is_a_name() {
        for name in ["eth0", "wlp2s0", "br-lan", "enx001122334455", "eth0.100", "教室"] {
            assert_eq!(InterfaceName::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_it_could_not_is_refused() {
        for fault in ["", ".", "..", "a/b", "eth0:1", "a b", "a\n", "sixteen-bytes-16"] {
            assert_eq!(InterfaceName::parse(fault), None, "{fault:?}");
        }
    }
}
