CREATE FUNCTION seal(value text, key text) RETURNS bytea LANGUAGE sql VOLATILE AS
  $$ SELECT pgp_sym_encrypt($1, $2) $$;
CREATE FUNCTION unseal(value bytea, key text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT pgp_sym_decrypt($1, $2) $$;
