//! Rows of pixels as decoders give them, seen on white.

/// Takes rows of so many channels of 8 bits: grey or red, green and blue; with an opacity where they are even.
pub(super) struct White {
    channels: usize,
    row: Vec<u8>,
}

impl White {
    /// `None` for what none of our formats has.
    pub(super) fn of(channels: usize) -> Option<Self> {
        (1..=4).contains(&channels).then(|| Self { channels, row: Vec::new() })
    }

    /// The row in red, green and blue.
    pub(super) fn row<'a>(&'a mut self, row: &'a [u8]) -> &'a [u8] {
        self.row.clear();
        match self.channels {
            1 => self.row.extend(row.iter().flat_map(|&grey| [grey; 3])),
            2 => {
                self.row.extend(row.as_chunks::<2>().0.iter().flat_map(|&[grey, opacity]| [on_white(grey, opacity); 3]))
            }
            3 => return row,
            _ => {
                let pixels = row.as_chunks::<4>().0.iter();
                self.row.extend(pixels.flat_map(|&[r, g, b, opacity]| [r, g, b].map(|value| on_white(value, opacity))));
            }
        }
        &self.row
    }
}

fn on_white(value: u8, opacity: u8) -> u8 {
    let (value, opacity) = (u16::from(value), u16::from(opacity));
    ((value * opacity + 255 * (255 - opacity)) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_any_kind_is_seen_on_white() {
        for (channels, row, seen) in [
            (1, &[7, 200][..], [7, 7, 7, 200, 200, 200]),
            (2, &[7, 255, 0, 0], [7, 7, 7, 255, 255, 255]),
            (3, &[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
            (4, &[1, 2, 3, 255, 0, 100, 255, 128], [1, 2, 3, 127, 177, 255]),
        ] {
            let mut white = White::of(channels).unwrap();
            assert_eq!(white.row(row), seen, "{channels} channels");
            assert_eq!(white.row(row), seen, "nothing of the row before is left");
        }
        assert!(White::of(0).is_none() && White::of(5).is_none());
    }
}
