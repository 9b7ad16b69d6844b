//! Time for certificates, on boards without a battery for their clock.

use time::{Duration, OffsetDateTime};

/// A clock further ahead of the build than this is wrong: no board runs one build for twenty years.
const AHEAD_MAX: Duration = Duration::days(20 * 365);

/// When this program was built, in seconds since 1970: no moment in which it runs can be earlier.
/// The build gives `PORCH_BUILD_DATE`; without it, the day this line was written serves as well.
const BUILD_DATE_SECONDS: Option<&str> = option_env!("PORCH_BUILD_DATE");
const WRITTEN_SECONDS: i64 = 1_795_132_800;

/// When this program was built.
pub fn build_date() -> OffsetDateTime {
    let seconds = BUILD_DATE_SECONDS.and_then(|seconds| seconds.parse().ok()).unwrap_or(WRITTEN_SECONDS);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The nearest moment to `now` that this build can be running at.
pub(super) fn plausible(now: OffsetDateTime, build_date: OffsetDateTime) -> OffsetDateTime {
    now.clamp(build_date, build_date.saturating_add(AHEAD_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_the_build_or_decades_after_it_is_not_believed() {
        let build = build_date();
        assert_eq!(plausible(OffsetDateTime::UNIX_EPOCH, build), build);
        assert_eq!(plausible(build + Duration::days(7), build), build + Duration::days(7));
        assert_eq!(plausible(build + Duration::days(9_000), build), build + AHEAD_MAX);
    }
}
