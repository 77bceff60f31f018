//! The first page: where it leads depends on who asks.

use web::{Reply, Route};

use crate::frame::base;
use crate::page::page;

pub(crate) fn routes() -> Vec<Route> {
    let front = page("", "front", |view| {
        let base = base(view.lang);
        let to = match view.who.tenants() {
            _ if !view.is_signed_in() => format!("{base}/sign-in"),
            None => format!("{base}/now"),
            Some(tenants) => match tenants.first() {
                Some(tenant) => format!("{base}/customers/{tenant}"),
                None => format!("{base}/status"),
            },
        };
        let mut reply = Reply::bytes("text/plain; charset=utf-8", Vec::new());
        reply.status = Some(303);
        Ok(reply.header("location", to))
    });
    vec![front.open()]
}
