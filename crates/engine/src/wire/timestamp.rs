//! ISO 8601 timestamps to milliseconds since 1970.

/// Reads `2026-05-18T10:00:00Z`, with any fraction of a second, and with an offset instead of `Z`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let number = |range: core::ops::Range<usize>| {
        let digits = bytes.get(range)?;
        digits.iter().try_fold(0i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let date = [number(0..4)?, number(5..7)?, number(8..10)?, number(11..13)?, number(14..16)?, number(17..19)?];
    let mut at = 19;
    let mut millis = 0;
    if is(at, b".,") {
        at += 1;
        let mut weight = 100;
        while let Some(digit) = number(at..at + 1) {
            millis += digit * weight;
            weight /= 10;
            at += 1;
        }
    }
    let offset_minutes = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') => {
            let minutes =
                number(at + 1..at + 3)? * 60 + number(at + 4..at + 6).or_else(|| number(at + 3..at + 5)).unwrap_or(0);
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    u64::try_from((seconds(date)? - offset_minutes * 60) * 1_000 + millis).ok()
}

/// Year, month, day, hour, minute and second, in UTC, as seconds since 1970.
pub(crate) fn seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let is_date = (0..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = (0..=24).contains(&hour) && (0..=59).contains(&minute) && (0..=60).contains(&second);
    (is_date && is_time).then(|| days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days of the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_utc_fractions_and_offsets() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2026-05-18T10:00:00Z"), Some(1_779_098_400_000));
        assert_eq!(parse("2026-05-18T10:00:00.5Z"), Some(1_779_098_400_500));
        assert_eq!(parse("2026-05-18T10:00:00.123456789Z"), Some(1_779_098_400_123));
        assert_eq!(parse("2026-05-18T12:00:00+02:00"), Some(1_779_098_400_000));
        assert_eq!(parse("2026-05-18T04:30:00-0530"), Some(1_779_098_400_000));
        assert_eq!(parse("2000-02-29T00:00:00Z"), Some(951_782_400_000));
        assert_eq!(parse("2100-03-01T00:00:00Z"), Some(4_107_542_400_000));
    }

    #[test]
    fn refuses_what_is_no_timestamp() {
        for bad in [
            "",
            "now",
            "2026-05-18",
            "2026-13-18T10:00:00Z",
            "2026-05-18T10:00:00",
            "2026-05-18T10:00:00Zx",
            "1969-12-31T23:59:59Z",
            "２026-05-18T10:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
