use plinth_framework::Model;

#[derive(Model)]
struct Pool {
    /// Number of copies.
    #[tf(default = "three")]
    size: i64,
}

fn main() {}
