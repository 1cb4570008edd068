use plinth_framework::Model;

#[derive(Model)]
struct Pool {
    /// Number of copies.
    #[tf(default = 3, volatile)]
    size: i64,
}

fn main() {}
