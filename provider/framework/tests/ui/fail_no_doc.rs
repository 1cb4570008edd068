use plinth_framework::Model;

#[derive(Model)]
struct Pool {
    /// Name of the pool.
    name: String,
    size: Option<i64>,
}

fn main() {}
