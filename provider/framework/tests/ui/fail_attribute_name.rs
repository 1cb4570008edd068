use plinth_framework::{Diagnostic, Model};

#[derive(Model)]
struct Pool {
    /// Name of the pool.
    name: String,
}

fn main() {
    let _ = Diagnostic::error("no").at(Pool::AT.nam);
}
