WITH person AS (
  INSERT INTO customers (email, name, phone) VALUES ($1::text, $2::text, $3::text)
  ON CONFLICT (lower(email)) DO UPDATE SET email = customers.email RETURNING id
), placed AS (
  INSERT INTO orders (customer_id, number, total_minor) SELECT id, $4::text, $5::bigint FROM person RETURNING id
), delivery AS (
  INSERT INTO deliveries (order_id, name, street, city, postal_code, country, phone)
  SELECT id, $2, $6::text, $7::text, $8::text, $9::text, $3 FROM placed
), invoice AS (
  INSERT INTO invoices (order_id, name, street, city, postal_code, country, reference)
  SELECT id, $2, $6, $7, $8, $9, $10::text FROM placed
)
SELECT id FROM placed
