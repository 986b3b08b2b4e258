//! Bar charts for reports. SVG 1.1, no script, no font of its own.

use std::fmt::Write;

const ROW: usize = 34;
const TOP: usize = 64;
const LEFT: usize = 300;
const WIDTH: usize = 560;
/// Room for what is written behind the longest bar.
const RIGHT: usize = 180;

/// A chart of horizontal bars that share one scale.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    /// What the chart shows, for those who hear it read.
    pub(crate) label: &'a str,
    pub(crate) legend: &'a [Key<'a>],
    pub(crate) rows: Vec<Row>,
}

/// What a colour stands for.
pub(crate) struct Key<'a> {
    pub(crate) colour: &'a str,
    pub(crate) words: &'a str,
}

/// One row: bars upon each other, the longest first, in the colours of the legend's keys.
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) bars: Vec<Bar>,
    /// Stands behind the first bar.
    pub(crate) note: String,
}

/// One bar.
pub(crate) struct Bar {
    pub(crate) value: f64,
    /// Which of the legend's keys.
    pub(crate) key: usize,
}

impl Chart<'_> {
    /// Draws the chart.
    pub(crate) fn to_svg(&self) -> String {
        let values = self.rows.iter().flat_map(|row| &row.bars);
        let most = values.map(|bar| bar.value).fold(0.0, f64::max);
        let most = if most > 0.0 { most } else { 1.0 };
        let (height, total) = (TOP + ROW * self.rows.len() + 24, LEFT + WIDTH + RIGHT);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {height}\" width=\"{total}\" \
             height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" \
             aria-label=\"{}\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{}</text>\n",
            escaped(self.label),
            escaped(self.title),
        );
        for (at, key) in self.legend.iter().enumerate() {
            let x = 16 + 134 * at;
            let written = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"38\" width=\"12\" height=\"12\" fill=\"{}\"/>\
                 <text x=\"{}\" y=\"49\">{}</text>",
                key.colour,
                x + 18,
                escaped(key.words),
            );
            written.expect("memory can be written");
        }
        for (at, row) in self.rows.iter().enumerate() {
            self.row(&mut svg, TOP + ROW * at, row, most);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn row(&self, svg: &mut String, y: usize, row: &Row, most: f64) {
        // A bar that stands for something is seen.
        let length = |value: f64| match value {
            0.0 => 0.0,
            value => (value / most * WIDTH as f64).max(1.0),
        };
        let (middle, top) = (y + 21, y + 6);
        let first = row.bars.first().map_or(0.0, |bar| length(bar.value));
        write!(
            svg,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>",
            LEFT - 10,
            escaped(&row.label),
        )
        .expect("memory can be written");
        for bar in &row.bars {
            let colour = self.legend.get(bar.key).map_or("#888", |key| key.colour);
            write!(
                svg,
                "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{:.1}\" height=\"22\" fill=\"{colour}\"/>",
                length(bar.value),
            )
            .expect("memory can be written");
        }
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{middle}\">{}</text>",
            LEFT as f64 + first + 8.0,
            escaped(&row.note),
        )
        .expect("memory can be written");
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
