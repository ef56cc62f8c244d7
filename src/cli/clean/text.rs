//! How `prove clean` says what went.

use super::find::Thing;
use crate::report::text::count;

/// A line for each thing, and the sum.
pub(super) fn text(things: &[Thing], dry_run: bool) -> String {
    let goes = match dry_run {
        true => "would go",
        false => "removed",
    };
    let mut shown = String::new();
    let (mut gone, mut bytes) = (0, 0);
    for thing in things {
        let word = match (&thing.trouble, thing.stays) {
            (Some(_), _) => "FAILED",
            (None, Some(_)) => "stays",
            (None, None) => goes,
        };
        let why = thing.trouble.as_deref().or(thing.stays);
        let size = thing.bytes.map(size).unwrap_or_default();
        let line = format!("{word:8}  {:9}  {size:>9}  {}", thing.what, thing.name);
        shown.push_str(&line);
        if let Some(why) = why {
            shown.push_str(&format!(": {why}"));
        } else {
            gone += 1;
            bytes += thing.bytes.unwrap_or(0);
        }
        shown.push('\n');
    }
    let sum = match gone {
        0 => "nothing to remove".to_owned(),
        gone => format!("{goes}: {}, {}", count(gone, "thing"), size(bytes)),
    };
    shown.push_str(&format!("{sum}\n"));
    shown
}

/// `12 B`, `3.4 KiB`: as much as somebody wants to know.
fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.iter().find(|(bits, _)| bytes >> bits > 0);
    match unit {
        Some((bits, unit)) => {
            let tenths = (u128::from(bytes) * 10) >> bits;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_as_people_say_them() {
        let said = [0, 1023, 1024, 1536, 5 << 20, (2 << 30) + (1 << 29)].map(size);
        let wanted = ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "5.0 MiB", "2.5 GiB"];
        assert_eq!(said, wanted);
    }
}
