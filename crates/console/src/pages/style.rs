//! Everything pages are made of, on one page: tokens, states, tables, forms and charts, with nothing, little and much in
//! them. Served while developing only.

use askama::Template;
use calendar::Zone;
use platform::{Failure, Refusal};
use quantity::Ratio;
use timeline::{Instant, Interval};
use web::{Reply, Route};

use crate::chart::{Bars, Burn, Day, Fall, Lane, Piece, Spark, Svg, Timeline, Waterfall};
use crate::frame::{Frame, Place};
use crate::page::page;
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::view::View;

#[derive(Template)]
#[template(path = "style/style.html")]
struct Style {
    frame: Frame,
    colours: Vec<&'static str>,
    chips: Vec<Chip>,
    figures: Vec<(&'static str, String)>,
    charts: Vec<(&'static str, Svg)>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    number: String,
    chip: Chip,
}

/// The tokens of colour.
const COLOURS: [&str; 14] = [
    "paper",
    "desk",
    "ink",
    "quiet",
    "rule",
    "wash",
    "good",
    "bad",
    "open",
    "pending",
    "link",
    "accent",
    "line-strong",
    "good-wash",
];
const TONES: [Tone; 8] =
    [Tone::Bad, Tone::Pending, Tone::Open, Tone::Owing, Tone::Nothing, Tone::Good, Tone::Apart, Tone::Works];
const HOUR: i64 = 3_600_000_000_000;

pub(crate) fn routes() -> Vec<Route> {
    vec![page("/style", "style", shown).open()]
}

fn shown(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    if !cfg!(debug_assertions) {
        return Err(Refusal::not_found().into());
    }
    let show = view.show(&Zone::utc());
    let page = Style {
        colours: COLOURS.to_vec(),
        chips: TONES.into_iter().map(|it| Chip::new(it, it.class())).collect(),
        figures: figures(&show),
        charts: charts(),
        rows: (1..=12).map(row).collect(),
        frame: Frame::new(view, view.w.style_title(), Place::Elsewhere)?,
    };
    view.html(&page)
}

fn row(number: i64) -> Row {
    let at = usize::try_from(number).unwrap_or(0) % TONES.len();
    let tone = TONES.get(at).copied().unwrap_or(Tone::Good);
    Row {
        name: format!("{number}. A customer with a rather long name 一家名称较长的客户"),
        number: (number * 7_331).to_string(),
        chip: Chip::new(tone, tone.class()),
    }
}

fn figures(show: &Show) -> Vec<(&'static str, String)> {
    vec![
        ("moment", show.moment(Instant::EPOCH)),
        ("day", show.day(Instant::EPOCH)),
        ("span", show.span(Instant::EPOCH, hour(50))),
        ("count", show.count(1_234_567)),
        ("percent", show.percent(&ratio(2_658, 10_000))),
    ]
}

fn ratio(num: i128, den: i128) -> Ratio {
    Ratio::new(num, den).unwrap_or(Ratio::ZERO)
}

fn hour(hour: i64) -> Instant {
    Instant::from_nanos(hour * HOUR)
}

fn span(from: i64, until: i64) -> Interval {
    Interval::new(hour(from), hour(until)).unwrap_or(Interval::ALL)
}

fn charts() -> Vec<(&'static str, Svg)> {
    let days = |count: usize| -> Vec<Day> {
        let tones = TONES.iter().cycle().take(count);
        tones.map(|it| Day { tone: *it, title: it.class().to_owned() }).collect()
    };
    let bars = |count| Bars { title: format!("{count} days"), days: days(count) }.draw();
    let burn = |used: Ratio, forecast| {
        Burn { title: "budget".to_owned(), used, forecast, elapsed: ratio(2, 3) }.draw()
    };
    let marks = |count: usize| -> Vec<(Tone, String)> {
        TONES.iter().cycle().take(count).map(|it| (*it, it.class().to_owned())).collect()
    };
    let spark = |count| Spark { title: format!("{count} cycles"), marks: marks(count) }.draw();
    vec![
        ("Bars, nothing", bars(0)),
        ("Bars, three days", bars(3)),
        ("Bars, ninety days", bars(90)),
        ("Burn, nothing used", burn(Ratio::ZERO, None)),
        ("Burn, half used", burn(ratio(1, 2), Some(ratio(4, 5)))),
        ("Burn, heading for a breach", burn(ratio(7, 10), Some(ratio(11, 10)))),
        ("Burn, used up", burn(ratio(9, 8), Some(ratio(3, 2)))),
        ("Spark, nothing", spark(0)),
        ("Spark, two cycles", spark(2)),
        ("Spark, twelve cycles", spark(12)),
        ("Timeline, nothing", timeline(0)),
        ("Timeline, three lanes", timeline(3)),
        ("Timeline, nine lanes", timeline(9)),
        ("Waterfall", waterfall()),
    ]
}

fn timeline(lanes: i64) -> Svg {
    let lane = |at: i64| Lane {
        pieces: (0..=at)
            .map(|it| Piece {
                span: span(it * 24 + at, it * 24 + at + 3 + it),
                tone: TONES
                    .get(usize::try_from(it).unwrap_or(0) % TONES.len())
                    .copied()
                    .unwrap_or(Tone::Good),
                title: "piece".to_owned(),
            })
            .collect(),
    };
    Timeline {
        title: format!("{lanes} lanes"),
        within: span(0, 240),
        lanes: (0..lanes).map(lane).collect(),
        ticks: (1..10).map(|it| hour(it * 24)).collect(),
        now: Some(hour(200)),
    }
    .draw()
}

fn waterfall() -> Svg {
    let fall = |title: &str, amount, taken| Fall { title: title.to_owned(), amount, taken };
    let steps = vec![
        fall("gross", 900, false),
        fall("maintenance", 240, true),
        fall("force majeure", 160, true),
        fall("counted", 500, false),
    ];
    Waterfall { title: "gross to counted".to_owned(), steps }.draw()
}
