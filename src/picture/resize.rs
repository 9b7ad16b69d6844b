//! Makes a picture of another size from its rows, as they come: nothing of it is held but a few rows.
//!
//! Rows are averaged first, whole pixels of them together, until the picture is at most three times as large as wanted;
//! then the finer filter of Catmull and Rom, which keeps edges crisp, goes over what is left, across and down. That costs
//! one addition for most samples of a large picture, and shows no difference to the finer filter alone.

use std::collections::VecDeque;

use image::RgbImage;

/// Red, green, blue, and one more that is nothing: of four, processors take all at once.
type Pixel = [f32; 4];

/// What the averaged picture is larger than the one that is wanted, at least, as a fraction: less, and averaging is seen.
const SPARE: (usize, usize) = (3, 2);
/// Pixels on each side that the finer filter reaches for at the least.
const REACH: f64 = 2.0;

/// A picture under way.
pub(super) struct Resize {
    across: Axis,
    down: Axis,
    /// Of the rows that are averaged together at the moment.
    sums: Vec<[u32; 3]>,
    rows_summed: usize,
    averages: Vec<Pixel>,
    /// Averaged rows in their final width, as many as are needed still.
    sized: VecDeque<Vec<Pixel>>,
    /// Of them, how many have come, and how many have gone again.
    came: usize,
    gone: usize,
    /// Rows that were given to it.
    rows: usize,
    /// Rows that are done.
    done: usize,
    mixed: Vec<Pixel>,
    pixels: Vec<u8>,
}

/// One direction.
struct Axis {
    from: usize,
    /// Pixels that are averaged into one.
    block: usize,
    blocks: usize,
    /// What each pixel of the new picture is made of.
    taps: Vec<Taps>,
}

/// Averaged pixels, from the first on, and how much of each.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Resize {
    /// From a size to another, neither of them empty.
    pub(super) fn new(from: (u32, u32), to: (u32, u32)) -> Self {
        let (across, down) = (Axis::new(from.0, to.0), Axis::new(from.1, to.1));
        Self {
            sums: vec![[0; 3]; across.blocks],
            rows_summed: 0,
            averages: vec![Pixel::default(); across.blocks],
            sized: VecDeque::new(),
            came: 0,
            gone: 0,
            rows: 0,
            done: 0,
            mixed: vec![Pixel::default(); across.taps.len()],
            pixels: Vec::with_capacity(3 * across.taps.len() * down.taps.len()),
            across,
            down,
        }
    }

    /// Takes the next row, in red, green and blue.
    pub(super) fn row(&mut self, row: &[u8]) {
        for (sum, pixels) in self.sums.iter_mut().zip(row.chunks(3 * self.across.block)) {
            for pixel in pixels.as_chunks::<3>().0 {
                for (sum, &sample) in sum.iter_mut().zip(pixel) {
                    *sum += u32::from(sample);
                }
            }
        }
        self.rows += 1;
        self.rows_summed += 1;
        if self.rows_summed == self.down.block || self.rows == self.down.from {
            self.average();
            self.size_across();
            while self.give() {}
        }
    }

    /// The new picture, once all rows were there.
    pub(super) fn finish(self) -> Option<RgbImage> {
        // A size that is known to fit 32 bits.
        RgbImage::from_raw(self.across.taps.len() as u32, self.down.taps.len() as u32, self.pixels)
    }

    /// Ends a row of blocks.
    fn average(&mut self) {
        let rows = self.rows_summed;
        let share = |pixels: usize| 1.0 / (pixels * rows) as f32;
        let whole = share(self.across.block);
        for (average, sum) in self.averages.iter_mut().zip(&mut self.sums) {
            let [r, g, b] = std::mem::take(sum).map(|sum| sum as f32 * whole);
            *average = [r, g, b, 0.0];
        }
        // The last block may have fewer pixels.
        let Axis { from, block, blocks, .. } = self.across;
        let part = share(from - (blocks - 1) * block) / whole;
        if let Some(last) = self.averages.last_mut() {
            *last = last.map(|sample| sample * part);
        }
        self.rows_summed = 0;
    }

    fn size_across(&mut self) {
        // A row that has been done with is used again.
        let mut row = self.drop_first().unwrap_or_else(|| vec![Pixel::default(); self.across.taps.len()]);
        for (pixel, taps) in row.iter_mut().zip(&self.across.taps) {
            *pixel = Pixel::default();
            for (&weight, average) in taps.weights.iter().zip(&self.averages[taps.first..]) {
                add(pixel, weight, average);
            }
        }
        self.sized.push_back(row);
        self.came += 1;
    }

    /// The first row that is held, where no row of the new picture needs it any more.
    fn drop_first(&mut self) -> Option<Vec<Pixel>> {
        let needed = self.down.taps.get(self.done).map_or(usize::MAX, |taps| taps.first);
        if self.gone >= needed {
            return None;
        }
        let row = self.sized.pop_front()?;
        self.gone += 1;
        Some(row)
    }

    /// Writes the next row of the new picture, if all that it is made of has come.
    fn give(&mut self) -> bool {
        let Some(taps) = self.down.taps.get(self.done).filter(|taps| taps.first + taps.weights.len() <= self.came)
        else {
            return false;
        };
        self.mixed.fill(Pixel::default());
        for (&weight, row) in taps.weights.iter().zip(self.sized.range(taps.first - self.gone..)) {
            for (mixed, pixel) in self.mixed.iter_mut().zip(row) {
                add(mixed, weight, pixel);
            }
        }
        // Beyond black and white the cast stays at either.
        self.pixels.extend(self.mixed.iter().flat_map(|&[r, g, b, _]| [r, g, b].map(|sample| (sample + 0.5) as u8)));
        self.done += 1;
        true
    }
}

fn add(to: &mut Pixel, weight: f32, pixel: &Pixel) {
    for (to, sample) in to.iter_mut().zip(pixel) {
        *to += weight * sample;
    }
}

impl Axis {
    fn new(from: u32, to: u32) -> Self {
        let (from, to) = (from as usize, to as usize);
        let block = (SPARE.1 * from / (SPARE.0 * to)).max(1);
        let blocks = from.div_ceil(block);
        // The last block may be narrower than the others: the picture ends within it.
        let scale = from as f64 / block as f64 / to as f64;
        let taps = (0..to).map(|pixel| Taps::around((pixel as f64 + 0.5) * scale, scale.max(1.0), blocks)).collect();
        Self { from, block, blocks, taps }
    }
}

impl Taps {
    /// The filter laid around a place; stretched, where several pixels become one.
    fn around(center: f64, stretch: f64, blocks: usize) -> Self {
        let first = (center - REACH * stretch).floor().max(0.0) as usize;
        let end = ((center + REACH * stretch).ceil() as usize).min(blocks);
        let weight = |block: usize| catmull_rom((block as f64 + 0.5 - center).abs() / stretch);
        let total: f64 = (first..end).map(weight).sum();
        Self { first, weights: (first..end).map(|block| (weight(block) / total) as f32).collect() }
    }
}

/// The cubic through four points (Catmull and Rom, 1974), as the weight of a pixel so far away.
fn catmull_rom(x: f64) -> f64 {
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < REACH {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// The same picture in another size.
pub(super) fn resized(picture: &RgbImage, to: (u32, u32)) -> RgbImage {
    let mut resize = Resize::new(picture.dimensions(), to);
    picture.as_raw().chunks_exact(3 * picture.width() as usize).for_each(|row| resize.row(row));
    resize.finish().expect("it was given all rows of the size it was told")
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use image::imageops::{self, FilterType};

    use super::*;

    /// Waves of all directions, and an edge.
    fn scene(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let wave = |f: f32| (127.0 + 100.0 * (f * (u * 31.0 + v * v * 23.0)).sin()) as u8;
            if u + v > 1.2 { Rgb([240, 20, 90]) } else { Rgb([wave(1.0), wave(0.7), wave(0.3)]) }
        })
    }

    #[test]
    fn it_looks_as_the_filter_alone_makes_it() {
        for (from, to) in [
            ((400, 300), (400, 300)),
            ((400, 300), (250, 188)),
            ((401, 303), (135, 101)),
            ((400, 300), (64, 48)),
            ((777, 333), (41, 18)),
            ((20, 15), (80, 60)),
        ] {
            let scene = scene(from.0, from.1);
            let (ours, theirs) = (resized(&scene, to), imageops::resize(&scene, to.0, to.1, FilterType::CatmullRom));
            let apart: u64 = ours.iter().zip(theirs.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = apart as f64 / ours.len() as f64;
            assert!(mean < 2.0, "{from:?} to {to:?}: {mean} apart");
            if from == to {
                assert_eq!(ours, scene);
            }
        }
    }

    #[test]
    fn a_plain_picture_stays_as_it_is_at_every_size() {
        for (from, to) in [((1, 1), (256, 256)), ((1, 3_000), (1, 1_280)), ((3_001, 7), (320, 1)), ((97, 89), (32, 31))]
        {
            let plain = RgbImage::from_pixel(from.0, from.1, Rgb([0, 100, 255]));
            let sized = resized(&plain, to);
            assert_eq!(sized.dimensions(), to);
            assert!(sized.pixels().all(|pixel| pixel.0 == [0, 100, 255]), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_picture_is_done_only_when_all_rows_were_there() {
        let mut resize = Resize::new((8, 8), (4, 4));
        for _ in 0..7 {
            resize.row(&[9; 24]);
        }
        assert!(resize.finish().is_none());
    }

    #[test]
    fn few_rows_are_held_whatever_the_size() {
        let mut resize = Resize::new((300, 30_000), (20, 1_280));
        let mut most = 0;
        for _ in 0..30_000 {
            resize.row(&[77; 900]);
            most = most.max(resize.sized.len());
        }
        assert!(most <= 16, "{most} rows");
        assert_eq!(resize.finish().map(|picture| picture.dimensions()), Some((20, 1_280)));
    }
}
