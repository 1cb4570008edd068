//! Connections, accepted and secured.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::listen::Socket;

/// How long a client may take for its TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long accepting rests after it failed, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections handed over and not taken yet.
const WAITING: usize = 8;

/// A byte stream, whatever is below.
pub(super) struct Connection(Box<dyn Bytes>);

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Bytes for T {}

/// The connections of a socket whose handshake succeeded. Each handshake is a task of its
/// own: a client that is slow, or not ours, keeps nobody waiting.
pub(super) fn accept(
    socket: Socket,
    tls: Option<Arc<ServerConfig>>,
) -> ReceiverStream<io::Result<Connection>> {
    let (hand_over, ready) = mpsc::channel(WAITING);
    let tls = tls.map(TlsAcceptor::from);
    tokio::spawn(async move {
        let mut pause = tokio::time::interval(ACCEPT_PAUSE);
        loop {
            match socket.accept().await {
                Ok(bytes) => {
                    tokio::spawn(secure(bytes, tls.clone(), hand_over.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    pause.reset();
                    pause.tick().await;
                }
            }
        }
    });
    ReceiverStream::new(ready)
}

async fn secure(
    bytes: Box<dyn Bytes>,
    tls: Option<TlsAcceptor>,
    hand_over: mpsc::Sender<io::Result<Connection>>,
) {
    let connection = match tls {
        None => Connection(bytes),
        Some(tls) => match tokio::time::timeout(HANDSHAKE_LIMIT, tls.accept(bytes)).await {
            Ok(Ok(stream)) => Connection(Box::new(stream)),
            Ok(Err(error)) => return tracing::warn!(%error, "refused a connection"),
            Err(_) => return tracing::warn!("a connection did not finish its TLS handshake"),
        },
    };
    // Nobody takes it when the server has ended meanwhile.
    hand_over.send(Ok(connection)).await.ok();
}

impl Socket {
    async fn accept(&self) -> io::Result<Box<dyn Bytes>> {
        match self {
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok(Box::new(stream))
            }
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
