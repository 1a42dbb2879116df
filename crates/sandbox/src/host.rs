//! Host identifiers: what `X-Host` may say, and whether it belongs to a registered host.

/// A web origin or an app namespace, taken apart.
///
/// Source: Messaging API, "Sessions": `X-Host` must match the registered host; a subdomain of it matches too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RegisteredHost {
    /// `None` for an app namespace.
    scheme: Option<String>,
    name: String,
    port: Option<u16>,
}

impl RegisteredHost {
    /// Reads `https://www.example.com`, `http://localhost:8080` or `com.example.app`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        if scheme.as_deref().is_some_and(|scheme| scheme != "http" && scheme != "https") {
            return Err(format!("`{text}` is neither an http(s) origin nor an app namespace"));
        }
        let (name, port) = match rest.rsplit_once(':') {
            Some((name, port)) if scheme.is_some() && !rest.ends_with(']') => {
                (name, Some(port.parse().map_err(|_| format!("`{text}` has no valid port"))?))
            }
            _ => (rest, None),
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let bracketed = name.starts_with('[') && name.ends_with(']');
        if name.is_empty() || !(bracketed || name.chars().all(allowed)) {
            return Err(format!("`{text}` is neither an origin nor an app namespace"));
        }
        Ok(Self { scheme, name: name.to_ascii_lowercase(), port })
    }

    /// Whether `X-Host: claimed` speaks for this host. A loopback host registered without a port stands for any
    /// port; any other stands for the default port of its scheme.
    pub(crate) fn matches(&self, claimed: &str) -> bool {
        let Ok(claimed) = Self::parse(claimed) else { return false };
        let name = claimed.name == self.name
            || claimed.name.strip_suffix(&self.name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
        let any_port = self.port.is_none() && matches!(self.name.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        claimed.scheme == self.scheme && name && (any_port || claimed.effective_port() == self.effective_port())
    }

    fn effective_port(&self) -> Option<u16> {
        match (self.port, self.scheme.as_deref()) {
            (Some(port), _) => Some(port),
            (None, Some("https")) => Some(443),
            (None, Some(_)) => Some(80),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RegisteredHost;

    fn matches(registered: &str, claimed: &str) -> bool {
        RegisteredHost::parse(registered).expect("a valid host").matches(claimed)
    }

    #[test]
    fn a_host_and_its_subdomains_match() {
        assert!(matches("https://example.com", "https://example.com"));
        assert!(matches("https://example.com", "https://EXAMPLE.com:443"));
        assert!(matches("https://example.com", "https://shop.eu.example.com"));
        assert!(matches("com.example.app", "com.example.app"));
    }

    #[test]
    fn a_lookalike_does_not_match() {
        assert!(!matches("https://example.com", "https://evilexample.com"));
        assert!(!matches("https://example.com", "https://.example.com"));
        assert!(!matches("https://example.com", "https://example.com.evil.org"));
        assert!(!matches("https://example.com", "http://example.com"));
        assert!(!matches("https://example.com", "https://example.com:8443"));
        assert!(!matches("https://shop.example.com", "https://example.com"));
        assert!(!matches("com.example.app", "https://com.example.app"));
        assert!(!matches("com.example.app", "com.example.app.other"));
        assert!(!matches("https://example.com", "https://example.com/path"));
        assert!(!matches("https://example.com", ""));
    }

    #[test]
    fn loopback_without_a_port_stands_for_any_port() {
        assert!(matches("http://localhost", "http://localhost:43127"));
        assert!(matches("http://127.0.0.1", "http://127.0.0.1:8080"));
        assert!(!matches("http://localhost:8080", "http://localhost:8081"));
        assert!(!matches("http://localhost", "http://127.0.0.1"));
    }

    #[test]
    fn nonsense_cannot_be_registered() {
        for text in ["", "https://", "ftp://example.com", "http://localhost:99999", "a b", "https://example.com/x"] {
            assert!(RegisteredHost::parse(text).is_err(), "{text}");
        }
    }
}
