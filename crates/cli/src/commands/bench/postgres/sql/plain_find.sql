SELECT id FROM customers WHERE lower(email) = lower($1::text)
