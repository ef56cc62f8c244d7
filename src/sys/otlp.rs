//! Posts a trace to a collector over HTTP or HTTPS, within a time, and says why when it could not.
//!
//! Must not know what is in it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use prost::Message;

/// The most that is read of an answer.
const ANSWER_BYTES: usize = 64 << 10;

/// Where to.
#[derive(Clone)]
pub struct Endpoint {
    /// With `http://` or `https://`.
    pub url: String,
    /// Further headers; their values may be secret.
    pub headers: Vec<(String, String)>,
    /// For everything: name, connection, answer.
    pub timeout: Duration,
}

/// Posts it.
///
/// # Errors
/// Why it was not taken, in words, without what may be secret.
pub async fn post(to: &Endpoint, body: Vec<u8>) -> Result<(), String> {
    let sent = tokio::time::timeout(to.timeout, send(to, body)).await;
    let limit = humantime::format_duration(to.timeout);
    sent.unwrap_or_else(|_| Err(format!("no answer within {limit}")))
}

async fn send(to: &Endpoint, body: Vec<u8>) -> Result<(), String> {
    let mut request = Request::post(&to.url).header("content-type", "application/x-protobuf");
    for (name, value) in &to.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(body)));
    let request = request.map_err(|_| "its address or a header is not valid".to_owned())?;
    match request.uri().scheme_str() {
        Some("http") => exchange(HttpConnector::new(), request).await,
        Some("https") => {
            let roots = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots();
            let roots =
                roots.map_err(|error| format!("no certificates can be trusted: {error}"))?;
            exchange(roots.https_only().enable_http1().build(), request).await
        }
        _ => Err("its address is neither http:// nor https://".to_owned()),
    }
}

async fn exchange<C>(connector: C, request: Request<Full<Bytes>>) -> Result<(), String>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client.request(request).await.map_err(|error| {
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            said = format!("{said}: {error}");
            cause = error.source();
        }
        said
    })?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("it answered {status}"));
    }
    let body = Limited::new(answer.into_body(), ANSWER_BYTES)
        .collect()
        .await;
    let body = body.map_err(|error| format!("its answer could not be read: {error}"))?;
    taken(&body.to_bytes())
}

/// What an answer says of the spans: a collector may take a request and refuse some of them. One
/// that says something else than the protocol's answer (a proxy, an empty text) refused none.
fn taken(body: &[u8]) -> Result<(), String> {
    let answer = Answer::decode(body).unwrap_or_default();
    match answer.partial.unwrap_or_default() {
        Partial { rejected: 0, .. } => Ok(()),
        Partial { rejected, said } => Err(format!("it refused {rejected} spans: {said}")),
    }
}

/// `ExportTraceServiceResponse` of OTLP 1.x.
#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "1")]
    partial: Option<Partial>,
}

/// `ExportTracePartialSuccess`.
#[derive(Clone, PartialEq, Message)]
struct Partial {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    said: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn to(url: String) -> Endpoint {
        Endpoint {
            url,
            headers: vec![("authorization".to_owned(), "Bearer tok".to_owned())],
            timeout: Duration::from_secs(5),
        }
    }

    /// Takes one request and answers with this status; gives what it got.
    async fn collector(listener: tokio::net::TcpListener, status: &str) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        while !got.ends_with(b"spans") {
            let mut chunk = [0; 4096];
            let n = stream.read(&mut chunk).await.unwrap();
            assert!(n > 0);
            got.extend_from_slice(&chunk[..n]);
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(got).unwrap()
    }

    #[tokio::test]
    async fn a_collector_gets_it_and_its_refusal_is_said() {
        for (status, expected) in [
            ("200 OK", Ok(())),
            (
                "503 Service Unavailable",
                Err("it answered 503 Service Unavailable".to_owned()),
            ),
        ] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let endpoint = to(format!("http://{address}/v1/traces"));
            let (got, done) = tokio::join!(
                collector(listener, status),
                post(&endpoint, b"spans".to_vec())
            );
            assert!(got.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{got}");
            assert!(
                got.contains("content-type: application/x-protobuf\r\n"),
                "{got}"
            );
            assert!(got.contains("authorization: Bearer tok\r\n"), "{got}");
            assert_eq!(done, expected);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_a_reason() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let said = post(&to(format!("http://{address}/")), Vec::new()).await;
        assert!(said.unwrap_err().contains("refused"));
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut endpoint = to(format!("http://{}/", silent.local_addr().unwrap()));
        endpoint.timeout = Duration::from_millis(50);
        let said = post(&endpoint, Vec::new()).await;
        assert_eq!(said.unwrap_err(), "no answer within 50ms");
        let said = post(&to("ftp://x/".to_owned()), Vec::new()).await;
        assert!(said.unwrap_err().contains("neither http:// nor https://"));
        let said = post(&to("http://a b/".to_owned()), Vec::new()).await;
        assert!(said.unwrap_err().contains("not valid"));
    }

    #[test]
    fn spans_that_were_refused_are_counted() {
        assert_eq!(taken(b""), Ok(()));
        assert_eq!(taken(b"<html>ok</html>"), Ok(()));
        assert_eq!(
            taken(b"\x0a\x06\x12\x04hint"),
            Ok(()),
            "a warning refuses nothing"
        );
        let said = taken(b"\x0a\x08\x08\x02\x12\x04full");
        assert_eq!(said, Err("it refused 2 spans: full".to_owned()));
    }
}
