//! Style sheet, scripts and icon: part of the program, compressed once, and named by what is in them, so that a browser may
//! keep them for ever.

use std::io::Write as _;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// One file.
pub(crate) struct Asset {
    name: &'static str,
    path: String,
    pub(crate) media: &'static str,
    pub(crate) plain: Vec<u8>,
    pub(crate) gzip: Vec<u8>,
}

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let style = [statement::STYLE, include_str!("../assets/style.css")].concat();
    let script = "text/javascript; charset=utf-8";
    vec![
        asset("style.css", "text/css; charset=utf-8", style.into_bytes()),
        asset("htmx.js", script, include_bytes!("../assets/vendor/htmx-4.0.1.min.js").to_vec()),
        asset("htmx-sse.js", script, include_bytes!("../assets/vendor/htmx-sse-4.0.1.min.js").to_vec()),
        asset("upheld.js", script, include_bytes!("../assets/upheld.js").to_vec()),
        asset("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg").to_vec()),
    ]
});

fn asset(name: &'static str, media: &'static str, plain: Vec<u8>) -> Asset {
    let digest: String = settle::hex(&Sha256::digest(&plain)).chars().take(12).collect();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let path = format!("/assets/{stem}.{digest}.{ending}");
    let gzip = compressed(&plain, Compression::best());
    Asset { name, path, media, plain, gzip }
}

/// Bytes under gzip; empty when that fails, which memory never does.
pub(crate) fn compressed(plain: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    if encoder.write_all(plain).is_err() {
        return Vec::new();
    }
    encoder.finish().unwrap_or_default()
}

/// Where an asset is served.
pub(crate) fn path(name: &str) -> &'static str {
    ALL.iter().find(|it| it.name == name).map_or("", |it| it.path.as_str())
}

/// The asset served at a path.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|it| it.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was vendored is what was published; another file needs another look at it.
    #[test]
    fn vendored_scripts_are_the_published_ones() {
        let digest =
            |name| find(path(name)).map(|it| settle::hex(&Sha256::digest(&it.plain))).unwrap_or_default();
        assert_eq!(digest("htmx.js"), "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130");
        assert_eq!(digest("htmx-sse.js"), "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103");
    }

    #[test]
    fn an_asset_is_served_under_a_name_that_says_what_is_in_it() {
        let style = find(path("style.css")).unwrap();
        assert!(style.path.starts_with("/assets/style.") && style.path.ends_with(".css"));
        assert!(style.gzip.len() * 3 < style.plain.len(), "{} of {}", style.gzip.len(), style.plain.len());
        assert!(find("/assets/style.css").is_none());
    }
}
