//! Pages and API of a house, served together.

use std::sync::Arc;

use crate::support::{House, Server, generous};

pub fn serve(house: &House) -> Server {
    let (platform, log) = (house.platform.clone(), house.lines.log());
    Server::start(move || {
        let app = Arc::new(web::App::new(platform, generous(), log));
        let pages = console::router(&app);
        web::router_with(app, pages)
    })
}
