//! A few invoices of the sample shop, as the PDFs a shop's invoicing would hand in.

use super::place::Place;
use super::steps::order_numbers;
use crate::door::Folder;
use crate::error::CliError;
use lethe_model::Personal;
use lethe_ops::{DocumentBytes, Error, NewDocument};
use std::fmt::Write;
use std::fs;

/// One in this many orders gets an invoice.
const ONE_IN: usize = 40;
/// And no more than these.
const AT_MOST: usize = 25;

/// Adds invoices to orders that are still active. Returns how many were new.
pub(super) fn add(place: &Place, folder: &Folder) -> Result<u64, CliError> {
    let what = format!("cannot read {}", place.export.display());
    let export = fs::read_to_string(&place.export).map_err(CliError::file(what))?;
    let mut count = 0;
    for number in order_numbers(&export).step_by(ONE_IN).take(AT_MOST) {
        let document = NewDocument {
            name: Some(Personal::new(format!("invoice-{number}.pdf"))),
            bytes: DocumentBytes::new(pdf(&format!("Invoice for order {number}")).into_bytes()),
        };
        let (vault, credential) = (&folder.vault, &folder.credential);
        match vault.add_document_by_number(credential, &Personal::new(number), document) {
            Ok(added) => count += u64::from(added.is_new),
            // An earlier demo has archived or erased it.
            Err(Error::Archived | Error::Erased | Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(count)
}

/// Writes one page with one line (ISO 32000-1). `line` holds no brackets and no backslash.
fn pdf(line: &str) -> String {
    let content = format!("BT /F1 18 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        let row = writeln!(table, "{:010} 00000 n ", file.len());
        let part = write!(file, "{number} 0 obj\n{object}\nendobj\n");
        row.and(part).expect("text in memory can be written");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file + &table + &format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_an_invoice_points_at_its_objects() {
        let file = pdf("Invoice for order #1001");
        let (_, table) = file.split_once("0000000000 65535 f \n").unwrap();
        let rows = table.lines().take_while(|row| row.ends_with(" n "));
        let places: Vec<usize> = rows.map(|row| row[..10].parse().unwrap()).collect();
        assert_eq!(places.len(), 4);
        for (place, number) in places.into_iter().zip(1..) {
            assert!(file[place..].starts_with(&format!("{number} 0 obj\n")));
        }
        let (_, start) = file.split_once("startxref\n").unwrap();
        let start: usize = start.lines().next().unwrap().parse().unwrap();
        assert!(file[start..].starts_with("xref\n"));
    }
}
