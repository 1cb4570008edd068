//! Calls into the SSH library that never block.

use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ssh2::{BlockDirections, ErrorCode, Session};

/// `LIBSSH2_ERROR_EAGAIN`: the call has to be made again when the socket is ready.
const AGAIN: ErrorCode = ErrorCode::Session(-37);

/// The library sometimes does not tell what it waits for, and data for one call can be read by
/// another; so no wait is longer than this while anything is under way.
pub(super) const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// Why a driven call gave no result.
pub(super) enum Stop {
    Late,
    Ssh(ssh2::Error),
}

pub(super) fn is_again(error: &ssh2::Error) -> bool {
    error.code() == AGAIN
}

/// Whether the last call left data half sent. The library then wants the very same call again
/// before any other call that sends.
pub(super) fn is_half_sent(session: &Session) -> bool {
    matches!(
        session.block_directions(),
        BlockDirections::Outbound | BlockDirections::Both
    )
}

/// Makes a call until it has a result or `deadline` passes.
pub(super) fn drive<T>(
    session: &Session,
    socket: &TcpStream,
    deadline: Instant,
    mut call: impl FnMut() -> Result<T, ssh2::Error>,
) -> Result<T, Stop> {
    loop {
        match call() {
            Ok(value) => return Ok(value),
            Err(error) if !is_again(&error) => return Err(Stop::Ssh(error)),
            Err(_) => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Stop::Late);
        }
        let mut events = PollFlags::POLLIN;
        if is_half_sent(session) {
            events |= PollFlags::POLLOUT;
        }
        let mut fds = [PollFd::new(socket.as_fd(), events)];
        // An interrupted or failed poll only means to look again.
        poll(&mut fds, timeout(left.min(LONGEST_WAIT))).ok();
    }
}

/// Rounded up, so that a short rest does not become a busy loop.
pub(super) fn timeout(wait: Duration) -> PollTimeout {
    PollTimeout::try_from(wait + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
}
