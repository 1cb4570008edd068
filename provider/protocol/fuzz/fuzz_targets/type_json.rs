//! Hostile types are an error; what is decoded survives being encoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plinth_protocol::Type;

fuzz_target!(|json: &[u8]| {
    if let Ok(ty) = Type::from_json(json) {
        assert_eq!(Type::from_json(&ty.to_json()).as_ref(), Ok(&ty));
    }
});
