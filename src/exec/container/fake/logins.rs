//! Private registries: what docker's settings know is handed to the engine with a pull.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::super::config::tests::request;
use super::super::tests::{Heard, ask};
use super::{Play, ended, polite, staged};
use crate::model::{Answer, ImageRef, Probe};

/// In the alphabet of mail this is written with `+` and `/`, which no engine reads.
const PASSWORD: &str = "Passw0rd???>>>~~~";

/// Runs in an image that must be pulled from `registry.example:5000`, with these settings of
/// docker and this helper: what was handed over, as text, and all that was said.
async fn pulled(config: &str, helper: &str) -> (Option<String>, String) {
    let handed = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&handed);
    let (mut container, dir) = staged(Arc::new(move |request| {
        let mut handed = seen.lock().unwrap();
        if request.contains("/images/create") {
            let auth = request.split_once("x-registry-auth: ");
            *handed = Some(auth.map(|(_, value)| value.to_owned()));
            return ended("{\"status\":\"done\"}\n");
        }
        if request.contains("/images/registry.example") && handed.is_none() {
            let head = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close";
            return Play::Send(format!("{head}\r\n\r\n{{}}"));
        }
        polite(request)
    }));
    write(dir.path(), "config.json", config);
    write(dir.path(), "docker-credential-fake", helper);
    let env = &mut container.settings.env;
    let path = dir.path().to_str().unwrap();
    env.insert("DOCKER_CONFIG".to_owned(), path.to_owned());
    env.insert("PATH".to_owned(), format!("{path}:/usr/bin:/bin"));
    let image = ImageRef::Named("registry.example:5000/team/app:1".to_owned());
    let heard = Heard::default();
    let probe = Probe::Run(Box::new(request(image, &["true"])));
    let answer = ask(&container, &probe, &heard).await;
    let said = match &answer {
        Answer::Unanswered(why) => format!("{why:?}"),
        other => format!("{other:?}"),
    };
    let all = format!(
        "{said}{:?}{}",
        heard.progress.borrow(),
        String::from_utf8_lossy(&heard.stdout.borrow())
    );
    let handed = handed.lock().unwrap().clone().flatten();
    let handed = handed.map(|value| {
        let bytes = URL_SAFE.decode(value.trim()).expect("engines read this");
        String::from_utf8(bytes).unwrap()
    });
    (handed, all)
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(dir.join(name), executable).unwrap();
}

#[tokio::test]
async fn a_login_of_dockers_settings_goes_with_the_pull_and_is_not_said() {
    let auth = STANDARD.encode(format!("dan:{PASSWORD}"));
    let config = format!(r#"{{"auths":{{"https://registry.example:5000":{{"auth":"{auth}"}}}}}}"#);
    let (handed, said) = pulled(&config, "").await;
    let handed = handed.expect("a login");
    assert!(
        handed.contains(PASSWORD) && handed.contains("dan"),
        "{handed}"
    );
    assert!(!said.contains(PASSWORD) && !said.contains(&auth), "{said}");
}

#[tokio::test]
async fn a_helper_is_asked_for_this_registry_and_what_it_says_is_not_said() {
    let helper = format!(
        "#!/bin/sh\n[ \"$1 $(cat)\" = 'get registry.example:5000' ] || exit 1\n\
         echo '{{\"ServerURL\":\"x\",\"Username\":\"dan\",\"Secret\":\"{PASSWORD}\"}}'\n"
    );
    let config = r#"{"credHelpers":{"registry.example:5000":"fake"}}"#;
    let (handed, said) = pulled(config, &helper).await;
    assert!(handed.expect("a login").contains(PASSWORD));
    assert!(!said.contains(PASSWORD), "{said}");
    let none = "#!/bin/sh\necho 'credentials not found in native keychain'; exit 1\n";
    assert_eq!(pulled(r#"{"credsStore":"fake"}"#, none).await.0, None);
}

#[tokio::test]
async fn settings_or_a_helper_that_cannot_be_read_are_said_and_nothing_of_them() {
    let secret = format!("#!/bin/sh\necho {PASSWORD}; exit 1\n");
    for (config, helper) in [
        (r#"{"credsStore":"fake"}"#, secret.as_str()),
        (r#"{"credsStore":"../fake"}"#, ""),
        (
            r#"{"auths":{"registry.example:5000":{"auth":"Passw0rd???>>>~~~"}}}"#,
            "",
        ),
        ("{\"auths\": \"Passw0rd???>>>~~~", ""),
    ] {
        let (handed, said) = pulled(config, helper).await;
        assert_eq!(handed, None, "{config}");
        assert!(said.contains("settings"), "{said}");
        assert!(!said.contains(PASSWORD), "{said}");
    }
}
