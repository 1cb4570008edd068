//! Files: written whole or not at all.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command as Program;
use std::time::Duration;

use futures_util::future::join;
use plinth_lab::proxy::FaultProxy;
use plinth_lab::sshd::{Options, Sshd};
use plinth_ssh::{
    Attributes, Command, DirectoryRequest, FileKind, Host, HostKeyPolicy, Pool, Reason,
    UploadRequest,
};
use plinth_wait::Scope;
use tempfile::TempDir;

use crate::support::{chain, eventually, lab, login};

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn path(dir: &TempDir, name: &str) -> String {
    dir.path().join(name).to_str().unwrap().to_owned()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn names(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path()).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_is_written_with_its_mode_and_read_back() {
    let lab = lab();
    let scope = Scope::new();
    let dir = TempDir::new().unwrap();
    let every_byte: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    for (name, content) in [
        ("plain", b"hello\n".to_vec()),
        ("empty", Vec::new()),
        ("it's a \"$(name)\" *", every_byte),
        ("-n", b"no line break".to_vec()),
    ] {
        let path = path(&dir, name);
        let mut request = UploadRequest::new(&path, content.clone());
        lab.host.upload(&scope, &request).await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), content, "{name}");
        assert_eq!(mode(&path), 0o600, "a new file is private");

        request.attributes.mode = Some(0o640);
        lab.host.upload(&scope, &request).await.unwrap();
        assert_eq!(mode(&path), 0o640);

        request.attributes.mode = None;
        lab.host.upload(&scope, &request).await.unwrap();
        assert_eq!(mode(&path), 0o640, "kept");
        let read = lab.host.read_file(&scope, &path, 1 << 20).await.unwrap();
        assert!(read == content, "{name}");
    }
    assert_eq!(names(&dir).len(), 4);
}

#[tokio::test]
async fn a_link_is_replaced_and_its_target_left_alone() {
    let lab = lab();
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("target"), "old").unwrap();
    symlink("target", dir.path().join("link")).unwrap();
    let request = UploadRequest::new(path(&dir, "link"), "new");
    lab.host.upload(&Scope::new(), &request).await.unwrap();
    assert_eq!(fs::read(dir.path().join("target")).unwrap(), b"old");
    assert!(
        fs::symlink_metadata(dir.path().join("link"))
            .unwrap()
            .is_file()
    );
}

#[tokio::test]
async fn a_failed_validation_keeps_the_old_file_and_tells_what_the_command_said() {
    let lab = lab();
    let scope = Scope::new();
    let dir = TempDir::new().unwrap();
    let file = path(&dir, "config");
    let mut request = UploadRequest::new(&file, "good=1\n");
    request.validate = Some("grep -q good %s".into());
    lab.host.upload(&scope, &request).await.unwrap();

    request.content = "bad=1\n".into();
    request.validate = Some("echo looked at; echo line 1: no good >&2; grep -q good %s".into());
    let error = lab.host.upload(&scope, &request).await.unwrap_err();
    let Reason::ValidateFailed { exit, output } = error.reason() else {
        panic!("{}", chain(&error));
    };
    assert_eq!(exit.to_string(), "exit status 1");
    assert_eq!(output, "looked at\nline 1: no good");
    assert!(chain(&error).contains(&file));

    // A mistake in the command is a failed validation, too.
    request.validate = Some("if then %s (".into());
    let error = lab.host.upload(&scope, &request).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::ValidateFailed { .. }),
        "{}",
        chain(&error)
    );

    assert_eq!(fs::read(&file).unwrap(), b"good=1\n");
    assert_eq!(names(&dir), ["config"]);
}

#[tokio::test]
async fn reasons_are_told_apart() {
    let lab = lab();
    let scope = Scope::new();
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let upload = async |path: String| {
        lab.host
            .upload(&scope, &UploadRequest::new(path, "x"))
            .await
            .unwrap_err()
    };
    let error = upload(path(&dir, "missing/file")).await;
    assert!(error.is_not_found(), "{}", chain(&error));
    let error = upload(path(&dir, "file/file")).await;
    assert!(
        matches!(error.reason(), Reason::NotDirectory),
        "{}",
        chain(&error)
    );
    let error = upload(dir.path().to_str().unwrap().to_owned()).await;
    assert!(
        matches!(error.reason(), Reason::IsDirectory),
        "{}",
        chain(&error)
    );
    let error = upload("/proc/plinth-test".into()).await;
    assert!(
        matches!(error.reason(), Reason::NotFound | Reason::PermissionDenied),
        "{}",
        chain(&error)
    );
    let error = lab
        .host
        .read_file(&scope, &path(&dir, "missing"), 10)
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{}", chain(&error));
    let error = lab
        .host
        .read_file(&scope, dir.path().to_str().unwrap(), 10)
        .await
        .unwrap_err();
    assert!(
        matches!(error.reason(), Reason::IsDirectory),
        "{}",
        chain(&error)
    );
    let error = lab
        .host
        .stat(&scope, &path(&dir, "missing"))
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{}", chain(&error));
    fs::write(dir.path().join("file"), vec![b'x'; 100]).unwrap();
    let error = lab
        .host
        .read_file(&scope, &path(&dir, "file"), 99)
        .await
        .unwrap_err();
    assert!(
        matches!(error.reason(), Reason::OutputTooLong(99)),
        "{}",
        chain(&error)
    );
    let error = lab
        .host
        .read_file(&scope, "relative", 99)
        .await
        .unwrap_err();
    assert!(
        matches!(error.reason(), Reason::InvalidRequest(_)),
        "{}",
        chain(&error)
    );
    if !is_root() {
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let error = upload(path(&dir, "new")).await;
        assert!(
            matches!(error.reason(), Reason::PermissionDenied),
            "{}",
            chain(&error)
        );
    }
}

/// A small file system of its own, for root in a container or a machine that allows it.
struct Mount(TempDir);

impl Mount {
    fn tmpfs() -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let mut mount = Program::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=64k", "plinth-test"])
            .arg(dir.path());
        let mounted = is_root() && mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(dir))
    }

    fn read_only(&self) {
        let mut mount = Program::new("mount");
        mount.args(["-o", "remount,ro"]).arg(self.0.path());
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        Program::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status()
            .ok();
    }
}

#[tokio::test]
async fn a_full_and_a_read_only_file_system_keep_the_old_file() {
    // Only root can have such a file system; everybody else tests the rest.
    let Some(mount) = Mount::tmpfs() else { return };
    let lab = lab();
    let scope = Scope::new();
    let file = path(&mount.0, "file");
    fs::write(&file, "old").unwrap();

    let request = UploadRequest::new(&file, vec![1; 4 * 1024 * 1024]);
    let error = lab.host.upload(&scope, &request).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::NoSpace),
        "{}",
        chain(&error)
    );
    assert_eq!(
        (fs::read(&file).unwrap(), names(&mount.0)),
        (b"old".to_vec(), vec!["file".into()])
    );

    mount.read_only();
    let request = UploadRequest::new(&file, "new");
    let error = lab.host.upload(&scope, &request).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::ReadOnly),
        "{}",
        chain(&error)
    );
    let error = lab.host.remove_file(&scope, &file).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::ReadOnly),
        "{}",
        chain(&error)
    );
    assert_eq!(fs::read(&file).unwrap(), b"old");
}

fn through(proxy: &FaultProxy, server: &Sshd) -> Host {
    let mut login = login(server);
    login.target.port = proxy.port();
    login.host_key = HostKeyPolicy::Pinned(server.host_key_line().unwrap());
    Pool::default().host(login)
}

#[tokio::test]
async fn a_cut_connection_keeps_the_old_file_and_leaves_nothing_behind() {
    let server = Sshd::start(Options::default()).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    let host = through(&proxy, &server);
    let scope = Scope::new().within(Duration::from_secs(300));
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "old").unwrap();
    let request = UploadRequest::new(path(&dir, "file"), vec![7; 2_000_000]);
    for bytes in [1_500, 3_000, 50_000, 500_000, 1_900_000] {
        host.exec(&scope, Command::script("true")).await.unwrap();
        proxy.cut_after(bytes);
        let error = host.upload(&scope, &request).await.unwrap_err();
        assert!(error.is_unreachable(), "{bytes}: {}", chain(&error));
        assert!(
            chain(&error).contains(&request.path),
            "{bytes}: {}",
            chain(&error)
        );
        eventually("no temporary file is left", || names(&dir) == ["file"]).await;
        assert_eq!(
            fs::read(dir.path().join("file")).unwrap(),
            b"old",
            "{bytes}"
        );
        proxy.heal();
    }
    host.upload(&scope, &request).await.unwrap();
    assert_eq!(fs::read(dir.path().join("file")).unwrap().len(), 2_000_000);
}

#[tokio::test]
async fn a_killed_connection_and_a_cancelled_upload_leave_nothing_behind() {
    let server = Sshd::start(Options::default()).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    let host = through(&proxy, &server);
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "old").unwrap();
    let request = UploadRequest::new(path(&dir, "file"), vec![7; 8_000_000]);
    for way in ["killed", "cancelled"] {
        let scope = Scope::new();
        host.exec(&scope, Command::script("true")).await.unwrap();
        // Slow enough to be met in the middle.
        proxy.delay(Duration::from_millis(20));
        let meet = async {
            eventually("a temporary file appears", || {
                let tmp = names(&dir)
                    .into_iter()
                    .find(|name| name.contains(".plinth-"));
                tmp.is_some_and(|name| {
                    fs::metadata(dir.path().join(name)).is_ok_and(|tmp| {
                        assert_eq!(tmp.mode() & 0o7777, 0o600);
                        tmp.len() > 100_000
                    })
                })
            })
            .await;
            if way == "killed" {
                server.kill_connections();
            } else {
                scope.cancel();
            }
        };
        let (result, ()) = join(host.upload(&scope, &request), meet).await;
        let error = result.unwrap_err();
        assert!(
            error.is_unreachable() || error.is_interrupted(),
            "{way}: {}",
            chain(&error)
        );
        eventually("no temporary file is left", || names(&dir) == ["file"]).await;
        assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"old", "{way}");
        proxy.heal();
    }
}

#[tokio::test]
async fn a_cancelled_validation_leaves_nothing_behind() {
    let lab = lab();
    let dir = TempDir::new().unwrap();
    let mut request = UploadRequest::new(path(&dir, "file"), "x");
    request.validate = Some("touch %s-seen; sleep 600".into());
    let scope = Scope::new();
    let meet = async {
        eventually("the validation runs", || {
            names(&dir).iter().any(|n| n.ends_with("-seen"))
        })
        .await;
        scope.cancel();
    };
    let (result, ()) = join(lab.host.upload(&scope, &request), meet).await;
    assert!(result.unwrap_err().is_interrupted());
    eventually("only what the validation made is left", || {
        names(&dir).iter().all(|name| name.ends_with("-seen"))
    })
    .await;
}

#[tokio::test]
async fn files_and_directories_are_looked_at_changed_and_removed() {
    let lab = lab();
    let scope = Scope::new();
    let dir = TempDir::new().unwrap();
    let nested = path(&dir, "a/b c");
    let mut request = DirectoryRequest {
        path: nested.clone(),
        attributes: Attributes::default(),
        parents: false,
    };
    assert!(
        lab.host
            .make_directory(&scope, &request)
            .await
            .unwrap_err()
            .is_not_found()
    );
    request.parents = true;
    lab.host.make_directory(&scope, &request).await.unwrap();
    assert_eq!(mode(&nested), 0o755);
    request.attributes.mode = Some(0o2750);
    lab.host.make_directory(&scope, &request).await.unwrap();

    let stat = lab.host.stat(&scope, &nested).await.unwrap();
    assert_eq!((stat.kind, stat.mode), (FileKind::Directory, 0o2750));
    assert_eq!(stat.uid, fs::metadata(&nested).unwrap().uid());
    assert_eq!(stat.owner.as_deref(), Some(lab.server.user()));

    let file = path(&dir, "a/file");
    lab.host
        .upload(&scope, &UploadRequest::new(&file, "12345"))
        .await
        .unwrap();
    let attributes = Attributes {
        mode: Some(0o604),
        ..Attributes::default()
    };
    lab.host
        .set_attributes(&scope, &file, &attributes)
        .await
        .unwrap();
    let stat = lab.host.stat(&scope, &file).await.unwrap();
    assert_eq!(
        (stat.kind, stat.mode, stat.size),
        (FileKind::File, 0o604, 5)
    );
    let link = path(&dir, "a/link");
    symlink("some where", &link).unwrap();
    let stat = lab.host.stat(&scope, &link).await.unwrap();
    assert_eq!(
        (stat.kind, stat.link_target.as_deref()),
        (FileKind::Link, Some("some where"))
    );

    request.path.clone_from(&file);
    let error = lab.host.make_directory(&scope, &request).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::NotDirectory),
        "{}",
        chain(&error)
    );
    let error = lab
        .host
        .remove_directory(&scope, &path(&dir, "a"))
        .await
        .unwrap_err();
    assert!(
        matches!(error.reason(), Reason::NotEmpty),
        "{}",
        chain(&error)
    );
    let error = lab.host.remove_file(&scope, &nested).await.unwrap_err();
    assert!(
        matches!(error.reason(), Reason::IsDirectory),
        "{}",
        chain(&error)
    );
    for _ in 0..2 {
        lab.host.remove_file(&scope, &file).await.unwrap();
        lab.host.remove_file(&scope, &link).await.unwrap();
        lab.host.remove_directory(&scope, &nested).await.unwrap();
        lab.host
            .remove_directory(&scope, &path(&dir, "a"))
            .await
            .unwrap();
    }
    assert!(names(&dir).is_empty());
}

#[tokio::test]
async fn root_can_give_files_to_others_and_keeps_their_owner() {
    if !is_root() {
        return;
    }
    let lab = lab();
    let scope = Scope::new();
    let dir = TempDir::new().unwrap();
    let mut request = UploadRequest::new(path(&dir, "file"), "x");
    request.attributes = Attributes {
        mode: Some(0o4750),
        owner: Some("65534".into()),
        group: Some("65533".into()),
    };
    lab.host.upload(&scope, &request).await.unwrap();
    request.attributes = Attributes::default();
    request.content = "y".into();
    lab.host.upload(&scope, &request).await.unwrap();
    let file = fs::metadata(&request.path).unwrap();
    assert_eq!(
        (file.uid(), file.gid(), file.mode() & 0o7777),
        (65534, 65533, 0o4750)
    );

    request.attributes.owner = Some("no-such-user".into());
    let error = lab.host.upload(&scope, &request).await.unwrap_err();
    assert!(chain(&error).contains("no-such-user"), "{}", chain(&error));
    assert_eq!(names(&dir), ["file"]);
}
