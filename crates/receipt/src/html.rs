//! The destruction record as a page to print: one file, no script, readable by a screen reader.

use crate::{Action, DestructionRecord, RuleDone};

const STYLE: &str = "body{font:11pt/1.45 Georgia,serif;color:#111;max-width:48rem;margin:2.5rem auto;padding:0 1rem}\
h1{font-size:1.7rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1.2rem;margin:1rem 0}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #ccc}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td span{white-space:nowrap}tr{break-inside:avoid}.wide{overflow-x:auto}caption{text-align:left;color:#555;padding-bottom:.4rem}\
pre{white-space:pre-wrap;word-break:break-all;font:8pt/1.35 monospace;border:1px solid #ccc;padding:.6rem}\
.sign{display:grid;grid-template-columns:1fr 1fr;gap:3rem;margin-top:3rem}.sign div{border-top:1px solid #111;padding-top:.3rem;color:#555}\
@page{margin:2cm}@media print{body{margin:0;max-width:none}.wide{overflow:visible}pre,.sign{break-inside:avoid}}";

impl DestructionRecord {
    /// Writes it as a page; with the signed text at its end, so that the print can be verified.
    pub fn to_html(&self, signed: Option<&str>) -> String {
        let mut page = String::new();
        page.push_str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.push_str("<meta name=\"viewport\" content=\"width=device-width\">");
        page.push_str(&format!(
            "<title>Destruction record {}</title>",
            escape(&self.run_id)
        ));
        page.push_str(&format!("<style>{STYLE}</style></head><body><main>\n"));
        page.push_str("<h1>Destruction record</h1>");
        page.push_str(&format!(
            "<p>{}, shop {}. Personal data whose term was over, judged for {}.</p>",
            escape(&self.controller),
            escape(&self.store),
            self.today
        ));
        page.push_str(&self.facts());
        page.push_str(&self.rules_table());
        page.push_str(&self.held_back_list());
        page.push_str(&format!(
            "<h2>What this means</h2><p>Each record had a key of its own; the keys were destroyed and the \
             sealed bytes removed.{} Copies of the keyring in backups open until <strong>{}</strong>, when \
             the last of them is destroyed; after that no backup opens. Copies that were stolen before are \
             not reached by any erasure.</p>",
            self.archive_note(),
            self.last_keyring_backup
        ));
        if let Some(signed) = signed {
            page.push_str(
                "<h2>Signed text</h2><p>Verify it with <code>lethe receipt verify</code> and the \
                           installation's verifier key.</p>",
            );
            page.push_str(&format!("<pre>{}</pre>", escape(signed)));
        }
        page.push_str(
            "<div class=\"sign\"><div>Place, date</div><div>Data protection officer</div></div>",
        );
        page.push_str("\n</main></body></html>\n");
        page
    }

    fn facts(&self) -> String {
        let facts = [
            ("Run", self.run_id.clone()),
            ("Began", self.started_at.to_string()),
            ("Ended", self.finished_at.to_string()),
            ("Started by", self.started_by.clone()),
            ("Policy", self.policy_revision.clone()),
            ("Policy, SHA-256", self.policy_sha256.clone()),
            (
                "Access log",
                format!("entries {} to {}", self.log_from, self.log_to),
            ),
            ("Records", self.records().to_string()),
            (
                "Forgotten wholly",
                format!("{} people and archived orders", self.people_forgotten),
            ),
        ];
        let rows = facts.map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", escape(&value)));
        format!("<dl>{}</dl>", rows.join(""))
    }

    fn rules_table(&self) -> String {
        let rows: Vec<String> = self
            .rules
            .iter()
            .map(|rule| {
                format!(
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>",
                    escape(&rule.name),
                    escape(&rule.category),
                    rule.action.words(),
                    rule.records,
                    span(rule),
                    escape(&rule.reference)
                )
            })
            .collect();
        if rows.is_empty() {
            return "<h2>What was done</h2><p>Nothing was due.</p>".to_owned();
        }
        format!(
            "<h2>What was done</h2><div class=\"wide\" role=\"region\" aria-label=\"Records by rule\" \
             tabindex=\"0\"><table><caption>Records by rule; the days are those their terms counted from</caption>\
             <thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">Kind</th><th scope=\"col\">Action</th>\
             <th scope=\"col\" class=\"n\">Records</th><th scope=\"col\">Counted from</th><th scope=\"col\">Reference</th></tr></thead>\
             <tbody>{}</tbody></table></div>",
            rows.join("")
        )
    }

    fn archive_note(&self) -> &'static str {
        if self
            .rules
            .iter()
            .any(|rule| rule.action == Action::Archived)
        {
            " What was sorted into the archive has a new key there."
        } else {
            ""
        }
    }

    fn held_back_list(&self) -> String {
        if self.held_back.is_empty() {
            return "<h2>What was due and is kept</h2><p>Nothing.</p>".to_owned();
        }
        let items = self.held_back.iter();
        let items = items.map(|held| {
            format!(
                "<li>{} records: {}</li>",
                held.records,
                escape(&held.reason)
            )
        });
        format!(
            "<h2>What was due and is kept</h2><ul>{}</ul>",
            items.collect::<String>()
        )
    }
}

/// Returns the days that the terms of a rule's records counted from.
fn span(rule: &RuleDone) -> String {
    match (rule.earliest_start, rule.latest_start) {
        (Some(first), Some(last)) => format!("<span>{first}</span> to <span>{last}</span>"),
        _ => "–".to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
