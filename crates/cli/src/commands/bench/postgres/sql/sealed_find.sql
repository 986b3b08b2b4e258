WITH found AS (
  SELECT id FROM customers WHERE email_hmac = hmac(lower($1::text), $2::text, 'sha256')
), logged AS (
  INSERT INTO audit (credential, purpose, action, subject, fields)
  SELECT 'bench', 'support', 'find', (SELECT id FROM found), 'contact.email'
)
SELECT id FROM found
