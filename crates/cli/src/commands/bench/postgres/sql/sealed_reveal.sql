WITH logged AS (
  INSERT INTO audit (credential, purpose, action, subject, fields)
  VALUES ('bench', 'support', 'reveal', $1::bigint,
    'delivery.name delivery.street delivery.city delivery.postal_code delivery.country invoice.reference')
)
SELECT unseal(d.name, $2::text), unseal(d.street, $2), unseal(d.city, $2), unseal(d.postal_code, $2),
  unseal(d.country, $2), unseal(i.reference, $2)
FROM deliveries d JOIN invoices i ON i.order_id = d.order_id WHERE d.order_id = $1
