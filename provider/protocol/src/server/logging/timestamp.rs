//! Points in time, as Terraform's log reader wants them.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: u64 = 86_400;

/// The time in UTC with six digits of a second, such as `2024-02-29T12:34:56.000789Z`. The
/// reader takes lines with any other number of digits for plain text.
pub(super) fn format(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (
        since.as_secs() / SECONDS_PER_DAY,
        since.as_secs() % SECONDS_PER_DAY,
    );
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Year, month and day in the Gregorian calendar, so many days after 1970-01-01.
///
/// Years are counted from March, so that the leap day is a year's last one and the lengths
/// of the months before it (31, 30, 31, 30, 31, …) come in rounds of five with 153 days.
fn civil(days: u64) -> (u64, u64, u64) {
    const DAYS_PER_ERA: u64 = 146_097; // 400 years
    const FROM_MARCH_OF_YEAR_0: u64 = 719_468;
    let days = days + FROM_MARCH_OF_YEAR_0;
    let (era, day) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    // The day's year, with the leap days before it taken out: one in 4 years (1,461 days),
    // none in a century (36,524), but one at the era's very end.
    let year = (day - day / 1_460 + day / 36_524 - day / (DAYS_PER_ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn is(seconds: u64, text: &str) {
        let time = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(789);
        assert_eq!(format(time), format!("{text}.000789Z"));
    }

    #[test]
    fn known_times() {
        is(0, "1970-01-01T00:00:00");
        is(951_782_399, "2000-02-28T23:59:59");
        is(951_782_400, "2000-02-29T00:00:00");
        is(951_868_800, "2000-03-01T00:00:00");
        is(1_709_210_096, "2024-02-29T12:34:56");
        is(1_735_689_599, "2024-12-31T23:59:59");
        is(4_107_542_400, "2100-03-01T00:00:00");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = civil(0);
        for days in 1..200_000 {
            let (year, month, day) = civil(days);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let feb = if leap { 29 } else { 28 };
            let last = [31, feb, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            assert!(usize::try_from(month).is_ok_and(|m| day <= last[m - 1]));
            let follows = (year, month, day) == (before.0, before.1, before.2 + 1)
                || (year, month, day) == (before.0, before.1 + 1, 1)
                || (year, month, day) == (before.0 + 1, 1, 1);
            assert!(follows, "{before:?} → {:?}", (year, month, day));
            before = (year, month, day);
        }
    }
}
