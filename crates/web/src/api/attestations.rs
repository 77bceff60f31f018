//! Attestations and their files.

use axum::body::Bytes;
use platform::attestations::{self, Attestation};
use platform::objects::OBJECT_BYTES_MAX;
use platform::principal::Principal;
use platform::tenants::Reason;
use platform::{Platform, files};

use crate::parts::Parts;
use crate::reply::Reply;
use crate::route::{Commit, Right, Route, Todo, read, read_bytes, write, write_bytes};
use platform::rights::{Resource, Verb};

const OF_TENANT: &str = "Those for this customer; absent: those for all.";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        write(
            "POST",
            "/attestations",
            "createAttestation",
            "Makes an attestation",
            Right::Of(Resource::Attestation, Verb::Create),
            |platform, tx, who, _, input| attestations::create(platform, tx, who, &input),
        )
        .created(),
        read(
            "/attestations",
            "listAttestations",
            "Attestations",
            Right::OfEach(Resource::Attestation, Verb::Read),
            |platform, tx, who, parts| {
                attestations::list(platform, tx, who, parts.parameter("tenant"), &parts.page()?)
            },
        )
        .query("tenant", OF_TENANT)
        .paged(),
        read(
            "/attestations/{attestation}",
            "getAttestation",
            "An attestation",
            Right::OfEach(Resource::Attestation, Verb::Read),
            |platform, tx, who, parts| {
                attestations::get(platform, tx, who, parts.parameter("tenant"), parts.id("attestation"))
            },
        )
        .query("tenant", OF_TENANT),
        write(
            "POST",
            "/attestations/{attestation}/withdrawal",
            "withdrawAttestation",
            "Takes an attestation back",
            Right::Of(Resource::Attestation, Verb::Remove),
            |platform, tx, who, parts, Reason { reason }| {
                let of = (parts.parameter("tenant"), parts.id("attestation"));
                attestations::withdraw(platform, tx, who, of, &reason, parts.expected)
            },
        )
        .query("tenant", OF_TENANT),
        attach(),
        read_bytes(
            "/attestations/{attestation}/files/{sha256}",
            "downloadAttestationFile",
            "A file of an attestation",
            Right::OfEach(Resource::Attestation, Verb::Read),
            "application/octet-stream",
            |platform, tx, who, parts| {
                let of = (parts.parameter("tenant"), parts.id("attestation"));
                let (file, bytes) = attestations::file(platform, tx, who, of, parts.id("sha256"))?;
                Ok(Reply::bytes(&file.media, bytes).file(&file.name))
            },
        )
        .query("tenant", OF_TENANT),
    ]
}

/// The file is named and packed here, beside the writing thread.
fn attach() -> Route {
    let prepare = |_: &Platform, _: &Principal, parts: &Parts, bytes: Bytes| {
        let file = files::prepare(parts.parameter("name").unwrap_or_default(), &parts.media, &bytes)?;
        let commit: Commit = Box::new(move |platform, tx, who, parts| {
            let of = (parts.parameter("tenant"), parts.id("attestation"));
            let done = attestations::attach(platform, tx, who, of, file, parts.expected)?;
            Reply::json(&done)
        });
        Ok(Todo::Alone(commit))
    };
    let path = "/attestations/{attestation}/files";
    let media = &["application/octet-stream"];
    write_bytes::<Attestation>(
        "POST",
        path,
        "attachAttestationFile",
        "Attaches a file",
        Right::Of(Resource::Attestation, Verb::Create),
        media,
        prepare,
    )
    .created()
    .query("name", "The file's name.")
    .query("tenant", OF_TENANT)
    .body_bytes_max(OBJECT_BYTES_MAX)
}
