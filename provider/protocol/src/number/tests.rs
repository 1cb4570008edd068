use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

#[test]
fn equal_values_are_equal_however_written() {
    let ones = [
        Number::from(1_i64),
        Number::from(1_u64),
        Number::from_f64(1.0).unwrap(),
        number("1.0"),
        number("0.1e1"),
        number("10E-1"),
        number("+1"),
        number("001"),
    ];
    for one in &ones {
        assert_eq!(one, &ones[0], "{one}");
    }
    assert_eq!(ones.into_iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(number("0"), number("-0.00e7"));
    assert_eq!(number("0.1"), Number::from_f64(0.1).unwrap());
}

#[test]
fn order_is_by_value() {
    let texts = [
        "-1e400", "-12", "-2", "-0.5", "0", "1e-400", "0.05", "0.5", "2", "12", "1e400",
    ];
    let mut numbers: Vec<_> = texts.iter().map(|text| number(text)).collect();
    numbers.insert(0, Number::from_f64(f64::NEG_INFINITY).unwrap());
    numbers.push(Number::from_f64(f64::INFINITY).unwrap());
    assert!(numbers.is_sorted());
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn hostile_text_is_refused_or_cheap() {
    for text in [
        "", "-", "+", ".", "e1", "1e", "1e+", "0x10", "1_000", " 1", "NaN", "inf", "1.2.3",
    ] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
    assert!(Number::parse("1e1000000001").is_none());
    assert!(Number::parse("1e99999999999999999999999").is_none());
    let huge = number("1e999999999");
    assert_eq!(huge.as_i64(), None);
    assert!(huge > number("1e999999998") && huge == number("10e999999998"));
    assert!(Number::from_f64(f64::NAN).is_none());
}

#[test]
fn integers_come_out_exactly_or_not_at_all() {
    assert_eq!(
        number("9007199254740993").as_i64(),
        Some(9_007_199_254_740_993)
    );
    assert_eq!(number("9223372036854775808").as_i64(), None);
    assert_eq!(number("9223372036854775808").as_u64(), Some(1 << 63));
    assert_eq!(number("-9223372036854775808").as_i64(), Some(i64::MIN));
    assert_eq!(number("-1").as_u64(), None);
    assert_eq!(number("1.5").as_i64(), None);
    assert_eq!(number("15e-1").as_i64(), None);
    assert_eq!(number("1.5e1").as_i64(), Some(15));
    assert_eq!(Number::from_f64(1e300).unwrap().as_i64(), None);
}

#[test]
fn text_is_kept() {
    for text in [
        "0.1",
        "1.50",
        "-0",
        "1E+2",
        "123456789012345678901234567890",
        "7",
    ] {
        assert_eq!(number(text).to_string(), text);
    }
    assert_eq!(number(".5").to_string(), "0.5e0");
    assert_eq!(number("5.").to_string(), "5.0e0");
}

proptest! {
    #[test]
    fn any_text_is_taken_or_refused(text in ".{0,40}") {
        if let Some(number) = Number::parse(&text) {
            prop_assert_eq!(&number, &Number::parse(&number.to_string()).unwrap());
        }
    }

    #[test]
    fn order_agrees_with_doubles(one in -1e18..1e18_f64, other in -1e18..1e18_f64) {
        let (a, b) = (Number::from_f64(one).unwrap(), Number::from_f64(other).unwrap());
        prop_assert_eq!(a.cmp(&b), one.partial_cmp(&other).unwrap());
        prop_assert_eq!(a.as_f64().to_bits(), one.to_bits());
    }

    #[test]
    fn shifting_the_point_changes_nothing(digits in 1_i64..i64::MAX, shift in 0_i32..60) {
        let shifted = format!("{digits}{}e-{shift}", "0".repeat(usize::try_from(shift).unwrap()));
        prop_assert_eq!(Number::parse(&shifted).unwrap().as_i64(), Some(digits));
    }
}
