//! What is to happen in a conversation: all of it follows from the seed.

use crate::network::{Delay, Fate, Profile, Ways};
use crate::random::Random;
use crate::server::{Forgets, LostBy, Rules, Trouble};

/// Something that is done to the pages, to the network or to the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// The user of this page sends a message.
    Send(usize),
    Type(usize),
    /// Sends the first failed message again, or discards it.
    Retry(usize),
    Discard(usize),
    Reconnect(usize),
    Close(usize),
    End(usize),
    Restart(usize),
    /// The page goes, told of it or not, and comes back.
    Reload {
        page: usize,
        is_told: bool,
    },
    /// Cannot be seen: its timers are late by up to so many milliseconds.
    Hide {
        page: usize,
        lateness: u64,
    },
    Show(usize),
    /// Freeze or pagehide, and what ends it.
    Leave(usize),
    Return(usize),
    /// Every page stops running, untold, and runs again. Whether the monotonic clock stands still meanwhile.
    Sleep {
        stands_still: bool,
    },
    Wake,
    /// The clock on the wall is set, by so many milliseconds.
    SetClock(i64),
    Die {
        fate: Fate,
        is_told: bool,
    },
    Revive,
    /// The socket of this page breaks.
    Break {
        page: usize,
        ways: Ways,
    },
    Cut(usize),
    Trouble(Trouble),
    Recover,
    ServerRestart {
        code: u16,
        forgets: Forgets,
    },
    EndSockets(u16),
}

/// A conversation to be had.
pub(crate) struct Scenario {
    pub(crate) profile: Profile,
    pub(crate) rules: Rules,
    pub(crate) pages: usize,
    pub(crate) persistent: bool,
    /// Tabs share one socket.
    pub(crate) shares: bool,
    pub(crate) ends_when_lost: bool,
    pub(crate) max_reconnect_attempts: u32,
    /// The application supplies access tokens.
    pub(crate) supplies_tokens: bool,
    pub(crate) prepares_join: bool,
    pub(crate) device: Traits,
    /// When the faults end, in milliseconds from the start.
    pub(crate) duration: u64,
    pub(crate) deeds: Vec<(u64, Deed)>,
}

/// What the device is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// Its clock is wrong by so many milliseconds.
    pub(crate) skew: i64,
    /// Says "offline" whatever the network does.
    pub(crate) is_always_offline: bool,
    /// Most milliseconds that storage takes.
    pub(crate) storage: u64,
    pub(crate) storage_fault: StorageFault,
    /// Most milliseconds by which a timer is late while all is well.
    pub(crate) slack: u64,
}

/// What is wrong with the device's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StorageFault {
    None,
    /// Nothing that is stored is there later.
    Loses,
    /// Nothing is ever answered.
    Hangs,
}

impl Scenario {
    /// The conversation of a seed.
    pub(crate) fn of(random: &mut Random) -> Self {
        let r = random;
        let mut delay = || {
            let base = r.weighted(&[(5, 5u64), (5, 40), (3, 120), (1, 300)]);
            Delay { base: base + r.among(0..=base / 2), jitter: r.among(0..=base / 4) }
        };
        let (up, down) = (delay(), delay());
        let profile = Profile {
            up,
            down,
            reordered: r.weighted(&[(5, 0), (2, 20), (1, 150)]),
            doubled: r.weighted(&[(5, 0), (2, 20), (1, 150)]),
            missing: r.weighted(&[(6, 0), (1, 10), (1, 40)]),
        };
        let rules = Rules {
            heartbeat_seconds: r.weighted(&[(6, 30), (1, 15), (1, 45)]),
            max_reconnect_attempts: r.weighted(&[(3, None), (4, Some(0)), (2, Some(10)), (1, Some(3))]),
            sequence_step: r.weighted(&[(6, 1), (1, 3)]),
            batch_size: r.pick(&[3, 10, 50]),
            shuffles: r.chance(200),
            overlaps: r.pick(&[0, 0, 300]),
            lost_by: r.weighted(&[(4, LostBy::Refusal), (1, LostBy::Close), (1, LostBy::Message)]),
            refuses_ended: r.chance(500),
            ignored_joins: r.weighted(&[(8, 0), (1, 100)]),
            refused_messages: r.weighted(&[(12, 0), (1, 60)]),
            pace: r.pick(&[20, 100, 400]),
        };
        let pages = r.weighted(&[(240, 1), (44, 2), (12, 3), (3, 6), (1, 14)]);
        let duration = match r.weighted(&[(12, 0), (4, 1), (1, 2)]) {
            0 => r.among(15_000..=150_000),
            1 => r.among(150_000..=600_000),
            _ => r.among(600_000..=1_500_000),
        };
        let device = Traits {
            skew: r.pick(&[0, 0, 3_600_000, -3_600_000, 86_400_000]),
            is_always_offline: r.chance(15),
            storage: r.pick(&[0, 5, 40]),
            storage_fault: r.weighted(&[(40, StorageFault::None), (1, StorageFault::Loses), (1, StorageFault::Hangs)]),
            slack: r.pick(&[1, 4, 20]),
        };
        let mut scenario = Self {
            profile,
            rules,
            pages,
            persistent: r.chance(850),
            // More tabs than a session may have sockets can only share one.
            shares: r.chance(800) || pages > 10,
            ends_when_lost: r.chance(120),
            max_reconnect_attempts: r.weighted(&[(3, 0), (3, 10)]),
            supplies_tokens: r.chance(100),
            prepares_join: r.chance(150),
            device,
            duration,
            deeds: vec![],
        };
        let mut deeds = Deeds { random: r, duration, pages: pages as u64, list: vec![] };
        deeds.open();
        deeds.talk();
        deeds.live();
        deeds.trouble_network();
        deeds.trouble_server();
        deeds.misbehave();
        scenario.deeds = deeds.list;
        scenario.deeds.sort_by_key(|(at, _)| *at);
        scenario
    }
}

struct Deeds<'a> {
    random: &'a mut Random,
    duration: u64,
    pages: u64,
    list: Vec<(u64, Deed)>,
}

impl Deeds<'_> {
    fn add(&mut self, at: u64, deed: Deed) {
        if at < self.duration {
            self.list.push((at, deed));
        }
    }

    fn page(&mut self) -> usize {
        self.random.among(0..=self.pages - 1) as usize
    }

    fn moment(&mut self) -> u64 {
        self.random.among(0..=self.duration)
    }

    /// A moment close to one at which something is said, more often than not: that is where things go wrong.
    fn bad_moment(&mut self) -> u64 {
        if self.list.is_empty() || self.random.chance(350) {
            return self.moment();
        }
        let near = self.random.among(0..=self.list.len() as u64 - 1) as usize;
        (self.list[near].0 + self.random.among(0..=2_500)).saturating_sub(500)
    }

    /// Of several pages, most are in the background.
    fn open(&mut self) {
        for page in 1..self.pages as usize {
            if self.random.chance(700) {
                let lateness = self.random.pick(&[0, 1_000, 60_000]);
                self.add(0, Deed::Hide { page, lateness });
            }
        }
    }

    fn talk(&mut self) {
        for _ in 0..self.random.among(1..=7) {
            let (mut at, page) = (self.moment(), self.page());
            if self.random.chance(200) {
                self.add(at.saturating_sub(700), Deed::Type(page));
            }
            for _ in 0..self.random.weighted(&[(6, 1u64), (2, 2), (1, 4)]) {
                self.add(at, Deed::Send(page));
                at += self.random.among(0..=800);
            }
        }
    }

    /// What the user does to the pages.
    fn live(&mut self) {
        for _ in 0..self.random.among(0..=5) {
            let (at, page) = (self.bad_moment(), self.page());
            let r = &mut *self.random;
            let pause = r.weighted(&[(6, 2_000u64), (3, 60_000), (1, 660_000)]);
            let pause = r.among(pause / 20..=pause);
            match r.weighted(&[
                (6, 0),
                (2, 1),
                (2, 2),
                (2, 3),
                (3, 4),
                (3, 5),
                (2, 6),
                (1, 7),
                (1, 8),
                (1, 9),
                (1, 10),
                (1, 11),
            ]) {
                0 => {
                    let is_told = self.random.chance(650);
                    self.add(at, Deed::Reload { page, is_told });
                }
                1 => self.add(at, Deed::Retry(page)),
                2 => self.add(at, Deed::Reconnect(page)),
                3 => {
                    self.add(at, Deed::Close(page));
                    self.add(at + pause, Deed::Reconnect(page));
                }
                4 => {
                    let lateness = self.random.pick(&[1_000, 60_000]);
                    self.add(at, Deed::Hide { page, lateness });
                    self.add(at + pause, Deed::Show(page));
                }
                5 => {
                    self.add(at, Deed::Leave(page));
                    self.add(at + pause, Deed::Return(page));
                }
                6 => {
                    let stands_still = self.random.chance(700);
                    self.add(at, Deed::Sleep { stands_still });
                    self.add(at + pause, Deed::Wake);
                }
                7 => self.add(at, Deed::Discard(page)),
                8 => self.add(at, Deed::Restart(page)),
                9 => {
                    self.add(at, Deed::End(page));
                    self.add(at + pause, Deed::Restart(page));
                }
                10 => {
                    let by = self.random.pick(&[-7_200_000, -1_000, 20_000]);
                    self.add(at, Deed::SetClock(by));
                }
                _ => {
                    let again = at + self.random.among(0..=1_500);
                    self.add(at, Deed::Reload { page, is_told: true });
                    self.add(again, Deed::Reload { page, is_told: false });
                }
            }
        }
    }

    fn trouble_network(&mut self) {
        let mut ends = 0;
        for _ in 0..self.random.weighted(&[(3, 0u64), (3, 1), (2, 3)]) {
            let at = self.bad_moment().max(ends + 1);
            let r = &mut *self.random;
            let longest = r.weighted(&[(4, 3_000u64), (4, 20_000), (2, 120_000)]);
            let fate = r.pick(&[Fate::Cut, Fate::Silent, Fate::Held]);
            let is_told = r.chance(600);
            ends = at + r.among(200..=longest);
            self.add(at, Deed::Die { fate, is_told });
            self.add(ends, Deed::Revive);
        }
        for _ in 0..self.random.weighted(&[(3, 0u64), (3, 1), (2, 3)]) {
            let (at, page) = (self.bad_moment(), self.page());
            let ways = self.random.pick(&[Ways::Up, Ways::Down, Ways::Both]);
            let deed = if self.random.chance(500) { Deed::Cut(page) } else { Deed::Break { page, ways } };
            self.add(at, deed);
        }
    }

    /// A server that serves a session only to lose it, or a socket only to end it, for a while.
    fn misbehave(&mut self) {
        if self.random.chance(100) {
            let at = self.bad_moment();
            let ends = at + self.random.among(2_000..=120_000);
            let drops = self.random.chance(500);
            self.add(at, Deed::Trouble(Trouble { drops, disowns: !drops, ..Trouble::default() }));
            self.add(ends, Deed::Recover);
        }
    }

    fn trouble_server(&mut self) {
        let mut ends = 0;
        for _ in 0..self.random.weighted(&[(4, 0u64), (3, 1), (2, 2)]) {
            let at = self.bad_moment().max(ends + 20_000);
            let r = &mut *self.random;
            let longest = r.weighted(&[(4, 3_000u64), (4, 20_000), (2, 90_000)]);
            ends = at + r.among(200..=longest);
            let well = Trouble::default();
            let trouble = match r.among(0..=5) {
                0 => {
                    let forgets =
                        r.weighted(&[(3, Forgets::Nothing), (2, Forgets::Sessions), (1, Forgets::SessionsAndTokens)]);
                    let code = r.pick(&[1006, 1012, 1001]);
                    let status = r.pick(&[503, 502]);
                    let unreachable = r.chance(300);
                    self.add(at, Deed::ServerRestart { code, forgets });
                    Trouble { handshakes: Some(status), requests: Some(status), unreachable, ..well }
                }
                1 => {
                    let code = r.pick(&[1006, 1012, 4003]);
                    if r.chance(700) {
                        self.add(at, Deed::EndSockets(code));
                    }
                    Trouble { handshakes: Some(self.random.pick(&[503, 429, 404, 401])), ..well }
                }
                2 => Trouble { requests: Some(r.pick(&[500, 503, 429])), ..well },
                3 => Trouble { unreachable: true, ..well },
                _ => Trouble { swallows: r.pick(&[100, 400, 1_000]), ..well },
            };
            self.add(at, Deed::Trouble(trouble));
            self.add(ends, Deed::Recover);
        }
    }
}
