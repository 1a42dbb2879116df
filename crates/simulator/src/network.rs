//! The network between the pages and the server: what is put in comes out later, or never. Without IO and without a
//! clock of its own, like a netem.
//!
//! Each socket is a [`Link`] of two ways. TCP keeps a way's frames in order, so frames to the server are neither doubled
//! nor overtaken. Frames to the client may be both, since a server may send twice or in another order, and live events may be
//! missing; batches of the history and echoes of heartbeats are not. A frame that overtakes does so by at most
//! [`REORDER_MS`].
//!
//! A way breaks for good. What was written to it arrives within [`LATEST_MS`] of that or of being closed, or never, and
//! nothing arrives behind something that did not.

use crate::random::Random;
use crate::schedule::Schedule;

/// Most milliseconds for which a dead way, or one that the page has closed, still delivers what was written to it.
pub(crate) const LATEST_MS: u64 = 2_000;
/// Most milliseconds by which a frame to the client may be overtaken.
pub(crate) const REORDER_MS: u64 = 100;
/// Most milliseconds that one direction takes.
pub(crate) const DELAY_MS: u64 = 500;

/// Names a link.
pub(crate) type LinkId = usize;

/// How the network is on the whole.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) up: Delay,
    pub(crate) down: Delay,
    /// Frames to the client that are overtaken, sent twice, and live ones that are missing; of a thousand.
    pub(crate) reordered: u64,
    pub(crate) doubled: u64,
    pub(crate) missing: u64,
}

/// What one direction takes, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delay {
    pub(crate) base: u64,
    pub(crate) jitter: u64,
}

/// What comes out.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// A handshake reaches the server.
    Handshake,
    /// A frame reaches the server.
    ToServer(String),
    /// The server sees the end of the socket.
    ServerSeesEnd,
    /// The handshake succeeded.
    Opened,
    /// A frame reaches the page.
    ToClient(String),
    /// The page sees the end of the socket.
    Closed(u16),
}

/// What happens to the sockets when the network goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The page is told.
    Cut,
    /// Nobody is told.
    Silent,
    /// Frames wait until the network is back.
    Held,
}

/// Which ways of a link break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    Up,
    Down,
    Both,
}

#[derive(Debug, Default)]
struct Way {
    /// Nothing arrives after this, if it is broken.
    broken_from: Option<u64>,
    is_held: bool,
    held: Vec<Delivery>,
    last_arrival: u64,
}

#[derive(Debug, Default)]
struct Link {
    up: Way,
    down: Way,
}

/// The network.
pub(crate) struct Network {
    pub(crate) profile: Profile,
    random: Random,
    links: Vec<Link>,
    deliveries: Schedule<(LinkId, bool, Delivery)>,
    is_dead: bool,
}

impl Network {
    pub(crate) fn new(profile: Profile, random: Random) -> Self {
        Self { profile, random, links: vec![], deliveries: Schedule::new(), is_dead: false }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// When the next delivery is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.deliveries.next()
    }

    /// Takes the next delivery that is due and not lost on its way.
    pub(crate) fn take_due(&mut self, now: u64) -> Option<(LinkId, Delivery)> {
        loop {
            let (link, is_certain, delivery) = self.deliveries.take_due(now)?;
            let way = match delivery {
                Delivery::Handshake | Delivery::ToServer(_) | Delivery::ServerSeesEnd => &self.links[link].up,
                _ => &self.links[link].down,
            };
            if is_certain || way.broken_from.is_none_or(|end| now <= end) {
                return Some((link, delivery));
            }
        }
    }

    /// How long a request, or its answer, takes on its way.
    pub(crate) fn delay(&mut self, is_up: bool) -> u64 {
        let Delay { base, jitter } = if is_up { self.profile.up } else { self.profile.down };
        base + if jitter == 0 { 0 } else { self.random.among(0..=jitter) }
    }

    // ------------------------------------------------------------------------------------------------ the page's end

    /// A new socket's handshake goes out.
    pub(crate) fn connect(&mut self, now: u64, is_reachable: bool) -> LinkId {
        let id = self.links.len();
        self.links.push(Link::default());
        if self.is_dead || !is_reachable {
            if self.random.chance(600) {
                let wait = self.random.among(5..=400);
                self.deliveries.plan(now + wait, (id, true, Delivery::Closed(1006)));
                self.break_link(now, id, Ways::Both, false);
            } else if self.is_dead && self.random.chance(500) {
                // The packets are sent again until the network is back.
                let link = &mut self.links[id];
                (link.up.is_held, link.down.is_held) = (true, true);
                link.up.held.push(Delivery::Handshake);
            } else {
                self.break_link(now, id, Ways::Both, false);
            }
            return id;
        }
        self.put(now, id, true, Delivery::Handshake);
        id
    }

    /// The page writes a frame.
    pub(crate) fn write(&mut self, now: u64, link: LinkId, text: String) {
        self.put(now, link, true, Delivery::ToServer(text));
    }

    /// The page closes its socket.
    pub(crate) fn close(&mut self, now: u64, link: LinkId) {
        let Link { up, down } = &mut self.links[link];
        down.broken_from.get_or_insert(now);
        if core::mem::take(&mut up.is_held) {
            let held = core::mem::take(&mut up.held);
            self.break_link(now, link, Ways::Up, true);
            // Should the network be back soon, they may get through to a server that still listens.
            for delivery in held {
                self.put(now, link, true, delivery);
            }
        }
        self.put(now, link, true, Delivery::ServerSeesEnd);
    }

    // ---------------------------------------------------------------------------------------------- the server's end

    pub(crate) fn open(&mut self, now: u64, link: LinkId) {
        self.put(now, link, false, Delivery::Opened);
    }

    /// The server sends a frame. Returns whether it will be missing though the socket lives.
    pub(crate) fn send(&mut self, now: u64, link: LinkId, text: &str, is_live: bool) -> bool {
        if is_live && self.random.chance(self.profile.missing) {
            return true;
        }
        if self.random.chance(self.profile.doubled) {
            let again = now + self.random.among(0..=3_000);
            let again = again.max(self.links[link].down.last_arrival) + self.profile.down.base;
            self.deliveries.plan(again, (link, false, Delivery::ToClient(text.to_owned())));
        }
        self.put(now, link, false, Delivery::ToClient(text.to_owned()));
        false
    }

    /// The server ends the socket.
    pub(crate) fn end(&mut self, now: u64, link: LinkId, code: u16) {
        // Nothing that is overtaken comes behind the end.
        self.put(now + REORDER_MS, link, false, Delivery::Closed(code));
    }

    /// Whether frames pass to the page. What comes in is a sign of life for it, whatever becomes of what goes out: that is
    /// found out by the echoes of its messages.
    pub(crate) fn passes(&self, link: LinkId) -> bool {
        let down = &self.links[link].down;
        down.broken_from.is_none() && !down.is_held
    }

    /// Whether nothing reaches the page any more.
    pub(crate) fn is_deaf(&self, link: LinkId) -> bool {
        self.links[link].down.broken_from.is_some()
    }

    // --------------------------------------------------------------------------------------------------- what it does

    /// The network goes, and this happens to each of the sockets.
    pub(crate) fn die(&mut self, now: u64, fate: Fate) {
        self.is_dead = true;
        for link in 0..self.links.len() {
            match fate {
                Fate::Cut => self.cut(now, link),
                Fate::Silent => self.break_link(now, link, Ways::Both, true),
                Fate::Held => {
                    let link = &mut self.links[link];
                    (link.up.is_held, link.down.is_held) = (true, true);
                }
            }
        }
    }

    /// The network is back.
    pub(crate) fn revive(&mut self, now: u64) {
        self.is_dead = false;
        for id in 0..self.links.len() {
            let link = &mut self.links[id];
            if !link.up.is_held {
                continue;
            }
            (link.up.is_held, link.down.is_held) = (false, false);
            let (up, down) = (core::mem::take(&mut link.up.held), core::mem::take(&mut link.down.held));
            let later = now + self.random.among(0..=1_000);
            for delivery in up {
                self.put(later, id, true, delivery);
            }
            for delivery in down {
                self.put(later, id, false, delivery);
            }
        }
    }

    /// The link is cut, and both ends are told in time.
    pub(crate) fn cut(&mut self, now: u64, link: LinkId) {
        self.break_link(now, link, Ways::Both, true);
        let told = now + self.random.among(0..=3_000);
        self.deliveries.plan(told, (link, true, Delivery::Closed(1006)));
    }

    /// These ways of the link break, and the page is not told.
    pub(crate) fn break_link(&mut self, now: u64, link: LinkId, ways: Ways, is_known: bool) {
        // A proxy may still hold what was written.
        let last = if self.random.chance(300) { now + self.random.among(0..=LATEST_MS) } else { now };
        let Link { up, down } = &mut self.links[link];
        if ways != Ways::Down {
            up.broken_from = Some(up.broken_from.map_or(last, |before| before.min(last)));
            up.is_held = false;
            up.held.clear();
        }
        if ways != Ways::Up {
            down.broken_from = Some(down.broken_from.map_or(now, |before| before.min(now)));
            down.is_held = false;
            down.held.clear();
        }
        if is_known {
            // The server's own pings fail after a while.
            let noticed = now + self.random.among(20_000..=90_000);
            self.deliveries.plan(noticed, (link, true, Delivery::ServerSeesEnd));
        }
    }

    fn put(&mut self, now: u64, id: LinkId, is_up: bool, delivery: Delivery) {
        let delay = self.delay(is_up);
        let link = &mut self.links[id];
        let way = if is_up { &mut link.up } else { &mut link.down };
        if way.is_held {
            way.held.push(delivery);
            return;
        }
        let mut arrival = (now + delay).max(way.last_arrival);
        way.last_arrival = arrival;
        if let Some(end) = way.broken_from {
            if now > end {
                return;
            }
            arrival = arrival.max(now + self.random.among(delay..=LATEST_MS));
            way.last_arrival = arrival;
        }
        if !is_up && matches!(delivery, Delivery::ToClient(_)) && self.random.chance(self.profile.reordered) {
            // Those behind it are not held up.
            arrival += self.random.among(1..=REORDER_MS);
        }
        self.deliveries.plan(arrival, (id, false, delivery));
    }
}
