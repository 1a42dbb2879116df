//! What an access token says of itself. Source: Messaging API, "Sessions".

use crate::wire;

/// When the token expires by its own account (`exp`), in milliseconds since 1970; `None` where it does not say. Whether
/// it is genuine is the server's to judge.
pub(crate) fn expiry(token: &str) -> Option<u64> {
    let claims = String::from_utf8(base64url(token.split('.').nth(1)?)?).ok()?;
    wire::integer(&mut wire::parse(&claims)?, "exp")?.checked_mul(1_000)
}

/// RFC 4648, section 5, with or without padding.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for char in text.trim_end_matches('=').bytes() {
        let six = match char {
            b'A'..=b'Z' => char - b'A',
            b'a'..=b'z' => char - b'a' + 26,
            b'0'..=b'9' => char - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            // What is above these eight bits has been taken.
            bytes.push((held >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_of_any_length_is_read() {
        for (text, bytes) in [
            ("", ""),
            ("Zg", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg", "foob"),
            ("Zm9vYmE", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(base64url(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(base64url("-_-_").as_deref(), Some(&[0xFB, 0xFF, 0xBF][..]));
        assert_eq!(base64url("Zm9v Zg"), None);
        assert_eq!(base64url("+/"), None);
    }

    #[test]
    fn a_token_says_when_it_expires() {
        // {"alg":"HS256"} . {"sub":"7","exp":1800000000}
        assert_eq!(expiry("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3IiwiZXhwIjoxODAwMDAwMDAwfQ.x"), Some(1_800_000_000_000));
    }

    #[test]
    fn a_token_that_does_not_say_when_it_expires_is_no_error() {
        // Then {"sub":"7"}, {"exp":"soon"}, [1], the byte FF, and no JSON.
        for token in [
            "",
            "opaque",
            "a.b",
            "a..c",
            "a.!.c",
            "a.eyJzdWIiOiI3In0.c",
            "a.eyJleHAiOiJzb29uIn0.c",
            "a.WzFd.c",
            "a._w.c",
            "a.e30e.c",
        ] {
            assert_eq!(expiry(token), None, "{token}");
        }
    }
}
