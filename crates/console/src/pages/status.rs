//! The public status pages: the provider's, and those of customers that were switched on. Nobody signs in to see them.

mod badge;
mod feeds;
mod ics;
mod json;
mod settings;
mod syndicated;
mod told;

use askama::Template;
use calendar::Zone;
use platform::status::{self, Board, Component, Day, Planned, State};
use platform::{Failure, Refusal};
use quantity::{Ratio, Rounding};
use timeline::Instant;
use web::Route;

use crate::chart::{self, Bars, Svg};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;
use crate::words::Words;

pub(crate) use feeds::routes as feeds;
use told::Told;

/// Days that are shown.
const DAYS: i32 = 90;
/// Past incidents that are listed.
const PAST_MAX: usize = 40;
/// From so many nanoseconds of outage on a day is a bad one.
const BAD_NANOS: i128 = 30 * 60 * 1_000_000_000;

#[derive(Template)]
#[template(path = "status/status.html")]
struct Page {
    frame: Frame,
    heading: String,
    lead: String,
    overall: Option<Chip>,
    as_of: String,
    components: Vec<Row>,
    open: Vec<Told>,
    past: Vec<Told>,
    windows: Vec<Window>,
    /// `/status` or `/status/name`, which the addresses for machines begin with.
    feeds: String,
    lang: &'static str,
    may_set: bool,
}

/// A component as the page shows it.
struct Row {
    id: String,
    name: String,
    chip: Chip,
    bars: Svg,
    share: String,
    known: String,
    zone: String,
}

/// A window of maintenance as the page shows it.
struct Window {
    component: String,
    title: String,
    when: String,
    chip: Chip,
    announced: String,
}

pub(crate) fn routes() -> Vec<Route> {
    let provider = page("/status", "statusPage", |view| {
        let board = status::of_provider(view.platform, view.tx)?;
        shown(view, &board, "/status".to_owned())
    });
    let customer = page("/status/{page}", "customerStatusPage", |view| {
        let name = view.id("page");
        let board = status::of_page(view.platform, view.tx, name)?;
        shown(view, &board, format!("/status/{name}"))
    });
    let mut routes = vec![provider.open(), customer.open()];
    routes.extend(settings::routes());
    routes
}

fn shown(view: &mut View<'_, '_>, board: &Board, feeds: String) -> Result<web::Reply, Failure> {
    let (w, now) = (view.w, board.now);
    let oldest = platform::time::after(now, -i64::from(DAYS) * 86_400);
    let recent = told::all(w, board).into_iter().filter(|it| it.until.is_none_or(|it| it > oldest));
    let (open, past): (Vec<Told>, Vec<Told>) = recent.partition(|it| it.is_open);
    let heading = match &board.customer {
        Some(it) => w.status_of_customer(view.show(&Zone::utc()).half(it)),
        None => w.status_title().to_owned(),
    };
    let zone = board.components.first().map_or_else(Zone::utc, |it| it.zone.clone());
    let page = Page {
        lead: if board.customer.is_some() { w.status_lead_customer() } else { w.status_lead() }.to_owned(),
        overall: board.state().map(|it| Chip::new(tone(it), overall(w, it))),
        as_of: w.status_as_of(view.show(&zone).minute(now), zone.name()),
        components: board.components.iter().map(|it| row(w, it, now)).collect(),
        open,
        past: past.into_iter().take(PAST_MAX).collect(),
        windows: windows(w, board),
        feeds,
        lang: view.lang_name(),
        may_set: board.customer.is_none() && settings::may(view),
        frame: Frame::new(view, heading.clone(), Place::Elsewhere)?,
        heading,
    };
    view.html(&page)
}

fn row(w: Words, it: &Component, now: Instant) -> Row {
    let show = Show::new(w.lang, it.zone.clone());
    let name = name(w, it);
    let days = it.days(now, DAYS);
    let title = w.status_bars(&name);
    let drawn = days.iter().map(|day| chart::Day { tone: day_tone(day), title: day_title(w, &show, day) });
    Row {
        id: it.id.clone(),
        chip: Chip::new(tone(it.state(now)), state(w, it.state(now))),
        bars: Bars { title, days: drawn.collect() }.draw(),
        share: share(w, it, &days),
        known: days
            .first()
            .filter(|day| day.span.from() < it.since)
            .map_or_else(String::new, |_| w.status_known(show.day(it.since))),
        zone: it.zone.name().to_owned(),
        name,
    }
}

/// The component's name in the reader's language.
fn name(w: Words, it: &Component) -> String {
    let name = if w.lang == diagnostic::Lang::Zh { &it.name.zh } else { &it.name.en };
    statement::display::half(name, w.lang)
}

fn tone(state: State) -> Tone {
    match state {
        State::Up => Tone::Good,
        State::Maintained => Tone::Works,
        State::PartDown => Tone::Pending,
        State::Down => Tone::Bad,
    }
}

fn state(w: Words, state: State) -> &'static str {
    match state {
        State::Up => w.status_up(),
        State::Maintained => w.status_maintained(),
        State::PartDown => w.status_part_down(),
        State::Down => w.status_down(),
    }
}

fn overall(w: Words, state: State) -> &'static str {
    match state {
        State::Up => w.status_all_up(),
        State::Maintained => w.status_some_maintained(),
        State::PartDown => w.status_some_part_down(),
        State::Down => w.status_some_down(),
    }
}

fn day_tone(day: &Day) -> Tone {
    match day {
        _ if day.unknown => Tone::Nothing,
        _ if day.down_nanos >= BAD_NANOS => Tone::Bad,
        _ if day.down_nanos > 0 => Tone::Pending,
        _ if day.maintained_nanos > 0 => Tone::Works,
        _ => Tone::Good,
    }
}

fn day_title(w: Words, show: &Show, day: &Day) -> String {
    let date = show.day(day.span.from());
    let length = |nanos: i128| length(w, show, nanos);
    match day_tone(day) {
        Tone::Nothing => w.status_day_unknown(date),
        Tone::Bad | Tone::Pending => w.status_day_down(date, length(day.down_nanos)),
        Tone::Works => w.status_day_maintained(date, length(day.maintained_nanos)),
        _ => w.status_day_up(date),
    }
}

/// A length of time; what is shorter than a minute is not told as none.
fn length(w: Words, show: &Show, nanos: i128) -> String {
    if nanos < 60_000_000_000 {
        return w.status_under_a_minute().to_owned();
    }
    let until = i64::try_from(nanos).map_or(Instant::MAX, Instant::from_nanos);
    show.span(Instant::EPOCH, until)
}

/// The share of the time known that had no outage, cut off.
fn share(w: Words, it: &Component, days: &[Day]) -> String {
    let known: i128 = days
        .iter()
        .filter(|day| !day.unknown)
        .map(|day| day.span.until().nanos_since(day.span.from().max(it.since)))
        .sum();
    let down: i128 = days.iter().filter(|day| !day.unknown).map(|day| day.down_nanos).sum();
    if known <= 0 {
        return w.status_no_data().to_owned();
    }
    if down == 0 {
        return w.status_no_outage().to_owned();
    }
    let share = Ratio::new((known - down).max(0), known).unwrap_or(Ratio::ZERO);
    let hundred = share.mul(&Ratio::int(100)).unwrap_or(Ratio::ZERO);
    w.status_share(hundred.decimal(3, Rounding::Floor))
}

/// Windows that last or are ahead, and those of the last week.
fn windows(w: Words, board: &Board) -> Vec<Window> {
    let week_ago = platform::time::after(board.now, -7 * 86_400);
    let ahead = platform::time::after(board.now, i64::from(DAYS) * 86_400);
    let mut all: Vec<(Instant, Window)> = Vec::new();
    for it in &board.components {
        let show = Show::new(w.lang, it.zone.clone());
        let near = |planned: &&Planned| planned.span.until() > week_ago && planned.span.from() < ahead;
        for planned in it.windows.iter().filter(near) {
            let (from, until) = (planned.span.from(), planned.span.until());
            let chip = if until <= board.now {
                Chip::new(Tone::Apart, w.status_window_over())
            } else if from <= board.now {
                Chip::new(Tone::Works, w.status_window_active())
            } else {
                Chip::new(Tone::Works, w.status_window_ahead())
            };
            let title = told::window_title(w, planned);
            let when = told::range(w, &show, from, until);
            let announced = planned.announced_at.map(|it| w.status_announced(show.minute(it)));
            let announced = announced.unwrap_or_default();
            all.push((from, Window { component: name(w, it), title, when, chip, announced }));
        }
    }
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|it| it.1).collect()
}

/// The board that an address for machines is about: the provider's, or the customer's of that name.
fn board(view: &mut View<'_, '_>) -> Result<Board, Failure> {
    match view.id("page") {
        "" => status::of_provider(view.platform, view.tx),
        name => status::of_page(view.platform, view.tx, name),
    }
}

/// A component of the board by its public id.
fn component<'a>(board: &'a Board, id: &str) -> Result<&'a Component, Refusal> {
    board.components.iter().find(|it| it.id == id).ok_or_else(Refusal::not_found)
}
