//! The chart of blast radii: bars of people, the worst first. SVG 1.1, no script, no font of its own.

use crate::text;
use crate::views::Key;
use std::fmt::Write;

const ROW: usize = 34;
const TOP: usize = 64;
const LEFT: usize = 300;
const WIDTH: usize = 560;

/// Draws one bar for each credential: people until it expires, and of these within 24 hours.
pub(super) fn draw(keys: &[Key]) -> String {
    let most = keys
        .iter()
        .map(|key| key.blast_radius.people_until_expiry)
        .max()
        .unwrap_or(0)
        .max(1);
    let height = TOP + ROW * keys.len() + 24;
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
    for (at, key) in keys.iter().enumerate() {
        row(&mut svg, TOP + ROW * at, key, most);
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(svg: &mut String, y: usize, key: &Key, most: u64) {
    let radius = &key.blast_radius;
    let length = |people: u64| {
        let share = people as f64 / most as f64;
        // A bar that stands for somebody is seen.
        if people == 0 {
            0.0
        } else {
            (share * WIDTH as f64).max(1.0)
        }
    };
    let owner = key.grant.owner.as_deref().unwrap_or("nobody");
    let label = format!("{} ({owner})", key.recipient);
    let (all, day) = (
        length(radius.people_until_expiry),
        length(radius.people_24h),
    );
    let (middle, bar) = (y + 21, y + 6);
    let number = text::count(radius.people_until_expiry);
    let fields = text::plural(radius.fields.len() as u64, "field", "fields");
    let written = write!(
        svg,
        "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{LEFT}\" y=\"{bar}\" width=\"{all:.1}\" height=\"22\" fill=\"#f2b8b5\"/>\
         <rect x=\"{LEFT}\" y=\"{bar}\" width=\"{day:.1}\" height=\"22\" fill=\"#b3261e\"/>\
         <text x=\"{:.1}\" y=\"{middle}\">{number} · {fields}</text>\n",
        LEFT - 10,
        escaped(&label),
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
