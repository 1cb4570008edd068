//! From an address to a gRPC channel.

use std::io;

use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::Address;

/// A connection of either kind, with or without TLS.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects; an error also when TLS fails.
pub(super) async fn connect(
    address: Address,
    tls: Option<TlsConnector>,
) -> Result<Channel, tonic::transport::Error> {
    let connector = service_fn(move |_| {
        let (address, tls) = (address.clone(), tls.clone());
        async move { open(&address, tls).await.map(TokioIo::new) }
    });
    // The name is the server's in TLS and gRPC alike; the connector knows where it is.
    Endpoint::from_static("http://localhost")
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .connect_with_connector(connector)
        .await
}

async fn open(address: &Address, tls: Option<TlsConnector>) -> io::Result<Box<dyn Io>> {
    let io: Box<dyn Io> = match address {
        Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        Address::Tcp(address) => Box::new(TcpStream::connect(address).await?),
    };
    match tls {
        None => Ok(io),
        Some(tls) => {
            let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
            Ok(Box::new(tls.connect(name, io).await?))
        }
    }
}
