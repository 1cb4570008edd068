//! Reading what the script prints.

use plinth_framework::Computed;

use super::{Facts, lines};
use crate::host::Host;

fn facts(printed: &str) -> Facts {
    let host = Host {
        address: "h".to_owned(),
        port: 22,
        connection: None,
        host_key: Computed::Null,
    };
    Facts::new(host, &lines(printed))
}

#[test]
fn what_is_missing_on_a_host_is_null() {
    let bare = facts("hostname=h\nos_id=\ncpus=\nmemory_kib=\n");
    assert_eq!(bare.hostname, Computed::from("h"));
    assert_eq!(bare.os_id, Computed::Null);
    assert_eq!(bare.cpus, Computed::Null);
    assert_eq!(bare.memory_bytes, Computed::Null);
}

#[test]
fn numbers_are_read_and_memory_is_in_bytes() {
    let facts = facts("cpus=4\nmemory_kib=16\nuid=0\nos_name=Debian = 12\n");
    assert_eq!(facts.cpus, Computed::Known(4));
    assert_eq!(facts.memory_bytes, Computed::Known(16 * 1024));
    assert_eq!(facts.uid, Computed::Known(0));
    assert_eq!(facts.os_name, Computed::from("Debian = 12"));
}
