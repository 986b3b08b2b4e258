SELECT d.name, d.street, d.city, d.postal_code, d.country, i.reference
FROM deliveries d JOIN invoices i ON i.order_id = d.order_id WHERE d.order_id = $1::bigint
