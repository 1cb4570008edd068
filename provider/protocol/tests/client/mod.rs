//! A go-plugin client with which the tests start and call a provider.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use plinth_protocol::wire::tfplugin6::provider_client::ProviderClient;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, Command};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// A certificate like the one Terraform makes for itself.
pub(crate) struct Identity {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

/// A provider that was started, and what its handshake line told.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    pub(crate) fields: Vec<String>,
    _directory: tempfile::TempDir,
}

pub(crate) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Bytes for T {}

impl Identity {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }
}

/// A command that runs one of this crate's examples, with nothing of our environment that
/// matters to it.
pub(crate) fn command(example: &str) -> Command {
    let tests: PathBuf = std::env::current_exe().unwrap();
    let program = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(example);
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Plugin {
    /// Starts an example with a client's certificate, or without TLS.
    pub(crate) async fn start(example: &str, identity: Option<&Identity>) -> Self {
        Self::start_with(example, identity, |_, _| {}).await
    }

    pub(crate) async fn start_with(
        example: &str,
        identity: Option<&Identity>,
        change: impl FnOnce(&mut Command, &Path),
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = command(example);
        command.env("TMPDIR", directory.path());
        if let Some(identity) = identity {
            command.env("PLUGIN_CLIENT_CERT", &identity.pem);
        }
        change(&mut command, directory.path());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("a handshake line");
        // Whatever else is written to stdout is a mistake; it would end this task.
        tokio::spawn(async move {
            let more = lines.next_line().await.unwrap();
            assert_eq!(more, None, "nothing but the handshake on stdout");
        });
        let fields = line.split('|').map(str::to_owned).collect();
        Self {
            child,
            fields,
            _directory: directory,
        }
    }

    pub(crate) async fn connect(&self) -> Box<dyn Bytes> {
        match self.fields[2].as_str() {
            "unix" => Box::new(UnixStream::connect(&self.fields[3]).await.unwrap()),
            _ => Box::new(TcpStream::connect(&self.fields[3]).await.unwrap()),
        }
    }

    /// The settings of a client that knows the plugin's certificate.
    pub(crate) fn tls(&self, identity: Option<&Identity>) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(decode_base64(&self.fields[5]).into()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match identity {
            Some(identity) => {
                let key = PrivatePkcs8KeyDer::from(identity.key.clone());
                config
                    .with_client_auth_cert(vec![identity.der.clone()], key.into())
                    .unwrap()
            }
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsConnector::from(Arc::new(config))
    }

    /// A channel to the plugin; TLS if there is an identity.
    pub(crate) async fn channel(&self, identity: Option<&Identity>) -> Channel {
        let bytes = self.connect().await;
        let bytes: Box<dyn Bytes> = if identity.is_some() {
            let name = "localhost".try_into().unwrap();
            let stream = self.tls(identity).connect(name, bytes).await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
            Box::new(stream)
        } else {
            bytes
        };
        let mut bytes = Some(TokioIo::new(bytes));
        let connect = tower::service_fn(move |_| {
            let bytes = bytes
                .take()
                .ok_or_else(|| std::io::Error::other("connects once"));
            async move { bytes }
        });
        Endpoint::from_static("http://localhost")
            .connect_with_connector(connect)
            .await
            .unwrap()
    }

    pub(crate) async fn provider(&self, identity: Option<&Identity>) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel(identity).await)
            .max_decoding_message_size(256 << 20)
            .max_encoding_message_size(256 << 20)
    }
}

/// Standard alphabet, no padding, as go-plugin wants it.
fn decode_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert!(!text.contains('='), "no padding");
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    out
}
