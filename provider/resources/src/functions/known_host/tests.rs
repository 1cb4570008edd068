//! What the line looks like.

use plinth_framework::Function;

use super::{Arguments, KnownHost};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDJLPkA1ZbRvYl9Ag2W+aWXj5ynqcxB4fXZwpUyUeWpx";

fn call(address: &str, port: u16, public_key: &str) -> Option<String> {
    let arguments = Arguments {
        address: address.to_owned(),
        port,
        public_key: public_key.to_owned(),
    };
    KnownHost.call(arguments).ok()
}

#[test]
fn only_another_port_than_22_is_written() {
    assert_eq!(call("10.0.0.1", 22, KEY), Some(format!("10.0.0.1 {KEY}")));
    assert_eq!(
        call("10.0.0.1", 2222, KEY),
        Some(format!("[10.0.0.1]:2222 {KEY}"))
    );
}

#[test]
fn the_comment_of_a_key_is_left_out() {
    let commented = format!("{KEY} root@host");
    assert_eq!(call("h", 22, &commented), Some(format!("h {KEY}")));
}

#[test]
fn what_is_no_key_or_no_address_is_refused() {
    assert_eq!(call("h", 22, "ssh-ed25519"), None);
    assert_eq!(call("h", 22, ""), None);
    assert_eq!(call("a,b", 22, KEY), None);
    assert_eq!(call("a b", 22, KEY), None);
}
