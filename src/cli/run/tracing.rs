//! Tracing as OpenTelemetry's standard variables ask for it (`OTEL_*`, `TRACEPARENT`): whether,
//! where to, and what becomes of it. It never changes a verdict.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::cli::output::Terminal;
use crate::event::Listener;
use crate::exec::{Executor, Local, Traced};
use crate::model::Trace;
use crate::report::{self, Sink};
use crate::sys::otlp::{self, Endpoint};

/// A run must not wait long for a collector that does not answer; `OTEL_EXPORTER_OTLP_TIMEOUT`
/// says otherwise.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Where a collector listens unless something else is said.
const COLLECTOR: &str = "http://localhost:4318";

/// What the variables ask for.
pub(super) struct Tracing {
    trace: Trace,
    endpoint: Endpoint,
    resource: Vec<(String, String)>,
    bytes: Rc<RefCell<Vec<u8>>>,
}

impl Tracing {
    /// What this process's environment asks for; what it asks for in vain is said.
    pub fn from_environment(run: &str, terminal: &Terminal) -> Option<Self> {
        let asked = Self::asked(run, |name| std::env::var(name).ok());
        asked.unwrap_or_else(|why| {
            terminal.note(&format!("nothing is traced: {why}"));
            None
        })
    }

    /// Reads the variables; `None` when nothing is to be traced.
    ///
    /// # Errors
    /// What they ask for and cannot be had: to be said, nothing is traced.
    pub fn asked(run: &str, var: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
        let of = |what: &str| {
            let own = var(&format!("OTEL_EXPORTER_OTLP_TRACES_{what}"));
            own.or_else(|| var(&format!("OTEL_EXPORTER_OTLP_{what}")))
        };
        let disabled = var("OTEL_SDK_DISABLED").is_some_and(|is| is.eq_ignore_ascii_case("true"));
        let exporter = var("OTEL_TRACES_EXPORTER");
        if disabled || exporter.as_deref() == Some("none") {
            return Ok(None);
        }
        let url = match var("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            Some(url) => url,
            None => match (var("OTEL_EXPORTER_OTLP_ENDPOINT"), &exporter) {
                (Some(base), _) => format!("{}/v1/traces", base.trim_end_matches('/')),
                (None, Some(_)) => format!("{COLLECTOR}/v1/traces"),
                (None, None) => return Ok(None),
            },
        };
        if let Some(other) = exporter.filter(|names| !names.split(',').any(|n| n.trim() == "otlp"))
        {
            return Err(format!(
                "OTEL_TRACES_EXPORTER={other:?}: prove knows `otlp` and `none`"
            ));
        }
        if let Some(other) = of("PROTOCOL").filter(|protocol| protocol != "http/protobuf") {
            return Err(format!(
                "OTEL_EXPORTER_OTLP_PROTOCOL={other:?}: prove speaks `http/protobuf`"
            ));
        }
        let ms = of("TIMEOUT").and_then(|ms| ms.parse().ok());
        let headers = of("HEADERS").map(|text| pairs(&text)).unwrap_or_default();
        let mut resource = var("OTEL_RESOURCE_ATTRIBUTES").map(|text| pairs(&text));
        let resource = resource.get_or_insert_default();
        if let Some(name) = var("OTEL_SERVICE_NAME") {
            resource.retain(|(key, _)| key != "service.name");
            resource.push(("service.name".to_owned(), name));
        } else if !resource.iter().any(|(key, _)| key == "service.name") {
            resource.push(("service.name".to_owned(), "prove".to_owned()));
        }
        Ok(Some(Self {
            trace: Trace::new(run, var("TRACEPARENT").as_deref()),
            endpoint: Endpoint {
                url,
                headers,
                timeout: ms.map_or(TIMEOUT, Duration::from_millis),
            },
            resource: std::mem::take(resource),
            bytes: Rc::default(),
        }))
    }

    /// Folds the run into its trace.
    pub fn listener(&self) -> Box<dyn Listener> {
        let bytes = self.bytes.clone();
        let keep = move |trace: &[u8]| {
            trace.clone_into(&mut bytes.borrow_mut());
            Ok(())
        };
        let sink = Sink::File(Box::new(keep));
        report::traces(self.trace.clone(), self.resource.clone(), sink)
    }

    /// Posts what was folded.
    ///
    /// # Errors
    /// That it is lost, and why.
    pub async fn post(&self) -> Result<(), String> {
        let bytes = self.bytes.take();
        let done = otlp::post(&self.endpoint, bytes).await;
        done.map_err(|why| {
            format!("the trace of this run is lost or not whole: the collector: {why}")
        })
    }
}

/// The executor that hands spans to what it starts, when there are any.
pub(super) fn executor(executor: Local, tracing: Option<&Tracing>) -> Box<dyn Executor> {
    match tracing {
        Some(tracing) => Box::new(Traced::new(executor, tracing.trace.clone())),
        None => Box::new(executor),
    }
}

/// `key=value,key=value`, values percent-encoded (W3C Baggage).
fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.trim().to_owned(), decoded(value.trim())))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| byte == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(vars: &[(&str, &str)]) -> Result<Option<Tracing>, String> {
        let var = |name: &str| {
            let found = vars.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Tracing::asked("run-1", var)
    }

    #[test]
    fn nothing_is_traced_unless_it_is_asked_for() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/");
        assert!(asked(&[]).unwrap().is_none());
        assert!(
            asked(&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")])
                .unwrap()
                .is_none()
        );
        assert!(
            asked(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")])
                .unwrap()
                .is_none()
        );
        let url = |vars: &[(&str, &str)]| asked(vars).unwrap().unwrap().endpoint.url;
        assert_eq!(url(&[endpoint]), "http://c:4318/v1/traces");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://t/x");
        assert_eq!(url(&[endpoint, own]), "https://t/x");
        let exporter = ("OTEL_TRACES_EXPORTER", "otlp");
        assert_eq!(url(&[exporter]), "http://localhost:4318/v1/traces");
    }

    #[test]
    fn what_cannot_be_had_is_said() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
        for (name, value) in [
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ] {
            let said = asked(&[endpoint, (name, value)]).err().unwrap();
            assert!(said.starts_with(&format!("{name}={value:?}")), "{said}");
        }
    }

    #[test]
    fn names_headers_and_time_are_read() {
        let tracing = asked(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c"),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20a%3Db, x = 1 ,bad",
            ),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=old,team=a%2Cb"),
            ("OTEL_SERVICE_NAME", "gate"),
        ]);
        let tracing = tracing.unwrap().unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let headers = [pair("authorization", "Bearer a=b"), pair("x", "1")];
        assert_eq!(tracing.endpoint.headers, headers);
        assert_eq!(tracing.endpoint.timeout, Duration::from_millis(250));
        let resource = [pair("team", "a,b"), pair("service.name", "gate")];
        assert_eq!(tracing.resource, resource);
    }
}
