CREATE TABLE customers (id bigserial PRIMARY KEY, email_hmac bytea NOT NULL, email bytea NOT NULL, name bytea,
  phone bytea);
CREATE UNIQUE INDEX customers_by_email ON customers (email_hmac);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL, number text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(), total_minor bigint NOT NULL);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE TABLE deliveries (order_id bigint PRIMARY KEY, name bytea, street bytea, city bytea, postal_code bytea,
  country bytea, phone bytea);
CREATE TABLE invoices (order_id bigint PRIMARY KEY, name bytea, street bytea, city bytea, postal_code bytea,
  country bytea, reference bytea);
CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), credential text NOT NULL,
  purpose text NOT NULL, action text NOT NULL, subject bigint, fields text);
