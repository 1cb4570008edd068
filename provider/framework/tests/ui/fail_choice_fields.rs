use plinth_framework::Choice;

#[derive(Choice)]
enum Kind {
    Plain,
    Sized(u32),
}

fn main() {}
