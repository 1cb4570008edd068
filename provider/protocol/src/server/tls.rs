//! TLS in which each side knows the other's very certificate.
//!
//! The client makes a certificate for itself and hands it over in the environment of the
//! plugin; the plugin makes one and hands it over in the handshake line. Both are their own
//! root. The client's is for the curve P-521, says it is an authority and is shown as a
//! leaf, so that the usual verification by name and chain cannot be applied to it; that its
//! bytes are the ones handed over says more than a chain would.

use std::env;
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName as RootHint, Error, ServerConfig,
    SignatureScheme,
};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("PLUGIN_CLIENT_CERT is not a certificate in PEM")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    #[error("cannot make a certificate")]
    OwnCertificate(#[from] rcgen::Error),
    #[error("the settings do not fit one another")]
    Config(#[from] Error),
}

/// The server's settings and its certificate, made anew; `None` where the client does not
/// want TLS and has sent no certificate.
pub(super) fn from_environment()
-> Result<Option<(Arc<ServerConfig>, CertificateDer<'static>)>, TlsError> {
    let Some(pem) = env::var_os("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty()) else {
        return Ok(None);
    };
    let client = CertificateDer::from_pem_slice(pem.as_encoded_bytes())
        .map_err(TlsError::ClientCertificate)?;
    let (config, certificate) = config(client)?;
    Ok(Some((Arc::new(config), certificate)))
}

fn config(
    client: CertificateDer<'static>,
) -> Result<(ServerConfig, CertificateDer<'static>), TlsError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?.der().clone();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());

    let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Arc::new(PinnedClient {
        certificate: client,
        crypto: crypto.clone(),
    });
    let mut config = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate.clone()], key.into())?;
    // Newer gRPC clients refuse a server that does not name its protocol.
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((config, certificate))
}

/// Lets in the one client that has this certificate and its key.
///
/// Neither the names nor the dates of the certificate are looked at: it was handed over a
/// moment ago, for this process alone.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PinnedClient {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[RootHint] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.crypto.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.crypto.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto
            .signature_verification_algorithms
            .supported_schemes()
    }
}
