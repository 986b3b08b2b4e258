//! What the guard must leave alone, measured. The figures are in `docs/import.md`: change both.

use std::fmt::Write;

use lethe_formats::guard::Guard;

/// Notes as customers write them, in the languages of the word lists and some others.
const NOTES: &str = include_str!("../corpus/notes.txt");
const PER_KIND: u32 = 20_000;

/// A fixed sequence, so that the figures are the same on every machine.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap()))
            .collect()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }
}

/// Appends the digit that makes the sum divisible by ten. `from_right` is the weight of the digit
/// next to it.
fn with_check(digits: &str, from_right: [u32; 2], fold: bool) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| u32::from(byte - b'0') * from_right[index % 2])
        .map(|value| if fold && value > 9 { value - 9 } else { value })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn luhn(digits: &str) -> String {
    with_check(digits, [2, 1], true)
}

fn gs1(digits: &str) -> String {
    with_check(digits, [3, 1], false)
}

fn grouped(text: &str, lengths: &[usize]) -> String {
    let (mut rest, mut out) = (text, String::new());
    for length in lengths {
        let (group, after) = rest.split_at((*length).min(rest.len()));
        let gap = if out.is_empty() { "" } else { " " };
        write!(out, "{gap}{group}").unwrap();
        rest = after;
    }
    out + rest
}

fn iban(sequence: &mut Sequence, country: &str, length: usize) -> String {
    let account = sequence.digits(length);
    let letters: String = country
        .bytes()
        .map(|b| (b - b'A' + 10).to_string())
        .collect();
    let rest = format!("{account}{letters}00")
        .bytes()
        .fold(0, |r, b| (r * 10 + u32::from(b - b'0')) % 97);
    format!("{country}{:02}{account}", 98 - rest)
}

type Make = fn(&mut Sequence) -> String;

/// Numbers that stand in orders and notes, with check digits where they have them, and how many
/// in a thousand may be taken for something else.
const NUMBERS: &[(&str, u32, Make)] = &[
    ("phone, international", 0, |s| {
        format!(
            "+{} {} {}",
            s.pick(&["33", "49", "44", "1", "34", "39", "81", "48"]),
            s.digits(3),
            s.digits(6)
        )
    }),
    ("phone, French pairs", 0, |s| {
        grouped(
            &format!("0{}{}", s.pick(&["1", "6", "7"]), s.digits(8)),
            &[2, 2, 2, 2, 2],
        )
    }),
    ("phone, no plus sign", 0, |s| {
        format!(
            "{}{}",
            s.pick(&["0033", "0049", "44", "49", "34", "52"]),
            s.digits(10)
        )
    }),
    ("two phones, one space", 2, |s| {
        format!(
            "{}{} {}{}",
            s.pick(&["6", "4", "5", "3"]),
            s.digits(8),
            s.pick(&["6", "4", "5", "3"]),
            s.digits(8)
        )
    }),
    ("two phones of eight digits", 40, |s| {
        format!(
            "{}{} {}{}",
            s.pick(&["2", "4", "5", "3"]),
            s.digits(7),
            s.pick(&["2", "4", "5", "3"]),
            s.digits(7)
        )
    }),
    ("order number", 0, |s| {
        format!("#{} / {}-{}", s.digits(5), s.digits(3), s.digits(7))
    }),
    ("Shopify id, 13 digits", 0, |s| {
        format!("{}{}", s.pick(&["4", "5", "6"]), s.digits(12))
    }),
    ("Shopify id, 14 digits", 0, |s| {
        format!("{}{}", s.pick(&["1", "3", "4", "5"]), s.digits(13))
    }),
    ("Shopify id, 18 digits", 2, |s| {
        format!("{}{}", s.pick(&["8", "1", "7", "4"]), s.digits(17))
    }),
    ("article number (EAN-13)", 0, |s| {
        let n = s.digits(11);
        gs1(&format!("4{n}"))
    }),
    ("parcel label (SSCC-18)", 1, |s| {
        let n = s.digits(17);
        format!("(00){}", gs1(&n))
    }),
    ("USPS, 22 digits", 0, |s| {
        let n = s.digits(19);
        grouped(&gs1(&format!("94{n}")), &[4, 4, 4, 4, 4, 2])
    }),
    ("DHL, 20 digits", 0, |s| {
        let n = s.digits(15);
        gs1(&format!("0034{n}"))
    }),
    ("UPS", 0, |s| format!("1Z{}A{}", s.digits(3), s.digits(12))),
    ("FedEx, 12 or 15 digits", 3, |s| {
        if s.below(2) == 0 {
            s.digits(12)
        } else {
            s.digits(15)
        }
    }),
    ("any 16 digits", 35, |s| s.digits(16)),
    ("any 16 digits in fours", 35, |s| {
        let n = s.digits(16);
        grouped(&n, &[4, 4, 4, 4])
    }),
    ("Colissimo, DPD, 14 digits", 0, |s| s.digits(14)),
    ("IBAN, in fours", 0, |s| {
        let (c, n) =
            [("DE", 18), ("FR", 23), ("ES", 20), ("PL", 24)][usize::try_from(s.below(4)).unwrap()];
        grouped(&iban(s, c, n), &[4, 4, 4, 4, 4, 4, 4])
    }),
    ("IBAN, unbroken", 0, |s| iban(s, "DE", 18)),
    ("French company (SIRET)", 0, |s| {
        let n = s.digits(12);
        luhn(&format!("3{n}"))
    }),
    ("SIRET in groups", 0, |s| {
        let n = s.digits(12);
        grouped(&luhn(&format!("3{n}")), &[3, 3, 3, 5])
    }),
    ("telephone device (IMEI)", 0, |s| {
        let n = s.digits(12);
        luhn(&format!("{}{n}", s.pick(&["35", "86"])))
    }),
    ("SIM card (ICCID)", 0, |s| {
        let n = s.digits(16);
        luhn(&format!("89{n}"))
    }),
    ("Chinese identity card", 2, |s| {
        format!(
            "{}{}19{}{}",
            s.pick(&["11", "31", "44", "51", "62", "65"]),
            s.digits(4),
            s.digits(6),
            s.digits(4)
        )
    }),
    ("date and time", 0, |s| {
        format!(
            "20{:02}{:02}{:02}{:02}{:02}{:02}",
            s.below(30),
            s.below(12) + 1,
            s.below(28) + 1,
            s.below(24),
            s.below(60),
            s.below(60)
        )
    }),
    ("place on the globe", 0, |s| {
        format!(
            "{}.{}, {}.{}",
            s.digits(2),
            s.digits(14),
            s.digits(1),
            s.digits(16)
        )
    }),
    ("door code", 0, |s| {
        format!(
            "Code {}{} / Interphone {}",
            s.digits(4),
            s.pick(&["A", "B", ""]),
            s.digits(3)
        )
    }),
];

#[test]
fn ordinary_notes_are_left_alone() {
    let guard = Guard::new();
    let notes: Vec<&str> = NOTES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(notes.len() >= 150);
    for note in &notes {
        assert!(
            guard.inspect(note).is_empty(),
            "{note}: {:?}",
            guard.inspect(note)
        );
    }
    // All of them in a row, too: no row of list words arises where two meet.
    assert!(guard.inspect(&notes.join(" ")).is_empty());
}

#[test]
fn ordinary_numbers_are_rarely_taken_for_cards() {
    let guard = Guard::new();
    let (mut table, mut within) = (String::new(), true);
    for (kind, per_thousand_max, make) in NUMBERS {
        let mut sequence = Sequence(2025);
        let taken = (0..PER_KIND)
            .filter(|_| {
                !guard
                    .inspect(&format!("Ref. {} merci", make(&mut sequence)))
                    .is_empty()
            })
            .count();
        let per_thousand = taken as f64 * 1000.0 / f64::from(PER_KIND);
        writeln!(table, "{kind}: {per_thousand:.1} in a thousand").unwrap();
        within &= per_thousand <= f64::from(*per_thousand_max);
    }
    println!("{table}");
    assert!(within, "{table}");
}
