//! Pictures of a page, and how far two of them are apart.

use std::{collections::HashMap, io::Cursor};

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};

/// How far apart a colour's channels may be before it counts as another: what a rounding or an edge differs by from one
/// version of a browser to the next, and less than what an eye sees.
const SAME_COLOUR: u8 = 16;

/// A picture, as colours from left to right and from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

/// How far two pictures are apart.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The share of pixels that differ, of all: 0 to 1.
    pub of_all: f64,
    /// Their share of the pixels that something is drawn on: those that are not of the commonest colour in both pictures.
    pub of_drawn: f64,
    /// The second picture, pale, with what differs in red.
    pub picture: Picture,
}

impl Difference {
    /// The largest share of all pixels that may differ in pictures of the same.
    pub const MOST_OF_ALL: f64 = 0.005;
    /// The largest share of the drawn ones: a picture of little in much space is held to as much.
    pub const MOST_OF_DRAWN: f64 = 0.05;

    /// Whether they show the same.
    pub fn is_small(&self) -> bool {
        self.of_all <= Self::MOST_OF_ALL && self.of_drawn <= Self::MOST_OF_DRAWN
    }
}

impl Picture {
    /// A picture of one colour.
    pub fn plain(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self { width, pixels: vec![colour; width * height] }
    }

    /// Reads a PNG file. What can be seen through is shown on white.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn from_png(file: &[u8]) -> Self {
        let mut decoder = Decoder::new(Cursor::new(file));
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("a PNG file");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture that fits into memory")];
        let info = reader.next_frame(&mut bytes).expect("a whole PNG file");
        let on_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u16::from(value), u16::from(alpha));
            u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
        };
        let pixels = match info.color_type {
            ColorType::Rgba => {
                bytes.chunks_exact(4).map(|rgba| [0, 1, 2].map(|at| on_white(rgba[at], rgba[3]))).collect()
            }
            ColorType::GrayscaleAlpha => bytes.chunks_exact(2).map(|grey| [on_white(grey[0], grey[1]); 3]).collect(),
            other => panic!("a PNG file came out as {other:?}"),
        };
        Self { width: usize::try_from(info.width).unwrap_or(0), pixels }
    }

    /// Writes a small PNG file: with a palette where there are few colours.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let size = |length: usize| u32::try_from(length).expect("a picture of a screen");
        let mut encoder = Encoder::new(&mut file, size(self.width), size(self.height()));
        encoder.set_compression(Compression::High);
        encoder.set_depth(BitDepth::Eight);
        let (palette, indices) = self.indexed();
        let data = if palette.len() <= 256 {
            encoder.set_color(ColorType::Indexed);
            encoder.set_palette(palette.concat());
            encoder.set_filter(Filter::NoFilter);
            indices.iter().map(|index| u8::try_from(*index).unwrap_or(0)).collect()
        } else {
            encoder.set_color(ColorType::Rgb);
            encoder.set_filter(Filter::Adaptive);
            self.pixels.concat()
        };
        let mut writer = encoder.write_header().expect("memory takes a picture");
        writer.write_image_data(&data).expect("memory takes a picture");
        writer.finish().expect("memory takes a picture");
        file
    }

    /// The same picture with at most 256 colours if that can be, each less than [`SAME_COLOUR`] from what they were: the last bits of all
    /// channels are dropped, as few as need be.
    #[must_use]
    pub fn with_few_colours(&self) -> Self {
        let rounded = |bits: u32| {
            let round = |value: u8| (value >> bits << bits) | (value >> (8 - bits));
            let pixels = self.pixels.iter().map(|pixel| pixel.map(round)).collect();
            Self { width: self.width, pixels }
        };
        let fits = |picture: &Self| picture.indexed().0.len() <= 256;
        if fits(self) {
            return self.clone();
        }
        (1..=3).map(rounded).find(fits).unwrap_or_else(|| rounded(3))
    }

    fn height(&self) -> usize {
        self.pixels.len() / self.width.max(1)
    }

    /// The colours, and which of them each pixel has.
    fn indexed(&self) -> (Vec<[u8; 3]>, Vec<usize>) {
        let mut palette = Vec::new();
        let mut known = HashMap::new();
        let index_of = |pixel: &[u8; 3]| {
            *known.entry(*pixel).or_insert_with(|| {
                palette.push(*pixel);
                palette.len() - 1
            })
        };
        let indices = self.pixels.iter().map(index_of).collect();
        (palette, indices)
    }

    /// The commonest colour: what everything else is drawn on.
    fn ground(&self) -> [u8; 3] {
        let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
        for pixel in &self.pixels {
            *counts.entry(*pixel).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(colour, count)| (*count, *colour)).map_or([255; 3], |(colour, _)| colour)
    }

    /// How far another picture is from this one. One of another size differs in all.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Difference {
        if (self.width, self.pixels.len()) != (other.width, other.pixels.len()) {
            return Difference { of_all: 1.0, of_drawn: 1.0, picture: other.clone() };
        }
        let ground = self.ground();
        let pairs = || self.pixels.iter().zip(&other.pixels);
        let differs = |(one, other): &(&[u8; 3], &[u8; 3])| !is_same_colour(**one, **other);
        let is_drawn =
            |(one, other): &(&[u8; 3], &[u8; 3])| !is_same_colour(**one, ground) || !is_same_colour(**other, ground);
        let different = pairs().filter(differs).count();
        let pale = |value: u8| 255 - (255 - value) / 4;
        let paint = |pair: (&[u8; 3], &[u8; 3])| if differs(&pair) { [255, 0, 0] } else { pair.1.map(pale) };
        Difference {
            of_all: share(different, self.pixels.len()),
            of_drawn: share(different, pairs().filter(is_drawn).count()),
            picture: Self { width: self.width, pixels: pairs().map(paint).collect() },
        }
    }

    /// Paints a rectangle: its left, top, width and height.
    pub fn fill(&mut self, [left, top, width, height]: [usize; 4], colour: [u8; 3]) {
        for row in self.pixels.chunks_mut(self.width).skip(top).take(height) {
            row.iter_mut().skip(left).take(width).for_each(|pixel| *pixel = colour);
        }
    }

    /// The picture moved so many pixels to the right and down; its edges stay what they are.
    #[must_use]
    pub fn moved(&self, right: usize, down: usize) -> Self {
        let at = |x: usize, y: usize| self.pixels[y.saturating_sub(down) * self.width + x.saturating_sub(right)];
        let rows = 0..self.height();
        let pixels = rows.flat_map(|y| (0..self.width).map(move |x| (x, y))).map(|(x, y)| at(x, y)).collect();
        Self { width: self.width, pixels }
    }

    /// The picture with one colour for another.
    #[must_use]
    pub fn recoloured(&self, from: [u8; 3], to: [u8; 3]) -> Self {
        let change = |pixel: &[u8; 3]| if is_same_colour(*pixel, from) { to } else { *pixel };
        Self { width: self.width, pixels: self.pixels.iter().map(change).collect() }
    }
}

fn is_same_colour(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= SAME_COLOUR)
}

#[expect(clippy::cast_precision_loss, reason = "the pixels of a screen are fewer than 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    if part == 0 { 0.0 } else { part as f64 / whole as f64 }
}
