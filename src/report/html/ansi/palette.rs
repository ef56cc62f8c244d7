//! The colours that a log has in the page, and a text that can be read whatever a gate asked for:
//! terminals have many themes, and a program that prints dark grey was written for another one.
//!
//! The page's style names the same colours; a test holds both together.

use super::{Colour, Style};
use crate::report::html::contrast::{Rgb, mended};

/// What a log stands on. In the dark theme it is darker still, so what holds here holds there.
const TERM: Rgb = (0x15, 0x19, 0x1d);
/// Its text.
const INK: Rgb = (0xdf, 0xe3, 0xe7);
/// Its text when that is dim.
const DIM: Rgb = (0x98, 0xa2, 0xad);

const FORE: [u32; 16] = [
    0x8b949e, 0xff8078, 0x6fcf8c, 0xe0b44c, 0x7fb0ff, 0xd79bf5, 0x5fcbd0, 0xdfe3e7, 0x98a2ad,
    0xffa198, 0x8ee6a8, 0xf5d06f, 0xa9caff, 0xe7bcff, 0x8be4e8, 0xffffff,
];
const BACK: [u32; 16] = [
    0x2b3036, 0x7d1f1a, 0x14532d, 0x5e4200, 0x1c3f86, 0x592a75, 0x0f5155, 0xc4cad0, 0x4a525a,
    0xa83029, 0x1d7340, 0x7d5a00, 0x2b5cc0, 0x7a3ca0, 0x17737a, 0xffffff,
];

fn rgb(colour: Colour, named: &[u32; 16]) -> Rgb {
    match colour {
        Colour::Exact(red, green, blue) => (red, green, blue),
        Colour::Named(n) => {
            let [_, red, green, blue] = named[usize::from(n & 15)].to_be_bytes();
            (red, green, blue)
        }
    }
}

impl Style {
    /// The colour of the text and of what it stands on, the first mended where it could not be
    /// read.
    pub(super) fn readable(self) -> (Option<Colour>, Option<Colour>) {
        let (fore, back) = if self.inverse {
            (self.back, self.fore)
        } else {
            (self.fore, self.back)
        };
        let plain = if self.inverse {
            (TERM, INK)
        } else if self.dim {
            (DIM, TERM)
        } else {
            (INK, TERM)
        };
        // What was asked for as a background is a background's colour still when it is turned.
        let ink = fore.map_or(plain.0, |colour| rgb(colour, &FORE));
        let ground = back.map_or(plain.1, |colour| rgb(colour, &BACK));
        let mended = mended(ink, ground).map(|(red, green, blue)| Colour::Exact(red, green, blue));
        (mended.or(fore), back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::STYLE;
    use crate::report::html::contrast::{TEXT, ratio};

    #[test]
    fn the_style_of_the_page_says_the_same() {
        let says = |what: &str| assert!(STYLE.contains(what), "{what}");
        says("--term:#15191d;--term-ink:#dfe3e7;--term-muted:#98a2ad");
        for (n, (fore, back)) in FORE.iter().zip(&BACK).enumerate() {
            let short = |colour: &u32| match colour {
                0xffffff => "#fff".to_owned(),
                colour => format!("#{colour:06x}"),
            };
            says(&format!(".t-f{n}{{color:{}}}", short(fore)));
            says(&format!(".t-k{n}{{background:{}}}", short(back)));
        }
    }

    #[test]
    fn every_text_can_be_read_on_every_ground() {
        let colours = (0..16).map(|n| Some(Colour::Named(n)));
        let all: Vec<_> = colours
            .chain([None, Some(Colour::Exact(20, 20, 20))])
            .collect();
        for (fore, back) in all
            .iter()
            .flat_map(|fore| all.iter().map(move |back| (fore, back)))
        {
            for (dim, inverse) in [(false, false), (true, false), (false, true), (true, true)] {
                let style = Style {
                    fore: *fore,
                    back: *back,
                    dim,
                    inverse,
                    ..Style::default()
                };
                let (ink, ground) = style.readable();
                let plain = match (inverse, dim) {
                    (true, _) => (TERM, INK),
                    (false, true) => (DIM, TERM),
                    (false, false) => (INK, TERM),
                };
                let ink = ink.map_or(plain.0, |colour| rgb(colour, &FORE));
                let ground = ground.map_or(plain.1, |colour| rgb(colour, &BACK));
                assert!(ratio(ink, ground) >= TEXT, "{style:?}");
            }
        }
    }

    #[test]
    fn the_sixteen_stay_what_they_are_where_nothing_stands_behind_them() {
        for n in 0..16 {
            let style = Style {
                fore: Some(Colour::Named(n)),
                ..Style::default()
            };
            assert_eq!(style.readable(), (style.fore, None));
        }
    }
}
