//! Where this site is, for what leaves it: links in mails, feeds, calendars.

use web::Parts;

/// `https://host`, as the caller named the host; this machine itself is reached without TLS.
pub(crate) fn site(parts: &Parts) -> String {
    let host = parts.host.as_str();
    let name = host.strip_prefix('[').map_or_else(
        || host.split(':').next().unwrap_or_default(),
        |it| it.split(']').next().unwrap_or_default(),
    );
    let here = matches!(name, "localhost" | "::1") || name.starts_with("127.");
    format!("{}://{host}", if here { "http" } else { "https" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_without_tls() {
        for (host, site_is) in [
            ("localhost:7480", "http://localhost:7480"),
            ("127.0.0.1:7480", "http://127.0.0.1:7480"),
            ("[::1]:7480", "http://[::1]:7480"),
            ("sla.example", "https://sla.example"),
            ("localhost.example", "https://localhost.example"),
        ] {
            assert_eq!(site(&Parts { host: host.to_owned(), ..Parts::default() }), site_is);
        }
    }
}
