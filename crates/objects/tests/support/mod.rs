//! A real S3 server on a port of its own, over a folder.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::IF_NONE_MATCH;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, Checksum};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// The one bucket.
pub(crate) const BUCKET: &str = "lake";
/// Who may use it.
pub(crate) const KEY: (&str, &str) = ("upheld", "a secret of the tests");

/// The address of a server that runs as long as the process does, on whatever port is free.
pub(crate) fn serve(folder: &Path) -> SocketAddr {
    serve_at(folder, "127.0.0.1:0")
}

/// The same at an address.
pub(crate) fn serve_at(folder: &Path, address: &str) -> SocketAddr {
    std::fs::create_dir_all(folder.join(BUCKET)).unwrap();
    let mut service = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY.0, KEY.1));
    let service = service.build();
    let listener = std::net::TcpListener::bind(address).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { accept(TcpListener::from_std(listener).unwrap(), service).await });
    });
    address
}

async fn accept(listener: TcpListener, service: S3Service) {
    // This server looks whether an object is there and then writes it, where a store that keeps its word does both at once.
    let creating = Arc::new(Mutex::new(()));
    while let Ok((socket, _)) = listener.accept().await {
        // An answer's body would wait for the other side to acknowledge its head, some forty milliseconds.
        let _ = socket.set_nodelay(true);
        let (service, creating) = (service.clone(), Arc::clone(&creating));
        let answer = service_fn(move |request: Request<Incoming>| {
            let (service, creating) = (service.clone(), Arc::clone(&creating));
            async move {
                let creates = request.headers().contains_key(IF_NONE_MATCH);
                let _turn = if creates { Some(creating.lock().await) } else { None };
                Service::call(&service, request).await
            }
        });
        tokio::spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}

/// What the environment of a process has to say so that it finds the bucket of that server as `s3://lake/…`.
pub(crate) fn environment(address: SocketAddr) -> [(&'static str, String); 5] {
    [
        ("AWS_ENDPOINT", format!("http://{address}")),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
        ("AWS_REGION", "test-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", KEY.0.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", KEY.1.to_owned()),
    ]
}

/// The bucket of that server.
pub(crate) fn bucket(address: SocketAddr) -> Arc<dyn ObjectStore> {
    let store = AmazonS3Builder::new()
        .with_endpoint(format!("http://{address}"))
        .with_allow_http(true)
        .with_region("test-1")
        .with_bucket_name(BUCKET)
        .with_access_key_id(KEY.0)
        .with_secret_access_key(KEY.1)
        .with_checksum_algorithm(Checksum::SHA256)
        .build();
    Arc::new(store.unwrap())
}
