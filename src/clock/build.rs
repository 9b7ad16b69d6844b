//! When this program was made: the one moment that is certain on a board without a battery for its clock.

use time::{Duration, OffsetDateTime};

/// A clock further ahead of the build than this is wrong: no board runs one build for twenty years.
pub const AHEAD_MAX: Duration = Duration::days(20 * 365);

/// When this program was built, in seconds since 1970: no moment in which it runs can be earlier.
/// The build gives `PORCH_BUILD_DATE`; without it, the day this line was written serves as well.
const BUILD_DATE_SECONDS: Option<&str> = option_env!("PORCH_BUILD_DATE");
const WRITTEN_SECONDS: i64 = 1_795_132_800;

/// When this program was built.
pub fn build_date() -> OffsetDateTime {
    let seconds = BUILD_DATE_SECONDS.and_then(|seconds| seconds.parse().ok()).unwrap_or(WRITTEN_SECONDS);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
