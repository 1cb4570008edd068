//! The one declaration of `plinth_host_file`.

use plinth_framework::{Computed, Model, Secret, Timeouts, WriteOnly, rules};

use crate::host::Host;
use crate::host::mode::Mode;

/// A regular file on a host.
#[derive(Model, Clone, Debug)]
#[tf(exactly_one_of(content, source, content_wo))]
pub(crate) struct File {
    /// The host.
    pub(crate) host: Host,
    /// Absolute path of the file. Its directory must exist.
    #[tf(replace, check = rules::absolute_path)]
    pub(crate) path: String,
    /// Text of the file.
    pub(crate) content: Option<String>,
    /// Path of a local file to copy, on the machine that runs Terraform.
    pub(crate) source: Option<String>,
    /// Text of the file that must stay out of plan and state.
    pub(crate) content_wo: WriteOnly<Secret<String>>,
    /// Permissions, as octal digits.
    #[tf(default = "0644")]
    pub(crate) mode: Mode,
    /// Name of the user who owns the file. Left out, a file that is there keeps its owner, and a
    /// new one belongs to the user who logs in.
    #[tf(optional)]
    pub(crate) owner: Computed<String>,
    /// Name of the group that owns the file; left out, as with `owner`.
    #[tf(optional)]
    pub(crate) group: Computed<String>,
    /// A command that checks the new content before it takes the file's place, such as
    /// `sshd -t -f %s`: `%s` stands for a file with the new content. When it fails, the file
    /// stays as it is.
    #[tf(check = names_the_file)]
    pub(crate) validate: Option<String>,
    /// SHA-256 of the content, in hexadecimal. Of write-only content, it is the SHA-256 of a
    /// random salt and the content: it shows that the file was changed, not what is in it.
    pub(crate) sha256: Computed<String>,
    /// How long operations may take.
    pub(crate) timeouts: Option<Timeouts>,
}

fn names_the_file(command: &str) -> Result<(), String> {
    if command.contains("%s") {
        Ok(())
    } else {
        Err("must contain %s, which stands for the file to check".to_owned())
    }
}
