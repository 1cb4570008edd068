use super::*;

/// A key of the right shape whose bytes are `seed`.
fn key(seed: u8) -> HostKey {
    let mut blob = Vec::new();
    for part in [&b"ssh-ed25519"[..], &[seed; 32][..]] {
        blob.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(part);
    }
    HostKey::from_blob(&blob).unwrap()
}

fn words(key: &HostKey) -> String {
    format!("{} {}", key.algorithm, STANDARD.encode(&key.blob))
}

fn check(text: &str, target: &Target, shown: &HostKey) -> Result<(), Reason> {
    HostKeyPolicy::KnownHosts(text.to_owned()).check(target, shown)
}

fn hashed(name: &str) -> String {
    let salt = [7; 20];
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt);
    let hash = aws_lc_rs::hmac::sign(&key, name.as_bytes());
    format!("|1|{}|{}", STANDARD.encode(salt), STANDARD.encode(hash))
}

#[test]
fn names_match_as_in_openssh() {
    let shown = key(1);
    let on_22 = Target::new("Web.Example.org", "ops");
    let on_2222 = on_22.clone().with_port(2222);
    for (names, default_port, other_port) in [
        ("web.example.org".to_owned(), true, false),
        ("WEB.example.ORG".to_owned(), true, false),
        ("[web.example.org]:2222".to_owned(), false, true),
        (
            "10.0.0.1,web.example.org,[web.example.org]:2222".to_owned(),
            true,
            true,
        ),
        ("*.example.org".to_owned(), true, false),
        ("*".to_owned(), true, true),
        ("*.example.org,!web.example.org".to_owned(), false, false),
        ("!db.example.org,*.example.org".to_owned(), true, false),
        ("!db.example.org".to_owned(), false, false),
        (hashed("web.example.org"), true, false),
        (hashed("[web.example.org]:2222"), false, true),
    ] {
        let text = format!("{names} {} a comment\n", words(&shown));
        assert_eq!(
            check(&text, &on_22, &shown).is_ok(),
            default_port,
            "{names} on 22"
        );
        assert_eq!(
            check(&text, &on_2222, &shown).is_ok(),
            other_port,
            "{names} on 2222"
        );
    }
}

#[test]
fn a_bad_line_does_not_hide_the_others() {
    let shown = key(1);
    let good = format!("host {}", words(&shown));
    let text = format!(
        "# a comment\n\nhost\nhost ssh-ed25519\nhost ssh-ed25519 !!!\nhost ssh-rsa {}\n|1|x|y {}\n\
         @cert-authority * {}\n@what host {}\n\t{good}\r\n",
        STANDARD.encode(&shown.blob),
        words(&shown),
        words(&key(9)),
        words(&key(9)),
    );
    assert!(check(&text, &Target::new("host", "ops"), &shown).is_ok());
    let other = check(&text, &Target::new("host", "ops"), &key(9)).unwrap_err();
    assert!(matches!(other, Reason::ChangedHostKey { known, .. } if known.len() == 1));
}

#[test]
fn a_revoked_key_is_refused_even_if_trusted() {
    let shown = key(1);
    let text = format!("host {0}\n@revoked * {0}\n", words(&shown));
    let reason = check(&text, &Target::new("host", "ops"), &shown).unwrap_err();
    assert!(matches!(reason, Reason::RevokedHostKey(_)));
    // Revoking another key changes nothing.
    let text = format!("host {}\n@revoked * {}\n", words(&shown), words(&key(2)));
    assert!(check(&text, &Target::new("host", "ops"), &shown).is_ok());
}

#[test]
fn a_changed_key_shows_both_fingerprints_and_an_unknown_one_its_line() {
    let (old, new) = (key(1), key(2));
    let target = Target::new("host", "ops").with_port(2222);
    let text = format!("[host]:2222 {}", words(&old));
    let message = check(&text, &target, &new).unwrap_err().to_string();
    assert!(message.contains(&old.fingerprint()) && message.contains(&new.fingerprint()));

    let message = check("", &target, &new).unwrap_err().to_string();
    assert!(message.contains(&new.fingerprint()));
    assert!(message.contains(&format!("[host]:2222 {}", words(&new))));
}

#[test]
fn pinned_takes_lines_keys_and_fingerprints() {
    let shown = key(1);
    let target = Target::new("host", "ops");
    for text in [
        words(&shown),
        format!("other.name {} comment", words(&shown)),
        shown.fingerprint(),
        format!(" {}= \n", shown.fingerprint()),
    ] {
        let policy = HostKeyPolicy::Pinned(text.clone());
        assert!(policy.check(&target, &shown).is_ok(), "{text}");
        let reason = policy.check(&target, &key(2)).unwrap_err();
        assert!(matches!(reason, Reason::ChangedHostKey { .. }), "{text}");
    }
    for text in ["", "SHA256:short", "MD5:00:11", "ssh-ed25519 AAAA"] {
        let reason = HostKeyPolicy::Pinned(text.into())
            .check(&target, &shown)
            .unwrap_err();
        assert!(matches!(reason, Reason::InvalidHostKey(_)), "{text}");
    }
}

#[test]
fn the_known_type_is_asked_for_first() {
    let target = Target::new("host", "ops");
    let mut blob = 7_u32.to_be_bytes().to_vec();
    blob.extend_from_slice(b"ssh-rsa and more");
    let rsa = HostKey::from_blob(&blob).unwrap();
    let first = |policy: HostKeyPolicy| {
        let lists = policy.algorithms(&target);
        assert_eq!(lists.len(), 1);
        lists[0].split(',').next().unwrap().to_owned()
    };
    assert_eq!(first(HostKeyPolicy::AcceptNew(None)), "ssh-ed25519");
    assert_eq!(first(HostKeyPolicy::Pinned(words(&rsa))), "rsa-sha2-512");
    let text = format!("host {}", words(&rsa));
    assert_eq!(
        first(HostKeyPolicy::KnownHosts(text.clone())),
        "rsa-sha2-512"
    );
    assert_eq!(
        first(HostKeyPolicy::KnownHosts(text.replace("host", "other"))),
        "ssh-ed25519"
    );
    let lists = HostKeyPolicy::Pinned(rsa.fingerprint()).algorithms(&target);
    assert_eq!(lists.len(), 3);
    assert!(lists[1].starts_with("ecdsa-sha2-nistp256,"));
    assert_eq!(lists[2], "rsa-sha2-512,rsa-sha2-256");
    assert!(!lists[0].contains("ssh-rsa") && !lists[0].contains("ssh-dss"));
}

#[test]
fn a_published_fingerprint_comes_out_the_same() {
    // github.com's Ed25519 key, as GitHub publishes it with its fingerprint.
    let line = "github.com ssh-ed25519 \
                AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    assert_eq!(
        fingerprint(line).unwrap(),
        "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
    );
    assert_eq!(known_host_line("GitHub.com", 22, line).unwrap(), line);
    assert!(
        known_host_line("::1", 2222, line)
            .unwrap()
            .starts_with("[::1]:2222 ")
    );
    assert_eq!(fingerprint("ssh-ed25519"), Err(InvalidHostKey::NoKey));
}
