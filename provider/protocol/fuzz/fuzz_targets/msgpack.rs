//! Hostile msgpack is an error; what is decoded survives being encoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plinth_protocol::Value;
use plinth_protocol_fuzz::take_type;

fuzz_target!(|input: &[u8]| {
    let (ty, bytes) = take_type(input);
    match Value::from_msgpack(bytes, &ty) {
        Ok(value) => {
            let again = Value::from_msgpack(&value.to_msgpack(&ty), &ty);
            assert_eq!(again.as_ref(), Ok(&value));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
