CREATE FUNCTION seal(value text, key text) RETURNS bytea LANGUAGE sql VOLATILE AS
  $$ SELECT iv || encrypt_iv(convert_to($1, 'UTF8'), decode($2, 'hex'), iv, 'aes-cbc/pad:pkcs')
     FROM (SELECT gen_random_bytes(16) AS iv OFFSET 0) AS drawn $$;
CREATE FUNCTION unseal(value bytea, key text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT convert_from(decrypt_iv(substr($1, 17), decode($2, 'hex'), substr($1, 1, 16), 'aes-cbc/pad:pkcs'), 'UTF8') $$;
