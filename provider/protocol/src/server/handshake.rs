//! The words between go-plugin and its plugin before gRPC begins.

use std::env;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use super::listen::Place;

/// What a person reads who starts the program by hand.
pub(super) const NOT_FOR_PEOPLE: &str = "This program is a provider for Terraform and OpenTofu. \
     They start it themselves; it is of no use on its own.\n";

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of go-plugin's handshake.
const CORE_PROTOCOL: u32 = 1;

/// The one version of the plugin protocol that is served. It is named whatever the client
/// offers in `PLUGIN_PROTOCOL_VERSIONS`: a client without it tells its user so.
pub(super) const PROTOCOL: u32 = 6;

/// Whether the environment has the cookie that Terraform sets for its plugins.
pub(super) fn is_started_by_terraform() -> bool {
    env::var_os(COOKIE_NAME).is_some_and(|cookie| cookie == COOKIE)
}

/// The line that tells the client where to connect and which certificate to expect there.
pub(super) fn line(place: &Place, certificate: Option<&CertificateDer<'_>>) -> String {
    let Place {
        network, address, ..
    } = place;
    let certificate = certificate
        .map(|der| STANDARD_NO_PAD.encode(der))
        .unwrap_or_default();
    let multiplex = env::var_os("PLUGIN_MULTIPLEX_GRPC").is_some_and(|value| !value.is_empty());
    // Older clients cannot read a seventh field; only newer ones ask for it.
    let multiplex = if multiplex { "|false" } else { "" };
    format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{address}|grpc|{certificate}{multiplex}\n")
}

/// The variable that makes Terraform connect to a running provider.
pub(super) fn reattach(place: &Place, addresses: &[String]) -> String {
    let config = serde_json::json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": place.network, "String": place.address },
    });
    let providers: serde_json::Map<_, _> = addresses
        .iter()
        .map(|address| (address.clone(), config.clone()))
        .collect();
    let providers = serde_json::Value::Object(providers)
        .to_string()
        .replace('\'', "'\\''");
    format!("TF_REATTACH_PROVIDERS='{providers}'\n")
}
