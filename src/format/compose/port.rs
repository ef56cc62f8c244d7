//! `ports:`, from `"127.0.0.1:8000-8010:80-90/tcp"` to its parts. Must not know other keys.

use super::canon::{Canon, entry, text_at};
use super::shape::Record;
use crate::format::yaml::{Node, Value};

/// A range of ports: one port is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    /// The first.
    pub first: u16,
    /// The last, included.
    pub last: u16,
}

impl PortRange {
    /// `80` or `80-90`. Port 0 is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (first, last) = (port(first)?, port(last)?);
        (first > 0 && first <= last).then_some(Self { first, last })
    }

    /// How many ports there are.
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Whether two ranges have a port in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// The parts of the short form.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'p> {
    host_ip: Option<&'p str>,
    published: Option<&'p str>,
    target: &'p str,
    protocol: &'p str,
}

fn parts(text: &str) -> Result<Parts<'_>, String> {
    let (rest, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (front, target) = match rest.rsplit_once(':') {
        Some((front, target)) => (Some(front), target),
        None => (None, rest),
    };
    let (host_ip, published) = match front.map(|front| front.rsplit_once(':').ok_or(front)) {
        None => (None, None),
        Some(Err(published)) => (None, Some(published)),
        Some(Ok((host, published))) => (Some(host), Some(published)),
    };
    let host_ip = host_ip.map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    let published = published.filter(|text| !text.is_empty());
    if let Some(host) = host_ip.filter(|host| host.parse::<core::net::IpAddr>().is_err()) {
        return Err(format!("`{host}` is no IP address"));
    }
    let range = |text: &str| {
        PortRange::parse(text)
            .ok_or_else(|| format!("`{text}` is no port: 1 to 65535, or a range of these"))
    };
    let inside = range(target)?;
    if let Some(outside) = published.map(range).transpose()?
        && inside.count() != outside.count()
        && inside.count() != 1
    {
        return Err("the two ranges are not equally long".to_owned());
    }
    if !matches!(protocol, "tcp" | "udp" | "sctp") {
        return Err(format!("`{protocol}` is no protocol: tcp, udp or sctp"));
    }
    Ok(Parts {
        host_ip,
        published,
        target,
        protocol,
    })
}

/// The short form to a record.
pub(super) fn short(canon: &mut Canon<'_>, node: &Node) -> Option<Node> {
    let text = node.scalar().unwrap_or_default();
    let parts = match parts(text) {
        Ok(parts) => parts,
        Err(why) => {
            canon.bad(node.span, format!("{} is no port: {why}", node.what()));
            return None;
        }
    };
    let at = |part: &str| text_at(canon.sources.narrow(node.span, part), part);
    let mut entries = Vec::new();
    entries.extend(parts.host_ip.map(|ip| entry("host_ip", at(ip))));
    entries.extend(parts.published.map(|ports| entry("published", at(ports))));
    entries.push(entry("target", text_at(node.span, parts.target)));
    entries.push(entry("protocol", text_at(node.span, parts.protocol)));
    let value = Value::Mapping(entries);
    Some(Node {
        span: node.span,
        value,
    })
}

/// The long form, with its ports looked at.
pub(super) fn long(canon: &mut Canon<'_>, node: Node, record: &'static Record) -> Option<Node> {
    let node = canon.record(node, record)?;
    let mut good = true;
    for name in ["target", "published"] {
        let Some(value) = node.get(name) else {
            continue;
        };
        let text = value.scalar().unwrap_or_default();
        // Compose takes an empty or a zero `published` for "any".
        let any = name == "published" && matches!(text, "" | "0");
        if !any && PortRange::parse(text).is_none() {
            canon.bad(
                value.span,
                format!("{} is no port: 1 to 65535", value.what()),
            );
            good = false;
        }
    }
    good.then_some(node)
}

#[cfg(test)]
mod tests {
    use super::{Parts, PortRange, parts};

    #[test]
    fn every_short_form_is_taken_apart() {
        let p = |host_ip, published, target, protocol| Parts {
            host_ip,
            published,
            target,
            protocol,
        };
        for (text, expected) in [
            ("80", p(None, None, "80", "tcp")),
            ("8080:80", p(None, Some("8080"), "80", "tcp")),
            (
                "127.0.0.1:8080:80",
                p(Some("127.0.0.1"), Some("8080"), "80", "tcp"),
            ),
            ("127.0.0.1::80", p(Some("127.0.0.1"), None, "80", "tcp")),
            ("[::1]:53:53/udp", p(Some("::1"), Some("53"), "53", "udp")),
            ("::1:53:53/udp", p(Some("::1"), Some("53"), "53", "udp")),
            (
                "9000-9001:80-81",
                p(None, Some("9000-9001"), "80-81", "tcp"),
            ),
            ("9000-9010:80", p(None, Some("9000-9010"), "80", "tcp")),
        ] {
            assert_eq!(parts(text), Ok(expected), "{text}");
        }
        for wrong in [
            "", ":", "x", "0", "65536", "80:x", "h:1:2", "1-3:1-2", "3-1", "80/icmp", "80/",
            "1:2:3:4",
        ] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_meet() {
        let range = |text| PortRange::parse(text).unwrap();
        assert!(range("80-90").meets(range("90")));
        assert!(!range("80-89").meets(range("90-91")));
        assert_eq!(range("80-89").count(), 10);
    }
}
