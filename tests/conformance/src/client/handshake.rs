//! The one line a plugin writes to its standard output.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls_pki_types::CertificateDer;

/// Where a plugin listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Path of a unix socket.
    Unix(String),
    /// Host and port.
    Tcp(String),
}

impl Address {
    pub(super) fn parse(network: &str, address: &str) -> Option<Self> {
        match network {
            "unix" => Some(Self::Unix(address.to_owned())),
            "tcp" => Some(Self::Tcp(address.to_owned())),
            _ => None,
        }
    }
}

/// What the line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Version of the plugin protocol that was chosen.
    pub protocol: u32,
    /// Where to connect.
    pub address: Address,
    /// The certificate of the server; without one there is no TLS.
    pub certificate: Option<CertificateDer<'static>>,
    /// Whether connections can be multiplexed; only said when it was asked for.
    pub multiplexed: Option<bool>,
}

/// Why a line is no handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// Too few or too many fields.
    #[error("handshake has {0} fields instead of 6 or 7")]
    Fields(usize),
    /// A field that cannot be what it is.
    #[error("{0} of the handshake is not understood")]
    Field(&'static str),
}

/// A certificate field of at most this length is taken for none, as go-plugin does.
const SHORTEST_CERTIFICATE: usize = 50;

impl Handshake {
    /// Reads `CORE|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE`, with `|MULTIPLEXED` where that
    /// was asked for.
    pub fn parse(line: &str) -> Result<Self, HandshakeError> {
        let fields: Vec<_> = line.trim_end_matches(['\r', '\n']).split('|').collect();
        let (&[core, protocol, network, address, transport, certificate], more) = fields
            .split_first_chunk()
            .ok_or(HandshakeError::Fields(fields.len()))?;
        let multiplexed = match more {
            [] => None,
            ["true"] => Some(true),
            ["false"] => Some(false),
            [_] => return Err(HandshakeError::Field("multiplexing")),
            _ => return Err(HandshakeError::Fields(fields.len())),
        };
        if core != "1" {
            return Err(HandshakeError::Field("core protocol"));
        }
        if transport != "grpc" {
            return Err(HandshakeError::Field("transport"));
        }
        let certificate = if certificate.len() <= SHORTEST_CERTIFICATE {
            None
        } else {
            let der = STANDARD_NO_PAD.decode(certificate);
            Some(
                der.map_err(|_| HandshakeError::Field("certificate"))?
                    .into(),
            )
        };
        Ok(Self {
            protocol: protocol
                .parse()
                .map_err(|_| HandshakeError::Field("protocol version"))?,
            address: Address::parse(network, address).ok_or(HandshakeError::Field("network"))?,
            certificate,
            multiplexed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let plain = Handshake::parse("1|6|unix|/tmp/p|grpc|\n").expect("line");
        assert_eq!(plain.address, Address::Unix("/tmp/p".into()));
        assert_eq!(
            (plain.protocol, plain.certificate, plain.multiplexed),
            (6, None, None)
        );
        let certificate = STANDARD_NO_PAD.encode([7; 100]);
        let line = format!("1|6|tcp|127.0.0.1:1234|grpc|{certificate}|false");
        let secure = Handshake::parse(&line).expect("line");
        assert_eq!(secure.address, Address::Tcp("127.0.0.1:1234".into()));
        assert_eq!(secure.certificate, Some(vec![7; 100].into()));
        assert_eq!(secure.multiplexed, Some(false));
    }

    #[test]
    fn other_lines_are_refused() {
        let padded = format!(
            "1|6|unix|/tmp/p|grpc|{}==",
            STANDARD_NO_PAD.encode([7; 100])
        );
        for (line, error) in [
            ("hello", HandshakeError::Fields(1)),
            ("1|6|unix|/tmp/p|grpc", HandshakeError::Fields(5)),
            ("1|6|unix|/tmp/p|grpc||false|x", HandshakeError::Fields(8)),
            (
                "1|6|unix|/tmp/p|grpc||maybe",
                HandshakeError::Field("multiplexing"),
            ),
            (
                "2|6|unix|/tmp/p|grpc|",
                HandshakeError::Field("core protocol"),
            ),
            (
                "1|x|unix|/tmp/p|grpc|",
                HandshakeError::Field("protocol version"),
            ),
            ("1|6|udp|/tmp/p|grpc|", HandshakeError::Field("network")),
            (
                "1|6|unix|/tmp/p|netrpc|",
                HandshakeError::Field("transport"),
            ),
            (&padded, HandshakeError::Field("certificate")),
        ] {
            assert_eq!(Handshake::parse(line), Err(error), "{line}");
        }
    }
}
