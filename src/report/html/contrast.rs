//! How well a colour can be read on another (WCAG 2, relative luminance and contrast ratio), and
//! the nearest colour that can. Must not know where colours come from.

/// Red, green, blue.
pub(super) type Rgb = (u8, u8, u8);

/// What text needs at least (WCAG 2, level AA).
pub(super) const TEXT: f64 = 4.5;

const BLACK: Rgb = (0, 0, 0);
const WHITE: Rgb = (255, 255, 255);

/// From 1 (the same) to 21 (black on white).
pub(super) fn ratio(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The colour nearest to `ink`, on its way to white or to black, that can be read on `ground`.
/// `None`: it can already.
pub(super) fn mended(ink: Rgb, ground: Rgb) -> Option<Rgb> {
    if ratio(ink, ground) >= TEXT {
        return None;
    }
    let end = if ratio(WHITE, ground) > ratio(BLACK, ground) {
        WHITE
    } else {
        BLACK
    };
    let on_the_way = |step: u16| {
        let part = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (16 - step) + u16::from(to) * step) / 16;
            u8::try_from(mixed).unwrap_or(to)
        };
        (part(ink.0, end.0), part(ink.1, end.1), part(ink.2, end.2))
    };
    // One of the two ends can be read on any colour.
    let found = (1..16)
        .map(on_the_way)
        .find(|mixed| ratio(*mixed, ground) >= TEXT);
    Some(found.unwrap_or(end))
}

#[cfg(test)]
mod tests;
