//! When the leaf is replaced, and by what. Time is an argument; disk and connections are elsewhere.

use std::fmt;

use time::OffsetDateTime;

use super::ca::Ca;
use super::error::TlsError;
use super::host_names::HostNames;
use super::leaf::Leaf;
use super::validity::Moment;

/// Why a new leaf is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The present one ends soon, by what the clock is worth, or has ended.
    EndsSoon,
    /// There is none yet.
    Missing,
    /// The box answers to other names, or to an address that the present one lacks.
    NamesChanged,
    /// The present one has not begun: it was made when the clock was far ahead.
    NotYetValid,
    /// The present one is of another CA.
    OtherCa,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsSoon => "the present one ends soon",
            Self::Missing => "there was none",
            Self::NamesChanged => "names or addresses changed",
            Self::NotYetValid => "the present one has not begun",
            Self::OtherCa => "the present one is of another CA",
        })
    }
}

/// The CA and the leaf it has out.
pub(super) struct Issuer {
    pub(super) ca: Ca,
    pub(super) leaf: Option<Leaf>,
    pub(super) build_date: OffsetDateTime,
}

impl Issuer {
    /// Whether, and why, a box that answers to `names` needs a new leaf.
    pub(super) fn due(&self, moment: Moment, names: &HostNames) -> Option<Reason> {
        let now = moment.plausible(self.build_date);
        let Some(leaf) = &self.leaf else { return Some(Reason::Missing) };
        let (wanted, _) = self.ca.permitted.part(names);
        if leaf.issuer_key_id != self.ca.key_id {
            return Some(Reason::OtherCa);
        }
        if now < leaf.starts_at {
            return Some(Reason::NotYetValid);
        }
        if leaf.ends_at - now < moment.renew_before_end(self.build_date) {
            return Some(Reason::EndsSoon);
        }
        (!leaf.names.serves(&wanted)).then_some(Reason::NamesChanged)
    }

    /// Makes and takes up a new leaf: the PEM to keep, and the names that the CA may not speak for.
    pub(super) fn renew(&mut self, moment: Moment, names: &HostNames) -> Result<(String, HostNames), TlsError> {
        let (wanted, left_out) = self.ca.permitted.part(names);
        let pem = Leaf::make(&self.ca, &wanted, moment, self.build_date)?;
        self.leaf = Some(Leaf::from_pem(&pem, self.ca.root.certificate()).map_err(TlsError::crypto)?);
        Ok((pem, left_out))
    }
}
