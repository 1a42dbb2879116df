//! Access tokens: JSON Web Tokens signed with HMAC-SHA256. Only this server's own tokens are ever read, so the one
//! algorithm it writes is the one it takes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use rand::TryRngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const ISSUER: &str = "poly-messaging-sandbox";

/// A SHA-256 digest: tokens are compared and kept in this form alone.
pub(crate) type Fingerprint = [u8; 32];

/// The digest that stands for a token.
pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token.as_bytes()).into()
}

/// A name for a connector that may be logged and shown: it does not give its token away.
pub(crate) fn connector_id(connector_token: &str) -> String {
    let digest = fingerprint(connector_token);
    digest[..6].iter().fold("connector-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

/// What an access token says.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    /// The user: a new one for each token.
    pub(crate) sub: String,
    pub(crate) iss: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    /// Which connector the token was minted for.
    pub(crate) connector_id: String,
}

/// Signs and checks access tokens.
pub(crate) struct Signer {
    key: [u8; 32],
}

impl Signer {
    /// With the key given, or a random one.
    pub(crate) fn new(key: Option<[u8; 32]>) -> std::io::Result<Self> {
        let key = match key {
            Some(key) => key,
            None => {
                let mut key = [0; 32];
                rand::rngs::OsRng.try_fill_bytes(&mut key).map_err(std::io::Error::other)?;
                key
            }
        };
        Ok(Self { key })
    }

    /// A token for a new user.
    pub(crate) fn mint(&self, connector_id: &str, lifetime_seconds: u64) -> String {
        let now = Timestamp::now().as_second();
        let claims = Claims {
            sub: Uuid::new_v4().to_string(),
            iss: ISSUER.to_owned(),
            iat: now,
            exp: now.saturating_add(i64::try_from(lifetime_seconds).unwrap_or(i64::MAX)),
            connector_id: connector_id.to_owned(),
        };
        let claims = serde_json::to_vec(&claims).expect("claims are plain data");
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token of ours that has not expired, else nothing.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(signed).verify_slice(&signature).ok()?;
        if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.iss == ISSUER && claims.exp > Timestamp::now().as_second()).then_some(claims)
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length").chain_update(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_who_and_until_when() {
        let signer = Signer::new(Some([7; 32])).expect("a key");
        let claims = signer.verify(&signer.mint("c", 60)).expect("a valid token");
        assert_eq!((claims.connector_id.as_str(), claims.exp - claims.iat), ("c", 60));
        let other = signer.verify(&signer.mint("c", 60)).expect("a valid token");
        assert_ne!(claims.sub, other.sub, "each token is a new user");
    }

    #[test]
    fn a_changed_foreign_or_expired_token_is_refused() {
        let signer = Signer::new(Some([7; 32])).expect("a key");
        let token = signer.mint("c", 60);
        assert!(Signer::new(Some([8; 32])).expect("a key").verify(&token).is_none());
        assert!(signer.verify(&signer.mint("c", 0)).is_none());
        for at in [0, token.len() / 2, token.len() - 4] {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(signer.verify(&String::from_utf8(changed).expect("ASCII")).is_none(), "changed at {at}");
        }
        for text in ["", ".", "..", "a.b.c", "ä.ö.ü"] {
            assert!(signer.verify(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let signer = Signer::new(Some([7; 32])).expect("a key");
        let token = signer.mint("c", 60);
        let claims = token.split('.').nth(1).expect("three parts");
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert!(signer.verify(&format!("{none}.{claims}.")).is_none());
    }
}
