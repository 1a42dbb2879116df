//! The application's own storage: a file for each key, in a folder that is its user's alone.
//!
//! A record holds an access token. An application for a phone keeps it in the keychain (iOS) or encrypted by a key of the
//! Keystore (Android); see docs/guides.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{Error, ErrorKind, Result, Write},
    path::{Path, PathBuf},
};

/// See the module.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Makes the folder where it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<String>> {
        match fs::read_to_string(self.file(key)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => text.map(Some),
        }
    }

    /// Writes beside the record and then over it, so that there is a whole one at any time.
    pub(crate) fn set(&self, key: &str, value: &str) -> Result<()> {
        let file = self.file(key)?;
        let new = file.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut writer = options.open(&new)?;
        writer.write_all(value.as_bytes())?;
        writer.sync_all()?;
        fs::rename(new, file)
    }

    pub(crate) fn remove(&self, key: &str) -> Result<()> {
        match fs::remove_file(self.file(key)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// The page says the key, and the page is not to choose where in the system it is read and written.
    fn file(&self, key: &str) -> Result<PathBuf> {
        if !is_key(key) {
            return Err(Error::new(ErrorKind::InvalidInput, "that is no key of the chat"));
        }
        Ok(self.folder.join(format!("{key}.record")))
    }
}

/// Whether a key has the form of the chat's own: `poly-messaging.`, a number, a dot, and 16 hexadecimal digits.
fn is_key(key: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    key.strip_prefix("poly-messaging.").and_then(|rest| rest.split_once('.')).is_some_and(|(version, name)| {
        (1..=9).contains(&version.len())
            && version.bytes().all(|byte| byte.is_ascii_digit())
            && name.len() == 16
            && name.bytes().all(is_hex)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_the_chats_own_form_are_taken() {
        for key in ["poly-messaging.1.0123456789abcdef", "poly-messaging.12.ffffffffffffffff"] {
            assert!(is_key(key), "{key}");
        }
        for key in [
            "",
            "a.1",
            "poly-messaging.1.",
            "poly-messaging.1.0123456789abcde",
            "poly-messaging.1.0123456789abcdef0",
            "poly-messaging.1.0123456789ABCDEF",
            "poly-messaging.1.0123456789abcdef\n",
            "poly-messaging..0123456789abcdef",
            "poly-messaging.x.0123456789abcdef",
            "poly-messaging.1.../../etc/passwd",
            "../poly-messaging.1.0123456789abcdef",
            "xpoly-messaging.1.0123456789abcdef",
        ] {
            assert!(!is_key(key), "{key}");
        }
    }
}
