//! Bodies of requests, read whole: within a length and a time for each, and within a length for all together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Body as _;
use platform::{Failure, Refusal, RefusalKind};

/// How long the next piece of a body is waited for …
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// … and all of it: the longest body at 56 kB a second.
const TIME_MAX: Duration = Duration::from_secs(300);
/// Bytes of all bodies that are being read or worked on: eight of the longest. What is made of them takes several times as much.
const HELD_BYTES_MAX: usize = 128 << 20;

/// So much is set aside for a body that says itself how long it is, before any of it came.
const AHEAD_BYTES: usize = 256 << 10;

/// The room for the bodies of a process.
#[derive(Debug, Default)]
pub(crate) struct Bodies(Arc<AtomicUsize>);

/// Room that a body takes until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    room: Arc<AtomicUsize>,
    bytes: usize,
}

impl Bodies {
    /// A whole body of at most `limit` bytes, and the room it takes.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        limit: usize,
    ) -> Result<(Bytes, Held), Failure> {
        as_it_is(headers)?;
        let held = Held { room: self.0.clone(), bytes: 0 };
        tokio::time::timeout(TIME_MAX, whole(body, limit, held)).await.map_err(|_| slow())?
    }
}

impl Held {
    /// Takes more room, unless others have it.
    fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        let taken = self.room.fetch_add(bytes, Ordering::SeqCst);
        self.bytes += bytes;
        if taken.saturating_add(bytes) <= HELD_BYTES_MAX {
            return Ok(());
        }
        let mut refusal = Refusal::new(
            RefusalKind::TooMany,
            "so many bodies are being read that there is no room for this one; send it again",
            "正在读取的请求体过多，暂无空间；请稍后重新发送",
        );
        refusal.retry_after = Some(1);
        Err(refusal.into())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// Refused when the body is compressed: what comes out may be a thousand times what was sent.
fn as_it_is(headers: &HeaderMap) -> Result<(), Failure> {
    let plain = |it: &HeaderValue| it.to_str().is_ok_and(|it| it.trim().eq_ignore_ascii_case("identity"));
    if headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::UnsupportedMedia,
        "bodies are not decompressed here: send it without Content-Encoding",
        "此处不解压请求体：请勿使用 Content-Encoding",
    )
    .into())
}

async fn whole(body: Body, limit: usize, mut held: Held) -> Result<(Bytes, Held), Failure> {
    // Of a body that says itself that it is too long nothing is read.
    let said = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if said > limit {
        return Err(too_long(limit));
    }
    let mut body = Limited::new(body, limit);
    let mut bytes = Vec::with_capacity(said.min(AHEAD_BYTES));
    loop {
        match tokio::time::timeout(PAUSE_MAX, body.frame()).await.map_err(|_| slow())? {
            None => return Ok((bytes.into(), held)),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    held.grow(data.len())?;
                    bytes.extend_from_slice(&data);
                }
            }
            Some(Err(_)) => return Err(too_long(limit)),
        }
    }
}

fn too_long(limit: usize) -> Failure {
    Refusal::new(
        RefusalKind::TooLarge,
        format!("the body broke off, or is longer than {limit} bytes"),
        format!("请求体中断，或超过 {limit} 字节"),
    )
    .into()
}

fn slow() -> Failure {
    Refusal::new(RefusalKind::TooLarge, "the body came too slowly", "请求体传输过慢").into()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn kind(failure: Failure) -> RefusalKind {
        match failure {
            Failure::Refusal(it) => it.kind,
            other => unreachable!("{other:?}"),
        }
    }

    fn read(bodies: &Bodies, body: Vec<u8>) -> Result<(Bytes, Held), Failure> {
        let headers = HeaderMap::new();
        let reading = bodies.read(&headers, Body::from(body), HELD_BYTES_MAX);
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(reading)
    }

    #[test]
    fn bodies_have_so_much_room_together_and_give_it_back() {
        let bodies = Bodies::default();
        let half = || vec![b' '; HELD_BYTES_MAX / 2];
        let (first, second) = (read(&bodies, half()).unwrap(), read(&bodies, half()).unwrap());
        let refused = read(&bodies, vec![b' ']).unwrap_err();
        assert!(matches!(&refused, Failure::Refusal(it) if it.retry_after == Some(1)));
        assert_eq!(kind(refused), RefusalKind::TooMany);
        drop(first);
        drop(read(&bodies, half()).unwrap());
        drop(second);
        assert_eq!(bodies.0.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_request_given_up_gives_its_room_back() {
        let bodies = Bodies::default();
        let body = stalled();
        {
            let mut reading = pin!(async {
                let held = Held { room: bodies.0.clone(), bytes: 0 };
                whole(body, HELD_BYTES_MAX, held).await
            });
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let _inside = runtime.enter();
            let waiting = reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(waiting, Poll::Pending));
            assert_eq!(bodies.0.load(Ordering::SeqCst), 5);
        }
        assert_eq!(bodies.0.load(Ordering::SeqCst), 0);
    }

    /// A body of which five bytes come, and then nothing.
    fn stalled() -> Body {
        struct Stalled(Option<Bytes>);
        impl hyper::body::Body for Stalled {
            type Data = Bytes;
            type Error = std::convert::Infallible;
            fn poll_frame(
                mut self: std::pin::Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
                self.0.take().map_or(Poll::Pending, |it| Poll::Ready(Some(Ok(hyper::body::Frame::data(it)))))
            }
        }
        Body::new(Stalled(Some(Bytes::from_static(b"12345"))))
    }
}
