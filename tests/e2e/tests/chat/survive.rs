//! What a chat goes through, in a real browser against the sandbox's faults: what the user wrote arrives once and in order,
//! and the page shows what the server has. A file has the faults of one kind; each test has one browser and several chats.

mod cache;
mod delivery;
mod refusals;
mod resume;
mod secrets;
mod sharing;
mod storage;
mod tabs;
mod traps;
