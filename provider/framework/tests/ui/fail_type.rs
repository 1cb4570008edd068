use plinth_framework::Model;

#[derive(Model)]
struct Pool {
    /// Name of the pool.
    name: std::path::PathBuf,
}

fn main() {}
