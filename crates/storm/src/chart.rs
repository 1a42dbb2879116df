//! Their course as a picture: SVG that is readable in light and dark.

use std::fmt::Write;

use crate::report::number;
use crate::rules::Rule;
use crate::server::{Outage, SLOT_MS};
use crate::{CLIENTS, SEED, clients};

/// The lines, with the class each is drawn by.
const LINES: [(Rule, &str); 3] = [(Rule::PlusMinus20, "native"), (Rule::FullJitter, "full"), (Rule::Ours, "ours")];

const WIDTH: u32 = 860;
const LEFT: u32 = 70;
const RIGHT: u32 = WIDTH - 30;

const HEAD: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 700" width="860" height="700" role="img" aria-label="Sockets asked for over time, by rule">
<style>
  :root { --paper: #ffffff; --ink: #1f2328; --faint: #d8dde3; --dim: #59636e; --ours: #0757c9; --native: #c03a0a; --full: #6f7782; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #0d1117; --ink: #e6edf3; --faint: #30363d; --dim: #9aa4af; --ours: #6cb2ff; --native: #ff9259; --full: #a5adb8; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--dim); }
  .title { font-size: 15px; font-weight: 600; fill: var(--ink); }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .paper { fill: var(--paper); }
  .grid { stroke: var(--faint); }
  .down { fill: var(--faint); opacity: 0.5; }
  .limit { stroke: var(--ink); stroke-dasharray: 2 4; }
  .ours, .native, .full { fill: none; stroke-linejoin: round; stroke-width: 2; }
  .ours { stroke: var(--ours); stroke-width: 2.5; }
  .native { stroke: var(--native); }
  .full { stroke: var(--full); stroke-dasharray: 6 3; }
</style>
<rect class="paper" width="860" height="700"/>
"##;

/// One diagram.
struct Panel {
    title: &'static str,
    outage: Outage,
    /// Where it stands: its upper and its lower edge.
    top: u32,
    bottom: u32,
    /// How long it shows, in milliseconds, and how far the marks below it are apart.
    shown_ms: u32,
    mark_ms: u32,
    /// Milliseconds that each point counts.
    bin_ms: u32,
    /// Least and largest number shown.
    range: (u32, u32),
    marks: &'static [u32],
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "Sockets asked for in each second: down for 30 s, then 2,000 are accepted in a second",
        outage: Outage { down_ms: 30_000, per_second: Some(2_000) },
        top: 80,
        bottom: 350,
        shown_ms: 140_000,
        mark_ms: 10_000,
        bin_ms: 1_000,
        range: (100, 200_000),
        marks: &[100, 1_000, 2_000, 10_000, 100_000],
    },
    Panel {
        title: "Sockets asked for in each tenth of a second: down for no time at all, then no limit",
        outage: Outage { down_ms: 0, per_second: None },
        top: 430,
        bottom: 650,
        shown_ms: 3_000,
        mark_ms: 500,
        bin_ms: SLOT_MS,
        range: (100, 50_000),
        marks: &[100, 1_000, 10_000],
    },
];

/// The whole picture.
pub fn picture() -> String {
    let mut svg = HEAD.to_owned();
    for (at, (rule, class)) in LINES.into_iter().rev().enumerate() {
        let x = LEFT + 240 * at as u32;
        let _ = writeln!(
            svg,
            r#"<path class="{class}" d="M{x} 26h30"/><text x="{}" y="31">{}</text>"#,
            x + 38,
            rule.name()
        );
    }
    for panel in &PANELS {
        panel.draw(&mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let Self { title, outage, top, bottom, .. } = self;
        let _ = writeln!(svg, r#"<text class="title" x="{LEFT}" y="{}">{title}</text>"#, top - 14);
        let up = self.x(outage.down_ms);
        if up > LEFT {
            let (width, height) = (up - LEFT, bottom - top);
            let _ = writeln!(svg, r#"<rect class="down" x="{LEFT}" y="{top}" width="{width}" height="{height}"/>"#);
            let (x, y) = (LEFT + width / 2, top + 18);
            let _ = writeln!(svg, r#"<text class="middle" x="{x}" y="{y}">down</text>"#);
        }
        for mark in self.marks {
            let y = self.y(*mark);
            let class = if outage.per_second == Some(*mark) { "limit" } else { "grid" };
            let _ = writeln!(svg, r#"<path class="{class}" d="M{LEFT} {y}H{RIGHT}"/>"#);
            let (x, y, text) = (LEFT - 8, y + 4, number(*mark));
            let text = if y > *bottom { format!("≤ {text}") } else { text };
            let _ = writeln!(svg, r#"<text class="end" x="{x}" y="{y}">{text}</text>"#);
        }
        for ms in (0..=self.shown_ms).step_by(self.mark_ms as usize) {
            let (x, y) = (self.x(ms), bottom + 20);
            let tenths = if self.mark_ms < 1_000 { format!(".{}", ms / 100 % 10) } else { String::new() };
            let _ = writeln!(svg, r#"<text class="middle" x="{x}" y="{y}">{}{tenths} s</text>"#, ms / 1_000);
        }
        for (rule, class) in LINES {
            let course = clients::run(rule, outage, CLIENTS, SEED);
            let slots = course.load.per_slot.chunks((self.bin_ms / SLOT_MS) as usize);
            let mut counts: Vec<u32> = slots.map(|slots| slots.iter().sum()).collect();
            // One more, for the way down to nothing.
            counts.push(0);
            counts.truncate((self.shown_ms / self.bin_ms) as usize);
            let mut path = String::new();
            for (at, count) in counts.into_iter().enumerate() {
                // In the middle of the time it counts.
                let x = self.x(at as u32 * self.bin_ms + self.bin_ms / 2);
                let _ = write!(path, "{}{x} {}", if at == 0 { 'M' } else { 'L' }, self.y(count));
            }
            let _ = writeln!(svg, r#"<path class="{class}" d="{path}"/>"#);
        }
    }

    fn x(&self, ms: u32) -> u32 {
        LEFT + (RIGHT - LEFT) * ms / self.shown_ms
    }

    /// On a logarithmic scale.
    fn y(&self, count: u32) -> u32 {
        let (least, largest) = self.range;
        let above = log2(count.clamp(least, largest)) - log2(least);
        self.bottom - (self.bottom - self.top) * above / (log2(largest) - log2(least))
    }
}

/// The binary logarithm in units of 1/1024: in whole numbers, since those of floating point differ between machines.
fn log2(number: u32) -> u32 {
    const ONE: u64 = 1 << 32;
    let whole = number.ilog2();
    // From 1 to 2, as a fixed-point number; squaring it brings out one binary digit after the other.
    let mut rest = (u64::from(number) << 32) >> whole;
    let mut log = whole;
    for _ in 0..10 {
        rest = ((u128::from(rest) * u128::from(rest)) >> 32) as u64;
        log <<= 1;
        if rest >= 2 * ONE {
            rest >>= 1;
            log |= 1;
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn logarithms_are_true_to_a_thousandth() {
        for number in [1, 2, 3, 10, 1_000, 65_535, 65_536, 1_000_000, u32::MAX] {
            let exact = f64::from(number).log2() * 1_024.0;
            assert!((f64::from(log2(number)) - exact).abs() <= 1.0, "{number}");
        }
    }
}
