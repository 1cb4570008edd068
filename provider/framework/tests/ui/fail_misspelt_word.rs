use plinth_framework::Model;

#[derive(Model)]
struct Pool {
    /// Name of the pool.
    #[tf(replac)]
    name: String,
}

fn main() {}
