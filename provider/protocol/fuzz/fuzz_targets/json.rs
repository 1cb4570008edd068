//! Hostile JSON is an error; what is decoded survives being encoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plinth_protocol::Value;
use plinth_protocol_fuzz::take_type;

fuzz_target!(|input: &[u8]| {
    let (ty, bytes) = take_type(input);
    let strict = Value::from_json(bytes, &ty);
    let lenient = Value::from_json_lenient(bytes, &ty);
    if let Ok(value) = &strict {
        assert_eq!(
            lenient
                .as_ref()
                .map(|(value, ignored)| (value, ignored.len())),
            Ok((value, 0))
        );
    }
    if let Ok((value, _)) = &lenient {
        let json = value
            .to_json(&ty)
            .expect("what JSON told can be told in JSON");
        assert_eq!(Value::from_json(&json, &ty).as_ref(), Ok(value));
        let msgpack = value.to_msgpack(&ty);
        assert_eq!(Value::from_msgpack(&msgpack, &ty).as_ref(), Ok(value));
    }
});
