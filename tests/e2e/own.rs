//! A certificate of the owner's own: served in place of the box's, and exchanged while connections stay.

use std::fs;
use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair};
use time::{Duration, OffsetDateTime};

use crate::support::{Door, EVERYONE, Folder, Porch, Start, ask_plainly, eventually, run};

/// A certificate for this machine that is good for so many days, and its key; both PEM.
fn made(days: i64) -> (String, String) {
    made_for(&["127.0.0.1"], days)
}

fn made_for(names: &[&str], days: i64) -> (String, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("these can be written into one");
    params.not_before = OffsetDateTime::now_utc() - Duration::days(100);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(days);
    (params.self_signed(&key).expect("it can be signed").pem(), key.serialize_pem())
}

/// What porch was told to serve.
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn write(folder: &Folder, (cert, key): &(String, String)) -> Self {
        let files = Self { cert: folder.path("cert.pem"), key: folder.path("key.pem") };
        fs::write(&files.cert, cert).expect("the folder can be written");
        fs::write(&files.key, key).expect("the folder can be written");
        files
    }

    async fn serve(&self, folder: &Folder) -> Porch {
        let flags = [("--cert", &self.cert), ("--key", &self.key)];
        let flags = flags.into_iter().flat_map(|(flag, path)| [flag.to_owned(), path.display().to_string()]);
        Porch::start_untrusted(Start { flags: flags.collect(), ..Start::on(folder) }).await
    }
}

fn times(folder: &Folder, words: &str) -> usize {
    folder.log().matches(words).count()
}

#[tokio::test]
async fn the_owners_certificate_is_exchanged_while_connections_stay_and_half_of_one_changes_nothing() {
    let folder = Folder::new();
    let before = made(100);
    let files = Files::write(&folder, &before);
    let porch = files.serve(&folder).await;
    let door = Door::trusting(porch.https, before.0.as_bytes());
    let ada = door.register("Ada").await;
    let mut device = ada.arrive().await;
    // With it the guide to the box's own CA is gone.
    assert_eq!(ask_plainly(porch.http, "/ca.pem").await.status, 302);

    let (cert, key) = made(200);
    let fresh = Door::trusting(porch.https, cert.as_bytes());
    fs::write(&files.key, &key).expect("the folder can be written");
    eventually("a word on the half that is there", || times(&folder, "and the one before stays") == 1).await;
    assert!(door.wire().await.is_ok(), "the pair before is served");
    assert!(fresh.wire().await.is_err());

    fs::write(&files.cert, &cert).expect("the folder can be written");
    eventually("the new pair", || times(&folder, "serving the new one") == 1).await;
    assert!(fresh.wire().await.is_ok());
    // Not the door of before: its tickets are still good.
    assert!(Door::trusting(porch.https, before.0.as_bytes()).wire().await.is_err());
    device.post(EVERYONE, "01-a", "Still here").await;
    assert_eq!(times(&folder, "and the one before stays"), 1, "{}", folder.log());
    assert_eq!(times(&folder, "certificate ends"), 0, "{}", folder.log());
}

#[tokio::test]
async fn the_log_tells_of_a_certificate_that_ends_soon_or_has_ended() {
    for (days, words) in [(5, "the owner's certificate ends in 4 days"), (-5, "the owner's certificate has ended")] {
        let folder = Folder::new();
        let files = Files::write(&folder, &made(days));
        let _porch = files.serve(&folder).await;
        eventually(words, || times(&folder, words) == 1).await;
    }
}

#[tokio::test]
async fn a_certificate_with_no_name_that_is_answered_is_refused_and_one_with_some_is_warned_of() {
    for (names, words) in [(&[][..], "no name or address"), (&["chat_box.example.org"], "chat_box.example.org")] {
        let folder = Folder::new();
        let files = Files::write(&folder, &made_for(names, 100));
        let [cert, key] = [&files.cert, &files.key].map(|path| path.to_str().expect("the path is text"));
        let flags = ["serve", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0", "--cert", cert, "--key", key];
        let (status, _, said) = run(&flags, Some(&folder.data())).await;
        assert!(!status.success() && said.contains("cannot be served") && said.contains(words), "{said}");
    }
    let folder = Folder::new();
    let (cert, key) = made_for(&["127.0.0.1", "chat_box.example.org"], 100);
    let porch = Files::write(&folder, &(cert.clone(), key)).serve(&folder).await;
    let words = "does not answer to: chat_box.example.org";
    assert_eq!(times(&folder, words), 1, "{}", folder.log());
    let ada = Door::trusting(porch.https, cert.as_bytes()).register("Ada").await;
    let report = ada.get("/api/doctor?quick=true").await;
    let lines = report["checks"].as_array().expect("a report has lines");
    let told = lines.iter().find(|line| line["finding"] == "certificate_own_unanswered").expect("it is told");
    assert_eq!(told["values"]["names"], "chat_box.example.org");
}
