//! How long to wait after a 429, or a 5xx that says so. Source: Messaging API, "Errors"; RFC 9110, "Retry-After" and "Date/Time Formats".

use crate::wire;

/// Longest wait that the server may ask for, and the wait where it does not say, in milliseconds; as the native SDKs.
const MAX_MS: u64 = 30_000;
const DEFAULT_MS: u64 = 5_000;

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// Milliseconds to wait, by what the header says. `wall`: the device's clock.
pub(crate) fn pause_ms(header: Option<&str>, wall: u64) -> u32 {
    // A date that has passed says that one of the clocks is wrong, and nothing of the wait.
    let until = |text| date(text).and_then(|at| at.checked_sub(wall)).filter(|ms| *ms > 0);
    let asked = header.map(str::trim).and_then(|text| seconds(text).or_else(|| until(text)));
    asked.unwrap_or(DEFAULT_MS).min(MAX_MS) as u32
}

/// Seconds, perhaps with a fraction, in milliseconds.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    number(fraction)?;
    let millis = number([fraction, "000"].concat().get(..3)?)?;
    Some(number(whole)?.saturating_mul(1_000).saturating_add(millis))
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u64> {
    let add = |sum: u64, digit: u8| {
        digit.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    };
    text.bytes().try_fold(0, add).filter(|_| !text.is_empty())
}

/// A date in any of the three forms that HTTP knows, in milliseconds since 1970.
fn date(text: &str) -> Option<u64> {
    // Day, year, hour, minute, second; in one of the forms the year is the last.
    let (mut numbers, mut count) = ([0_i64; 5], 0);
    let (mut month, mut is_year_last) = (None, false);
    // The names of the day and of the zone, which is always GMT, say nothing.
    for part in text.split(|character: char| character.is_ascii() && !character.is_ascii_alphanumeric()) {
        if let Some(number) = number(part) {
            // All but the day have two digits or four.
            if count > 0 && part.len() % 2 == 1 {
                return None;
            }
            *numbers.get_mut(count)? = i64::try_from(number).ok()?;
            count += 1;
        } else if let Some(at) = MONTHS.chunks(3).position(|name| name == part.as_bytes()) {
            month = Some(at as i64 + 1);
            is_year_last = count == 0;
        }
    }
    if is_year_last {
        numbers[1..].rotate_right(1);
    }
    let [day, year, hour, minute, second] = numbers;
    let year = if year < 100 { year + 2_000 } else { year };
    let date = [year, month.filter(|_| count == 5)?, day, hour, minute, second];
    u64::try_from(wire::seconds_since_1970(date)? * 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    /// 6 November 2026, 08:49:37.
    const NOW: u64 = 1_793_954_977_000;

    #[test]
    fn waits_as_long_as_the_header_says_within_the_bounds() {
        for (header, ms) in [
            ("2", 2_000),
            (" 7 ", 7_000),
            ("0", 0),
            ("1.5", 1_500),
            ("0.25", 250),
            ("0.0625", 62),
            ("29.9999", 29_999),
            ("30.001", 30_000),
            ("9999", 30_000),
            ("99999999999999999999999999", 30_000),
            // In ten seconds, in the three forms.
            ("Fri, 06 Nov 2026 08:49:47 GMT", 10_000),
            ("Friday, 06-Nov-26 08:49:47 GMT", 10_000),
            ("Fri Nov  6 08:49:47 2026", 10_000),
            // Across the end of a day, and farther than one waits.
            ("Sat, 07 Nov 2026 00:00:00 GMT", 30_000),
            ("Fri, 06 Nov 2099 08:49:37 GMT", 30_000),
            // The clocks differ.
            ("Fri, 06 Nov 2026 08:49:37 GMT", 5_000),
            ("Fri, 06 Nov 2026 07:00:00 GMT", 5_000),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 5_000),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 5_000),
        ] {
            assert_eq!(pause_ms(Some(header), NOW), ms, "{header}");
        }
        assert_eq!(pause_ms(None, NOW), 5_000);
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for header in [
            "",
            "soon",
            "-1",
            "+1",
            "1,5",
            "1.",
            ".5",
            "1.5.5",
            "1e3",
            "0x10",
            "Infinity",
            "NaN",
            "٣",
            "1 s",
            ":",
            "::",
            "Fri, 06 Nov 2026",
            "06 Nov 08:49:47",
            "Fri, 06 Foo 2026 08:49:47 GMT",
            "Fri, 32 Nov 2026 08:49:47 GMT",
            "Fri, 06 Nov 2026 25:49:47 GMT",
            "Fri, 06 Nov 2026 8:49:47 GMT",
            "Fri, 06 anF 2026 08:49:47 GMT",
            "1 1 1 1 1",
            "6é Nov 2026 08:49:47",
            "é6 Nov 2026é 08:49:47",
            "Fri, 06 Nov 2026 08:49:47é GMT",
        ] {
            assert_eq!(pause_ms(Some(header), NOW), 5_000, "{header}");
        }
    }
}
