//! The chart of blast radii: bars of people, the worst first. SVG 1.1, no script, no font of its own.

use super::Bar;
use crate::text;
use std::fmt::Write;

const ROW: usize = 34;
const TOP: usize = 64;
const LEFT: usize = 300;
const WIDTH: usize = 560;

/// Draws one bar for each credential: people until it expires, and of these within 24 hours.
pub(super) fn draw(bars: &[Bar]) -> String {
    let most = bars.iter().filter_map(|bar| bar.people).max();
    let most = most.unwrap_or(0).max(1);
    let height = TOP + ROW * bars.len() + 24;
    let total = LEFT + WIDTH + 120;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {height}\" width=\"{total}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" \
         aria-label=\"People each credential could reveal if it were stolen now\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"bold\">If it were stolen now: people it \
         could reveal</text>\n\
         <rect x=\"16\" y=\"38\" width=\"12\" height=\"12\" fill=\"#b3261e\"/>\
         <text x=\"34\" y=\"49\">within 24 hours</text>\n\
         <rect x=\"150\" y=\"38\" width=\"12\" height=\"12\" fill=\"#f2b8b5\"/>\
         <text x=\"168\" y=\"49\">until it expires</text>\n"
    );
    for (at, bar) in bars.iter().enumerate() {
        row(&mut svg, TOP + ROW * at, bar, most);
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(svg: &mut String, y: usize, bar: &Bar, most: u64) {
    let length = |people: Option<u64>| {
        let people = people.unwrap_or(0);
        // A bar that stands for somebody is seen.
        match people {
            0 => 0.0,
            people => (people as f64 / most as f64 * WIDTH as f64).max(1.0),
        }
    };
    let (all, day) = (length(bar.people), length(bar.people_24h));
    let (middle, top) = (y + 21, y + 6);
    let number = bar
        .people
        .map_or("nobody knows how many".to_owned(), text::count);
    let fields = text::plural(bar.fields as u64, "field", "fields");
    let written = writeln!(
        svg,
        "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{all:.1}\" height=\"22\" fill=\"#f2b8b5\"/>\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{day:.1}\" height=\"22\" fill=\"#b3261e\"/>\
         <text x=\"{:.1}\" y=\"{middle}\">{number} · {fields}</text>",
        LEFT - 10,
        escaped(&bar.label),
        LEFT as f64 + all + 8.0,
    );
    written.expect("memory can be written");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
