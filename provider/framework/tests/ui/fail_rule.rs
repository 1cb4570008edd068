use plinth_framework::Model;

#[derive(Model)]
#[tf(exactly_one_of(content, sauce))]
struct File {
    /// Text of the file.
    content: Option<String>,
    /// Where the text is.
    source: Option<String>,
}

fn main() {}
