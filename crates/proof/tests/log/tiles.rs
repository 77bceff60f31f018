//! Paths of tiles and bundles: the table of the specification, and another implementation's.

use proof::{BundlePath, PathError, TilePath, new_bundles, new_tiles, tiles};
use proptest::prelude::*;
use tlog_tiles::Tile;

fn texts(paths: impl Iterator<Item = TilePath>) -> Vec<String> {
    paths.map(|it| it.to_string()).collect()
}

#[test]
fn paths_are_those_of_the_specification() {
    let table = [
        ("tile/0/000", (0, 0, 256)),
        ("tile/0/999", (0, 999, 256)),
        ("tile/0/x001/000", (0, 1000, 256)),
        ("tile/1/x001/x234/067", (1, 1_234_067, 256)),
        ("tile/63/x001/x234/067.p/1", (63, 1_234_067, 1)),
        ("tile/2/005.p/255", (2, 5, 255)),
        ("tile/0/x001/x000/000.p/5", (0, 1_000_000, 5)),
    ];
    for (text, (level, n, width)) in table {
        assert_eq!(text.parse(), Ok(TilePath::new(level, n, width).unwrap()));
        assert_eq!(TilePath::new(level, n, width).unwrap().to_string(), text);
    }
    assert_eq!("tile/entries/x001/234.p/9".parse(), Ok(BundlePath::new(1234, 9).unwrap()));
    let bundle = BundlePath::new(1234, 9).unwrap();
    assert_eq!((bundle.from(), bundle.until()), (315_904, 315_913));
}

#[test]
fn other_ways_to_write_a_path_are_refused() {
    let texts = [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/+1/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/a/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x01/002",
        "tile/0/X001/002",
        "tile/0/x001//002",
        "tile/0/x１/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/../0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/8/0/000",
        "tile/entries",
    ];
    for text in texts {
        assert_eq!(text.parse::<TilePath>(), Err(PathError), "{text:?}");
        let entries = text.replacen("tile/0/", "tile/entries/", 1);
        assert_eq!(entries.parse::<BundlePath>(), Err(PathError), "{entries:?}");
    }
    assert_eq!("tile/entries/000".parse::<TilePath>(), Err(PathError));
    for (level, n, width) in [(64, 0, 1), (0, u64::MAX >> 8, 1), (0, u64::MAX, 1), (0, 0, 0), (0, 0, 257)] {
        assert_eq!(TilePath::new(level, n, width), None);
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_the_specification_counts() {
    let all: Vec<TilePath> = tiles(70_000).collect();
    let count = |level: u8, full: bool| {
        all.iter().filter(|it| it.level() == level && (it.width() == 256) == full).count()
    };
    let counted: Vec<_> = (0..4).map(|it| (count(it, true), count(it, false))).collect();
    assert_eq!(counted, [(273, 1), (1, 1), (0, 1), (0, 0)]);
    let partial: Vec<_> = all.iter().filter(|it| it.width() < 256).map(|it| it.width()).collect();
    assert_eq!(partial, [112, 17, 1]);
    assert_eq!(texts(tiles(256)), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(texts(tiles(0)), [""; 0]);
}

#[test]
fn growth_writes_only_what_is_new() {
    assert_eq!(texts(new_tiles(255, 256)), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(texts(new_tiles(256, 257)), ["tile/0/001.p/1"]);
    assert_eq!(texts(new_tiles(257, 257)), [""; 0]);
    assert_eq!(texts(new_tiles(300, 200)), [""; 0]);
    let bundles: Vec<String> = new_bundles(250, 600).map(|it| it.to_string()).collect();
    assert_eq!(bundles, ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]);
}

#[test]
fn the_largest_log_does_not_overflow() {
    let whole = TilePath::new(0, (u64::MAX >> 8) - 1, 256).unwrap();
    assert!(whole.is_in(u64::MAX) && !whole.is_in(1 << 63));
    assert_eq!(tiles(u64::MAX).take(3).count(), 3);
    assert_eq!(new_tiles(u64::MAX - 1, u64::MAX).count(), 1);
    assert_eq!(whole.to_string().parse(), Ok(whole));
}

proptest! {
    #[test]
    fn every_path_reads_back_and_is_that_of_another_implementation(
        level in 0_u8..64,
        n in prop_oneof![0_u64..2000, 0..u64::MAX >> 9],
        width in 1_u16..=256,
    ) {
        let path = TilePath::new(level, n, width).unwrap();
        prop_assert_eq!(path.to_string().parse(), Ok(path));
        let theirs = Tile::new(8, level, n, u32::from(width), false).path();
        prop_assert_eq!(path.to_string(), theirs.replacen("tile/8/", "tile/", 1));
        let bundle = BundlePath::new(n, width).unwrap();
        prop_assert_eq!(bundle.to_string().parse(), Ok(bundle));
    }

    #[test]
    fn any_text_is_one_path_or_none(text in "(tile/)?[0-9]{0,2}/?(x[0-9]{3}/){0,3}[0-9]{1,4}(\\.p/[0-9]{0,3})?") {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn new_tiles_are_those_of_another_implementation(old in 0_u64..200_000, grown in 0_u64..2000) {
        let new = old + grown;
        let theirs = Tile::new_tiles(8, old, new);
        let theirs: Vec<_> = theirs.iter().map(|it| it.path().replacen("tile/8/", "tile/", 1)).collect();
        prop_assert_eq!(texts(new_tiles(old, new)), theirs);
        prop_assert!(new_tiles(old, new).all(|it| it.is_in(new) && !it.is_in(old)));
    }

    #[test]
    fn a_path_is_in_a_log_from_the_size_on_that_fills_it(level in 0_u8..3, n in 0_u64..9, width in 1_u16..=256) {
        let path = TilePath::new(level, n, width).unwrap();
        let size = (n * 256 + u64::from(width)) * 256_u64.pow(u32::from(level));
        prop_assert!(path.is_in(size) && !path.is_in(size - 1));
        prop_assert!(tiles(size).any(|it| it == path));
    }
}
