//! Who holds the short name: what to do about it, and when to look again (RFC 6762, sections 8 and 9).
//!
//! A pure machine: what was heard and the time go in; what is to be done comes out. It never takes a name that somebody
//! answers to, never invents another, and lets go at once when somebody else turns out to hold it too. Two that let go
//! of each other ask again after a pause of their own each, so that one of them is first.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::NameState;

/// How long an unanswered question means that nobody holds the name: more than three probes take.
const QUIET: Duration = Duration::from_millis(1_500);
/// Probing and announcing take a second, and two more when somebody probes at the same time. After this it has failed.
const CLAIM_WAIT: Duration = Duration::from_secs(10);
/// How often a name that is taken is asked for again, should its holder go without a word.
const RETRY_INTERVAL: Duration = Duration::from_secs(60);
/// How long others may remember an address that this machine had: the life of a host's record, and some.
const FORMER_KEPT: Duration = Duration::from_secs(150);

/// What happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Input {
    /// The claim was announced: nobody objected.
    Announced,
    /// All addresses that answer to the name at the moment, this machine's own among them.
    Answers(BTreeSet<IpAddr>),
    /// The claim met an answer that differs from it.
    Contested,
    /// These addresses no longer answer to the name.
    Gone(BTreeSet<IpAddr>),
    /// This machine has these addresses, and people can reach it at some of them, or not.
    Network { own: BTreeSet<IpAddr>, is_on_lan: bool },
    /// The time that [`Claim::wake_at`] gave has come.
    Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Output {
    /// Ask who answers to the name, as if nothing were known.
    Ask,
    /// Announce the name, after asking the network whether anybody minds.
    Claim,
    /// Announce the name without asking: the only one who minded was this machine itself, on another interface.
    ClaimAtOnce,
    /// Take the announcement back.
    Release,
}

/// Where the claim stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum ClaimPhase {
    /// There is no network to have a name on.
    Alone,
    /// Asked, and waiting for an answer.
    Looking {
        until: Instant,
    },
    Claiming {
        until: Instant,
    },
    Held,
    Taken {
        by: IpAddr,
        ask_at: Instant,
    },
    /// Asked again whether it still is taken.
    Asking {
        by: IpAddr,
        until: Instant,
    },
}

/// The claim to one name.
#[derive(Debug)]
pub(super) struct Claim {
    phase: ClaimPhase,
    /// This machine's addresses, with the time since which it lacks those it had.
    own: BTreeMap<IpAddr, Option<Instant>>,
    others: BTreeSet<IpAddr>,
    /// Parts two boxes that would otherwise do everything at the same time.
    pause: Duration,
    /// Whether the last claim met nobody but this machine.
    met_itself: bool,
}

impl Claim {
    /// `pause`, below a second, should differ from that of every other box.
    pub(super) fn new(pause: Duration) -> Self {
        let (own, others) = (BTreeMap::new(), BTreeSet::new());
        Self { phase: ClaimPhase::Alone, own, others, pause, met_itself: false }
    }

    /// What everybody may know of it.
    pub(super) fn state(&self) -> NameState {
        match self.phase {
            ClaimPhase::Alone | ClaimPhase::Looking { .. } | ClaimPhase::Claiming { .. } => NameState::Looking,
            ClaimPhase::Held => NameState::Held,
            ClaimPhase::Taken { by, .. } | ClaimPhase::Asking { by, .. } => NameState::Taken { by: Some(by) },
        }
    }

    /// When to come back with [`Input::Tick`] if nothing happens before.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        match self.phase {
            ClaimPhase::Alone | ClaimPhase::Held => None,
            ClaimPhase::Looking { until } | ClaimPhase::Claiming { until } | ClaimPhase::Asking { until, .. } => {
                Some(until)
            }
            ClaimPhase::Taken { ask_at, .. } => Some(ask_at),
        }
    }

    /// Whether this address is, or lately was, this machine's.
    pub(super) fn is_own(&self, address: IpAddr, now: Instant) -> bool {
        let known = self.own.get(&address);
        known.is_some_and(|gone_at| gone_at.is_none_or(|gone_at| now < gone_at + FORMER_KEPT))
    }

    /// Takes in what happened.
    pub(super) fn step(&mut self, input: Input, now: Instant) -> Vec<Output> {
        match input {
            Input::Announced => self.announced(),
            Input::Answers(addresses) => {
                self.others = addresses.into_iter().filter(|address| !self.is_own(*address, now)).collect();
                self.weigh(now)
            }
            Input::Contested => self.contested(now),
            Input::Gone(addresses) => {
                self.others.retain(|address| !addresses.contains(address));
                self.weigh(now)
            }
            Input::Network { own, is_on_lan } => self.network(own, is_on_lan, now),
            Input::Tick => self.tick(now),
        }
    }

    fn announced(&mut self) -> Vec<Output> {
        if matches!(self.phase, ClaimPhase::Claiming { .. }) {
            self.phase = ClaimPhase::Held;
            self.met_itself = false;
        }
        Vec::new()
    }

    /// Compares the phase with who else answers to the name.
    fn weigh(&mut self, now: Instant) -> Vec<Output> {
        match (self.phase, self.others.first()) {
            (ClaimPhase::Alone, _) => Vec::new(),
            (ClaimPhase::Taken { ask_at, .. }, Some(by)) => {
                self.phase = ClaimPhase::Taken { by: *by, ask_at };
                Vec::new()
            }
            (phase, Some(by)) => {
                self.phase = ClaimPhase::Taken { by: *by, ask_at: now + RETRY_INTERVAL };
                self.met_itself = false;
                release(phase)
            }
            // Its holder has gone, and may have said so.
            (ClaimPhase::Taken { .. }, None) => self.look(now),
            (_, None) => Vec::new(),
        }
    }

    fn contested(&mut self, now: Instant) -> Vec<Output> {
        let released = release(self.phase);
        if released.is_empty() {
            return released;
        }
        // Whoever objected answers to the name, and was heard by now. Nobody: then this machine heard itself, by a
        // second cable into the same network.
        self.met_itself = self.others.is_empty();
        [released, self.look(now)].concat()
    }

    fn network(&mut self, own: BTreeSet<IpAddr>, is_on_lan: bool, now: Instant) -> Vec<Output> {
        self.own.retain(|_, gone_at| gone_at.is_none_or(|gone_at| now < gone_at + FORMER_KEPT));
        for (address, gone_at) in &mut self.own {
            if !own.contains(address) {
                gone_at.get_or_insert(now);
            }
        }
        self.own.extend(own.into_iter().map(|address| (address, None)));
        match self.phase {
            phase if !is_on_lan => {
                self.phase = ClaimPhase::Alone;
                self.others.clear();
                release(phase)
            }
            // A new network may have its own holder of the name. The claim stays until one answers.
            ClaimPhase::Claiming { .. } | ClaimPhase::Held => vec![Output::Ask],
            ClaimPhase::Alone | ClaimPhase::Looking { .. } => self.look(now),
            ClaimPhase::Taken { by, .. } | ClaimPhase::Asking { by, .. } => self.ask_again(by, now),
        }
    }

    fn tick(&mut self, now: Instant) -> Vec<Output> {
        if self.wake_at().is_none_or(|at| now < at) {
            return Vec::new();
        }
        match self.phase {
            ClaimPhase::Alone | ClaimPhase::Held => Vec::new(),
            ClaimPhase::Looking { .. } | ClaimPhase::Asking { .. } => {
                self.phase = ClaimPhase::Claiming { until: now + CLAIM_WAIT };
                vec![if self.met_itself { Output::ClaimAtOnce } else { Output::Claim }]
            }
            ClaimPhase::Claiming { .. } => [vec![Output::Release], self.look(now)].concat(),
            ClaimPhase::Taken { by, .. } => self.ask_again(by, now),
        }
    }

    fn look(&mut self, now: Instant) -> Vec<Output> {
        self.others.clear();
        self.phase = ClaimPhase::Looking { until: now + QUIET + self.pause };
        vec![Output::Ask]
    }

    fn ask_again(&mut self, by: IpAddr, now: Instant) -> Vec<Output> {
        self.others.clear();
        self.phase = ClaimPhase::Asking { by, until: now + QUIET + self.pause };
        vec![Output::Ask]
    }
}

/// What leaving this phase takes.
fn release(phase: ClaimPhase) -> Vec<Output> {
    match phase {
        ClaimPhase::Claiming { .. } | ClaimPhase::Held => vec![Output::Release],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "10.0.0.2";
    const OTHER: &str = "10.0.0.3";
    const PAUSE: Duration = Duration::from_millis(250);

    fn set(addresses: &[&str]) -> BTreeSet<IpAddr> {
        addresses.iter().map(|address| address.parse().unwrap()).collect()
    }

    fn taken(by: &str) -> NameState {
        NameState::Taken { by: Some(by.parse().unwrap()) }
    }

    /// A claim with a clock of its own.
    struct Played {
        claim: Claim,
        now: Instant,
    }

    impl Played {
        /// On a network, and asked.
        fn start() -> Self {
            let mut played = Self { claim: Claim::new(PAUSE), now: Instant::now() };
            assert_eq!(played.network(&[OWN], true), [Output::Ask]);
            played
        }

        fn held() -> Self {
            let mut played = Self::start();
            assert_eq!(played.wake(), [Output::Claim]);
            assert_eq!(played.hear(Input::Announced), []);
            assert_eq!(played.claim.state(), NameState::Held);
            played
        }

        fn taken() -> Self {
            let mut played = Self::start();
            assert_eq!(played.hear(Input::Answers(set(&[OTHER]))), []);
            assert_eq!(played.claim.state(), taken(OTHER));
            played
        }

        fn hear(&mut self, input: Input) -> Vec<Output> {
            self.claim.step(input, self.now)
        }

        fn network(&mut self, own: &[&str], is_on_lan: bool) -> Vec<Output> {
            self.hear(Input::Network { own: set(own), is_on_lan })
        }

        /// Lets the time pass that the claim waits for.
        fn wake(&mut self) -> Vec<Output> {
            self.now = self.claim.wake_at().expect("it waits for something");
            self.hear(Input::Tick)
        }
    }

    #[test]
    fn a_name_that_nobody_answers_to_is_claimed_and_held() {
        let played = Played::held();
        assert_eq!(played.claim.wake_at(), None);
    }

    #[test]
    fn a_name_that_somebody_answers_to_is_not_claimed() {
        let mut played = Played::taken();
        assert_eq!(played.hear(Input::Tick), []);
        assert_eq!(played.wake(), [Output::Ask]);
        assert_eq!(played.hear(Input::Answers(set(&[OTHER]))), []);
        assert_eq!(played.claim.state(), taken(OTHER));
    }

    #[test]
    fn a_tick_before_its_time_changes_nothing() {
        let mut played = Played::start();
        played.now += QUIET;
        assert_eq!(played.hear(Input::Tick), []);
        assert_eq!(played.claim.state(), NameState::Looking);
    }

    #[test]
    fn this_machines_own_answers_take_nothing_from_it() {
        let mut played = Played::held();
        assert_eq!(played.hear(Input::Answers(set(&[OWN]))), []);
        assert_eq!(played.claim.state(), NameState::Held);
    }

    #[test]
    fn a_name_that_its_holder_gives_up_is_taken_over() {
        let mut played = Played::taken();
        assert_eq!(played.hear(Input::Gone(set(&[OTHER]))), [Output::Ask]);
        assert_eq!(played.claim.state(), NameState::Looking);
        assert_eq!(played.wake(), [Output::Claim]);
    }

    #[test]
    fn a_name_is_taken_as_long_as_one_address_of_its_holder_answers() {
        let mut played = Played::start();
        played.hear(Input::Answers(set(&[OTHER, "fd00::3"])));
        assert_eq!(played.hear(Input::Gone(set(&[OTHER]))), []);
        assert_eq!(played.claim.state(), taken("fd00::3"));
    }

    #[test]
    fn a_name_whose_holder_has_gone_without_a_word_is_claimed_a_minute_later() {
        let mut played = Played::taken();
        let before = played.now;
        assert_eq!(played.wake(), [Output::Ask]);
        assert_eq!(played.now - before, RETRY_INTERVAL);
        assert_eq!(played.claim.state(), taken(OTHER), "nobody knows yet");
        assert_eq!(played.wake(), [Output::Claim]);
    }

    #[test]
    fn a_claim_is_taken_back_when_somebody_else_answers() {
        let mut played = Played::start();
        assert_eq!(played.wake(), [Output::Claim]);
        assert_eq!(played.hear(Input::Answers(set(&[OTHER]))), [Output::Release]);
        assert_eq!(played.hear(Input::Announced), [], "too late");
        assert_eq!(played.claim.state(), taken(OTHER));
    }

    #[test]
    fn two_that_hold_the_name_once_their_networks_meet_both_let_go_and_one_is_first() {
        let mut one = Played::held();
        assert_eq!(one.hear(Input::Answers(set(&[OWN, OTHER]))), [Output::Release]);
        assert_eq!(one.hear(Input::Gone(set(&[OTHER]))), [Output::Ask]);
        // The other, which had another pause, has come first.
        assert_eq!(one.hear(Input::Answers(set(&[OTHER]))), []);
        assert_eq!(one.claim.state(), taken(OTHER));
    }

    #[test]
    fn a_machine_that_only_meets_itself_claims_without_asking() {
        let mut played = Played::start();
        assert_eq!(played.wake(), [Output::Claim]);
        assert_eq!(played.hear(Input::Contested), [Output::Release, Output::Ask]);
        assert_eq!(played.hear(Input::Answers(set(&[OWN]))), []);
        assert_eq!(played.wake(), [Output::ClaimAtOnce]);
        assert_eq!(played.hear(Input::Announced), []);
        assert_eq!(played.claim.state(), NameState::Held);
    }

    #[test]
    fn a_machine_that_met_another_does_not() {
        let mut played = Played::start();
        played.wake();
        assert_eq!(played.hear(Input::Contested), [Output::Release, Output::Ask]);
        assert_eq!(played.hear(Input::Answers(set(&[OTHER]))), []);
        assert_eq!(played.claim.state(), taken(OTHER));
    }

    #[test]
    fn a_claim_that_is_never_announced_is_tried_again() {
        let mut played = Played::start();
        assert_eq!(played.wake(), [Output::Claim]);
        assert_eq!(played.wake(), [Output::Release, Output::Ask]);
        assert_eq!(played.wake(), [Output::Claim]);
    }

    #[test]
    fn a_held_name_is_kept_through_a_change_of_address() {
        let mut played = Played::held();
        assert_eq!(played.network(&["10.0.0.9"], true), [Output::Ask]);
        // What others remember of the former address is no answer of somebody else.
        assert_eq!(played.hear(Input::Answers(set(&[OWN, "10.0.0.9"]))), []);
        assert_eq!(played.claim.state(), NameState::Held);
    }

    #[test]
    fn an_address_that_was_ours_long_ago_is_somebody_elses() {
        let mut played = Played::held();
        played.network(&["10.0.0.9"], true);
        played.now += FORMER_KEPT;
        assert_eq!(played.hear(Input::Answers(set(&[OWN]))), [Output::Release]);
        assert_eq!(played.claim.state(), taken(OWN));
    }

    #[test]
    fn without_a_network_nothing_is_held_and_with_one_it_is_asked_for_anew() {
        let mut played = Played::held();
        assert_eq!(played.network(&[], false), [Output::Release]);
        assert_eq!(played.claim.state(), NameState::Looking);
        assert_eq!(played.claim.wake_at(), None);
        assert_eq!(played.hear(Input::Answers(set(&[OTHER]))), []);
        assert_eq!(played.network(&[OWN], true), [Output::Ask]);
        assert_eq!(played.wake(), [Output::Claim]);
    }

    #[test]
    fn a_taken_name_is_asked_for_at_once_on_another_network() {
        let mut played = Played::taken();
        assert_eq!(played.network(&["10.9.0.2"], true), [Output::Ask]);
        assert_eq!(played.wake(), [Output::Claim]);
    }
}
