//! The report as a table that needs no explanation beside it.

use crate::finding::{Finding, Verdict};
use crate::report::DrillReport;
use crate::scenario::grouped;

const WIDTH_MIN: usize = 72;
const WIDTH_MAX: usize = 110;
/// Columns: number, people named, people reachable, ordinary shop, promise; the rest names the theft.
const COLUMNS: [usize; 4] = [8, 10, 14, 12];
const NUMBER: usize = 3;
const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";

/// Renders a report.
pub(crate) fn render(report: &DrillReport, width: usize, color: bool) -> String {
    let page = Page {
        width: width.clamp(WIDTH_MIN, WIDTH_MAX),
        color,
    };
    let mut out = page.head(report);
    for finding in &report.findings {
        out.push_str(&page.row(finding));
    }
    out.push_str(&page.foot(report));
    out
}

struct Page {
    width: usize,
    color: bool,
}

impl Page {
    fn head(&self, report: &DrillReport) -> String {
        let mut out = self.paragraph(
            &format!(
                "Breach drill on a copy of your data: {} people, {:.1} MB, {:.0} s. Each row is a \
                 theft that was carried out on that copy. The numbers are people, counted in what \
                 the thief then held.",
                grouped(report.people),
                report.bytes as f64 / 1e6,
                report.seconds
            ),
            0,
        );
        if report.searched < report.people {
            out.push_str(&self.paragraph(
                &format!(
                    "{} people were drawn by a fixed rule and looked for; counts of values found \
                     are extended to all {}.",
                    grouped(report.searched),
                    grouped(report.people)
                ),
                0,
            ));
        }
        out.push('\n');
        out.push_str(&self.styled(
            BOLD,
            &self.cells([
                "#",
                "What is stolen",
                "named",
                "reachable",
                "ordinary",
                "promise",
            ]),
        ));
        out.push_str(&self.styled(BOLD, &self.cells(["", "", "", "", "shop: named", ""])));
        out.push_str(&self.rule());
        out
    }

    fn row(&self, finding: &Finding) -> String {
        let is_run = !matches!(finding.verdict, Verdict::NotRun(_));
        let count = |number| {
            if is_run {
                grouped(number)
            } else {
                "-".to_owned()
            }
        };
        let number = finding.number.to_string();
        let (named, reachable) = (count(finding.named), count(finding.reachable));
        let shop = count(finding.shop_named);
        let word = word(&finding.verdict);
        let line = self.cells([&number, &finding.stolen, &named, &reachable, &shop, word]);
        let mut out = match self.color {
            true => line.replacen(word, &format!("{}{word}{RESET}", tint(&finding.verdict)), 1),
            false => line,
        };
        out.push_str(&self.paragraph(&finding.sentence, NUMBER));
        if finding.verdict != Verdict::Kept && !finding.fields.is_empty() {
            let fields: Vec<String> = finding
                .fields
                .iter()
                .map(|(name, people)| format!("{} {}", name.replace('_', " "), grouped(*people)))
                .collect();
            let fields = format!("The thief holds: {}.", fields.join(", "));
            out.push_str(&self.paragraph(&fields, NUMBER));
        }
        for fact in &finding.facts {
            out.push_str(&self.styled(DIM, &self.paragraph(fact, NUMBER)));
        }
        if let Some(remedy) = &finding.remedy {
            out.push_str(&self.paragraph(&format!("What to do: {remedy}"), NUMBER));
        }
        out.push('\n');
        out
    }

    fn foot(&self, report: &DrillReport) -> String {
        let mut out = self.rule();
        for line in [
            "named: people the thief can name, or knows an address, phone number or e-mail of.",
            "reachable: people the thief could get at by going on with what was stolen.",
            "ordinary shop: the same theft from a plain shop database that was built with the same \
             people and attacked with the same code.",
            "kept / BROKEN: the count is within what Lethe promises, or not. known limit: nothing \
             better is promised today, and this is what it costs.",
        ] {
            out.push_str(&self.paragraph(line, 0));
        }
        let count = |wanted: fn(&Verdict) -> bool| {
            report
                .findings
                .iter()
                .filter(|one| wanted(&one.verdict))
                .count()
        };
        let broken = count(|verdict| *verdict == Verdict::Broken);
        let kept = count(|verdict| *verdict == Verdict::Kept);
        let limits = count(|verdict| *verdict == Verdict::KnownLimit);
        let not_run = count(|verdict| matches!(verdict, Verdict::NotRun(_)));
        let (tint, text) = match broken {
            0 => ("\x1b[32m", "No promise was broken"),
            1 => ("\x1b[31m", "A PROMISE WAS BROKEN"),
            _ => ("\x1b[31m", "PROMISES WERE BROKEN"),
        };
        out.push('\n');
        let counts = format!(
            "{text}: {kept} kept, {broken} broken, {limits} known limits, {not_run} not run."
        );
        out.push_str(&self.styled(&format!("{BOLD}{tint}"), &self.paragraph(&counts, 0)));
        out
    }

    /// Writes a row of six columns; numbers stand to the right, and a long second cell goes on in
    /// lines of its own.
    fn cells(&self, cells: [&str; 6]) -> String {
        let [number, stolen, named, reachable, shop, promise] = cells;
        let [named_len, reachable_len, shop_len, promise_len] = COLUMNS;
        let stolen_len = self.width - NUMBER - COLUMNS.iter().sum::<usize>() - 2;
        let stolen = wrapped(stolen, 0, stolen_len);
        let mut lines = stolen.lines();
        let first = lines.next().unwrap_or_default();
        let line = format!(
            "{number:<NUMBER$}{first:<stolen_len$}{named:>named_len$}{reachable:>reachable_len$}\
             {shop:>shop_len$}  {promise:<promise_len$}"
        );
        let mut out = format!("{}\n", line.trim_end());
        for line in lines {
            out.push_str(&format!("{}{line}\n", " ".repeat(NUMBER)));
        }
        out
    }

    fn rule(&self) -> String {
        format!("{}\n", "-".repeat(self.width))
    }

    fn paragraph(&self, text: &str, indent: usize) -> String {
        wrapped(text, indent, self.width)
    }

    fn styled(&self, style: &str, text: &str) -> String {
        match (self.color, text.strip_suffix('\n')) {
            (true, Some(line)) => format!("{style}{line}{RESET}\n"),
            (true, None) => format!("{style}{text}{RESET}"),
            (false, _) => text.to_owned(),
        }
    }
}

/// Breaks text into lines of at most `width` characters.
fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut line = " ".repeat(indent);
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(&line);
            out.push('\n');
            line = " ".repeat(indent);
        }
        if line.len() > indent {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
    out
}

const fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "kept",
        Verdict::Broken => "BROKEN",
        Verdict::KnownLimit => "known limit",
        Verdict::NotRun(_) => "not run",
    }
}

const fn tint(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "\x1b[32m",
        Verdict::Broken => "\x1b[1;31m",
        Verdict::KnownLimit => "\x1b[33m",
        Verdict::NotRun(_) => DIM,
    }
}
