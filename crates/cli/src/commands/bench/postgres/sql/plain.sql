CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL, name text, phone text);
CREATE UNIQUE INDEX customers_by_email ON customers (lower(email));
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL, number text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(), total_minor bigint NOT NULL);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE TABLE deliveries (order_id bigint PRIMARY KEY, name text, street text, city text, postal_code text,
  country text, phone text);
CREATE TABLE invoices (order_id bigint PRIMARY KEY, name text, street text, city text, postal_code text,
  country text, reference text);
