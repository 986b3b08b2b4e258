//! Single values of the file.

use toml::de::DeValue;

/// Reads a whole number.
pub(super) fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Reads a whole number that stands in a list.
pub(super) fn amount(value: &DeValue<'_>) -> Result<i64, String> {
    whole(value)
        .filter(|amount| *amount > 0)
        .ok_or_else(|| "holds something that is no whole number above zero".to_owned())
}

/// Finds one of a list of names.
pub(super) fn find_name<T: Copy>(
    text: &str,
    known: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, String> {
    let found = known.iter().copied().find(|one| name(*one) == text);
    found.ok_or_else(|| {
        let names: Vec<String> = known
            .iter()
            .map(|one| format!("`{}`", name(*one)))
            .collect();
        format!("`{}` is none of {}", clip(text), names.join(", "))
    })
}

/// Reads a text for people: one line, not empty.
pub(super) fn words(text: &str) -> Result<String, String> {
    let good = !text.trim().is_empty() && text.len() <= 400 && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
        .ok_or_else(|| "is not one line of 1 to 400 bytes".to_owned())
}

/// Reads a name of a rule or a keep.
pub(super) fn label(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let good = text.trim() == text && (1..=60).contains(&text.len()) && text.chars().all(is_plain);
    good.then(|| text.to_owned()).ok_or_else(|| {
        "is no name; a name is 1 to 60 letters, digits, spaces, dashes and dots".to_owned()
    })
}

/// Shortens what is quoted in a message, and shows what cannot be seen.
pub(super) fn clip(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", shown.escape_debug())
}
