//! `known_host`: a line of `known_hosts` from a host's name and key.

use plinth_framework::{CallError, Function, Model, rules};

/// The function.
#[derive(Debug)]
pub(crate) struct KnownHost;

/// A line of a `known_hosts` file.
///
/// Joins a host's address, port and public key to the line by which SSH clients know the
/// host; a port other than 22 is written as `[address]:port`.
#[derive(Model, Debug)]
pub(crate) struct Arguments {
    /// Host name or IP address.
    #[tf(check = rules::not_empty)]
    address: String,
    /// Port of the SSH server.
    #[tf(check = rules::between(1..=65535))]
    port: u16,
    /// The host's public key: `ssh-ed25519 AAAA…`, as in `/etc/ssh/ssh_host_ed25519_key.pub`.
    public_key: String,
}

impl Function for KnownHost {
    const NAME: &'static str = "known_host";
    type Arguments = Arguments;
    type Output = String;

    fn call(&self, arguments: Arguments) -> Result<String, CallError> {
        let Arguments {
            address,
            port,
            public_key,
        } = arguments;
        if address.contains(char::is_whitespace) || address.contains(',') {
            let text = "the address must be one host name or IP address";
            return Err(CallError::at(Arguments::AT.address, text));
        }
        plinth_ssh::known_host_line(&address, port, &public_key).map_err(|error| {
            CallError::at(
                Arguments::AT.public_key,
                format!("the public key is unusable: {error}"),
            )
        })
    }
}

#[cfg(test)]
mod tests;
