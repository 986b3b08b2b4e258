WITH person AS (
  INSERT INTO customers (email_hmac, email, name, phone)
  VALUES (hmac(lower($1::text), $12::text, 'sha256'), seal($1, $11::text), seal($2::text, $11), seal($3::text, $11))
  ON CONFLICT (email_hmac) DO UPDATE SET email_hmac = customers.email_hmac RETURNING id
), placed AS (
  INSERT INTO orders (customer_id, number, total_minor) SELECT id, $4::text, $5::bigint FROM person RETURNING id
), delivery AS (
  INSERT INTO deliveries (order_id, name, street, city, postal_code, country, phone)
  SELECT id, seal($2, $11), seal($6::text, $11), seal($7::text, $11), seal($8::text, $11), seal($9::text, $11),
    seal($3, $11) FROM placed
), invoice AS (
  INSERT INTO invoices (order_id, name, street, city, postal_code, country, reference)
  SELECT id, seal($2, $11), seal($6, $11), seal($7, $11), seal($8, $11), seal($9, $11), seal($10::text, $11)
  FROM placed
), logged AS (
  INSERT INTO audit (credential, purpose, action, subject, fields)
  SELECT 'bench', 'support', 'create', id, NULL FROM placed
)
SELECT id FROM placed
