//! Panics, told in the way Terraform recognises.

use std::backtrace::Backtrace;
use std::fmt::Write;
use std::panic::{self, PanicHookInfo};

/// From now on a panic is told on stderr as Go tells one: Terraform collects the lines from
/// `panic: ` on and shows them. The request in which it happens fails; the process goes on.
pub(super) fn install_hook() {
    panic::set_hook(Box::new(|info| {
        // One write, so that the lines of two threads do not mix.
        super::say(&report(info, &Backtrace::force_capture()));
    }));
}

fn report(info: &PanicHookInfo<'_>, backtrace: &Backtrace) -> String {
    let payload = info.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or(owned)
        .unwrap_or("no message");
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let mut report = format!("panic: {message}\n\nthread {thread}");
    if let Some(location) = info.location() {
        // Writing to text cannot fail.
        write!(report, " at {location}").ok();
    }
    write!(report, ":\n{backtrace}\n").ok();
    report
}
