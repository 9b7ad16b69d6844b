//! `zbarimg`, which reads QR codes from pictures.

use std::path::Path;
use std::process::Command;

/// Whether it is here. On a CI machine it has to be.
pub(crate) fn reader_is_here() -> bool {
    let here = Command::new("zbarimg").arg("--version").output().is_ok_and(|output| output.status.success());
    if !here {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI has zbar-tools");
        eprintln!("SKIPPED: QR codes are read with zbarimg; on Debian or Ubuntu: apt-get install zbar-tools");
    }
    here
}

/// The texts of all QR codes in a picture, in the order in which they are found.
pub(crate) fn read(picture: &Path) -> Vec<String> {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"])
        .arg(picture)
        .output()
        .expect("zbarimg can be run");
    String::from_utf8(output.stdout).expect("the texts are UTF-8").lines().map(str::to_owned).collect()
}
