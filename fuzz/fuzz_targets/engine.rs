//! Anything that can happen to a chat, in any order.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    fuzz_targets::chat(data);
});
