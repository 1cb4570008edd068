//! What a mistake in a declaration looks like to its author.
//!
//! After a change that is meant: `TRYBUILD=overwrite cargo test -p plinth-framework --test ui`.

#[test]
fn mistakes_are_told_in_the_words_of_the_declaration() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/twelve_attributes.rs");
    cases.compile_fail("tests/ui/fail_*.rs");
}
