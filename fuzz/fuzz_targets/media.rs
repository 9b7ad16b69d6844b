#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| porch_fuzz::media(bytes));
