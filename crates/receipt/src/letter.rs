//! The letter to an erased person: what is gone, what the law keeps, how to check it. No name is in it.

use crate::erasure::{ErasureReceipt, Kept};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The languages letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
    /// German.
    De,
    /// Spanish.
    Es,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::En, Self::Fr, Self::De, Self::Es];

    /// Returns its code (ISO 639-1).
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Es => "es",
        }
    }

    /// Parses a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == text)
    }

    fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Fr => &FR,
            Self::De => &DE,
            Self::Es => &ES,
        }
    }

    fn date(self, date: Date) -> String {
        let month = self.words().months[usize::try_from(date.month() - 1).unwrap_or(0)];
        let (day, year) = (date.day(), date.year());
        match self {
            Self::En => format!("{day} {month} {year}"),
            Self::Fr if day == 1 => format!("1er {month} {year}"),
            Self::Fr => format!("{day} {month} {year}"),
            Self::De => format!("{day}. {month} {year}"),
            Self::Es => format!("{day} de {month} de {year}"),
        }
    }

    fn day(self, at: Timestamp) -> String {
        self.date(at.to_zoned(TimeZone::UTC).date())
    }

    /// Names a kind of record.
    fn category(self, name: &str) -> &'static str {
        let all = self.words().categories;
        let known = [
            "contact", "delivery", "invoice", "support", "account", "document",
        ];
        known
            .iter()
            .position(|one| *one == name)
            .map_or(all[6], |at| all[at])
    }
}

struct Words {
    greeting: &'static str,
    erased: &'static str,
    kinds: &'static str,
    kept: &'static str,
    kept_until: &'static str,
    kept_hold: &'static str,
    restricted: &'static str,
    backups: &'static str,
    residue: &'static str,
    holders: &'static str,
    confirmed: &'static str,
    open: &'static str,
    partial: &'static str,
    stolen: &'static str,
    receipt: &'static str,
    complain: &'static str,
    months: [&'static str; 12],
    categories: [&'static str; 7],
}

impl ErasureReceipt {
    /// Writes the letter.
    pub fn letter(&self, language: Language) -> String {
        let words = language.words();
        let mut parts = vec![words.greeting.to_owned()];
        parts.push(fill(
            words.erased,
            &[&self.store, &language.day(self.erased_at)],
        ));
        if !self.erased.categories.is_empty() {
            let kinds: Vec<&str> = self
                .erased
                .categories
                .iter()
                .map(|one| language.category(one))
                .collect();
            parts.push(fill(words.kinds, &[&kinds.join(", ")]));
        }
        if !self.kept.is_empty() {
            let lines: Vec<String> = self.kept.iter().map(|one| kept(language, one)).collect();
            parts.push(format!("{}\n{}", words.kept, lines.join("\n")));
            parts.push(words.restricted.to_owned());
        }
        parts.push(fill(
            words.backups,
            &[&language.date(self.dates.last_keyring_backup)],
        ));
        if self.dates.local_residue.is_none() {
            parts.push(words.residue.to_owned());
        }
        if !self.holders.is_empty() {
            let lines: Vec<String> = self
                .holders
                .iter()
                .map(|holder| match holder.confirmed_at {
                    Some(at) => format!(
                        "- {}: {}",
                        holder.name,
                        fill(words.confirmed, &[&language.day(at)])
                    ),
                    None => format!(
                        "- {}: {}",
                        holder.name,
                        fill(words.open, &[&language.day(holder.asked_at)])
                    ),
                })
                .collect();
            parts.push(format!("{}\n{}", words.holders, lines.join("\n")));
        }
        if !self.is_complete() {
            parts.push(words.partial.to_owned());
        }
        parts.push(words.stolen.to_owned());
        parts.push(fill(words.receipt, &[&self.receipt_id]));
        parts.push(words.complain.to_owned());
        parts.push(self.controller.clone());
        parts.join("\n\n") + "\n"
    }
}

fn kept(language: Language, one: &Kept) -> String {
    let words = language.words();
    let what = language.category(&one.what);
    match one.until {
        Some(until) => fill(
            words.kept_until,
            &[what, &language.date(until), &one.reference],
        ),
        None => fill(words.kept_hold, &[what, &one.reference]),
    }
}

/// Puts values into a sentence's `{}`, in order.
fn fill(sentence: &str, values: &[&str]) -> String {
    let mut pieces = sentence.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values) {
        text.push_str(value);
        text.push_str(piece);
    }
    text
}

const EN: Words = Words {
    greeting: "Dear customer,",
    erased: "you asked us to erase your data. In the shop {} we did so on {}.",
    kinds: "Erased: {}.",
    kept: "The law does not allow us to erase everything yet. We keep:",
    kept_until: "- {}, until {} ({})",
    kept_hold: "- {}, as long as it is needed for legal claims ({})",
    restricted: "These data are no longer linked to your customer account and are used for nothing else.",
    backups: "Copies in our backups can no longer be read after {} at the latest.",
    residue: "Traces of the destroyed keys in unused parts of our storage lose their meaning with the next key change.",
    holders: "We have asked others who received your data to erase it:",
    confirmed: "confirmed on {}",
    open: "asked on {}, not confirmed yet",
    partial: "The erasure is therefore not complete yet.",
    stolen: "An erasure does not reach copies that somebody may have stolen earlier.",
    receipt: "The receipt {} is enclosed. It is signed and holds a secret of yours: with it you, and only you, can later check whether you are in a list we publish after an incident. Keep it in a safe place; we have no copy.",
    complain: "If you do not agree, you can complain to your data protection authority or go to court (Art. 12(4) GDPR).",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    categories: [
        "contact data of your orders",
        "delivery addresses",
        "invoice data",
        "notes on your orders",
        "your customer account",
        "documents as issued",
        "other data",
    ],
};

const FR: Words = Words {
    greeting: "Madame, Monsieur,",
    erased: "vous nous avez demandé d'effacer vos données. Dans la boutique {}, nous l'avons fait le {}.",
    kinds: "Données effacées : {}.",
    kept: "La loi ne nous permet pas encore de tout effacer. Nous conservons :",
    kept_until: "- {}, jusqu'au {} ({})",
    kept_hold: "- {}, tant qu'elles sont nécessaires à la défense de droits en justice ({})",
    restricted: "Ces données ne sont plus rattachées à votre compte client et ne servent à rien d'autre.",
    backups: "Les copies présentes dans nos sauvegardes ne pourront plus être lues après le {} au plus tard.",
    residue: "Les traces des clés détruites dans des zones inutilisées de notre stockage perdront leur sens au prochain changement de clés.",
    holders: "Nous avons demandé à ceux qui ont reçu vos données de les effacer :",
    confirmed: "confirmé le {}",
    open: "demandé le {}, pas encore confirmé",
    partial: "L'effacement n'est donc pas encore complet.",
    stolen: "Un effacement n'atteint pas les copies qui auraient été volées auparavant.",
    receipt: "Le reçu {} est joint. Il est signé et contient un secret qui vous appartient : avec lui, vous seul pourrez vérifier plus tard si vous figurez dans une liste que nous publierions après un incident. Conservez-le en lieu sûr ; nous n'en gardons pas de copie.",
    complain: "Si vous n'êtes pas d'accord, vous pouvez saisir votre autorité de protection des données (en France, la CNIL) ou un tribunal (art. 12, § 4, du RGPD).",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    categories: [
        "les coordonnées de vos commandes",
        "les adresses de livraison",
        "les données de facturation",
        "les notes sur vos commandes",
        "votre compte client",
        "les documents émis",
        "d'autres données",
    ],
};

const DE: Words = Words {
    greeting: "Guten Tag,",
    erased: "Sie haben uns gebeten, Ihre Daten zu löschen. Im Shop {} haben wir das am {} getan.",
    kinds: "Gelöscht: {}.",
    kept: "Das Gesetz erlaubt uns noch nicht, alles zu löschen. Wir behalten:",
    kept_until: "- {}, bis zum {} ({})",
    kept_hold: "- {}, solange sie für Rechtsansprüche gebraucht werden ({})",
    restricted: "Diese Daten sind nicht mehr mit Ihrem Kundenkonto verbunden und werden für nichts anderes verwendet.",
    backups: "Kopien in unseren Sicherungen lassen sich spätestens nach dem {} nicht mehr lesen.",
    residue: "Spuren der vernichteten Schlüssel in unbenutzten Teilen unserer Speicher verlieren mit dem nächsten Schlüsselwechsel ihren Sinn.",
    holders: "Wir haben andere, die Ihre Daten erhalten haben, um Löschung gebeten:",
    confirmed: "bestätigt am {}",
    open: "gefragt am {}, noch nicht bestätigt",
    partial: "Die Löschung ist daher noch nicht vollständig.",
    stolen: "Eine Löschung erreicht keine Kopien, die vorher gestohlen wurden.",
    receipt: "Die Quittung {} liegt bei. Sie ist unterschrieben und enthält ein Geheimnis, das Ihnen gehört: Damit können Sie, und nur Sie, später prüfen, ob Sie in einer Liste stehen, die wir nach einem Vorfall veröffentlichen. Bewahren Sie sie sicher auf; wir haben keine Kopie.",
    complain: "Wenn Sie nicht einverstanden sind, können Sie sich bei Ihrer Datenschutzbehörde beschweren oder vor Gericht gehen (Art. 12 Abs. 4 DSGVO).",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    categories: [
        "Kontaktdaten Ihrer Bestellungen",
        "Lieferadressen",
        "Rechnungsdaten",
        "Notizen zu Ihren Bestellungen",
        "Ihr Kundenkonto",
        "ausgestellte Belege",
        "andere Daten",
    ],
};

const ES: Words = Words {
    greeting: "Estimado cliente:",
    erased: "nos pidió que borráramos sus datos. En la tienda {} lo hicimos el {}.",
    kinds: "Borrado: {}.",
    kept: "La ley todavía no nos permite borrarlo todo. Conservamos:",
    kept_until: "- {}, hasta el {} ({})",
    kept_hold: "- {}, mientras se necesiten para reclamaciones legales ({})",
    restricted: "Estos datos ya no están vinculados a su cuenta de cliente y no se utilizan para nada más.",
    backups: "Las copias de nuestras copias de seguridad no podrán leerse después del {} a más tardar.",
    residue: "Los restos de las claves destruidas en partes sin usar de nuestro almacenamiento perderán su sentido con el próximo cambio de claves.",
    holders: "Hemos pedido a otros que recibieron sus datos que los borren:",
    confirmed: "confirmado el {}",
    open: "pedido el {}, aún sin confirmar",
    partial: "Por tanto, el borrado aún no está completo.",
    stolen: "Un borrado no alcanza las copias que alguien haya robado antes.",
    receipt: "Se adjunta el recibo {}. Está firmado y contiene un secreto suyo: con él usted, y solo usted, podrá comprobar más adelante si figura en una lista que publiquemos tras un incidente. Guárdelo en un lugar seguro; no tenemos copia.",
    complain: "Si no está de acuerdo, puede reclamar ante su autoridad de protección de datos o acudir a los tribunales (art. 12.4 del RGPD).",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    categories: [
        "datos de contacto de sus pedidos",
        "direcciones de entrega",
        "datos de facturación",
        "notas sobre sus pedidos",
        "su cuenta de cliente",
        "documentos emitidos",
        "otros datos",
    ],
};
