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
    erased_in_part: &'static str,
    kinds: &'static str,
    kept: &'static str,
    kept_until: &'static str,
    kept_hold: &'static str,
    restricted: &'static str,
    restricted_held: &'static str,
    backups: &'static str,
    residue: &'static str,
    holders: &'static str,
    confirmed: &'static str,
    open: &'static str,
    partial: &'static str,
    stolen: &'static str,
    receipt: &'static str,
    secret: &'static str,
    secret_held: &'static str,
    complain: &'static str,
    months: [&'static str; 12],
    categories: [&'static str; 7],
}

impl ErasureReceipt {
    /// Writes the letter.
    pub fn letter(&self, language: Language) -> String {
        let words = language.words();
        let mut parts = vec![words.greeting.to_owned()];
        let erased = if self.kept.is_empty() {
            words.erased
        } else {
            words.erased_in_part
        };
        let on = language.day(self.erased_at);
        parts.push(fill(erased, &[&self.store, &on]));
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
            let restricted = if self.is_held() {
                words.restricted_held
            } else {
                words.restricted
            };
            parts.push(restricted.to_owned());
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
        // Only what holds is said: under a hold the vault keeps the openings too.
        match (&self.openings, self.is_held()) {
            (None, _) => {}
            (Some(_), false) => parts.push(words.secret.to_owned()),
            (Some(_), true) => parts.push(words.secret_held.to_owned()),
        }
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
    erased: "You asked us to erase your data. In the shop {} we did so on {}.",
    erased_in_part: "You asked us to erase your data. In the shop {} we did so on {}, as far as the law allows today.",
    kinds: "Erased: {}.",
    kept: "This we still have to keep, and no more:",
    kept_until: "- {}: the part that the law requires, until {} ({})",
    kept_hold: "- {}: while a legal claim needs it, without a fixed end yet ({})",
    restricted: "These data are no longer linked to your customer account and are used for nothing else.",
    restricted_held: "What is kept is used for nothing else. What a legal claim holds back is erased when the claim has ended; you need not ask again.",
    backups: "Copies of the erased data in our backups can no longer be read after {} at the latest.",
    residue: "Traces of the destroyed keys in unused parts of our storage lose their meaning with the next key change.",
    holders: "We have asked others who received your data to erase it:",
    confirmed: "confirmed on {}",
    open: "asked on {}, not confirmed yet",
    partial: "The erasure is not complete yet.",
    stolen: "An erasure does not reach copies that somebody may have stolen earlier.",
    receipt: "The receipt {} is enclosed. It is signed. Anybody can check the signature with the free program Lethe (`lethe receipt verify`) and the verifier key that we publish.",
    secret: "The receipt holds a secret of yours: with it you, and only you, can later check whether you are in a list we publish after an incident. Keep it in a safe place; we have no copy.",
    secret_held: "The receipt holds a secret of yours: with it you can later check whether you are in a list we publish after an incident. Keep it in a safe place. Until the legal claim has ended, we can still check this too.",
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
    erased: "Vous nous avez demandé d'effacer vos données. Dans la boutique {}, nous l'avons fait le {}.",
    erased_in_part: "Vous nous avez demandé d'effacer vos données. Dans la boutique {}, nous l'avons fait le {}, dans la mesure où la loi le permet aujourd'hui.",
    kinds: "Données effacées : {}.",
    kept: "Nous devons encore conserver ce qui suit, et rien de plus :",
    kept_until: "- {} : la partie exigée par la loi, jusqu'au {} ({})",
    kept_hold: "- {} : tant qu'une réclamation en justice l'exige, sans date de fin à ce jour ({})",
    restricted: "Ces données ne sont plus rattachées à votre compte client et ne servent à rien d'autre.",
    restricted_held: "Les données conservées ne servent à rien d'autre. Celles que retient une réclamation en justice seront effacées lorsqu'elle aura pris fin, sans nouvelle demande de votre part.",
    backups: "Les copies des données effacées qui se trouvent dans nos sauvegardes ne pourront plus être lues après le {} au plus tard.",
    residue: "Les traces des clés détruites dans des zones inutilisées de notre stockage perdront leur sens au prochain changement de clés.",
    holders: "Nous avons demandé à ceux qui ont reçu vos données de les effacer :",
    confirmed: "confirmé le {}",
    open: "demandé le {}, pas encore confirmé",
    partial: "L'effacement n'est pas encore complet.",
    stolen: "Un effacement n'atteint pas les copies qui auraient été volées auparavant.",
    receipt: "Le reçu {} est joint. Il est signé. Chacun peut vérifier la signature avec le logiciel libre Lethe (`lethe receipt verify`) et la clé de vérification que nous publions.",
    secret: "Le reçu contient un secret qui vous appartient : grâce à lui, vous pourrez vérifier plus tard, vous et personne d'autre, si vous figurez dans une liste que nous publierions après un incident. Conservez-le en lieu sûr ; nous n'en gardons pas de copie.",
    secret_held: "Le reçu contient un secret qui vous appartient : grâce à lui, vous pourrez vérifier plus tard si vous figurez dans une liste que nous publierions après un incident. Conservez-le en lieu sûr. Tant que la réclamation en justice n'a pas pris fin, nous pouvons encore le vérifier nous aussi.",
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
    erased_in_part: "Sie haben uns gebeten, Ihre Daten zu löschen. Im Shop {} haben wir das am {} getan, soweit das Gesetz es heute zulässt.",
    kinds: "Gelöscht: {}.",
    kept: "Folgendes müssen wir noch aufbewahren, und nicht mehr als das:",
    kept_until: "- {}: der gesetzlich vorgeschriebene Teil, bis zum {} ({})",
    kept_hold: "- {}: solange ein Rechtsanspruch es erfordert, noch ohne festes Ende ({})",
    restricted: "Diese Daten sind nicht mehr mit Ihrem Kundenkonto verbunden und werden für nichts anderes verwendet.",
    restricted_held: "Was aufbewahrt wird, wird für nichts anderes verwendet. Was wegen eines Rechtsanspruchs zurückgehalten wird, löschen wir, sobald er erledigt ist; Sie müssen uns nicht noch einmal darum bitten.",
    backups: "Kopien der gelöschten Daten in unseren Sicherungen lassen sich spätestens nach dem {} nicht mehr lesen.",
    residue: "Spuren der vernichteten Schlüssel in unbenutzten Teilen unserer Speicher verlieren mit dem nächsten Schlüsselwechsel ihren Sinn.",
    holders: "Wir haben andere, die Ihre Daten erhalten haben, um Löschung gebeten:",
    confirmed: "bestätigt am {}",
    open: "angefragt am {}, noch nicht bestätigt",
    partial: "Die Löschung ist noch nicht vollständig.",
    stolen: "Eine Löschung erreicht keine Kopien, die vorher gestohlen wurden.",
    receipt: "Die Quittung {} liegt bei. Sie ist digital signiert. Jeder kann die Signatur mit dem freien Programm Lethe (`lethe receipt verify`) und dem Prüfschlüssel prüfen, den wir veröffentlichen.",
    secret: "Die Quittung enthält ein Geheimnis, das Ihnen gehört: Damit können Sie, und nur Sie, später prüfen, ob Sie in einer Liste stehen, die wir nach einem Vorfall veröffentlichen. Bewahren Sie sie sicher auf; wir haben keine Kopie.",
    secret_held: "Die Quittung enthält ein Geheimnis, das Ihnen gehört: Damit können Sie später prüfen, ob Sie in einer Liste stehen, die wir nach einem Vorfall veröffentlichen. Bewahren Sie sie sicher auf. Bis der Rechtsanspruch erledigt ist, können auch wir das noch prüfen.",
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
    greeting: "Estimada clienta, estimado cliente:",
    erased: "Nos pidió que borráramos sus datos. En la tienda {} lo hicimos el {}.",
    erased_in_part: "Nos pidió que borráramos sus datos. En la tienda {} lo hicimos el {}, en la medida en que la ley lo permite hoy.",
    kinds: "Hemos borrado: {}.",
    kept: "Todavía tenemos que conservar lo siguiente, y nada más:",
    kept_until: "- {}: la parte que exige la ley, hasta el {} ({})",
    kept_hold: "- {}: mientras lo exija una reclamación legal, aún sin fecha de fin ({})",
    restricted: "Estos datos ya no están vinculados a su cuenta de cliente y no se utilizan para nada más.",
    restricted_held: "Lo que se conserva no se utiliza para nada más. Lo que retiene una reclamación legal se borrará cuando esta haya terminado; no hace falta que lo pida de nuevo.",
    backups: "Los datos borrados que queden en nuestras copias de seguridad ya no podrán leerse después del {}, a más tardar.",
    residue: "Los restos de las claves destruidas en partes sin usar de nuestro almacenamiento perderán su sentido con el próximo cambio de claves.",
    holders: "Hemos pedido a otros que recibieron sus datos que los borren:",
    confirmed: "confirmado el {}",
    open: "solicitado el {}, aún sin confirmar",
    partial: "El borrado aún no está completo.",
    stolen: "Un borrado no alcanza las copias que alguien haya robado antes.",
    receipt: "Adjuntamos el justificante {}. Está firmado. Cualquiera puede comprobar la firma con el programa libre Lethe (`lethe receipt verify`) y la clave de verificación que publicamos.",
    secret: "El justificante contiene un secreto suyo: con él usted, y solo usted, podrá comprobar más adelante si figura en una lista que publiquemos tras un incidente. Guárdelo en un lugar seguro; no tenemos copia.",
    secret_held: "El justificante contiene un secreto suyo: con él podrá comprobar más adelante si figura en una lista que publiquemos tras un incidente. Guárdelo en un lugar seguro. Hasta que la reclamación legal termine, nosotros también podremos comprobarlo.",
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
