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
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if key.is_empty() || key.len() > 100 || key.starts_with('.') || !key.bytes().all(is_good) {
            return Err(Error::new(ErrorKind::InvalidInput, "that is no key"));
        }
        Ok(self.folder.join(format!("{key}.record")))
    }
}
